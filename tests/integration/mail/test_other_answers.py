"""A second answer to a letter whose first one may have left, or is about to, says so."""

from datetime import timedelta

import pytest

from bitrix24.errors import AccessLost, Failure, FailureCode, NotSent, PortalError, Unknown
from bitrix24.models import Sent, ThreadLetter
from handlers.outbox_card import outbox_card
from handlers.step_cards import draft_card
from mail.decisions import Decision
from mail.scenes import DraftScene, OutboxScene
from storage.records.outbox import Looked, OutboxState
from tests.integration.languages import EN
from tests.integration.mail.room import JANE, START, SUPPORT, Room

NO_ANSWER = Unknown(Failure(FailureCode.NO_ANSWER))
AWAY = NotSent(Failure(FailureCode.UNREACHABLE))
NO_ACCESS = AccessLost(Failure(FailureCode.CREDENTIALS))
TICK = timedelta(seconds=30)
MAY_HAVE_LEFT = "⚠️ Another answer of yours to this letter may have left"
WAITS = "⚠️ Another answer of yours to this letter has not left and waits for you"
ON_ITS_WAY = "⚠️ Another answer of yours to this letter is on its way"


async def warned(room: Room, number: str = "15") -> str:
    """What a new review says of other answers."""
    assert await room.begin(number, "Thanks") is None
    await room.look_up()
    scenes = [one.scene for one in await room.see() if isinstance(one.scene, DraftScene)]
    lines = draft_card(scenes[-1], EN).content()[0].splitlines()
    return "\n".join(line.split(": ")[0] for line in lines if "Another answer" in line)


@pytest.mark.parametrize(
    ("accepts", "state", "said"),
    [
        (AWAY, OutboxState.DEFERRED, ON_ITS_WAY),
        (NO_ACCESS, OutboxState.BLOCKED, WAITS),
        (NO_ANSWER, OutboxState.VERIFYING, MAY_HAVE_LEFT),
        (NO_ANSWER, OutboxState.UNKNOWN, MAY_HAVE_LEFT),
        (Sent(to=(JANE,)), OutboxState.SENT, ""),
    ],
)
async def test_a_fresh_answer_did_not_say_that_another_may_be_there(
    room: Room, accepts: Sent | PortalError, state: OutboxState, said: str
) -> None:
    room.portal.accepts = accepts
    await room.told_to_go()
    await room.go(state, every=TICK)
    assert await warned(room) == said
    assert await warned(room, "16") == ""


async def test_an_answer_that_is_held_is_on_its_way_until_it_is_taken_back(room: Room) -> None:
    row = await room.told_to_go()
    assert await warned(room) == ON_ITS_WAY
    await room.decide(row, Decision.UNDO)
    assert await warned(room) == ""


async def test_an_answer_that_was_left_at_that_may_still_have_left(room: Room) -> None:
    room.portal.accepts = NO_ANSWER
    await room.told_to_go()
    row = await room.go(OutboxState.UNKNOWN, every=TICK)
    await room.see()
    await room.decide(row, Decision.LEAVE)
    assert await warned(room) == MAY_HAVE_LEFT


async def test_an_answer_on_its_way_hid_one_that_may_have_left(room: Room) -> None:
    room.portal.accepts = NO_ANSWER
    await room.told_to_go()
    await room.go(OutboxState.UNKNOWN, every=TICK)
    await room.see()
    room.portal.accepts = NO_ACCESS
    await room.told_to_go()
    await room.go(OutboxState.BLOCKED)
    await room.see()
    await room.told_to_go()
    assert await warned(room) == f"{MAY_HAVE_LEFT}\n{WAITS}\n{ON_ITS_WAY}"


async def test_the_copy_of_another_answer_is_no_proof_of_this_one(room: Room) -> None:
    room.portal.accepts = NO_ANSWER
    await room.told_to_go()
    await room.go(OutboxState.UNKNOWN, every=TICK)
    await room.see()
    await room.told_to_go()
    await room.go(OutboxState.VERIFYING)
    left = {"id": 17, "from": SUPPORT, "to": JANE, "body": "Thanks"}
    left["date"] = (START + timedelta(seconds=12)).isoformat()
    room.portal.correspondence = (ThreadLetter.model_validate(left),)
    await room.go(OutboxState.UNKNOWN, OutboxState.SENT, every=TICK)
    first, second = await room.rows()
    assert first.state is OutboxState.SENT
    assert (second.state, second.looked) == (OutboxState.UNKNOWN, Looked.NOT_FOUND)


def in_thread(number: int, body: str) -> ThreadLetter:
    """An answer from the shared mailbox."""
    left = {"id": number, "from": SUPPORT, "to": JANE, "body": body}
    left["date"] = (START + timedelta(seconds=11 + number)).isoformat()
    return ThreadLetter.model_validate(left)


YOURS = in_thread(17, "Thanks")


@pytest.mark.parametrize(
    ("thread", "said"),
    [
        ((YOURS,), "Not sent: another answer of yours to this letter has left through this bot"),
        ((in_thread(16, "By a colleague"), YOURS), f"Not sent: {SUPPORT} has answered this letter"),
    ],
)
async def test_the_guard_called_ones_own_answer_that_of_somebody(
    room: Room, thread: tuple[ThreadLetter, ...], said: str
) -> None:
    await room.told_to_go()
    await room.begin("15", "Besides")
    second = await room.look_up()
    await room.see()
    await room.go(OutboxState.SENT)
    room.portal.correspondence = thread
    await room.send(second)
    await room.go(OutboxState.CANCELLED)
    rung = [one.scene for one in await room.see() if isinstance(one.scene, OutboxScene)]
    assert outbox_card(rung[-1], EN).content()[0].startswith(said)
