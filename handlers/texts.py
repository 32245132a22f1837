"""The bot's own words in a person's language.

Renderers take a `Texts` as a parameter named `_`: `_("Send")`, and
`_.plural("{n} letter", "{n} letters", n).format(n=_.number(n))`; Babel finds both.
"""

from collections.abc import Mapping
from datetime import datetime, tzinfo
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from typing import Self

from babel.dates import UTC, format_date, format_time, get_timezone
from babel.numbers import format_decimal

SOURCE = "en"  # the language of the code, which needs no catalogue
SHIPPED = (SOURCE, "ru")


class Texts:
    """The translator for one locale, called like gettext."""

    def __init__(self, locale: str, catalogue: NullTranslations) -> None:
        self.locale = locale
        self._catalogue = catalogue

    def __call__(self, message: str) -> str:
        # gettext answers the empty message with the catalogue's header.
        return self._catalogue.gettext(message) if message else ""

    def plural(self, one: str, many: str, n: int) -> str:
        """The form for `n`, its placeholders not yet filled."""
        return self._catalogue.ngettext(one, many, n)

    def number(self, n: int) -> str:
        return format_decimal(n, locale=self.locale)

    def time(self, at: datetime, zone: str) -> str:
        """Hours and minutes, 24 hours in every language; with "UTC" where nobody knows the zone."""
        known = _zone(zone)
        time = format_time(at, "HH:mm", tzinfo=known, locale=self.locale)
        return f"{time} UTC" if known is UTC else time

    def date(self, at: datetime, zone: str) -> str:
        return format_date(at.astimezone(_zone(zone)), "medium", locale=self.locale)

    def date_time(self, at: datetime, zone: str) -> str:
        return f"{self.date(at, zone)}, {self.time(at, zone)}"


class Catalogues:
    """Every shipped language."""

    def __init__(self, catalogues: Mapping[str, NullTranslations]) -> None:
        source = Texts(SOURCE, NullTranslations())
        self._texts = {SOURCE: source} | {
            locale: Texts(locale, catalogue) for locale, catalogue in catalogues.items()
        }

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Reads `<folder>/<locale>/LC_MESSAGES/bot.mo`, which `make setup` compiles.

        Raises FileNotFoundError with the path of the one that is missing.
        """
        return cls({locale: _read(folder, locale) for locale in SHIPPED if locale != SOURCE})

    def for_language(self, code: str | None, default: str) -> Texts:
        """By an IETF code as Telegram sends it ("ru-RU"); else the default, else English."""
        for candidate in (code or "", default):
            language = candidate.replace("_", "-").partition("-")[0].lower()
            if language in self._texts:
                return self._texts[language]
        return self._texts[SOURCE]


def mark(message: str) -> str:
    """Names a text that is translated later, so that Babel finds it in a table."""
    return message


def _read(folder: Path, locale: str) -> NullTranslations:
    with (folder / locale / "LC_MESSAGES" / "bot.mo").open("rb") as file:
        return GNUTranslations(file)


def _zone(name: str) -> tzinfo:
    """The portal names the zone: one that nobody knows is read as UTC."""
    try:
        return get_timezone(name) if name else UTC
    except (LookupError, ValueError, OSError):  # OSError: "America" is a folder of zones
        return UTC
