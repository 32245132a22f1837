"""What mail refuses: every error has a sentence of its own, short enough for a toast."""

import pytest

from handlers.sentences import (
    after_colon,
    closed_sentence,
    field_label,
    limit_sentence,
    not_allowed_sentence,
    not_connected_sentence,
    nothing_asked_sentence,
    sentence,
    stale_toast,
    too_late_toast,
)
from mail.errors import (
    BadValue,
    Closed,
    Closing,
    Limit,
    LimitReached,
    MailError,
    NotAllowed,
    NotConnected,
    NothingAsked,
    SendPressed,
    ShutOut,
    Stale,
    TooLate,
)
from storage.records.drafts import Field
from tests.unit.handlers.english import EN, fit_for_people

MOST_TOAST = 200  # characters (answerCallbackQuery, the Bot API)

ERRORS: list[MailError] = [
    Stale(),
    TooLate(),
    NothingAsked(),
    NotConnected(),
    NotAllowed(),
    ShutOut(),
    *(Closed(closing) for closing in Closing),
    *(LimitReached(limit, 200) for limit in Limit),
    SendPressed(left=False),
    SendPressed(left=True),
    BadValue(Field.SUBJECT, "empty"),
]


def classes(root: type[MailError]) -> set[type[MailError]]:
    return {root}.union(*(classes(one) for one in root.__subclasses__()))


def test_every_error_of_mail_is_tried_here() -> None:
    assert {type(error) for error in ERRORS} == classes(MailError) - {MailError}


@pytest.mark.parametrize("error", ERRORS, ids=repr)
def test_every_error_has_a_short_sentence(error: MailError) -> None:
    said = sentence(error, EN)
    assert fit_for_people(said)
    assert len(said) <= MOST_TOAST
    assert said != sentence(MailError(), EN), "a sentence of its own"


def test_no_two_errors_share_a_sentence() -> None:
    said = [sentence(error, EN) for error in ERRORS]
    assert len(set(said)) == len(said)


def test_an_error_of_tomorrow_is_answered_politely() -> None:
    assert sentence(MailError(), EN) == "That did not work. Please try again."


def test_each_error_is_said_by_its_own_function() -> None:
    assert [sentence(error, EN) for error in ERRORS[:5]] == [
        stale_toast(EN),
        too_late_toast(EN),
        nothing_asked_sentence(EN),
        not_connected_sentence(EN),
        not_allowed_sentence(NotAllowed(), EN),
    ]


@pytest.mark.parametrize(
    ("closing", "button"),
    [
        (Closing.ASIDE, "“Bring back”"),
        (Closing.HELD, "“Undo” first"),
        (Closing.WAITING, "“Cancel”"),
        (Closing.REFUSAL, "“Review”"),
    ],
)
def test_a_closed_draft_names_the_button_that_opens_it(closing: Closing, button: str) -> None:
    assert button in closed_sentence(Closed(closing), EN)


@pytest.mark.parametrize("closing", list(Closing))
def test_a_closed_draft_is_never_called_unsent(closing: Closing) -> None:
    assert "not sent" not in closed_sentence(Closed(closing), EN).lower()


def test_limits_say_how_many() -> None:
    assert limit_sentence(LimitReached(Limit.SENDS, 1), EN).startswith("At most 1 letter an hour")
    assert limit_sentence(LimitReached(Limit.SENDS, 200), EN).startswith("At most 200 letters an")
    assert limit_sentence(LimitReached(Limit.CONNECTS, 5), EN).startswith("At most 5 addresses an")


@pytest.mark.parametrize(
    ("field", "label"),
    [
        (Field.SENDER, "Sender"),
        (Field.RECIPIENTS, "Recipients"),
        (Field.SUBJECT, "Subject"),
        (Field.TEXT, "Text"),
        (Field.CC, "Cc"),
        (Field.BCC, "Bcc"),
        (Field.COPIES, "Cc/Bcc"),
        (Field.LETTER, "Letter"),
        (Field.REVIEW, "Review"),
        (Field.EDIT, "Review"),
        (Field.REFUSAL, "Review"),
    ],
)
def test_buttons_are_labelled_as_promised(field: Field, label: str) -> None:
    assert field_label(field, EN) == label


@pytest.mark.parametrize(
    ("said", "goes_on"),
    [
        ("The portal cannot be reached.", "the portal cannot be reached."),
        ("С порталом нет связи.", "с порталом нет связи."),
        ("Bitrix24 has blocked REST.", "Bitrix24 has blocked REST."),
        ("To: there is no recipient.", "To: there is no recipient."),
        ("To, Cc or Bcc: please check.", "To, Cc or Bcc: please check."),
        ("", ""),
    ],
)
def test_behind_a_colon_only_names_and_fields_keep_their_capital(said: str, goes_on: str) -> None:
    assert after_colon(said) == goes_on
