"""Both languages as they are shipped, compiled in memory: no test depends on `make setup`."""

from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from handlers.texts import Texts

LOCALES = Path(__file__).parents[2] / "locales"

EN = Texts("en", NullTranslations())


def translated(locale: str) -> Texts:
    """The catalogue as it stands in the repository."""
    compiled = BytesIO()
    with (LOCALES / locale / "LC_MESSAGES" / "bot.po").open("rb") as file:
        write_mo(compiled, read_po(file, locale=locale))
    compiled.seek(0)
    return Texts(locale, GNUTranslations(compiled))


RU = translated("ru")
