"""Rows come back as they were written, to their owner only, and sealed where it matters."""

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from storage import (
    connection_tests,
    connections,
    drafts,
    letters,
    outbox,
    outbox_claims,
    outbox_lists,
    outbox_queue,
    people,
    portals,
)
from storage.database import Database, Transaction
from storage.errors import SealBroken
from storage.records.connections import (
    Account,
    Address,
    AttemptState,
    ConnectAttempt,
    Connection,
    ConnectionTest,
    ConnectionTestState,
    Mailbox,
    Sender,
)
from storage.records.drafts import (
    Choice,
    Draft,
    DraftState,
    Field,
    Part,
    Source,
    Typed,
    Wants,
    Written,
)
from storage.records.failures import Failure, RefusedField
from storage.records.letters import Letter, LetterText
from storage.records.outbox import Envelope, OutboxRow, OutboxState, Why
from storage.records.people import Access, Person
from storage.records.places import Place
from storage.records.pointers import Pointer, PointsAt
from storage.values import as_json, from_json
from tests.integration.storage.places import NOON, all_bytes

ANNA, OLEG = 1, 2
HOME = Place(ANNA, 5)
CONNECTION, DRAFT, ROW, LETTER = "c" * 16, "d" * 16, "r" * 16, "l" * 16

FAILURE = Failure(
    "validation",
    400,
    "CANARY-PORTAL-CODE",
    "CANARY-PORTAL-TEXT",
    (RefusedField("to", "NO_RECIPIENTS", "CANARY-FIELD"),),
    NOON,
)
ACCOUNT = Account(
    "CANARY-PERSON",
    "Europe/Berlin",
    (Mailbox(3, "canary-mailbox@acme.example", "CANARY-BOX"),),
    (Sender("canary-sender@acme.example", "CANARY-SENDER"),),
)
ADDRESS = Address("https", "acme.example", 8443, "/b24", 7, "CANARYCODE")
WRITTEN = Written(
    sender="canary-from@acme.example",
    to=("canary-to@client.example",),
    cc=("canary-cc@client.example",),
    bcc=("canary-bcc@client.example",),
    subject="CANARY-SUBJECT",
    parts=(Part(9, "CANARY-PART", 11),),
    choices=(Choice("canary-choice@client.example", "CANARY-LABEL", 2),),
    waiting=(Typed(10, "CANARY-TYPED", "CANARY-TYPED"),),
    sources=(Source(9, Field.SUBJECT),),
    failure=FAILURE,
)
TEXT = LetterText(
    "canary-box@acme.example",
    "CANARY-LETTER-SUBJECT",
    "CANARY-LETTER-FROM <canary-jane@client.example>",
    "canary-lto@client.example",
    "canary-lcc@client.example",
    NOON,
    True,
    "https://acme.example/CANARY-URL",
    "CANARY-LETTER-BODY",
)


def a_person(person: int = ANNA) -> Person:
    return Person(person, "Anna", "anna", "ru", Access.ADMITTED, True, CONNECTION, NOON, 3)


def a_connection(owner: int = ANNA) -> Connection:
    return Connection(CONNECTION, owner, ADDRESS, ACCOUNT, NOON, 2, "CANARY-NAME")


def an_attempt() -> ConnectAttempt:
    return ConnectAttempt(
        "a" * 16, ANNA, HOME, AttemptState.FAILED, 4, ADDRESS, ACCOUNT, FAILURE, CONNECTION, NOON
    )


def a_draft() -> Draft:
    return Draft(
        id=DRAFT,
        owner=ANNA,
        place=HOME,
        state=DraftState.COMPOSING,
        revision=6,
        field=Field.CC,
        guided=True,
        reviewed=True,
        whole=2,
        wants=Wants.LETTER,
        asked_at_revision=5,
        connection=CONNECTION,
        letter_number=2**53,
        letter=LETTER,
        written=WRITTEN,
        created_at=NOON,
        updated_at=NOON,
    )


