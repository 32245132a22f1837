"""What the tests of connecting share: Anna, her rows, and a portal that answers as prepared."""

from datetime import datetime, timedelta
from itertools import count

from bitrix24.trust import TrustedPortals
from mail.accounts import Accounts
from mail.connecting import Connecting
from mail.connections import Connections
from mail.meanings import Meanings
from mail.people import People
from storage import cards, connections, drafts, notices, outbox, people
from storage.database import Database, Transaction
from storage.records.connections import ConnectAttempt, Connection
from storage.records.drafts import Draft, DraftState, Field, Part, Wants, Written
from storage.records.notices import Card, CardKind, Manner, Notice, NoticeState
from storage.records.outbox import Envelope, OutboxRow, OutboxState, Why
from storage.records.people import Person
from storage.records.places import Place
from tests.integration.mail.prepared_portal import SUPPORT, PreparedPortal
from tests.integration.storage.places import NOON

ANNA = 42
HERE = Place(ANNA)
CODE = "k3v9q2xw7m4t8z1p"
WEBHOOK = f"https://acme.example/rest/1/{CODE}/"
OTHER_CODE = "https://acme.example/rest/1/h5n8d2rj6c9f3w7b/"
COLLEAGUE = "https://acme.example/rest/7/c9l2g4e6u8q1w3r5/"


class Watch:
    """A clock that stands still until it is set."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def forward(self, by: timedelta) -> None:
        self.now += by


class Office:
    """Everything around one database, and short ways to say what happens in it."""

    def __init__(self, db: Database, trusted: str = "") -> None:
        self.db = db
        self.portal = PreparedPortal()
        self.secrets: list[str] = []
        self._ids = (f"{number:016}" for number in count(1))
        self._causes = (f"7:{number}" for number in count(1))
        self.people = People(db, admins=frozenset({ANNA}), open_to_all=False, claim_code=None)
        self.meanings = Meanings(db)
        self.connections = Connections(
            db, self.new_id, TrustedPortals.read(trusted), on_secret=self.secrets.append
        )
        self.connecting = Connecting(db, self.portal, self.new_id)
        self.accounts = Accounts(db)

    def new_id(self) -> str:
        return next(self._ids)

    def cause(self) -> str:
        return next(self._causes)

    async def move_in(self) -> None:
        await self.people.meet(ANNA, "Anna", "anna", "en")

    async def give(self, text: str) -> object:
        return await self.connections.give(self.cause(), ANNA, HERE, text)

    async def connect(self, text: str = WEBHOOK) -> ConnectAttempt:
        """Gives an address and has it checked; the attempt as it ended."""
        assert await self.give(text) is None
        return await self.check()

    async def check(self) -> ConnectAttempt:
        attempt = await self.attempt()
        await self.connecting.check(ANNA, attempt.id)
        return await self.find_attempt(attempt.id)

    async def attempt(self) -> ConnectAttempt:
        """The one that the pointer names."""

        def look(tx: Transaction) -> ConnectAttempt | None:
            pointer = drafts.pointer(tx, ANNA, HERE)
            return connections.find_attempt(tx, ANNA, pointer.subject) if pointer else None

        found = await self.db.write(look)
        assert found is not None
        return found

    async def find_attempt(self, attempt: str) -> ConnectAttempt:
        found = await self.db.read(lambda tx: connections.find_attempt(tx, ANNA, attempt))
        assert found is not None
        return found

    async def anna(self) -> Person:
        return await self.db.read(lambda tx: people.get(tx, ANNA))

    async def all_connections(self) -> tuple[Connection, ...]:
        return await self.db.read(lambda tx: connections.of_person(tx, ANNA))

    async def only_connection(self) -> Connection:
        (connection,) = await self.all_connections()
        return connection

    async def deliver(self, chat: int = ANNA) -> list[Notice]:
        """Takes what is owed to the chat at any time, and ends it as delivered."""

        def change(tx: Transaction) -> list[Notice]:
            tx.execute("UPDATE notices SET due_at = :now", now="2026-01-01T00:00:00.000000Z")
            taken = []
            while (notice := notices.take(tx, chat)) is not None:
                notices.end(tx, notice, NoticeState.DONE)
                taken.append(notice)
            return taken

        return await self.db.write(change)

    async def shown(self, chat: int = ANNA) -> list[tuple[str, str, Manner]]:
        return [(n.kind.value, n.subject, n.manner) for n in await self.deliver(chat)]

    async def card(self, kind: CardKind, subject: str, revision: int, message: int) -> int:
        """A message in the chat that shows this."""
        card = Card(HERE, message, ANNA, kind, subject, revision, live=True, shown_at=NOON)
        await self.db.write(lambda tx: cards.save(tx, card))
        return message

    async def letter_on_its_way(
        self,
        connection: str,
        state: OutboxState = OutboxState.BLOCKED,
        *,
        sender: str = SUPPORT,
        due_at: datetime = NOON,
    ) -> OutboxRow:
        """A draft that was told to go, and its row in this state."""
        draft = await self.draft(connection, DraftState.CONFIRMED, sender=sender)
        row = OutboxRow(
            id=self.new_id(),
            owner=ANNA,
            place=HERE,
            draft=draft.id,
            connection=connection,
            method="mail.message.reply",
            idempotency_key=self.new_id(),
            body=b"{}",
            body_sha256="",
            envelope=Envelope(sender, ("jane@client.example",), (), (), "Re: Order"),
            state=state,
            why=Why.NOTHING,
            revision=1,
            due_at=due_at,
            lease_epoch=0,
            attempts=0,
            first_wire_at=None,
            failure=None,
            accepted_to=(),
            created_at=NOON,
            updated_at=NOON,
        )
        await self.db.write(lambda tx: outbox.add(tx, row))
        return row

    async def draft(
        self, connection: str, state: DraftState = DraftState.COMPOSING, *, sender: str = SUPPORT
    ) -> Draft:
        draft = Draft(
            id=self.new_id(),
            owner=ANNA,
            place=HERE,
            state=state,
            revision=1,
            field=Field.REVIEW,
            guided=False,
            reviewed=True,
            whole=0,
            wants=Wants.NOTHING,
            asked_at_revision=0,
            connection=connection,
            letter_number=15,
            letter="l" * 16,
            written=Written(
                sender=sender, to=("jane@client.example",), parts=(Part(1, "Thanks", 6),)
            ),
            created_at=NOON,
            updated_at=NOON,
        )
        await self.db.write(lambda tx: drafts.save(tx, draft))
        return draft

    async def row(self, row: OutboxRow) -> OutboxRow:
        found = await self.db.read(lambda tx: outbox.find(tx, ANNA, row.id))
        assert found is not None
        return found

    async def draft_of(self, row: OutboxRow) -> Draft:
        return await self.draft_now(row.draft)

    async def draft_now(self, draft: str) -> Draft:
        found = await self.db.read(lambda tx: drafts.find(tx, ANNA, draft))
        assert found is not None
        return found
