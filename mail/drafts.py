"""Drafts: what a person says and presses while a letter is written.

Every method is one transaction under its cause; the card that follows is a notice of it.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

from mail import fields, steps
from mail.asked_draft import (
    asked,
    asked_last,
    how_closed,
    letter_at,
    older,
    with_ways_out,
)
from mail.causes import admit
from mail.coming_cards import CardIsComing, await_card, card_is_coming
from mail.draft_changes import known, known_with, pressed, set_aside, show_pressed, show_typed
from mail.draft_presses import Press, press_on
from mail.errors import BadValue, Closed, Closing, Stale
from mail.new_draft import active_connection, new_draft, to_begin_with
from mail.ports import NewId
from mail.refused_values import RefusedValues
from mail.suggestions import prefill
from mail.typed_text import KEEPS_TEXT, bring_back_with, change_by, type_into
from storage import drafts, notices
from storage.database import Database, Transaction
from storage.records.drafts import Draft, DraftState, Typed, Wants
from storage.records.letters import Letter
from storage.records.notices import Manner, NoticeKind
from storage.records.places import Place

LATELY = timedelta(days=1)
MOST_ASIDE = 5  # of what was lately set aside that is shown at once


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
            admit(tx, cause, person)
            connection = active_connection(tx, person)
            draft = new_draft(tx, self._new_id(), person, place, connection, guided=typed is None)
            draft = to_begin_with(tx, draft)
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

    async def type(
        self,
        cause: str,
        person: int,
        place: Place,
        typed: Typed,
        reply_to: int | None,
        *,
        brings_back: bool = False,
    ) -> Closed | BadValue | None:
        """Text answers the card that it replies to, else what was asked last in this place.

        `brings_back`: a draft that was set aside is written on with it.

        What is returned says why the text changed nothing, though it is kept: the letter cannot be
        changed now, but may be later, or has no room for it. It is offered then.
        """

        def change(tx: Transaction, *, waits: bool = True) -> Closed | BadValue | None:
            admit(tx, cause, person)
            letter = letter_at(tx, person, place, reply_to)
            if letter is not None:
                self._answer_letter(tx, person, place, letter, typed)
                return None
            if waits and card_is_coming(tx, person, place, reply_to):
                raise CardIsComing
            draft = asked(tx, person, place, reply_to)
            if brings_back and draft.state is DraftState.ASIDE:
                bring_back_with(tx, draft, typed)
                return None
            try:
                return type_into(tx, draft, typed)
            except Closed as closed:
                if closed.closing in KEEPS_TEXT:
                    drafts.save(tx, steps.wait(draft, replace(typed, put_by=True)))
                    return closed
                raise with_ways_out(tx, draft, closed, reply_to) from None
            except BadValue:
                self._refused.note(draft, typed.message)
                raise

        try:
            return await self._database.write(change)
        except CardIsComing:
            await await_card(self._database, self._sleep, person, place, reply_to)
        return await self._database.write(lambda tx: change(tx, waits=False))

    async def show_aside(self, cause: str, person: int, place: Place) -> None:
        """What was lately set aside here is shown once more, each with the way back.

        Not while something else is written: that stays the newest card.
        """

        def change(tx: Transaction) -> None:
            tx.once(f"{cause}:aside")
            draft = asked_last(tx, person, place)
            if draft is None or draft.state is not DraftState.ASIDE:
                return
            lately = [
                draft
                for draft in drafts.newest(tx, person, place)
                if draft.state is DraftState.ASIDE and tx.now - draft.updated_at < LATELY
            ]
            for draft in reversed(lately[:MOST_ASIDE]):
                notices.owe(tx, person, NoticeKind.DRAFT, place, draft.id, Manner.NEW)

        await self._database.write(change)

    def _answer_letter(
        self, tx: Transaction, person: int, place: Place, letter: Letter, typed: Typed
    ) -> None:
        draft = replace(
            new_draft(tx, self._new_id(), person, place, letter.connection, guided=False),
            letter_number=letter.number,
            letter=letter.id,
        )
        against = known_with(tx, draft, letter)
        draft = prefill(fields.put_text(draft, typed), against)
        show_typed(tx, steps.move_on(draft, against), grows=True)

    async def edit(
        self, cause: str, person: int, place: Place, typed: Typed, reference: str = ""
    ) -> Closed | bool:
        """A message was edited: its part of the draft changes too. False: no draft holds it.

        Closed is returned where the letter cannot be changed now: the new version is kept with it.
        One that was refused is a new try, as long as the same is asked. `reference` is the letter
        of an edited /reply: BadValue if that is another one by now.
        """

        def change(tx: Transaction) -> Closed | bool:
            admit(tx, cause, person)
            for draft in drafts.newest(tx, person, place):
                if fields.holds(draft, typed.message):
                    return change_by(tx, draft, typed, reference) or True
                if self._takes_try(draft, typed):
                    type_into(tx, draft, typed)
                    return True
            return False

        return await self._database.write(change)

    def _takes_try(self, draft: Draft, typed: Typed) -> bool:
        asks = draft.state is DraftState.COMPOSING and draft.wants is Wants.NOTHING
        return asks and self._refused.is_try(draft, typed.message)

    async def cancel(self, cause: str, person: int, place: Place) -> bool:
        """/cancel: what typed text would answer is set aside, then what was begun before it.

        False: there is nothing. A letter that was told to go is stopped on its card; Closed says
        how.
        """

        def change(tx: Transaction) -> bool:
            admit(tx, cause, person)
            draft = asked_last(tx, person, place)
            if draft is not None and draft.state is DraftState.CONFIRMED:
                closing = how_closed(tx, draft)
                if closing is not Closing.ENDED:
                    raise Closed(closing)
            if draft is None or draft.state is not DraftState.COMPOSING:
                draft = older(tx, person, place)
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
            admit(tx, cause, person)
            draft = pressed(tx, person, place, message, draft_id, revision)
            if (draft.state is DraftState.ASIDE) is not (press is Press.BRING_BACK):
                raise Stale
            if draft.state is DraftState.CONFIRMED:
                raise Stale
            show_pressed(tx, press_on(tx, draft, press, argument), message)

        await self._database.write(change)
