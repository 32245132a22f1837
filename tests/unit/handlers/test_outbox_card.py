"""Which letter a card is about: whom it goes to, copies too, and how its text begins.

Hidden copies are for its writer's eyes only.
"""

from dataclasses import replace

import pytest

from handlers.cards import MOST_UNITS, Shown
from handlers.formatting import length
from handlers.outbox_card import outbox_card, told_below
from handlers.outbox_list_card import outbox_list_card
from handlers.texts import Texts
from handlers.unknown_letter_card import sure_card
from mail.scenes import OutboxListScene, OutboxScene
from storage.records.outbox import Earlier, Envelope, OutboxRow, OutboxState, Why
from storage.records.places import Place
from tests.integration.languages import EN, RU
from tests.unit.handlers.outbox_rows import NOON, a_row


def lines(row: OutboxRow) -> list[str]:
    text, _ = outbox_card(OutboxScene(row, None, None, rings=False), EN).content()
    return text.splitlines()


def labels(shown: Shown) -> list[str]:
    return [button.label for line in shown.keyboard for button in line]


COPIED = Envelope("a@a.example", ("to@b.example",), ("cc@b.example",), ("bcc@b.example",), "Hi")


def test_the_sent_card_named_to_only() -> None:
    assert lines(a_row(COPIED)) == [
        "Sent to to@b.example ✅",
        "Cc: cc@b.example",
        "Bcc: bcc@b.example",
        "12:00 UTC",
        "Subject: Hi",
    ]


@pytest.mark.parametrize("state", [OutboxState.HELD, OutboxState.QUEUED, OutboxState.DEFERRED])
def test_who_gets_a_copy_stands_there_while_it_can_be_stopped(state: OutboxState) -> None:
    shown = lines(a_row(COPIED, state))
    place = shown.index("To: to@b.example")
    assert shown[place + 1 : place + 3] == ["Cc: cc@b.example", "Bcc: bcc@b.example"]


@pytest.mark.parametrize("state", list(OutboxState))
def test_hidden_copies_are_never_shown_in_a_group(state: OutboxState) -> None:
    row = replace(a_row(COPIED, state), place=Place(-100))
    assert "bcc@b.example" not in "\n".join(lines(row))


def test_a_hundred_long_addresses_leave_room_for_the_subject() -> None:
    many = tuple(f"{n:03}{'x' * 60}@{'y' * 60}.{'z' * 60}.{'w' * 60}.example" for n in range(100))
    shown = lines(a_row(Envelope("a@a.example", many, many, many, "Hi")))
    assert shown[-1] == "Subject: Hi"
    assert shown[1].startswith("Cc: 000xxx")
    assert shown[1].endswith("more")


def test_an_address_in_the_list_had_an_invisible_character() -> None:
    row = a_row(replace(COPIED, to=("/start@x.example",)))
    text, entities = outbox_list_card(OutboxListScene((), (row,), NOON), EN).content()
    assert "\n/start@x.example · " in text
    assert [one.type for one in entities] == ["bold", "bold", "code"]


def test_the_list_said_plainly_sent_of_what_may_have_left_twice() -> None:
    row = replace(a_row(COPIED), why=Why.UNPROTECTED)
    text, _ = outbox_list_card(OutboxListScene((), (row,), NOON), EN).content()
    assert "Sent ✅\n" in text
    assert "⚠️ It may have left more than once: " in text


def test_the_list_said_on_its_way_of_what_waits_for_the_portal() -> None:
    row = replace(a_row(COPIED, OutboxState.QUEUED), deferrals=3)
    text, _ = outbox_list_card(OutboxListScene((row,), (), NOON), EN).content()
    assert "1. Waits for the portal ⏳" in text


