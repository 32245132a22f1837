"""The outbox as people use it: Send, Undo, and their decisions about letters that did not leave
or may have left. Each method is one transaction under its cause."""

from dataclasses import replace
from datetime import datetime, timedelta

from mail import decisions, second_answer, told_to_go, unknown_letters
from mail.causes import admit
from mail.decisions import Decision
from mail.draft_changes import check_card, pressed, relabel, show_pressed
from mail.errors import Stale
from mail.late_presses import came_late, is_old
from mail.outbox_list import question_about
from mail.ports import NewId
from mail.scenes import OutboxScene
from mail.steps import SHOWS_REVIEW
from storage import connections, drafts, earlier, notices, outbox
from storage.database import Database, Transaction
from storage.records.drafts import DraftState
from storage.records.notices import Card, CardKind, Manner, NoticeKind
from storage.records.outbox import OutboxRow, OutboxState
from storage.records.places import Place


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
            admit(tx, cause, person)
            told_to_go.check_first_press(tx, person, place, draft_id)
            draft = pressed(tx, person, place, message, draft_id, revision)
            if draft.state is not DraftState.COMPOSING or draft.field not in SHOWS_REVIEW:
                raise Stale
            card = check_card(tx, person, place, message, CardKind.DRAFT, draft_id)
            if is_old(tx, card) or came_late(tx, pressed_at):
                show_pressed(tx, replace(draft, revision=draft.revision + 1), message)
                return False
            told_to_go.confirm(tx, draft, message, self._new_id, self._undo)
            return True

        return await self._database.write(change)

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
        button stands on the card of /outbox, which stays a list.
        """
        kind, subject = _card_of(row_id, listed=listed)

        def change(tx: Transaction) -> bool:
            admit(tx, cause, person)
            row = outbox.find(tx, person, row_id)
            if row is None or row.place != place:
                raise Stale
            card = check_card(tx, person, place, message, kind, subject)
            if row.revision != revision and decision not in decisions.BY_STATE:
                raise Stale
            own = None if listed else message
            if listed:
                notices.owe(tx, person, NoticeKind.OUTBOX_LIST, place, "", Manner.EDIT)
            if listed and decision is Decision.SEND_AGAIN and not _asks(card, row):
                raise Stale
            if row.state in decisions.LEAVES_FROM.get(decision, ()) and (
                is_old(tx, card) or came_late(tx, pressed_at)
            ):
                decisions.ask_anew(tx, row, own)
                return False
            self._decide(tx, row, own, decision)
            return True

        return await self._database.write(change)

    def _decide(
        self, tx: Transaction, row: OutboxRow, message: int | None, decision: Decision
    ) -> None:
        match decision:
            case Decision.UNDO | Decision.CANCEL:
                decisions.take_back(tx, row, message)
            case Decision.TRY_AGAIN:
                if not decisions.is_tried(row):
                    decisions.go_now(tx, row, message, decision)
            case Decision.SEND_STILL:
                decisions.go_now(tx, row, message, decision)
            case Decision.CHECK_AGAIN:
                unknown_letters.check_again(tx, row, message)
            case Decision.SEND_AGAIN:
                unknown_letters.send_again(tx, row, message, self._new_id, self._undo)
            case Decision.WAS_SENT:
                unknown_letters.end(tx, row, message, OutboxState.SENT)
            case Decision.LEAVE:
                unknown_letters.end(tx, row, message, OutboxState.ABANDONED)
            case Decision.ANSWER_AGAIN:
                second_answer.begin(tx, row, message, self._new_id)

    async def unknown(
        self,
        person: int,
        place: Place,
        message: int,
        row_id: str,
        revision: int,
        *,
        listed: bool = False,
    ) -> OutboxScene | None:
        """The letter whose outcome is not known, if that is still so: it is looked at now.

        Needs no cause: the row stays as it is, and its card counts as new. `listed`: it is asked
        about on the card of /outbox.
        """
        kind, subject = _card_of(row_id, listed=listed)

        def look(tx: Transaction) -> OutboxScene | None:
            row = outbox.find(tx, person, row_id)
            if row is None or row.place != place or row.revision != revision:
                return None
            if row.state is not OutboxState.UNKNOWN:
                return None
            check_card(tx, person, place, message, kind, subject)
            shows = question_about(row_id, revision) if listed else revision
            relabel(tx, person, place, message, kind, subject, shows)
            connection = connections.find(tx, person, row.connection)
            draft, told_before = drafts.find(tx, person, row.draft), earlier.of_row(tx, row)
            return OutboxScene(row, draft, connection, rings=False, earlier=told_before)

        return await self._database.write(look)

    async def connection_of(self, person: int, row_id: str) -> str | None:
        """The connection that a blocked letter waits for."""
        row = await self._database.read(lambda tx: outbox.find(tx, person, row_id))
        return row.connection if row and row.state is OutboxState.BLOCKED else None


def _card_of(row_id: str, *, listed: bool) -> tuple[CardKind, str]:
    return (CardKind.OUTBOX_LIST, "") if listed else (CardKind.OUTBOX, row_id)


def _asks(card: Card | None, row: OutboxRow) -> bool:
    """Is it this letter, as it stands, that the card of /outbox asked about by the first press?"""
    return card is not None and card.revision == question_about(row.id, row.revision)
