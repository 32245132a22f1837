"""The outbox as people use it: Send, Undo, and their decisions about letters that did not leave
or may have left. Each method is one transaction under its cause."""

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum

from bitrix24.methods import reply_body
from mail import body, second_answer
from mail.draft_changes import (
    check_card,
    known,
    known_or_none,
    pressed,
    relabel,
    reopened,
    show_pressed,
    show_typed,
)
from mail.errors import BadValue, Limit, LimitReached, SendPressed, Stale, TooLate
from mail.fields import filled
from mail.outbox_changes import SIGN, show_state, tell_outcome
from mail.ports import NewId
from mail.scenes import OutboxScene
from mail.steps import SHOWS_REVIEW, STEPS
from storage import connections, drafts, earlier, notices, outbox
from storage.database import Database, Reading, Transaction
from storage.records.drafts import Draft, DraftState, Field
from storage.records.notices import Card, CardKind, Manner, NoticeKind
from storage.records.outbox import NOT_LEFT, Envelope, OutboxRow, OutboxState, Why
from storage.records.places import Place

REPLY = "mail.message.reply"
SENDS_AN_HOUR = 200
LATE_PRESS = timedelta(seconds=120)  # a press that is handled later than this is made again
OLD_CARD = timedelta(minutes=10)  # after that an irrevocable press is made again


class Decision(StrEnum):
    """What the buttons of a letter on its way do."""

    UNDO = "undo"
    CANCEL = "cancel"
    TRY_AGAIN = "try"
    SEND_STILL = "still"  # what waited for a day goes all the same
    CHECK_AGAIN = "look"
    WAS_SENT = "was"
    SEND_AGAIN = "again"  # the second press; the first only says what may happen
    LEAVE = "leave"
    ANSWER_AGAIN = "answer"  # with what was typed for a letter that left without it


# The state alone says whether these may be: it changes by itself under the person's finger.
_BY_STATE = (Decision.UNDO, Decision.CANCEL)

_GOES = (OutboxState.HELD, OutboxState.QUEUED, OutboxState.SENDING)

# By these the letter leaves for good, from that state.
_LEAVES_FROM = {
    Decision.TRY_AGAIN: (OutboxState.DEFERRED, OutboxState.BLOCKED),
    Decision.SEND_STILL: (OutboxState.EXPIRED,),
    Decision.SEND_AGAIN: (OutboxState.UNKNOWN,),
}


