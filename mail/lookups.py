"""Asks portals for what rows want: letters for drafts, and whether a webhook works.

No handler awaits a portal. It stores what is wanted; one task per row asks, and writes the answer
only if the row still wants it. Rows that still want something at start are asked again.
"""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial

from bitrix24.errors import Moved, PortalError
from bitrix24.models import Letter as PortalLetter
from mail import moving, steps
from mail.bell import Bell
from mail.draft_changes import known, show_found
from mail.failures import stored
from mail.ports import Clock, NewId, Portal, Spawn, Stop
from mail.recipients import read_addresses
from mail.suggestions import prefill
from mail.webhooks import webhook_of
from storage import connection_tests, connections, drafts, letters
from storage.database import Database, Reading, Transaction
from storage.records.connections import Connection, Sender
from storage.records.drafts import Choice, Draft, DraftState, Field, Wants
from storage.records.failures import Failure
from storage.records.letters import Letter, LetterText
from storage.records.notices import Manner

IDLE_SECONDS = 5.0  # how long to sleep when nobody rings
UNREAD_SHOWN = 5
SENDERS_KEEP = timedelta(hours=1)

Check = Callable[[int, str], Awaitable[None]]
Work = Callable[[], Awaitable[None]]

_log = logging.getLogger(__name__)


class Lookups:
    """The loop that finds rows that want something.

    `check` asks for an attempt to connect, `test` for a connection that is stored.
    """

    def __init__(
        self,
        database: Database,
        portal: Portal,
        clock: Clock,
        new_id: NewId,
        spawn: Spawn,
        check: Check,
        test: Check,
    ) -> None:
        self._database = database
        self._portal = portal
        self._clock = clock
        self._new_id = new_id
        self._spawn = spawn
        self._check = check
        self._test = test
        self._asking: set[tuple[str, int]] = set()
        self._bell = Bell()
        database.on_wake("lookups", self._bell.ring)

    async def run(self, stop: Stop) -> None:
        """One task per row and question."""
        while not stop.asked:
            for owner, draft_id, revision in await self._database.read(drafts.wanting):
                look_up = partial(self._look_up, owner, draft_id, revision)
                self._ask((draft_id, revision), look_up)
            for owner, attempt, revision in await self._database.read(connections.checking):
                self._ask((attempt, revision), partial(self._check, owner, attempt))
            for owner, connection, revision in await self._database.read(connection_tests.asking):
                self._ask((connection, revision), partial(self._test, owner, connection))
            await self._bell.wait(IDLE_SECONDS)

    def _ask(self, question: tuple[str, int], work: Work) -> None:
        if question in self._asking:
            return
        self._asking.add(question)
        self._spawn(f"look up {question[0]}", self._asked(question, work))

    async def _asked(self, question: tuple[str, int], work: Work) -> None:
        try:
            await work()
        finally:
            self._asking.discard(question)

    async def _look_up(
        self, owner: int, draft_id: str, revision: int, *, moved: bool = False
    ) -> None:
        found = await self._database.read(lambda tx: _question(tx, owner, draft_id, revision))
        if found is None:
            return
        draft, connection = found
        try:
            if draft.wants is Wants.UNREAD:
                await self._find_unread(draft, connection, revision)
            else:
                await self._find_letter(draft, connection, revision)
        except PortalError as error:
            if isinstance(error, Moved) and not moved and await self._follow(connection, error):
                await self._look_up(owner, draft_id, revision, moved=True)
                return
            failure = stored(error.failure)
            _log.info("draft %s: %s", draft.id, error)
            await self._database.write(lambda tx: _failed(tx, draft, revision, failure))

    async def _follow(self, connection: Connection, error: Moved) -> bool:
        """To a portal's new address, one hop."""
        return await self._database.write(
            lambda tx: moving.follow(tx, connection.owner, connection.id, error.webhook)
        )

    async def _find_unread(self, draft: Draft, connection: Connection, revision: int) -> None:
        got = await self._portal.letters(
            webhook_of(connection.address), is_seen=False, limit=UNREAD_SHOWN
        )
        choices = tuple(
            Choice(str(letter.id), _label(letter)) for letter in got.value[:UNREAD_SHOWN]
        )
        await self._database.write(lambda tx: _offer(tx, draft, revision, choices))

    async def _find_letter(self, draft: Draft, connection: Connection, revision: int) -> None:
        assert draft.letter_number is not None, "a draft that wants a letter knows its number"
        webhook = webhook_of(connection.address)
        got = await self._portal.letter(webhook, draft.letter_number)
        senders = await self._fresh_senders(connection)
        letter = self._letter(draft, got.value)

        def change(tx: Transaction) -> None:
            if senders:
                _refresh(tx, connection, senders)
            _found(tx, draft, revision, letter)

        await self._database.write(change)

    async def _fresh_senders(self, connection: Connection) -> tuple[Sender, ...]:
        """None while the stored ones are fresh, or if the portal does not tell them now."""
        if self._clock() - connection.senders_at <= SENDERS_KEEP:
            return ()
        try:
            fresh = await self._portal.senders(webhook_of(connection.address))
        except PortalError as error:
            _log.info("senders of connection %s: %s", connection.id, error)
            return ()
        return tuple(Sender(sender.email, sender.name) for sender in fresh.value)

    def _letter(self, draft: Draft, found: PortalLetter) -> Letter:
        return Letter(
            id=self._new_id(),
            owner=draft.owner,
            connection=draft.connection,
            number=found.id,
            text=LetterText(
                mailbox=found.mailbox_email,
                subject=found.subject,
                sender=found.from_,
                to=found.to,
                cc=found.cc,
                date=found.date,
                has_attachments=found.has_attachments,
                url=found.url,
                body=found.body,
            ),
            read_at=self._clock(),
        )


