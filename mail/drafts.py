"""Drafts: what a person says and presses while a letter is written.

Every method is one transaction under its cause; the card that follows is a notice of it.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from enum import StrEnum

from mail import fields, steps
from mail.draft_changes import (
    known,
    pressed,
    set_aside,
    show_pressed,
    show_typed,
)
from mail.errors import BadValue, Closed, Closing, NotConnected, NothingAsked, OpenDraft, Stale
from mail.ports import NewId
from mail.refused_values import RefusedValues
from mail.suggestions import prefill
from storage import connections, drafts, letters, notices, outbox, people
from storage.database import Database, Reading, Transaction
from storage.records.drafts import Draft, DraftState, Field, Typed, Wants, Written
from storage.records.letters import Letter
from storage.records.notices import CardKind, Manner, NoticeKind
from storage.records.outbox import OutboxState
from storage.records.places import Place
from storage.records.pointers import PointsAt

CARD_SECONDS = 5.0  # how long a reply waits for the card that it answers
CARD_PAUSE = 0.1
MOST_PAGES = 1000  # more than any text has; forged buttons ask for others

_CLOSED = {
    OutboxState.HELD: Closing.HELD,
    OutboxState.QUEUED: Closing.SENDING,
    OutboxState.SENDING: Closing.SENDING,
    OutboxState.VERIFYING: Closing.UNKNOWN,
    OutboxState.UNKNOWN: Closing.UNKNOWN,
    OutboxState.DEFERRED: Closing.WAITING,
    OutboxState.EXPIRED: Closing.WAITING,
    OutboxState.BLOCKED: Closing.WAITING,
}


class Press(StrEnum):
    """What the buttons of a draft's cards do; Send belongs to the outbox."""

    CHOOSE = "choose"  # argument: the index into the choices
    KEEP = "keep"  # the field stays as it is
    USE = "use"  # what was typed meanwhile answers this step
    AGAIN = "again"  # asks the portal once more for what it did not give
    NONE = "none"  # empties Cc or Bcc
    BACK = "back"
    CANCEL = "cancel"
    BRING_BACK = "bring"
    OPEN = "open"  # argument: the field
    WHOLE = "whole"  # argument: a page of the whole text, from 1


