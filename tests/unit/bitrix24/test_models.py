"""Rows of the mail methods, as the pages show them and as some builds send them."""

from datetime import UTC, datetime, timedelta

import pytest

from bitrix24.models import Letter, Mailbox, Profile, Sender, read_row, read_rows

EAST = timedelta(hours=3)
LETTER: dict[str, object] = {
    "id": 4102,
    "mailboxId": 3,
    "mailboxEmail": "helpdesk@acme.example",
    "subject": "Delivery date",
    "from": "Ann Buyer <ann@buyer.example>",
    "to": "helpdesk@acme.example",
    "cc": "",
    "date": "2026-09-01T09:42:10+03:00",
    "isSeen": True,
    "hasAttachments": False,
    "url": "https://acme.bitrix24.example/mail/message/4102/",
    "bindings": [],
    "body": "When?",
}


def letter(**changes: object) -> Letter:
    read = read_row(Letter, LETTER | changes, EAST)
    assert read is not None
    return read


def test_a_letter_as_documented() -> None:
    assert letter() == Letter.model_construct(
        id=4102,
        mailbox_id=3,
        mailbox_email="helpdesk@acme.example",
        subject="Delivery date",
        from_="Ann Buyer <ann@buyer.example>",
        to="helpdesk@acme.example",
        cc="",
        date=datetime(2026, 9, 1, 6, 42, 10, tzinfo=UTC),
        is_seen=True,
        has_attachments=False,
        url="https://acme.bitrix24.example/mail/message/4102/",
        body="When?",
    )


@pytest.mark.parametrize(
    "nothing", [{"cc": None, "body": None, "subject": None}, {"cc": [], "body": {}, "subject": []}]
)
def test_nulls_and_empty_arrays_are_empty_texts(nothing: dict[str, object]) -> None:
    read = letter(**nothing)
    assert (read.cc, read.body, read.subject) == ("", "", "")


def test_a_letter_of_nulls_survives() -> None:
    read = read_row(Letter, dict.fromkeys(LETTER) | {"id": "7"}, None)
    assert read is not None
    assert (read.id, read.mailbox_id, read.date, read.is_seen) == (7, 0, None, False)
    only_id = read_row(Letter, {"id": 7}, None)
    assert read == only_id


def test_numbers_and_lists_in_text_fields_survive() -> None:
    read = letter(subject=118, to=["a@x.example", "b@x.example"], isSeen="Y", mailboxId="3")
    assert (read.subject, read.to) == ("118", "a@x.example, b@x.example")
    assert (read.is_seen, read.mailbox_id) == (True, 3)


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-09-01T09:42:10+03:00", datetime(2026, 9, 1, 6, 42, 10, tzinfo=UTC)),
        ("2026-09-01T09:42:10Z", datetime(2026, 9, 1, 9, 42, 10, tzinfo=UTC)),
        ("2026-09-01 09:42:10", datetime(2026, 9, 1, 6, 42, 10, tzinfo=UTC)),
        ("0001-01-01 00:00:00", None),
        ("0000-00-00 00:00:00", None),
        ("", None),
        (None, None),
        (1788249600, None),
        ("yesterday", None),
    ],
)
def test_dates_of_both_forms_come_out_in_utc(written: object, moment: datetime | None) -> None:
    assert letter(date=written).date == moment


def test_a_naive_date_without_a_known_zone_is_utc() -> None:
    read = read_row(Letter, LETTER | {"date": "2026-09-01 09:42:10"}, None)
    assert read is not None
    assert read.date == datetime(2026, 9, 1, 9, 42, 10, tzinfo=UTC)


def test_rows_that_are_none_are_left_out() -> None:
    good = {"id": "3", "email": "a@x.example", "senderName": None, "new": {"x": 1}}
    rows = (Mailbox(id=3, email="a@x.example"),)
    assert read_rows(Mailbox, [good, {"id": None}, {}, [], None, "x"], None) == rows
    assert read_rows(Mailbox, {"0": good, "2": {"name": "no id"}}, None) == rows
    assert read_rows(Mailbox, None, None) == ()
    assert read_rows(Sender, [{"email": "", "sender": "x"}, {"email": None}], None) == ()


def test_a_profile_has_its_id_as_text_and_a_dismissed_person_has_none() -> None:
    profile = read_row(Profile, {"ID": "12", "ADMIN": True, "NAME": "Ann", "TIME_ZONE": None}, None)
    assert profile == Profile.model_construct(user_id=12, name="Ann", last_name="", time_zone="")
    assert read_row(Profile, {}, None) is None
    assert read_row(Profile, [], None) is None
