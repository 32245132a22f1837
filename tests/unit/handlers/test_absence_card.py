"""What is said after an absence: when it was, in the reader's time."""

from datetime import UTC, datetime, timedelta

from handlers.absence_card import absence_card
from handlers.texts import Texts
from mail.scenes import AbsenceScene
from storage.records.absences import Absence
from tests.integration.languages import RU
from tests.unit.handlers.english import EN

EIGHT = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)


def said(away: timedelta, zone: str = "Europe/Berlin", texts: Texts = EN) -> str:
    scene = AbsenceScene(Absence("a" * 16, EIGHT, EIGHT + away), zone)
    return absence_card(scene, texts).content()[0]


def test_a_short_one_is_about_buttons() -> None:
    text = said(timedelta(minutes=7))
    assert text.startswith("I was away from 10:00 to 10:07.")
    assert "Buttons" in text
    assert "wrote" not in text


def test_times_without_a_zone_say_that_they_are_utc() -> None:
    assert said(timedelta(minutes=7), zone="").startswith("I was away from 08:00 UTC to 08:07 UTC.")


def test_past_midnight_the_days_are_named() -> None:
    text = said(timedelta(hours=15))
    assert text.startswith("I was away from Sep 1, 2026, 10:00 to Sep 2, 2026, 01:00.")


def test_a_long_one_is_about_messages_and_says_which() -> None:
    text = said(timedelta(hours=30))
    assert text.startswith("I was away from Sep 1, 2026, 10:00 to Sep 2, 2026, 16:00.")
    assert "between Sep 1, 2026, 10:00 and Sep 1, 2026, 16:00 did not reach me" in text


def test_in_russian() -> None:
    assert said(timedelta(minutes=7), texts=RU).startswith("Меня не было с 10:00 до 10:07.")
    assert "с 1 сент. 2026\u202fг., 10:00 до 1 сент. 2026\u202fг., 16:00" in said(
        timedelta(hours=30), texts=RU
    )
