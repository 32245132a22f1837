"""Fills a database as the bot would have: people with a connection, a letter and its card, and
letters that were told to go."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bitrix24.letter_bodies import reply_body
from bitrix24.methods import REPLY
from bitrix24.webhook import Webhook
from mail.webhooks import address_of
from storage import cards, connections, drafts, letters, outbox, people
from storage.database import Database, Transaction
from storage.ids import new_id
from storage.migrations import migrations
from storage.records.connections import Account, Connection, Mailbox, Sender
from storage.records.drafts import Draft, DraftState, Field, Wants, Written
from storage.records.letters import Letter, LetterText
from storage.records.notices import Card, CardKind
from storage.records.outbox import Envelope, OutboxRow, OutboxState, Why
from storage.records.people import Access, Person
from storage.records.places import Place
from storage.sealing import SecretKeys

SUPPORT = "support@linden-print.example"
JANE = "jane@client.example"
LETTER_CARD = 1  # the id of the message that shows a letter, the first of its chat
LETTER = LetterText(
    mailbox=SUPPORT,
    subject="Delivery date for order 118",
    sender=f"Jane Client <{JANE}>",
    to=SUPPORT,
    body="Hello,\n\nwhen will order 118 (500 flyers, A5) be shipped?\n\nKind regards\nJane",
)


def now() -> datetime:
    """The clock of what is measured."""
    return datetime.now(UTC)


@asynccontextmanager
async def database(folder: Path, key: str) -> AsyncIterator[Database]:
    """The file `bot.db` of this folder, open for this block."""
    opened = await Database.open(folder / "bot.db", SecretKeys.read(key), migrations, clock=now)
    try:
        yield opened
    finally:
        await opened.close()


def settle(tx: Transaction, owner: int, webhook: Webhook) -> Connection:
    """Somebody was let in and has a connection."""
    account = Account("Anna", "UTC", (Mailbox(3, SUPPORT),), (Sender(SUPPORT, "Support"),))
    connection = Connection(new_id(), owner, address_of(webhook), account, tx.now, 1)
    access = Access.ADMITTED
    people.save(
        tx, Person(owner, f"Person {owner}", "", "en", access, False, connection.id, None, 1)
    )
    connections.save(tx, connection)
    return connection


def show_letter(tx: Transaction, connection: Connection, number: int) -> None:
    """A letter's card stands in the chat of the connection's owner."""
    owner = connection.owner
    letter = letters.save(tx, Letter(new_id(), owner, connection.id, number, LETTER, tx.now))
    place = Place(owner)
    card = Card(place, LETTER_CARD, owner, CardKind.LETTER, letter.id, 0, True, tx.now)
    cards.save(tx, card)


def tell_to_go(tx: Transaction, connection: Connection, number: int, after: timedelta) -> None:
    """An answer to this letter of the portal is held, and goes out after that time."""
    draft = _draft(tx, connection, number)
    drafts.save(tx, draft)
    body = reply_body(
        letter_number=number, sender=SUPPORT, to=[JANE], subject="Re: Order", html="Thanks."
    )
    outbox.add(tx, _row(tx, draft, body, tx.now + after))


def _draft(tx: Transaction, connection: Connection, number: int) -> Draft:
    return Draft(
        id=new_id(),
        owner=connection.owner,
        place=Place(connection.owner),
        state=DraftState.CONFIRMED,
        revision=3,
        field=Field.REVIEW,
        guided=False,
        reviewed=True,
        whole=0,
        wants=Wants.NOTHING,
        asked_at_revision=0,
        connection=connection.id,
        letter_number=number,
        letter=None,
        written=Written(sender=SUPPORT, to=(JANE,), subject="Re: Order"),
        created_at=tx.now,
        updated_at=tx.now,
    )


def _row(tx: Transaction, draft: Draft, body: bytes, due_at: datetime) -> OutboxRow:
    return OutboxRow(
        id=new_id(),
        owner=draft.owner,
        place=draft.place,
        draft=draft.id,
        connection=draft.connection,
        method=REPLY,
        idempotency_key=new_id() + new_id(),
        body=body,
        body_sha256=hashlib.sha256(body).hexdigest(),
        envelope=Envelope(SUPPORT, (JANE,), subject="Re: Order"),
        state=OutboxState.HELD,
        why=Why.NOTHING,
        revision=1,
        due_at=due_at,
        lease_epoch=0,
        attempts=0,
        first_wire_at=None,
        failure=None,
        accepted_to=(),
        created_at=tx.now,
        updated_at=tx.now,
    )
