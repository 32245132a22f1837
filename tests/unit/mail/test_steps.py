"""The steps of a draft: what is asked next, where Back leads, what a field may hold."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from mail import fields, steps
from mail.errors import BadValue
from mail.suggestions import Known, prefill
from storage.records.connections import Account, Mailbox, Sender
from storage.records.drafts import Draft, DraftState, Field, Typed, Wants, Written
from storage.records.letters import Letter, LetterText
from storage.records.places import Place

NOW = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
ACCOUNT = Account(
    "Anna",
    "Europe/Berlin",
    (Mailbox(1, "support@acme.example"),),
    (Sender("anna@acme.example", "Anna"), Sender("support@acme.example", "Support")),
)
JANE = LetterText(
    mailbox="support@acme.example",
    subject="Order 118",
    sender="Jane Client <jane@client.example>",
    to="support@acme.example, bob@client.example",
    cc="carol@client.example",
)


def known(text: LetterText = JANE, account: Account = ACCOUNT) -> Known:
    return Known(account, "acme.example", Letter("l" * 16, 1, "c" * 16, 15, text, NOW))


def draft(*, guided: bool = True, field: Field = Field.LETTER) -> Draft:
    return Draft(
        id="d" * 16,
        owner=1,
        place=Place(1),
        state=DraftState.COMPOSING,
        revision=1,
        field=field,
        guided=guided,
        reviewed=False,
        whole=0,
        wants=Wants.NOTHING,
        asked_at_revision=0,
        connection="c" * 16,
        letter_number=15,
        letter="l" * 16,
        written=Written(),
        created_at=NOW,
        updated_at=NOW,
    )


def said(text: str, message: int = 7) -> Typed:
    return Typed(message, text, text)


def at_review() -> Draft:
    quick = prefill(fields.put_text(draft(guided=False), said("Hello")), known())
    return steps.move_on(quick, known())


def test_a_guided_reply_asks_every_step_and_then_shows_the_review() -> None:
    one = steps.move_on(draft(), known())
    asked = [one.field]
    for text in ("support@acme.example", "jane@client.example", "Re: Order 118", "Thanks"):
        one = steps.answer(one, said(text), known())
        asked.append(one.field)
    assert asked == [Field.SENDER, Field.RECIPIENTS, Field.SUBJECT, Field.TEXT, Field.REVIEW]


def test_a_quick_reply_leads_straight_to_the_review() -> None:
    one = at_review()
    assert one.field is Field.REVIEW
    assert one.written.sender == "support@acme.example"
    assert one.written.to == ("jane@client.example",)
    assert one.written.subject == "Re: Order 118"


def test_a_quick_reply_asks_for_what_cannot_be_filled_and_keeps_the_text() -> None:
    elsewhere = known(replace(JANE, mailbox="gone@acme.example"))
    one = prefill(fields.put_text(draft(guided=False), said("Hello")), elsewhere)
    one = steps.move_on(one, elsewhere)
    assert one.field is Field.SENDER
    one = steps.answer(one, said("ANNA@acme.example"), elsewhere)
    assert one.field is Field.REVIEW
    assert [part.html for part in one.written.parts] == ["Hello"]


def test_a_reply_to_ones_own_letter_goes_to_whom_it_went() -> None:
    own = known(replace(JANE, sender="Anna <anna@acme.example>", to="jane@client.example"))
    one = prefill(draft(guided=False), own)
    assert one.written.to == ("jane@client.example",)


def test_a_recipient_that_could_not_be_sent_to_is_asked_for() -> None:
    odd = known(replace(JANE, sender="root@localhost"))
    assert prefill(draft(guided=False), odd).written.to == ()


def test_the_letters_own_mailbox_is_the_first_choice() -> None:
    one = steps.move_on(draft(), known())
    assert [choice.value for choice in one.written.choices] == [
        "support@acme.example",
        "anna@acme.example",
    ]


def test_all_counts_everybody_but_oneself() -> None:
    one = steps.enter(draft(), Field.RECIPIENTS, known())
    jane, everybody = one.written.choices
    assert jane.label == "Jane Client"
    assert everybody.count == 3
    assert everybody.value == "jane@client.example, bob@client.example, carol@client.example"


@pytest.mark.parametrize(
    ("field", "where"),
    [
        (Field.SENDER, Field.LETTER),
        (Field.TEXT, Field.SUBJECT),
        (Field.LETTER, None),
    ],
)
def test_back_leads_one_step_back_before_the_review(field: Field, where: Field | None) -> None:
    assert steps.before(draft(field=field)) is where


def test_back_from_a_mended_field_leads_to_the_review() -> None:
    assert steps.before(replace(at_review(), field=Field.SUBJECT)) is Field.REVIEW
    assert steps.before(replace(at_review(), field=Field.BCC)) is Field.COPIES


def test_a_mended_field_leads_back_to_the_review() -> None:
    one = steps.enter(at_review(), Field.SUBJECT, known())
    assert steps.answer(one, said("Another"), known()).field is Field.REVIEW


def test_text_on_the_review_joins_as_a_paragraph() -> None:
    one = steps.answer(at_review(), said("And one more thing", 8), known())
    assert [part.html for part in one.written.parts] == ["Hello", "And one more thing"]
    assert one.field is Field.REVIEW


def test_text_for_the_text_field_replaces_it() -> None:
    one = steps.enter(at_review(), Field.TEXT, known())
    one = steps.answer(one, said("Anew", 9), known())
    assert [part.html for part in one.written.parts] == ["Anew"]


def test_none_empties_a_copy_field() -> None:
    one = steps.enter(at_review(), Field.CC, known())
    one = steps.answer(one, said("carol@client.example"), known())
    assert one.written.cc == ("carol@client.example",)
    one = steps.answer(steps.enter(one, Field.CC, known()), said("None"), known())
    assert one.written.cc == ()


def test_the_hundred_addresses_count_over_all_three_fields() -> None:
    many = ", ".join(f"p{n}@client.example" for n in range(60))
    one = steps.answer(steps.enter(at_review(), Field.CC, known()), said(many), known())
    with pytest.raises(BadValue) as refused:
        steps.answer(steps.enter(one, Field.BCC, known()), said(many), known())
    assert (refused.value.code, refused.value.count) == ("too_many", 121)


def test_a_hundred_thousand_characters_are_the_most_over_all_parts() -> None:
    one = steps.answer(at_review(), said("x" * 99_995, 8), known())
    with pytest.raises(BadValue) as refused:
        steps.answer(one, said("y", 9), known())
    assert (refused.value.code, refused.value.count) == ("too_long", 100_001)


@pytest.mark.parametrize(
    ("field", "text", "code"),
    [
        (Field.SENDER, "somebody@else.example", "not_a_sender"),
        (Field.RECIPIENTS, "jane(at)client", "not_an_address"),
        (Field.SUBJECT, "two\nlines", "line_end"),
        (Field.TEXT, "  \n ", "blank"),
        (Field.LETTER, "abc", "not_a_number"),
    ],
)
def test_a_bad_value_is_refused_and_the_step_stays(field: Field, text: str, code: str) -> None:
    one = steps.enter(draft(), field, known())
    with pytest.raises(BadValue) as refused:
        steps.answer(one, said(text), known())
    assert (refused.value.field, refused.value.code) == (field, code)


def test_what_was_typed_meanwhile_answers_the_steps_that_come_up() -> None:
    one = draft(guided=False)
    for number, text in enumerate(("Hello", "and goodbye"), start=20):
        one = steps.wait(one, said(text, number))
    one = steps.move_on(prefill(one, known()), known())
    assert one.field is Field.REVIEW
    assert [part.html for part in one.written.parts] == ["Hello", "and goodbye"]
    assert one.written.waiting == ()


def test_what_does_not_fit_the_step_stays_waiting() -> None:
    one = steps.move_on(steps.wait(draft(), said("Hello")), known())
    assert one.field is Field.SENDER
    assert [typed.text for typed in one.written.waiting] == ["Hello"]


def test_an_edited_message_changes_the_part_that_it_became() -> None:
    one = fields.change(at_review(), Typed(7, "Hello, Jane", "Hello, Jane"), known())
    assert one is not None
    assert [part.html for part in one.written.parts] == ["Hello, Jane"]


def test_an_edited_message_changes_the_field_that_it_answered() -> None:
    one = steps.answer(steps.enter(at_review(), Field.SUBJECT, known()), said("Old", 30), known())
    changed = fields.change(one, said("New", 30), known())
    assert changed is not None
    assert changed.written.subject == "New"
    assert fields.change(one, said("New", 31), known()) is None


def test_an_empty_subject_gets_one_that_can_be_sent() -> None:
    empty = known(replace(JANE, subject=""))
    assert prefill(draft(guided=False), empty).written.subject == "Re: (no subject)"