@pytest.mark.parametrize("deferrals", [0, 3])
@pytest.mark.parametrize("state", list(OutboxState))
def test_the_list_offered_less_than_the_card_of_a_letter_that_is_just_being_tried(
    state: OutboxState, deferrals: int
) -> None:
    row = replace(a_row(COPIED, state), deferrals=deferrals)
    card = outbox_card(OutboxScene(row, None, None, rings=False, slow=True), EN)
    listed = outbox_list_card(OutboxListScene((row,), (), NOON), EN)
    assert labels(listed) == [f"1 · {label}" for label in labels(card)]


ASKS = (
    OutboxState.DEFERRED,
    OutboxState.BLOCKED,
    OutboxState.EXPIRED,
    OutboxState.VERIFYING,
    OutboxState.UNKNOWN,
    OutboxState.ABANDONED,
)


@pytest.mark.parametrize("state", ASKS)
def test_two_answers_to_one_letter_had_the_same_card(state: OutboxState) -> None:
    yes, no = (a_row(COPIED, state, html) for html in ("<b>YES</b> we<br>ship", "NO, sorry"))
    assert lines(yes)[-2:] == ["Subject: Hi", "Text: YES we ship"]
    assert lines(no)[-1] == "Text: NO, sorry"


def test_two_answers_to_one_letter_had_the_same_line_in_the_list() -> None:
    shown = tuple(a_row(COPIED, OutboxState.UNKNOWN, html) for html in ("YES", "NO"))
    ended = many(a_row(COPIED, html="YES"), 1, "y") + many(a_row(COPIED, html="NO"), 1, "n")
    text, _ = outbox_list_card(OutboxListScene(shown, ended, NOON), EN).content()
    assert [line for line in text.splitlines() if line.startswith("“")] == ["“YES”", "“NO”"] * 2


def test_the_cards_of_two_answers_that_are_told_of_below_were_the_same() -> None:
    told = told_below(a_row(COPIED, OutboxState.UNKNOWN, "YES"), EN).content()[0]
    assert told.splitlines()[-1] == "Text: YES"


def test_the_question_before_send_again_did_not_say_which_letter_is_meant() -> None:
    scene = OutboxScene(a_row(COPIED, OutboxState.UNKNOWN, "YES"), None, None, rings=False)
    assert sure_card(scene, EN).content()[0].splitlines()[-1] == "Text: YES"


def test_the_beginning_of_a_text_is_one_harmless_line() -> None:
    row = a_row(COPIED, OutboxState.UNKNOWN, "/start &lt;now&gt;<br>@jane " + "🙂" * 10_000)
    shown = lines(row)[-1]
    assert shown.startswith("Text: /\u2060start <now> @\u2060jane 🙂🙂")
    assert shown.endswith("🙂…")
    assert length(shown) <= len("Text: ") + 60


def test_what_does_not_open_has_no_text() -> None:
    assert lines(replace(a_row(COPIED, OutboxState.UNKNOWN), body=b""))[-1] == "Subject: Hi"


@pytest.mark.parametrize("texts", [EN, RU])
@pytest.mark.parametrize("state", list(OutboxState))
def test_the_longest_list_shows_every_letter_that_has_buttons(
    texts: Texts, state: OutboxState
) -> None:
    """It was cut at its end, and some buttons had a number that stood nowhere."""
    long = Envelope("a@a.example", ("x" * 60 + "@b.example",) * 9, (), (), "Wer " * 60)
    why = Why.AGAIN if state is OutboxState.ABANDONED else Why.NOTHING
    row = replace(a_row(long, state, "слово " * 50), why=why, deferrals=3)
    rows, ended = many(row, 12), many(row, 10, "e")
    earlier = {one.id: Earlier.MAY_HAVE_LEFT for one in (*rows, *ended)}
    offered = frozenset(one.id for one in ended)
    scene = OutboxListScene(rows, ended, NOON, earlier=earlier, offer_text=offered)
    text, _ = outbox_list_card(scene, texts).content()
    entries = text.split("\n\n")
    beginning = next(line for line in entries[1].splitlines() if "слово" in line)
    for number in range(1, 11):
        assert entries[number].startswith(f"{number}. ")
        assert beginning in entries[number]
    assert len(entries[-1].splitlines()) in (1, len(entries[1].splitlines())), "none is cut"
    assert length(text) < MOST_UNITS