class Outbox:
    """Letters that were told to go."""

    def __init__(self, database: Database, new_id: NewId, undo: timedelta) -> None:
        self._database = database
        self._new_id = new_id
        self._undo = undo

    async def send(
        self,
        cause: str,
        person: int,
        place: Place,
        message: int,
        draft_id: str,
        revision: int,
        *,
        pressed_at: datetime | None = None,
    ) -> bool:
        """Send was pressed. False: card or press were old; the card is shown anew and asks again.

        `pressed_at`: when the press came in, if it may have waited; its own time no press tells.
        """

        def change(tx: Transaction) -> bool:
            tx.once(cause)
            _check_first_press(tx, person, place, draft_id)
            draft = pressed(tx, person, place, message, draft_id, revision)
            if draft.state is not DraftState.COMPOSING or draft.field not in SHOWS_REVIEW:
                raise Stale
            card = check_card(tx, person, place, message, CardKind.DRAFT, draft_id)
            if _is_old(tx, card) or _came_late(tx, pressed_at):
                show_pressed(tx, replace(draft, revision=draft.revision + 1), message)
                return False
            self._confirm(tx, draft, message)
            return True

        return await self._database.write(change)

    def _confirm(self, tx: Transaction, draft: Draft, message: int) -> None:
        known(tx, draft)  # NotConnected before anything is told to go
        missing = next((field for field in STEPS if not filled(draft, field)), None)
        if missing is not None:
            raise BadValue(missing, "missing")
        _check_limit(tx, draft.owner)
        confirmed = replace(draft, state=DraftState.CONFIRMED, revision=draft.revision + 1)
        drafts.save(tx, confirmed)
        row = self._row(tx, confirmed)
        outbox.add(tx, row)
        show_state(tx, row, message)

    def _row(self, tx: Transaction, draft: Draft) -> OutboxRow:
        written, number = draft.written, draft.letter_number
        assert number is not None, "the letter step is filled"
        payload = reply_body(
            letter_number=number,
            sender=written.sender,
            to=written.to,
            cc=written.cc,
            bcc=written.bcc,
            subject=written.subject,
            html=body.joined([part.html for part in written.parts]),
        )
        held = self._undo > timedelta(0)
        return OutboxRow(
            id=self._new_id(),
            owner=draft.owner,
            place=draft.place,
            draft=draft.id,
            connection=draft.connection,
            method=REPLY,
            idempotency_key=self._new_id() + self._new_id(),
            body=payload,
            body_sha256=hashlib.sha256(payload).hexdigest(),
            envelope=Envelope(written.sender, written.to, written.cc, written.bcc, written.subject),
            state=OutboxState.HELD if held else OutboxState.QUEUED,
            why=Why.NOTHING,
            revision=1,
            due_at=tx.now + self._undo,
            lease_epoch=0,
            attempts=0,
            first_wire_at=None,
            failure=None,
            accepted_to=(),
            created_at=tx.now,
            updated_at=tx.now,
        )

    async def decide(
        self,
        cause: str,
        person: int,
        place: Place,
        message: int,
        row_id: str,
        revision: int,
        decision: Decision,
        *,
        listed: bool = False,
        pressed_at: datetime | None = None,
    ) -> bool:
        """A button of a letter on its way; TooLate for Undo once it goes, Stale for the rest.

        False: by it the letter would have left, but the card was old; it asks again. `listed`: the
        button stands on the card of /outbox, which stays a list; Send again leads to the letter's
        own card, because it takes two presses.
        """
        kind, subject = (CardKind.OUTBOX_LIST, "") if listed else (CardKind.OUTBOX, row_id)

        def change(tx: Transaction) -> bool:
            tx.once(cause)
            row = outbox.find(tx, person, row_id)
            if row is None or row.place != place:
                raise Stale
            card = check_card(tx, person, place, message, kind, subject)
            if row.revision != revision and decision not in _BY_STATE:
                raise Stale
            own = None if listed else message
            if listed:
                notices.owe(tx, person, NoticeKind.OUTBOX_LIST, place, "", Manner.EDIT)
            if listed and decision is Decision.SEND_AGAIN:
                tell_outcome(tx, row)
            elif row.state in _LEAVES_FROM.get(decision, ()) and (
                _is_old(tx, card) or _came_late(tx, pressed_at)
            ):
                self._ask_anew(tx, row, own)
                return False
            else:
                self._decide(tx, row, own, decision)
            return True

        return await self._database.write(change)

    def _decide(
        self, tx: Transaction, row: OutboxRow, message: int | None, decision: Decision
    ) -> None:
        match decision:
            case Decision.UNDO | Decision.CANCEL:
                self._take_back(tx, row, message)
            case Decision.TRY_AGAIN:
                if not _is_tried(row):
                    self._go_now(tx, row, message, decision)
            case Decision.SEND_STILL:
                self._go_now(tx, row, message, decision)
            case Decision.CHECK_AGAIN:
                self._check_again(tx, row, message)
            case Decision.SEND_AGAIN:
                self._send_again(tx, row, message)
            case Decision.WAS_SENT:
                self._end_unknown(tx, row, message, OutboxState.SENT)
            case Decision.LEAVE:
                self._end_unknown(tx, row, message, OutboxState.ABANDONED)
            case Decision.ANSWER_AGAIN:
                second_answer.begin(tx, row, self._new_id)
                show_state(tx, row, message)

    async def unknown(
        self, person: int, place: Place, message: int, row_id: str, revision: int
    ) -> OutboxScene | None:
        """The letter whose outcome is not known, if that is still so: it is looked at now.

        Needs no cause: the row stays as it is, and its card counts as new.
        """

        def look(tx: Transaction) -> OutboxScene | None:
            row = outbox.find(tx, person, row_id)
            if row is None or row.place != place or row.revision != revision:
                return None
            if row.state is not OutboxState.UNKNOWN:
                return None
            check_card(tx, person, place, message, CardKind.OUTBOX, row_id)
            relabel(tx, person, place, message, CardKind.OUTBOX, row_id, revision)
            connection = connections.find(tx, person, row.connection)
            draft, told_before = drafts.find(tx, person, row.draft), earlier.of_row(tx, row)
            return OutboxScene(row, draft, connection, rings=False, earlier=told_before)

        return await self._database.write(look)

    async def connection_of(self, person: int, row_id: str) -> str | None:
        """The connection that a blocked letter waits for."""
        row = await self._database.read(lambda tx: outbox.find(tx, person, row_id))
        return row.connection if row and row.state is OutboxState.BLOCKED else None

    def _ask_anew(self, tx: Transaction, row: OutboxRow, message: int | None) -> None:
        """The letter stays as it is; a second press of the same button is stale."""
        if not outbox.show_anew(tx, row):
            raise Stale
        show_state(tx, row, message)

    def _take_back(self, tx: Transaction, row: OutboxRow, message: int | None) -> None:
        """Undo, and Cancel of what waits: certainly not sent; the draft opens at its review."""
        if row.first_wire_at is not None:
            raise TooLate
        if row.state not in NOT_LEFT or not outbox.move(
            tx, row, OutboxState.CANCELLED, why=Why.UNDO
        ):
            raise Stale
        notices.withdraw(tx, NoticeKind.OUTBOX, row.place, row.id)
        draft = drafts.find(tx, row.owner, row.draft)
        against = known_or_none(tx, draft) if draft else None
        if draft is None or against is None:
            show_state(tx, row, message)
            return
        draft = reopened(draft, Field.REVIEW, against)
        if message is None:
            show_state(tx, row, None)
            show_typed(tx, draft)
        else:
            show_pressed(tx, draft, message)

    def _go_now(
        self, tx: Transaction, row: OutboxRow, message: int | None, decision: Decision
    ) -> None:
        """What waits, is blocked or waited too long is looked at anew: of it nothing ran."""
        if row.state not in _LEAVES_FROM[decision]:
            raise Stale
        if not outbox.move(tx, row, OutboxState.QUEUED, due_at=tx.now, deferrals=0):
            raise Stale
        show_state(tx, row, message, after=SIGN)

    def _check_again(self, tx: Transaction, row: OutboxRow, message: int | None) -> None:
        """The portal is asked once more; the call itself is not repeated."""
        if row.state is not OutboxState.UNKNOWN or not outbox.move(
            tx,
            row,
            OutboxState.VERIFYING,
            why=row.why,
            failure=row.failure,
            next_at=tx.now,
            deferrals=0,
            no_replay=True,
        ):
            raise Stale
        show_state(tx, row, message)

    def _send_again(self, tx: Transaction, row: OutboxRow, message: int | None) -> None:
        """A new row under a new key: the person knows that the first letter may have left."""
        draft = drafts.find(tx, row.owner, row.draft)
        if draft is None:
            raise Stale
        known(tx, draft)
        _check_limit(tx, row.owner)
        self._decide_unknown(tx, row, OutboxState.ABANDONED, Why.AGAIN)
        again = self._row(tx, draft)
        outbox.add(tx, again)
        show_state(tx, again, message)

    def _end_unknown(
        self, tx: Transaction, row: OutboxRow, message: int | None, to: OutboxState
    ) -> None:
        self._decide_unknown(tx, row, to, Why.PERSON)
        show_state(tx, row, message)

    def _decide_unknown(self, tx: Transaction, row: OutboxRow, to: OutboxState, why: Why) -> None:
        """Somebody may know better than the bot, also while it still looks."""
        knowable = [OutboxState.UNKNOWN]
        if why is Why.PERSON:
            knowable.append(OutboxState.VERIFYING)
        if row.state not in knowable or not outbox.move(tx, row, to, why=why):
            raise Stale