def a_row() -> OutboxRow:
    return OutboxRow(
        id=ROW,
        owner=ANNA,
        place=HOME,
        draft=DRAFT,
        connection=CONNECTION,
        method="mail.message.reply",
        idempotency_key="k" * 32,
        body='{"body":"CANARY-BODY — «да» 🙂"}'.encode(),
        body_sha256="0" * 64,
        envelope=Envelope("canary-e@acme.example", ("canary-eto@x.example",), (), (), "CANARY-ENV"),
        state=OutboxState.QUEUED,
        why=Why.NOTHING,
        revision=1,
        due_at=NOON,
        lease_epoch=0,
        attempts=0,
        first_wire_at=None,
        failure=None,
        accepted_to=(),
        created_at=NOON,
        updated_at=NOON,
    )


def a_letter() -> Letter:
    return Letter(LETTER, ANNA, CONNECTION, 15, TEXT, NOON)


def fill(tx: Transaction) -> None:
    people.save(tx, a_person())
    people.save(tx, a_person(OLEG))
    connections.save(tx, a_connection())
    connections.save_attempt(tx, an_attempt())
    letters.save(tx, a_letter())
    drafts.save(tx, a_draft())
    drafts.point(tx, Pointer(ANNA, HOME, PointsAt.DRAFT, DRAFT))
    outbox.add(tx, a_row())


def current(tx: Transaction) -> OutboxRow:
    row = outbox.find(tx, ANNA, ROW)
    assert row is not None
    return row


def claimed(tx: Transaction) -> OutboxRow:
    assert outbox_claims.claim(
        tx, current(tx), lease_until=tx.now + timedelta(1), hook_fp=b"fp", baseline=(1, 2)
    )
    return current(tx)


@pytest.fixture(autouse=True)
async def filled(db: Database) -> None:
    await db.write(fill)


async def test_every_record_comes_back_as_it_was_written(db: Database) -> None:
    assert await db.read(lambda tx: people.get(tx, ANNA)) == a_person()
    assert await db.read(lambda tx: connections.find(tx, ANNA, CONNECTION)) == a_connection()
    assert await db.read(lambda tx: connections.find_attempt(tx, ANNA, "a" * 16)) == an_attempt()
    assert await db.read(lambda tx: letters.find(tx, ANNA, LETTER)) == a_letter()
    assert await db.read(lambda tx: drafts.find(tx, ANNA, DRAFT)) == a_draft()
    assert await db.read(lambda tx: outbox.find(tx, ANNA, ROW)) == a_row()
    pointer = Pointer(ANNA, HOME, PointsAt.DRAFT, DRAFT)
    assert await db.read(lambda tx: drafts.pointer(tx, ANNA, HOME)) == pointer


async def test_rows_are_found_by_their_owner_only(db: Database) -> None:
    def look(tx: Transaction) -> list[object]:
        return [
            connections.find(tx, OLEG, CONNECTION),
            connections.find_attempt(tx, OLEG, "a" * 16),
            letters.find(tx, OLEG, LETTER),
            drafts.find(tx, OLEG, DRAFT),
            outbox.find(tx, OLEG, ROW),
            outbox.newest_of_draft(tx, OLEG, DRAFT),
            drafts.pointer(tx, OLEG, HOME),
            connections.id_of_address(tx, OLEG, ADDRESS),
        ]

    assert await db.write(look) == [None] * 8
    assert await db.read(lambda tx: connections.of_person(tx, OLEG)) == ()
    assert await db.read(lambda tx: drafts.newest(tx, OLEG, HOME)) == ()
    assert await db.read(lambda tx: drafts.of_connection(tx, OLEG, CONNECTION)) == ()
    assert await db.read(lambda tx: outbox_lists.in_state(tx, *OutboxState, owner=OLEG)) == ()
    assert await db.read(lambda tx: outbox_lists.count_since(tx, OLEG, NOON)) == 0


async def test_somebody_else_changes_nothing(db: Database) -> None:
    theirs = replace(a_row(), owner=OLEG)

    def change(tx: Transaction) -> list[bool]:
        connections.remove(tx, OLEG, CONNECTION)
        return [
            outbox.move(tx, theirs, OutboxState.CANCELLED),
            outbox_claims.claim(tx, theirs, lease_until=tx.now, hook_fp=b"", baseline=None),
            outbox.accept(tx, replace(theirs, state=OutboxState.SENDING), Why.RESPONSE),
        ]

    assert await db.write(change) == [False] * 3
    assert await db.read(lambda tx: outbox.find(tx, ANNA, ROW)) == a_row()
    assert await db.read(lambda tx: connections.find(tx, ANNA, CONNECTION)) is not None


