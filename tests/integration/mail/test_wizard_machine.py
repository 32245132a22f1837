"""Whatever a person does to several drafts, in whatever order: nothing that they typed is lost.

Hypothesis plays the person over a real database. What was typed holds marks (`mark0007`); after
every step each one stands in a draft or in a letter on its way, unless a newer answer to the same
field took its place. Answers of the portal come when the play says so, and also too late.
"""

import asyncio
import tempfile
from collections.abc import Coroutine
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from bitrix24.errors import Failure, FailureCode, Refused, RefusedField, Unknown
from bitrix24.models import Sent
from handlers.buttons import DraftButton, SendButton
from handlers.step_cards import draft_card
from mail.connection_changes import disconnected
from mail.decisions import Decision
from mail.draft_presses import Press
from mail.errors import Closed, Closing, MailError
from mail.scenes import DraftScene
from storage import connections, drafts, letters
from storage.database import Transaction
from storage.records.drafts import Draft, DraftState, Field, Typed, Wants
from storage.records.outbox import OutboxRow, OutboxState
from tests.integration.languages import EN
from tests.integration.mail.draft_buttons import opening, replaced, unpacked
from tests.integration.mail.late_room import NO_ANSWER, LatePortal, LateRoom
from tests.integration.mail.marks import marks, marks_of, said
from tests.integration.mail.room import ANNA, HOME, SUPPORT, UNDO, Stop

ON_ITS_WAY = (OutboxState.HELD, OutboxState.QUEUED, OutboxState.SENDING)
GIVEN_BACK = (OutboxState.CANCELLED, OutboxState.REJECTED)
REFUSED = Refused(
    Failure(FailureCode.VALIDATION, 400, fields=(RefusedField("subject", "", "Too odd."),))
)
REFUSED_LETTER = Refused(
    Failure(
        FailureCode.VALIDATION, 400, fields=(RefusedField("", "MESSAGE_REPLY_FAILED", "Gone."),)
    )
)
NO_FIELD = Refused(Failure(FailureCode.NO_RIGHT, 403))
NOT_KNOWN = Unknown(Failure(FailureCode.NO_ANSWER))

TAKE_NOTHING = (Closing.ASIDE, Closing.ENDED)  # there the hint offers a way for the text

MOST_STEPS = 9  # from nothing to the review, with look-ups
MOST_AT_ALL = 6  # drafts, so that a play stays quick
MOST_DRAFTS = 3  # begun with /reply; more come of replies to letters

Result = TypeVar("Result")
Slots = dict[tuple[str, str], set[str]]

SHAPES = st.sampled_from(
    (
        "{mark}", "{mark} <b>again</b>", "{mark}@client.example",
        "Jane <{mark}@client.example>, bob@client.example",
        "15", "16", "404", "https://acme.example/mail/message/16", SUPPORT, "none", " ",
        "{mark}\nover two lines", "{mark} and so on, and so on: " + "long " * 60, "@{mark}",
    )
)  # fmt: skip


FITTING = {
    Field.LETTER: "15",
    Field.SENDER: SUPPORT,
    Field.RECIPIENTS: "{mark}@client.example",
    Field.SUBJECT: "About {mark}",
    Field.TEXT: "{mark}",
    Field.REVIEW: "{mark}",
}


class End(Enum):
    """What becomes of a letter that was written to the end."""

    REVIEW = "not told to go"
    SEND = "told to go"
    UNDO = "taken back"
    REFUSED = "refused by the portal"
    REFUSED_LETTER = "refused, and the letter that it answers is asked for"
    UNKNOWN = "perhaps gone"


ENDS = st.sampled_from(End)
ANSWERS = {End.REFUSED: REFUSED, End.REFUSED_LETTER: REFUSED_LETTER, End.UNKNOWN: NOT_KNOWN}