def _check_first_press(tx: Reading, person: int, place: Place, draft_id: str) -> None:
    """SendPressed, if this person has told the letter to go, and it does or did."""
    draft = drafts.find(tx, person, draft_id)
    if draft is None or draft.place != place or draft.state is not DraftState.CONFIRMED:
        return
    row = outbox.newest_of_draft(tx, person, draft_id)
    if row is not None and row.state in (*_GOES, OutboxState.SENT):
        raise SendPressed(left=row.state is OutboxState.SENT)


def _is_tried(row: OutboxRow) -> bool:
    """Is what waits tried just now? Its card still offers that."""
    return row.tries_again or (row.state is OutboxState.QUEUED and row.waits)


def _is_old(tx: Reading, card: Card | None) -> bool:
    return card is not None and tx.now - card.shown_at > OLD_CARD


def _came_late(tx: Reading, pressed_at: datetime | None) -> bool:
    """After a backlog the person may long have thought better of it."""
    return pressed_at is not None and tx.now - pressed_at > LATE_PRESS


def _check_limit(tx: Reading, owner: int) -> None:
    if outbox.count_since(tx, owner, tx.now - timedelta(hours=1)) >= SENDS_AN_HOUR:
        raise LimitReached(Limit.SENDS, SENDS_AN_HOUR)
