"""A letter that the portal did not let in: by a press it goes once the portal works again."""

from datetime import timedelta

import pytest

from bitrix24.errors import AccessLost, Failure, FailureCode, PortalError
from bitrix24.models import Sent, ThreadLetter
from mail.decisions import Decision
from mail.errors import Stale
from mail.waits import WAITS
from storage.records.notices import Manner, NoticeKind
from storage.records.outbox import OutboxState, Why
from tests.integration.mail.room import JANE, SUPPORT, Room, manners

BLOCKED = AccessLost(Failure(FailureCode.CREDENTIALS, 401))
WORKS_AGAIN = [
    BLOCKED,
    AccessLost(Failure(FailureCode.PORTAL_BLOCKED, 503)),
    AccessLost(Failure(FailureCode.REDIRECTED, 302)),
]


@pytest.mark.parametrize("error", WORKS_AGAIN)
async def test_a_blocked_letter_stayed_although_the_portal_worked_again(
    room: Room, error: PortalError
) -> None:
    room.portal.accepts = error
    await room.told_to_go()
    row = await room.go(OutboxState.BLOCKED)
    room.portal.accepts = Sent()
    assert await room.decide(row, Decision.TRY_AGAIN)
    with pytest.raises(Stale):  # the second press of somebody in haste
        await room.decide(row, Decision.TRY_AGAIN)
    await room.go(OutboxState.SENT)
    first, second = room.portal.sends
    assert first == second
    assert len(await room.rows()) == 1, "it counts once among the letters of an hour"


async def test_a_letter_that_is_blocked_when_tried_again_rings_again(room: Room) -> None:
    room.portal.accepts = BLOCKED
    await room.told_to_go()
    row = await room.go(OutboxState.BLOCKED)
    await room.see()
    await room.decide(row, Decision.TRY_AGAIN)
    await room.go(OutboxState.BLOCKED)
    assert (NoticeKind.OUTCOME, Manner.NEW) in manners(await room.see())
    assert len(room.portal.sends) == 2


async def test_somebody_answered_while_a_letter_was_blocked_and_it_is_not_sent(room: Room) -> None:
    room.portal.accepts = BLOCKED
    await room.told_to_go()
    row = await room.go(OutboxState.BLOCKED)
    answer = {"id": 17, "from": SUPPORT, "to": JANE, "date": room.clock.now.isoformat()}
    room.clock.move_on(timedelta(seconds=1))
    room.portal.correspondence = (ThreadLetter.model_validate(answer),)
    await room.decide(row, Decision.TRY_AGAIN)
    assert (await room.go(OutboxState.CANCELLED)).why is Why.ANSWERED
    assert len(room.portal.sends) == 1


async def test_a_letter_blocked_for_days_goes_when_it_is_tried_again(room: Room) -> None:
    room.portal.accepts = BLOCKED
    await room.told_to_go()
    await room.go(OutboxState.BLOCKED)
    room.clock.move_on(WAITS.expire * 3)
    await room.see()
    row = await room.row()
    room.portal.accepts = Sent()
    assert await room.decide(row, Decision.TRY_AGAIN)
    await room.go(OutboxState.SENT)