class Drafts:
    """The conversation about letters that are being written."""

    def __init__(
        self, database: Database, new_id: NewId, sleep: Callable[[float], Awaitable[None]]
    ) -> None:
        self._database = database
        self._new_id = new_id
        self._sleep = sleep
        self._refused = RefusedValues()

    async def begin(
        self, cause: str, person: int, place: Place, reference: str, typed: Typed | None
    ) -> BadValue | None:
        """A reply to the letter of that number or link; without one the letter is asked for.

        With text everything is prefilled. A bad reference is returned, and asked for again: the
        draft, with the text in it, is there.
        """

        def change(tx: Transaction) -> BadValue | None:
            tx.once(cause)
            draft = self._new(tx, person, place, guided=typed is None)
            refused = None
            if typed is not None:
                draft = fields.put_text(draft, typed)
            if not reference:
                draft = steps.ask(draft, Wants.UNREAD)
            else:
                try:
                    draft = steps.answer(draft, Typed(0, reference, ""), known(tx, draft))
                except BadValue as error:
                    refused = error
                    draft = steps.ask(draft, Wants.UNREAD)
            show_typed(tx, draft)
            return refused

        return await self._database.write(change)

    def _new(self, tx: Transaction, person: int, place: Place, *, guided: bool) -> Draft:
        connection = people.get(tx, person).active_connection
        if connection is None or connections.find(tx, person, connection) is None:
            raise NotConnected
        return Draft(
            id=self._new_id(),
            owner=person,
            place=place,
            state=DraftState.COMPOSING,
            revision=1,
            field=Field.LETTER,
            guided=guided,
            reviewed=False,
            whole=0,
            wants=Wants.NOTHING,
            asked_at_revision=0,
            connection=connection,
            letter_number=None,
            letter=None,
            written=Written(),
            created_at=tx.now,
            updated_at=tx.now,
        )

    async def type(
        self, cause: str, person: int, place: Place, typed: Typed, reply_to: int | None
    ) -> None:
        """Text answers the card that it replies to, else what was asked last in this place."""

        def change(tx: Transaction) -> None:
            tx.once(cause)
            letter = self._letter_at(tx, person, place, reply_to)
            if letter is not None:
                self._answer_letter(tx, person, place, letter, typed)
                return
            draft = self._asked(tx, person, place, reply_to)
            try:
                self._type_into(tx, draft, typed)
            except Closed as closed:
                if reply_to is None and closed.closing in (Closing.ASIDE, Closing.ENDED):
                    raise Closed(closed.closing, self._still_open(tx, draft)) from None
                raise
            except BadValue:
                self._refused.note(draft, typed.message)
                raise

        if reply_to is not None:
            await self._await_card(person, place, reply_to)
        await self._database.write(change)

    async def show_aside(self, cause: str, person: int, place: Place) -> None:
        """The draft that was set aside last is shown once more, with the way back."""

        def change(tx: Transaction) -> None:
            tx.once(f"{cause}:aside")
            draft = self._newest(tx, person, place)
            if draft is not None and draft.state is DraftState.ASIDE:
                notices.owe(tx, person, NoticeKind.DRAFT, place, draft.id, Manner.NEW)

        await self._database.write(change)

    async def _await_card(self, person: int, place: Place, message: int) -> None:
        """A reply may be quicker than Telegram's answer that says which card the message is."""

        def is_coming(tx: Reading) -> bool:
            unknown = notices.card_at(tx, person, place.chat, message) is None
            return unknown and notices.is_on_wire(tx, place.chat)

        for _ in range(round(CARD_SECONDS / CARD_PAUSE)):
            if not await self._database.read(is_coming):
                return
            await self._sleep(CARD_PAUSE)

    def _letter_at(
        self, tx: Transaction, person: int, place: Place, reply_to: int | None
    ) -> Letter | None:
        card = notices.card_at(tx, person, place.chat, reply_to) if reply_to else None
        if card is None or card.kind is not CardKind.LETTER:
            return None
        return letters.find(tx, person, card.subject)

    def _answer_letter(
        self, tx: Transaction, person: int, place: Place, letter: Letter, typed: Typed
    ) -> None:
        draft = replace(
            self._new(tx, person, place, guided=False),
            connection=letter.connection,
            letter_number=letter.number,
            letter=letter.id,
        )
        against = known(tx, draft)
        draft = prefill(fields.put_text(draft, typed), against)
        show_typed(tx, steps.move_on(draft, against), grows=True)

    def _asked(self, tx: Transaction, person: int, place: Place, reply_to: int | None) -> Draft:
        card = notices.card_at(tx, person, place.chat, reply_to) if reply_to else None
        if card is not None and card.kind is CardKind.DRAFT:
            draft = drafts.find(tx, person, card.subject)
        elif card is not None and card.kind is CardKind.OUTBOX:
            row = outbox.find(tx, person, card.subject)
            draft = drafts.find(tx, person, row.draft) if row else None
        else:
            draft = self._newest(tx, person, place)
        if draft is None:
            raise NothingAsked
        return draft

    def _newest(self, tx: Transaction, person: int, place: Place) -> Draft | None:
        """What was asked last here; after connecting, the letter that was being written before."""
        pointer = drafts.pointer(tx, person, place)
        if pointer is not None and pointer.kind is PointsAt.DRAFT:
            return drafts.find(tx, person, pointer.subject)
        return self._older(tx, person, place)

    def _older(self, tx: Reading, person: int, place: Place) -> Draft | None:
        """The newest draft here that is still being written."""
        written = drafts.newest(tx, person, place)
        return next((draft for draft in written if draft.state is DraftState.COMPOSING), None)

    def _still_open(self, tx: Reading, over: Draft) -> OpenDraft | None:
        """The newest draft in this place that takes text, where the one asked last is over."""
        for draft in drafts.newest(tx, over.owner, over.place):
            card = notices.live_card(tx, CardKind.DRAFT, draft.place, draft.id)
            takes_text = draft.state is DraftState.COMPOSING and draft.field is not Field.REFUSAL
            if takes_text and card is not None:
                return OpenDraft(card.message, draft.letter_number, draft.written.subject)
        return None

    def _type_into(self, tx: Transaction, draft: Draft, typed: Typed) -> None:
        self._check_open(tx, draft)
        if draft.wants is not Wants.NOTHING:
            drafts.save(tx, steps.wait(draft, typed))
            return
        grows = draft.field in (Field.TEXT, *steps.SHOWS_REVIEW)
        show_typed(tx, steps.answer(draft, typed, known(tx, draft)), grows=grows)

    def _check_open(self, tx: Transaction, draft: Draft) -> None:
        if draft.state is DraftState.ASIDE:
            raise Closed(Closing.ASIDE)
        if draft.state is DraftState.CONFIRMED:
            raise Closed(self._closing(tx, draft))
        if draft.field is Field.REFUSAL:
            raise Closed(Closing.REFUSAL)

    def _closing(self, tx: Transaction, draft: Draft) -> Closing:
        row = outbox.newest_of_draft(tx, draft.owner, draft.id)
        return _CLOSED.get(row.state, Closing.ENDED) if row else Closing.ENDED

    async def edit(
        self, cause: str, person: int, place: Place, typed: Typed, reference: str = ""
    ) -> bool:
        """A message was edited: its part of the draft changes too. False: no draft holds it.

        One that was refused is a new try, as long as the same is asked. `reference` is the letter
        of an edited /reply: BadValue if that is another one by now.
        """

        def change(tx: Transaction) -> bool:
            tx.once(cause)
            for draft in drafts.newest(tx, person, place):
                if fields.holds(draft, typed.message):
                    self._check_open(tx, draft)
                    steps.check_same_letter(draft, reference, known(tx, draft))
                    self._change(tx, draft, typed)
                    return True
                if self._takes_try(draft, typed):
                    self._type_into(tx, draft, typed)
                    return True
            return False

        return await self._database.write(change)

    def _takes_try(self, draft: Draft, typed: Typed) -> bool:
        asks = draft.state is DraftState.COMPOSING and draft.wants is Wants.NOTHING
        return asks and self._refused.is_try(draft, typed.message)

    def _change(self, tx: Transaction, draft: Draft, typed: Typed) -> None:
        changed = fields.change(draft, typed, known(tx, draft))
        if changed is None or changed == draft:
            return
        if changed.wants is not Wants.NOTHING:
            drafts.save(tx, changed)
        else:
            show_typed(tx, replace(changed, revision=changed.revision + 1))

    async def cancel(self, cause: str, person: int, place: Place) -> bool:
        """/cancel: what typed text would answer is set aside, then what was begun before it.

        False: there is nothing. A letter that was told to go is stopped on its card; Closed says
        how.
        """

        def change(tx: Transaction) -> bool:
            tx.once(cause)
            draft = self._newest(tx, person, place)
            if draft is not None and draft.state is DraftState.CONFIRMED:
                closing = self._closing(tx, draft)
                if closing is not Closing.ENDED:
                    raise Closed(closing)
            if draft is None or draft.state is not DraftState.COMPOSING:
                draft = self._older(tx, person, place)
            if draft is None:
                return False
            show_typed(tx, set_aside(draft))
            return True

        return await self._database.write(change)

    async def press(
        self,
        cause: str,
        person: int,
        place: Place,
        message: int,
        draft_id: str,
        revision: int,
        press: Press,
        argument: str = "",
    ) -> None:
        """A button of one of the draft's cards; Stale if it does not count any more."""

        def change(tx: Transaction) -> None:
            tx.once(cause)
            draft = pressed(tx, person, place, message, draft_id, revision)
            if (draft.state is DraftState.ASIDE) is not (press is Press.BRING_BACK):
                raise Stale
            if draft.state is DraftState.CONFIRMED:
                raise Stale
            show_pressed(tx, self._pressed(tx, draft, press, argument), message)

        await self._database.write(change)

    def _pressed(self, tx: Transaction, draft: Draft, press: Press, argument: str) -> Draft:
        match press:
            case Press.BACK:
                return self._back(tx, draft)
            case Press.CANCEL:
                return set_aside(draft)
            case Press.BRING_BACK:
                return self._bring_back(tx, draft)
            case Press.OPEN:
                return self._open(tx, draft, argument)
            case Press.WHOLE:
                return self._whole(draft, argument)
            case _:
                return self._answered(tx, draft, press, argument)

    def _answered(self, tx: Transaction, draft: Draft, press: Press, argument: str) -> Draft:
        """A button that answers the step."""
        match press:
            case Press.CHOOSE:
                return self._choose(tx, draft, argument)
            case Press.USE:
                return self._use(tx, draft)
            case Press.AGAIN:
                return self._ask_again(tx, draft)
            case Press.NONE:
                return self._none(tx, draft)
            case _:
                return steps.move_on(draft, known(tx, draft))

    def _choose(self, tx: Transaction, draft: Draft, argument: str) -> Draft:
        choices = draft.written.choices
        if not argument.isdecimal() or int(argument) >= len(choices):
            raise Stale
        return steps.answer(draft, Typed(0, choices[int(argument)].value, ""), known(tx, draft))

    def _use(self, tx: Transaction, draft: Draft) -> Draft:
        if not draft.written.waiting:
            raise Stale
        against = known(tx, draft)
        return steps.drained(steps.use_waiting(draft, against), against)

    def _ask_again(self, tx: Transaction, draft: Draft) -> Draft:
        if draft.written.failure is None:
            raise Stale
        letter = known(tx, draft).letter
        number = draft.letter_number
        if number is None or (letter is not None and letter.number == number):
            return steps.ask(draft, Wants.UNREAD)
        return steps.ask(draft, Wants.LETTER, number=number)

    def _none(self, tx: Transaction, draft: Draft) -> Draft:
        if draft.field not in fields.COPIES:
            raise Stale
        return steps.answer(draft, Typed(0, fields.EMPTY, ""), known(tx, draft))

    def _back(self, tx: Transaction, draft: Draft) -> Draft:
        looking = draft.wants is Wants.LETTER and not draft.reviewed
        field = Field.LETTER if looking else steps.before(draft)
        if field is None:
            return set_aside(draft)
        if draft.field is Field.REVIEW:  # from here Back goes on backwards, step by step
            draft = replace(draft, reviewed=False)
        return self._at(tx, draft, field)

    def _at(self, tx: Transaction, draft: Draft, field: Field) -> Draft:
        """The draft at this field; the letter step looks for unread letters again."""
        against = known(tx, draft)
        draft = steps.enter(draft, field, against)
        if field is Field.REVIEW:  # or Send would leave out what was typed while looking
            return steps.drained(draft, against)
        return steps.ask(draft, Wants.UNREAD) if field is Field.LETTER else draft

    def _bring_back(self, tx: Transaction, draft: Draft) -> Draft:
        draft = replace(draft, state=DraftState.COMPOSING)
        if known(tx, draft).letter is None and draft.letter_number is not None:
            return steps.ask(draft, Wants.LETTER, number=draft.letter_number)
        field = Field.REVIEW if draft.field is Field.REFUSAL else draft.field
        return self._at(tx, draft, field)

    def _open(self, tx: Transaction, draft: Draft, argument: str) -> Draft:
        if argument not in {field.value for field in Field} or argument == Field.REFUSAL.value:
            raise Stale
        return self._at(tx, draft, Field(argument))

    def _whole(self, draft: Draft, argument: str) -> Draft:
        if not argument.isdecimal() or int(argument) > MOST_PAGES:
            raise Stale
        return replace(draft, whole=int(argument), revision=draft.revision + 1)