def test_what_was_left_as_not_known_had_no_way_back_to_its_text_in_the_list() -> None:
    unknown = many(a_row(COPIED, OutboxState.UNKNOWN), 2, "u")
    left = many(a_row(COPIED, OutboxState.ABANDONED), 2, "l")
    sent = many(a_row(COPIED, OutboxState.SENT), 1, "s")
    offered = frozenset(row.id for row in left)
    ended = (left[0], *sent, left[1])
    shown = outbox_list_card(OutboxListScene(unknown, ended, NOON, offer_text=offered), EN)
    text = shown.content()[0]
    assert [line for line in text.splitlines() if line.endswith(("❓", "✅"))] == [
        "1. Not known whether it left ❓",
        "2. Not known whether it left ❓",
        "3. Left as not known ❓",
        "Sent ✅",
        "4. Left as not known ❓",
    ]
    assert labels(shown)[-2:] == [f"{n} · Answer again with this text" for n in (3, 4)]


def test_what_there_was_no_room_for_had_no_button_either() -> None:
    long = Envelope("a@a.example", ("x" * 60 + "@b.example",) * 9, (), (), "Wer " * 60)
    rows = many(a_row(long, OutboxState.UNKNOWN, "word " * 50), 10)
    left = many(a_row(long, OutboxState.ABANDONED, "word " * 50), 10, "l")
    offered = frozenset(row.id for row in left)
    shown = outbox_list_card(OutboxListScene(rows, left, NOON, offer_text=offered), EN)
    numbers = [line.split(".")[0] for line in shown.content()[0].splitlines() if "as not" in line]
    assert 0 < len(numbers) < 10
    again = [label.split(" ")[0] for label in labels(shown) if "Answer again" in label]
    assert again == numbers


def many(row: OutboxRow, count: int, begins: str = "r") -> tuple[OutboxRow, ...]:
    """The same letter so many times, each a row of its own."""
    return tuple(replace(row, id=f"{begins}{number:015}") for number in range(count))


def test_what_never_was_tried_is_not_tried_again() -> None:
    row = a_row(COPIED, OutboxState.EXPIRED)
    card = outbox_card(OutboxScene(row, None, None, rings=True), EN)
    assert card.content()[0].splitlines()[0].endswith("Should it still go? ⚠️")
    assert labels(card) == ["Send", "Cancel"]


@pytest.mark.parametrize("state", [OutboxState.VERIFYING, OutboxState.UNKNOWN])
@pytest.mark.parametrize(
    ("why", "said"),
    [
        (Why.RESTART, "The bot was stopped while the letter was on its way."),
        (Why.RESTORED, "The bot's database is a copy: the letter may have left since."),
    ],
)
def test_a_portal_that_nobody_asked_was_said_to_have_given_no_clear_answer(
    state: OutboxState, why: Why, said: str
) -> None:
    shown = lines(replace(a_row(COPIED, state), why=why))
    assert shown[1] == said
    assert not any("no clear answer" in line for line in shown)


def test_a_letter_of_a_copy_was_said_to_have_had_no_clear_answer() -> None:
    """Nor after a kill does anybody know what the portal answered."""
    shown = lines(replace(a_row(COPIED, OutboxState.SENT), why=Why.THREAD))
    assert "It was not known whether it had left, but it was found in its conversation." in shown


def test_a_portal_that_does_not_answer_the_guard_was_called_busy() -> None:
    scene = OutboxScene(a_row(COPIED, OutboxState.QUEUED), None, None, rings=False, slow=True)
    assert "busy or has not answered yet" in outbox_card(scene, EN).content()[0]