async def test_nothing_private_stands_in_the_file(db: Database, path: Path) -> None:
    def more(tx: Transaction) -> None:
        outbox.accept(tx, claimed(tx), Why.RESPONSE, ("canary-accepted@client.example",))
        tx.execute("UPDATE outbox SET state = 'sending'")
        outbox.move(tx, current(tx), OutboxState.UNKNOWN, failure=FAILURE)

    await db.write(more)
    before = all_bytes(path).lower()
    await db.close()
    for content in (before, all_bytes(path).lower()):
        assert b"outbox" in content, "the bytes are the database's"
        assert b"canary" not in content


@pytest.mark.parametrize(
    ("table", "column", "sql"),
    [
        ("connections", "code", "SELECT id, code AS value FROM connections"),
        ("connections", "account", "SELECT id, account AS value FROM connections"),
        ("letters", "text", "SELECT id, text AS value FROM letters"),
        ("drafts", "written", "SELECT id, written AS value FROM drafts"),
        ("outbox", "body", "SELECT id, body AS value FROM outbox"),
        ("outbox", "envelope", "SELECT id, envelope AS value FROM outbox"),
    ],
)
async def test_a_sealed_value_opens_in_its_own_row_only(
    db: Database, table: str, column: str, sql: str
) -> None:
    found = await db.read(lambda tx: tx.rows(sql))
    row_id, value = found[0]["id"], found[0]["value"]
    opened = await db.read(lambda tx: tx.open(ANNA, table, column, row_id, value))
    assert "canary" in opened.lower()
    await db.write(lambda tx: tx.seal(OLEG, "people", "x", "y", ""))  # Oleg has a key to try
    with pytest.raises(SealBroken):
        await db.read(lambda tx: tx.open(OLEG, table, column, row_id, value))
    with pytest.raises(SealBroken):
        await db.read(lambda tx: tx.open(ANNA, table, column, "x" * 16, value))


async def test_a_letter_that_is_read_again_keeps_its_id(db: Database) -> None:
    again = replace(a_letter(), id="z" * 16, text=replace(TEXT, subject="Changed"))
    stored = await db.write(lambda tx: letters.save(tx, again))
    assert (stored.id, stored.text.subject) == (LETTER, "Changed")
    assert await db.read(lambda tx: letters.find(tx, ANNA, LETTER)) == stored
    assert await db.read(lambda tx: letters.find(tx, ANNA, "z" * 16)) is None


async def test_a_removed_connection_forgets_all_but_its_id(db: Database) -> None:
    await db.write(lambda tx: connections.remove(tx, ANNA, CONNECTION))
    assert await db.read(lambda tx: connections.find(tx, ANNA, CONNECTION)) is None
    assert await db.read(connections.every) == ()
    assert await db.read(lambda tx: letters.find(tx, ANNA, LETTER)) is None
    kept = await db.read(lambda tx: tx.rows("SELECT code, account, name FROM connections"))
    assert kept == [{"code": b"", "account": b"", "name": None}]
    assert await db.read(lambda tx: connection_tests.of_person(tx, ANNA)) == ()
    assert await db.read(lambda tx: connections.id_of_address(tx, ANNA, ADDRESS)) == CONNECTION
    await db.write(lambda tx: connections.save(tx, a_connection()))
    assert await db.read(lambda tx: connections.find(tx, ANNA, CONNECTION)) == a_connection()