class Wizard(RuleBasedStateMachine):
    """Anna in her private chat."""

    def __init__(self) -> None:
        super().__init__()
        self._runner: asyncio.Runner | None = None
        self._marks = 0
        self._begun = 0
        self._there: Slots = {}
        self._typed: dict[int, set[str]] = {}
        self._shown: list[int] = []
        self._old: list[DraftButton | SendButton] = []
        self.portal = LatePortal()

    def play(self, what: Coroutine[Any, Any, Result]) -> Result:
        assert self._runner is not None, "they moved in"
        return self._runner.run(what)

    @initialize()
    def move_in(self) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self._runner = asyncio.Runner()
        self.room = LateRoom(Path(self._folder.name) / "room.db")
        self.room.portal = self.portal
        self.play(self._move_in())

    async def _move_in(self) -> None:
        await self.room.open()
        await self.room.settle()
        self._start()

    def _start(self) -> None:
        self._loop = asyncio.get_running_loop().create_task(self.room.lookups.run(Stop()))

    async def _stop(self) -> None:
        for task in (self._loop, *self.room.looking):
            task.cancel()
        await asyncio.gather(self._loop, *self.room.looking, return_exceptions=True)
        self.room.looking = []

    def teardown(self) -> None:
        if self._runner is not None:
            self.play(self._leave())
            self._runner.close()
            self._folder.cleanup()

    async def _leave(self) -> None:
        await self._stop()
        await self.room.close()

    async def _quiet(self) -> None:
        """Until every question has reached the portal, so that each play can be played again."""

        async def asked() -> bool:
            self._raise_faults()
            wanting = await self.room.database.read(drafts.wanting)
            return len(self.room.looking) == len(self.portal.pending) and all(
                (draft, revision) in self.room.lookups._asking
                for _owner, draft, revision in wanting
            )

        await self.room.until(asked)

    def _raise_faults(self) -> None:
        done = [task for task in self.room.looking if task.done()]
        self.room.looking = [task for task in self.room.looking if not task.done()]
        for task in done:
            task.result()
        if self._loop.done():
            self._loop.result()

    # What is there.

    async def _drafts(self) -> tuple[Draft, ...]:
        found = await self.room.database.read(
            lambda tx: [
                drafts.find(tx, ANNA, row["id"]) for row in tx.rows("SELECT id FROM drafts")
            ]
        )
        return tuple(sorted((one for one in found if one), key=lambda draft: draft.id))

    async def _slots(self) -> Slots:
        """Every mark that the person can get at, by draft and field."""
        rows = {row.draft: row for row in await self.room.rows()}  # the newest of each draft
        found: Slots = {}
        for draft in await self._drafts():
            if draft.state is DraftState.CONFIRMED:
                row = rows[draft.id]
                assert row.state not in GIVEN_BACK, "nobody can get at it any more"
                kept = marks(said(draft)["waiting"])
                assert marks_of(draft) - kept == marks(row.body.decode()), "sent as it stands"
            for slot, text in said(draft).items():
                found[draft.id, slot] = marks(text)
        return found

    async def _step(self, what: Coroutine[Any, Any, None]) -> tuple[Slots, Slots, bool]:
        """Before, after, and whether it was taken."""
        before = self._there
        try:
            await what
        except MailError:
            taken = False
        else:
            taken = True
        await self._quiet()
        after = self._there = await self._slots()
        if not taken:
            assert after == before, "what is refused changes nothing"
        for draft in await self._drafts():
            await self._check_ways_on(draft)
        return before, after, taken

    async def _keep(self, what: Coroutine[Any, Any, None], *slots: tuple[str, str]) -> None:
        """Nothing is lost but what stood in these, and what a newer answer took the place of."""
        before, after, taken = await self._step(what)
        everywhere = set().union(*after.values())
        for (draft, slot), there in before.items():
            lost = there - everywhere
            newer = after[draft, slot] - there
            answered = slot not in ("parts", "waiting") and newer
            assert not lost or answered or (taken and (draft, slot) in slots), (slot, lost)

    async def _check_ways_on(self, draft: Draft) -> None:
        """Its card has buttons; each is kept, to be pressed when it is old."""
        if draft.state is DraftState.CONFIRMED:
            return
        buttons = await self._buttons(draft)
        presses = {one.press for one in buttons if isinstance(one, DraftButton)}
        if draft.state is DraftState.ASIDE:
            assert presses == {Press.BRING_BACK}
        else:
            assert Press.CANCEL in presses
            assert presses & {Press.BACK, Press.OPEN}

    async def _buttons(self, draft: Draft) -> list[DraftButton | SendButton]:
        scene = await self.room.database.read(
            lambda tx: DraftScene(
                draft,
                connections.find(tx, ANNA, draft.connection),
                letters.find(tx, ANNA, draft.letter) if draft.letter else None,
            )
        )
        rows = draft_card(scene, EN).keyboard
        return [unpacked(button.data) for row in rows for button in row]

    # What the person does.

    def _text(self, shape: str) -> str:
        self._marks += 1
        return shape.format(mark=f"mark{self._marks:04d}")

    @precondition(lambda self: self._begun < MOST_DRAFTS)
    @rule(reference=st.sampled_from(("", "15", "16", "404", "abc")), shape=st.none() | SHAPES)
    def begin(self, reference: str, shape: str | None) -> None:
        self._begun += 1
        self.play(self._begin(reference, self._text(shape) if shape else ""))

    async def _begin(self, reference: str, text: str) -> None:
        typed = self._new_typed(text)

        async def act() -> None:
            await self.room.drafts.begin(
                self.room.cause(), ANNA, HOME, reference, typed if text else None
            )
            assert marks(text) <= set().union(*(await self._slots()).values())

        await self._keep(act())

    def _new_typed(self, text: str) -> Typed:
        typed = self.room.typed(text)
        self._typed[typed.message] = marks(text)
        return typed

    @rule(shape=SHAPES, reply=st.none() | st.integers(0, 9), brings_back=st.booleans())
    def say(self, shape: str, reply: int | None, brings_back: bool) -> None:
        self.play(self._say(self._text(shape), reply, brings_back=brings_back))

    async def _say(self, text: str, reply: int | None, *, brings_back: bool = False) -> None:
        typed = self._new_typed(text)
        reply_to = self._shown[-1 - reply % len(self._shown)] if reply and self._shown else None
        found = await self._drafts()
        answers = [
            (draft.id, str(draft.field))
            for draft in found
            if draft.wants is Wants.NOTHING and draft.state is DraftState.COMPOSING
        ]
        answers += [(draft, "parts") for draft, field in answers if field == Field.TEXT]

        async def act() -> None:
            try:
                await self.room.drafts.type(
                    self.room.cause(), ANNA, HOME, typed, reply_to, brings_back=brings_back
                )
            except Closed as closed:
                if closed.closing in TAKE_NOTHING:
                    raise
                raise AssertionError("it may come back, so the text was to be kept") from closed
            if "mark" not in text:
                return
            assert marks(text) <= set().union(*(await self._slots()).values()), "taken, yet gone"

        await self._keep(act(), *answers)

    @rule(count=st.integers(2, 4))
    def paste(self, count: int) -> None:
        """A long text comes in several messages."""
        for _message in range(count):
            self.play(self._say(self._text("{mark}"), None))

    @rule(which=st.integers(0, 2), pressing=st.booleans())
    def go_on(self, which: int, pressing: bool) -> None:
        """The fitting answer to what a draft asks, so that plays get far."""
        self.play(self._go_on(which, pressing))

    async def _open_draft(self, which: int) -> Draft | None:
        """The newest that was not told to go, or one that was begun before it."""
        found = [one for one in await self._drafts() if one.state is not DraftState.CONFIRMED]
        return found[-1 - which % len(found)] if found else None

    async def _go_on(self, which: int, pressing: bool) -> None:
        draft = await self._open_draft(which)
        if draft is None:
            return
        if draft.wants is not Wants.NOTHING:
            await self._keep(self._answered(len(self.portal.pending) - 1, True))
            return
        buttons = [one for one in await self._buttons(draft) if isinstance(one, DraftButton)]
        ahead = [one for one in buttons if one.press in (Press.BRING_BACK, Press.CHOOSE)]
        if ahead and (pressing or draft.state is DraftState.ASIDE):
            await self._press_one(draft, ahead[0])
        elif draft.field not in FITTING:
            await self._press_one(draft, opening(draft, Field.REVIEW))
        elif await self._is_asked(draft):
            await self._say(self._text(FITTING[draft.field]), None)
        else:
            await self._press_one(draft, opening(draft, draft.field))

    async def _is_asked(self, draft: Draft) -> bool:
        pointer = await self.room.database.read(lambda tx: drafts.pointer(tx, ANNA, HOME))
        return pointer is not None and pointer.subject == draft.id

    @rule(which=st.integers(0, 2), pressing=st.booleans(), parts=st.integers(0, 2), then=ENDS)
    def finish(self, which: int, pressing: bool, parts: int, then: End) -> None:
        """All the way to the review, and on from there."""
        self.play(self._finish(which, pressing, parts))
        if then is not End.REVIEW and self.play(self._send(which)):
            self._end(then)

    async def _finish(self, which: int, pressing: bool, parts: int) -> None:
        if await self._open_draft(0) is None and len(await self._drafts()) < MOST_AT_ALL:
            await self._begin("", "")
        for _step in range(MOST_STEPS):
            draft = await self._open_draft(which)
            if draft is None or draft.field is Field.REVIEW:
                break
            await self._go_on(which, pressing)
        for _part in range(parts):
            await self._say(self._text("{mark}"), None)

    async def _send(self, which: int) -> bool:
        draft = await self._open_draft(which)
        if draft is None or draft.wants is not Wants.NOTHING or draft.field is not Field.REVIEW:
            return False
        await self._press_one(draft, SendButton(draft=draft.id, revision=draft.revision))
        return True

    def _end(self, then: End) -> None:
        if then is End.UNDO:
            self.decide(0, Decision.UNDO)
        elif then is not End.SEND:
            self.time_passes(ANSWERS[then])

    @rule(
        which=st.integers(0, 2),
        count=st.integers(0, 3),
        then=st.sampled_from(("found", "not found", "edit", "cancel", "back", "restart")),
    )
    def look_up(self, which: int, count: int, then: str) -> None:
        """Another letter is looked for, and the person types on meanwhile."""
        self.play(self._look_up(which, count))
        if then == "edit" and self._typed:
            self.edit(count - 1, "{mark}")
        elif then == "cancel":
            self.cancel()
        elif then == "back":
            self.play(self._press(which, -2))
        elif then == "restart":
            self.restart()
        elif self.portal.pending:
            self.answer(len(self.portal.pending) - 1, then == "found")

    async def _look_up(self, which: int, count: int) -> None:
        draft = await self._open_draft(which)
        if draft is None or draft.state is DraftState.ASIDE:
            return
        if draft.wants is Wants.NOTHING:
            await self._press_one(draft, opening(draft, Field.LETTER))
        for _text in range(count):
            await self._say(self._text("{mark}"), None)

    @precondition(lambda self: bool(self._typed))
    @rule(which=st.integers(0, 12), shape=SHAPES)
    def edit(self, which: int, shape: str) -> None:
        self.play(self._edit(which, self._text(shape)))

    async def _edit(self, which: int, text: str) -> None:
        messages = list(self._typed)
        message = messages[-1 - which % len(messages)]
        former = self._typed[message]
        before, after, taken = await self._step(self._edited(Typed(message, text, text)))
        lost = set().union(*before.values()) - set().union(*after.values())
        assert lost <= (former if taken else set())
        if taken:
            self._typed[message] = former | marks(text)

    async def _edited(self, typed: Typed) -> None:
        await self.room.drafts.edit(self.room.cause(), ANNA, HOME, typed)

    @rule(which=st.integers(0, 5), button=st.integers(0, 20))
    def press(self, which: int, button: int) -> None:
        self.play(self._press(which, button))

    async def _press(self, which: int, index: int) -> None:
        draft = await self._open_draft(which)
        if draft is None:
            return
        buttons = await self._buttons(draft)
        self._old += buttons
        await self._press_one(draft, buttons[index % len(buttons)])

    async def _press_one(self, draft: Draft, button: DraftButton | SendButton) -> None:
        await self._keep(self._pressed(button), *replaced(draft, button))

    async def _pressed(self, button: DraftButton | SendButton) -> None:
        cause, message = self.room.cause(), self.room.message()
        if isinstance(button, SendButton):
            await self.room.outbox.send(cause, ANNA, HOME, message, button.draft, button.revision)
        else:
            await self.room.drafts.press(
                cause, ANNA, HOME, message, button.draft, button.revision,
                button.press, button.argument,
            )  # fmt: skip

    @precondition(lambda self: bool(self._old))
    @rule(which=st.integers(0, 60))
    def press_an_old_button(self, which: int) -> None:
        self.play(self._press_old(self._old[-1 - which % len(self._old)]))

    async def _press_old(self, button: DraftButton | SendButton) -> None:
        now = {draft.id: draft for draft in await self._drafts()}[button.draft]
        if now.revision == button.revision:
            return
        _before, _after, taken = await self._step(self._pressed(button))
        assert not taken

    @rule(
        which=st.integers(0, 5),
        press=st.sampled_from(Press),
        argument=st.sampled_from(
            ("", "0", "1", "99", "9" * 30, "²", "-1", *(field.value for field in Field))
        ),
    )
    def forge(self, which: int, press: Press, argument: str) -> None:
        self.play(self._forge(which, press, argument))

    async def _forge(self, which: int, press: Press, argument: str) -> None:
        found = await self._drafts()
        if not found:
            return
        draft = found[-1 - which % len(found)]
        button = DraftButton(
            draft=draft.id, revision=draft.revision, press=press, argument=argument
        )
        await self._press_one(draft, button)

    @rule()
    def cancel(self) -> None:
        self.play(self._keep(self._cancelled()))

    async def _cancelled(self) -> None:
        await self.room.drafts.cancel(self.room.cause(), ANNA, HOME)

    @rule()
    def look(self) -> None:
        """Notices reach the chat; cards that came can be replied to."""
        self._shown += [one.message for one in self.play(self.room.see())]

    # What else happens.

    @precondition(lambda self: bool(self.portal.pending))
    @rule(which=st.integers(0, 5), found=st.sampled_from((True, True, False)))
    def answer(self, which: int, found: bool) -> None:
        """The portal answers one of the questions, perhaps one that nobody asks any more."""
        self.play(self._keep(self._answered(which, found)))

    async def _answered(self, which: int, found: bool) -> None:
        pending = self.portal.pending
        pending[which % len(pending)][2].set_result(found)
        asking = tuple(self.room.looking)  # its answer may lead to the next question at once

        async def over() -> bool:
            return any(task.done() for task in asking)

        await self.room.until(over)

    @rule(host=st.sampled_from((None, "acme.example", "other.example")))
    def connect_anew(self, host: str | None) -> None:
        """All is set aside. None: over the same account again, else over another one."""
        self.play(self._keep(self._connected_anew(host)))

    async def _connected_anew(self, host: str | None) -> None:
        def leave(tx: Transaction) -> None:
            for connection in connections.of_person(tx, ANNA):
                disconnected(tx, ANNA, connection.id)

        await self.room.database.write(leave)
        await (self.room.settle_over(host) if host else self.room.settle())

    @rule()
    def restart(self) -> None:
        self.play(self._keep(self._restarted()))

    async def _restarted(self) -> None:
        await self._stop()
        await self.room.restart()
        self._start()

    @rule(
        answer=st.sampled_from(
            (Sent(to=()), NO_ANSWER, REFUSED, REFUSED_LETTER, NO_FIELD, NOT_KNOWN)
        )
    )
    def time_passes(self, answer: Sent | Exception) -> None:
        """Letters that are held go, each with this outcome."""
        self.portal.accepts = answer
        self.play(self._keep(self._gone()))

    async def _gone(self) -> None:
        if not any(row.state in ON_ITS_WAY for row in await self.room.rows()):
            return
        self.room.clock.move_on(UNDO)

        async def all_over() -> bool:
            return not any(row.state in ON_ITS_WAY for row in await self.room.rows())

        async with self.room.running(self.room.sending.run):
            await self.room.wake("outbox")
            await self.room.until(all_over)

    @rule(which=st.integers(0, 3), decision=st.sampled_from(Decision))
    def decide(self, which: int, decision: Decision) -> None:
        self.play(self._decide(which, decision))

    async def _decide(self, which: int, decision: Decision) -> None:
        rows = await self.room.rows()
        if rows:
            await self._keep(self._decided(rows[-1 - which % len(rows)], decision))

    async def _decided(self, row: OutboxRow, decision: Decision) -> None:
        await self.room.outbox.decide(
            self.room.cause(), ANNA, HOME, self.room.message(), row.id, row.revision, decision
        )


Wizard.TestCase.settings = settings(
    max_examples=settings().max_examples * 2 // 5, stateful_step_count=50
)
test_nothing_typed_is_lost = Wizard.TestCase