def _label(letter: PortalLetter) -> str:
    """Short, because a phone shows half a line of it."""
    senders = read_addresses(letter.from_)
    sender = senders[0].name or senders[0].email if senders else letter.from_
    return " · ".join(piece for piece in (str(letter.id), sender, letter.subject) if piece)


def _question(
    tx: Reading, owner: int, draft_id: str, revision: int
) -> tuple[Draft, Connection] | None:
    """What is still to be asked: a question may be answered, or dropped, before its task begins."""
    draft = drafts.find(tx, owner, draft_id)
    if draft is None or draft.wants is Wants.NOTHING or draft.asked_at_revision != revision:
        return None
    connection = connections.find(tx, owner, draft.connection)
    return (draft, connection) if connection is not None else None


def _still(tx: Transaction, draft: Draft, revision: int) -> Draft | None:
    """The draft as it is now, if it still waits for this very answer."""
    now = drafts.find(tx, draft.owner, draft.id)
    if now is None or now.wants is not draft.wants or now.asked_at_revision != revision:
        return None
    return now if now.state is DraftState.COMPOSING else None


def _offer(tx: Transaction, draft: Draft, revision: int, choices: tuple[Choice, ...]) -> None:
    now = _still(tx, draft, revision)
    if now is None:
        return
    offered = replace(now, written=replace(now.written, choices=choices))
    show_found(tx, steps.drained(_answered(offered, None), known(tx, now)), Manner.EDIT)


def _found(tx: Transaction, draft: Draft, revision: int, letter: Letter) -> None:
    now = _still(tx, draft, revision)
    if now is None:
        return
    stored_letter = letters.save(tx, letter)
    now = replace(_answered(now, None), letter=stored_letter.id, field=Field.LETTER)
    against = known(tx, now)
    if not now.guided:
        now = prefill(now, against)
    now = steps.drained(steps.move_on(now, against), against)
    show_found(tx, now, Manner.NEW, letter=True)


def _failed(tx: Transaction, draft: Draft, revision: int, failure: Failure) -> None:
    now = _still(tx, draft, revision)
    if now is not None:
        show_found(tx, _answered(now, failure), Manner.EDIT)


def _answered(draft: Draft, failure: Failure | None) -> Draft:
    return replace(
        draft,
        wants=Wants.NOTHING,
        field=Field.LETTER,
        revision=draft.revision + 1,
        written=replace(draft.written, failure=failure),
    )


def _refresh(tx: Transaction, connection: Connection, senders: tuple[Sender, ...]) -> None:
    now = connections.find(tx, connection.owner, connection.id)
    if now is not None and now.address == connection.address:
        account = replace(now.account, senders=senders)
        connections.save(tx, replace(now, account=account, senders_at=tx.now))
