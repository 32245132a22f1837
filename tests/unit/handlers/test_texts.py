from datetime import UTC, datetime, timedelta
from gettext import GNUTranslations, NullTranslations
from io import BytesIO

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from handlers.texts import Catalogues, Texts, mark

AT = datetime(2026, 1, 31, 22, 5, tzinfo=UTC)


def russian() -> GNUTranslations:
    catalogue = Catalog(locale="ru")
    catalogue.add("Send", "Отправить")
    catalogue.add(("{n} letter", "{n} letters"), ("{n} письмо", "{n} письма", "{n} писем"))
    file = BytesIO()
    write_mo(file, catalogue)
    file.seek(0)
    return GNUTranslations(file)


RU = Texts("ru", russian())
EN = Texts("en", NullTranslations())


def test_a_text_is_translated_or_stays_english() -> None:
    assert (RU("Send"), EN("Send")) == ("Отправить", "Send")
    assert RU("Unknown") == "Unknown"
    assert RU("") == "", "not the header of the catalogue"
    assert mark("Send") == "Send"


@pytest.mark.parametrize(
    ("n", "russian_form", "english_form"),
    [
        (1, "{n} письмо", "{n} letter"),
        (3, "{n} письма", "{n} letters"),
        (5, "{n} писем", "{n} letters"),
        (11, "{n} писем", "{n} letters"),
        (21, "{n} письмо", "{n} letters"),
    ],
)
def test_plurals_follow_the_language(n: int, russian_form: str, english_form: str) -> None:
    assert RU.plural("{n} letter", "{n} letters", n) == russian_form
    assert EN.plural("{n} letter", "{n} letters", n) == english_form


def test_times_are_shown_in_the_zone_of_the_person() -> None:
    assert EN.time(AT, "Europe/Moscow") == "01:05"
    assert EN.date(AT, "Europe/Moscow") == "Feb 1, 2026"
    assert RU.date_time(AT, "Europe/Moscow") == "1 февр. 2026\u202fг., 01:05"
    assert EN.date_time(AT + timedelta(hours=15), "America/New_York") == "Feb 1, 2026, 08:05"


def test_row_61_times_are_those_of_the_wall_when_its_clocks_change() -> None:
    """An hour is left out in spring, and one comes twice in autumn."""
    spring, autumn = (datetime(*day, 0, 59, tzinfo=UTC) for day in ((2027, 3, 28), (2026, 10, 25)))
    hour = timedelta(hours=1)
    shown = [EN.time(at, "Europe/Berlin") for at in (spring, spring + hour, autumn, autumn + hour)]
    assert shown == ["01:59", "03:59", "02:59", "02:59"]


@pytest.mark.parametrize(
    "zone", ["", "America", "Mars/Olympus", "../../etc/passwd", "x" * 300, "\x00"]
)
def test_an_unknown_zone_is_read_as_utc(zone: str) -> None:
    assert EN.date_time(AT, zone) == "Jan 31, 2026, 22:05 UTC"


def test_numbers_follow_the_language() -> None:
    assert (EN.number(100_000), RU.number(100_000)) == ("100,000", "100\u00a0000")


@pytest.mark.parametrize(
    ("code", "default", "locale"),
    [
        ("ru", "en", "ru"),
        ("ru-RU", "en", "ru"),
        ("RU_ru", "en", "ru"),
        ("en-GB", "ru", "en"),
        ("de", "ru", "ru"),
        ("de", "en", "en"),
        (None, "ru", "ru"),
        ("", "ru", "ru"),
        ("rue", "en", "en"),
        (None, "de", "en"),
    ],
)
def test_a_language_is_found_by_its_code(code: str | None, default: str, locale: str) -> None:
    assert Catalogues({"ru": russian()}).for_language(code, default).locale == locale