async def test_a_test_of_a_connection_is_its_owners(db: Database) -> None:
    test = ConnectionTest(CONNECTION, ANNA, HOME, ConnectionTestState.ASKING, 1)
    await db.write(lambda tx: connection_tests.save(tx, test))
    assert await db.read(connection_tests.asking) == ((ANNA, CONNECTION, 1),)
    assert await db.read(lambda tx: connection_tests.find(tx, OLEG, CONNECTION)) is None
    failed = replace(test, state=ConnectionTestState.FAILED, revision=2, failure=FAILURE)
    await db.write(lambda tx: connection_tests.save(tx, failed))
    assert await db.read(lambda tx: connection_tests.of_person(tx, ANNA)) == (failed,)
    await db.write(lambda tx: connection_tests.forget_ended(tx, OLEG))
    assert await db.read(lambda tx: connection_tests.find(tx, ANNA, CONNECTION)) == failed
    await db.write(lambda tx: connection_tests.forget_ended(tx, ANNA))
    assert await db.read(lambda tx: connection_tests.of_person(tx, ANNA)) == ()


async def test_a_place_has_one_pointer(db: Database) -> None:
    other = Pointer(ANNA, HOME, PointsAt.ATTEMPT, "a" * 16)
    elsewhere = Pointer(ANNA, Place(ANNA), PointsAt.DRAFT, DRAFT)
    await db.write(lambda tx: drafts.point(tx, other))
    await db.write(lambda tx: drafts.point(tx, elsewhere))
    assert await db.read(lambda tx: drafts.pointer(tx, ANNA, HOME)) == other
    assert await db.read(lambda tx: drafts.pointer(tx, ANNA, Place(ANNA))) == elsewhere
    await db.write(lambda tx: drafts.unpoint(tx, ANNA, HOME))
    assert await db.read(lambda tx: drafts.pointer(tx, ANNA, HOME)) is None
    assert await db.read(lambda tx: drafts.pointer(tx, ANNA, Place(ANNA))) == elsewhere


async def test_a_row_moves_only_from_where_it_was_read(db: Database) -> None:
    assert await db.write(lambda tx: outbox.move(tx, a_row(), OutboxState.CANCELLED))
    assert not await db.write(lambda tx: outbox.move(tx, a_row(), OutboxState.DEFERRED))
    moved = await db.write(current)
    assert (moved.state, moved.revision) == (OutboxState.CANCELLED, 2)


async def test_a_row_is_claimed_once(db: Database) -> None:
    def claim(tx: Transaction) -> bool:
        return outbox_claims.claim(
            tx, a_row(), lease_until=tx.now + timedelta(1), hook_fp=b"fp", baseline=(1, 2)
        )

    assert await db.write(claim)
    assert not await db.write(claim)
    row = await db.write(current)
    assert (row.state, row.lease_epoch, row.attempts) == (OutboxState.SENDING, 1, 1)
    assert row.first_wire_at == NOON


def verifying(tx: Transaction) -> OutboxRow:
    """Nobody knows what became of its call."""
    assert outbox.move(tx, claimed(tx), OutboxState.VERIFYING, next_at=tx.now)
    return current(tx)


@pytest.mark.parametrize("claim", [outbox_claims.claim_look, outbox_claims.claim_replay])
async def test_one_of_two_looks_for_a_letter_and_one_repeats_its_call(
    db: Database, claim: Callable[..., bool]
) -> None:
    row = await db.write(verifying)
    later = row.updated_at + timedelta(1)
    both = [await db.write(lambda tx: claim(tx, row, lease_until=later)) for _ in range(2)]
    assert both == [True, False]
    assert (await db.write(current)).lease_epoch == row.lease_epoch + 1


async def test_whoever_lost_its_claim_says_nothing_more_of_the_row(db: Database) -> None:
    """It is on the wire for somebody else by now."""

    def lost(tx: Transaction) -> OutboxRow:
        first = claimed(tx)
        assert outbox.move(tx, first, OutboxState.VERIFYING, next_at=tx.now)
        assert outbox_claims.claim_replay(tx, current(tx), lease_until=tx.now + timedelta(1))
        return first

    first = await db.write(lost)
    assert first.state is OutboxState.SENDING
    assert not await db.write(lambda tx: outbox.move(tx, first, OutboxState.REJECTED))
    assert (await db.write(current)).state is OutboxState.SENDING


async def test_letters_in_hand_are_not_opened_again_to_find_those_that_may_go(
    db: Database, caplog: pytest.LogCaptureFixture
) -> None:
    """With hundreds at a portal that hangs, every turn of the loop opened them all."""
    other = replace(a_row(), id="s" * 16, idempotency_key="l" * 32)
    await db.write(lambda tx: outbox.add(tx, other))
    await db.write(lambda tx: tx.execute("UPDATE outbox SET body = x'00' WHERE id = :id", id=ROW))
    assert await db.read(lambda tx: outbox_queue.queued(tx, but={ROW})) == (other,)
    assert caplog.messages == [], "one that does not open is told of when it is opened"
    assert [row.id for row in await db.read(outbox_queue.queued)] == [ROW, other.id]
    assert caplog.messages


async def test_an_older_claim_ends_nothing(db: Database) -> None:
    """A bad answer counts only for the claim that it answers."""
    first = await db.write(claimed)
    await db.write(lambda tx: outbox.move(tx, first, OutboxState.QUEUED))
    await db.write(claimed)
    assert not await db.write(lambda tx: outbox.move(tx, first, OutboxState.REJECTED))
    assert (await db.write(current)).state is OutboxState.SENDING


@pytest.mark.parametrize("state", list(OutboxState))
async def test_a_good_answer_counts_while_nobody_knows(db: Database, state: OutboxState) -> None:
    await db.write(lambda tx: tx.execute("UPDATE outbox SET state = :s", s=state.value))
    accepted = await db.write(
        lambda tx: outbox.accept(tx, current(tx), Why.RESPONSE, ("jane@x.example",))
    )
    assert accepted is (
        state
        in (
            OutboxState.SENDING,
            OutboxState.VERIFYING,
            OutboxState.UNKNOWN,
            OutboxState.ABANDONED,
        )
    )


@pytest.mark.parametrize("state", list(OutboxState))
async def test_the_first_wire_is_forgotten_where_nothing_left(
    db: Database, state: OutboxState
) -> None:
    await db.write(lambda tx: outbox.move(tx, claimed(tx), state))
    wired = (await db.write(current)).first_wire_at is not None
    left = ("sending", "verifying", "sent", "unknown", "abandoned")
    assert wired is (state.value in left)


async def test_the_newest_row_of_a_draft_tells_what_became_of_it(db: Database) -> None:
    again = replace(a_row(), id="s" * 16, idempotency_key="x" * 32)
    await db.write(lambda tx: outbox.add(tx, again))
    newest = await db.read(lambda tx: outbox.newest_of_draft(tx, ANNA, DRAFT))
    assert newest is not None
    assert newest.id == "s" * 16


async def test_two_rows_never_share_a_key(db: Database) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="UNIQUE"):
        await db.write(lambda tx: outbox.add(tx, replace(a_row(), id="s" * 16)))


async def test_calls_count_from_the_hour_on(db: Database) -> None:
    await db.write(lambda tx: connections.note_call(tx, an_attempt()))
    noon, later = "2026-01-31T12:00:00.000000Z", "2026-01-31T12:00:00.000001Z"
    assert await db.read(lambda tx: connections.count_calls(tx, ANNA, noon)) == 1
    assert await db.read(lambda tx: connections.count_calls(tx, ANNA, later)) == 0


async def test_what_a_portal_showed_last_counts(db: Database) -> None:
    async def known() -> object:
        rows = await db.read(lambda tx: tx.rows("SELECT idempotency FROM portals"))
        return [row["idempotency"] for row in rows]

    await db.write(lambda tx: portals.learn_idempotency(tx, "acme.example", "m", "absent"))
    assert await known() == ["absent"]
    await db.write(lambda tx: portals.learn_idempotency(tx, "acme.example", "m", "proven"))
    assert await known() == ["proven"]
    await db.write(lambda tx: portals.learn_idempotency(tx, "acme.example", "m", "absent"))
    assert await known() == ["absent"]


@pytest.mark.parametrize("value", [WRITTEN, FAILURE, ACCOUNT, TEXT, ADDRESS, a_row().envelope])
def test_values_come_back_equal(value: object) -> None:
    assert from_json(type(value), as_json(value)) == value


def test_values_of_an_older_program_are_read() -> None:
    assert from_json(Written, '{"sender": "a@x.example", "unknown": 1}').sender == "a@x.example"
