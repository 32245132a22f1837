"""The list of /outbox is as old as its message: it says when that was; a newer one folds it."""

from datetime import timedelta

from bitrix24.errors import Failure, FailureCode, Unknown
from bitrix24.models import ThreadLetter
from handlers.notices import render_scene
from handlers.texts import Catalogues
from mail.decisions import Decision
from mail.outbox_list import OutboxList
from mail.scenes import FoldScene, OutboxListScene, Showing
from storage import people
from storage.records.notices import CardKind, NoticeKind
from storage.records.outbox import OutboxState
from tests.integration.mail.room import ANNA, HOME, JANE, START, SUPPORT, Room, Seen

TICK = timedelta(seconds=30)
EN = Catalogues({}).for_language("en", "en")


async def text_of(room: Room, seen: Seen) -> str:
    reader = await room.database.read(lambda tx: people.get(tx, ANNA))
    return render_scene(Showing(reader, seen.scene), EN).content()[0]


async def listed(room: Room) -> list[Seen]:
    await OutboxList(room.database).show(room.cause(), ANNA, HOME)
    return await room.see(after=timedelta(0))


async def test_an_older_list_points_to_the_newer_one(room: Room) -> None:
    (first,) = await listed(room)
    second, folded = await listed(room)
    assert (second.kind, folded.kind) == (NoticeKind.OUTBOX_LIST, NoticeKind.FOLD)
    assert folded.message == first.message
    assert isinstance(folded.scene, FoldScene)
    assert await text_of(room, folded) == "This goes on below. ⬇️"


async def test_a_list_looked_as_if_it_still_was_so(room: Room) -> None:
    (seen,) = await listed(room)
    assert isinstance(seen.scene, OutboxListScene)
    assert (await text_of(room, seen)).startswith("Your outbox, 10:00\n")


async def asked_in_list(room: Room) -> None:
    """Check again was pressed in /outbox, which says that the bot is finding out."""
    room.portal.accepts = Unknown(Failure(FailureCode.NO_ANSWER))
    await room.told_to_go()
    row = await room.go(OutboxState.UNKNOWN, every=TICK)
    await room.see()
    await listed(room)
    await room.decide(row, Decision.CHECK_AGAIN, listed=True)
    assert await lists(room) == ["1. The bot is finding out whether it left 🔎"]


async def lists(room: Room) -> list[str]:
    """What lists say now of their first letter; a list is edited, never sent by itself."""
    seen = [one for one in await room.see() if isinstance(one.scene, OutboxListScene)]
    assert all(one.edited for one in seen)
    found = [(await text_of(room, one)).splitlines() for one in seen]
    return [line for lines in found for line in lines if line.endswith(("🔎", "❓", "✅"))]


async def test_the_list_went_on_finding_out_for_good(room: Room) -> None:
    await asked_in_list(room)
    await room.go(OutboxState.UNKNOWN, every=TICK)
    assert await lists(room) == ["1. Not known whether it left ❓"]


async def test_the_list_says_that_the_letter_was_found(room: Room) -> None:
    await asked_in_list(room)
    left = {"id": 17, "from": SUPPORT, "to": JANE, "body": "Thanks"}
    left["date"] = (START + timedelta(seconds=12)).isoformat()
    room.portal.correspondence = (ThreadLetter.model_validate(left),)
    await room.go(OutboxState.SENT, every=TICK)
    assert await lists(room) == ["Sent ✅"]


async def test_a_list_from_before_the_letter_stays_as_it_was(room: Room) -> None:
    await listed(room)
    room.portal.accepts = Unknown(Failure(FailureCode.NO_ANSWER))
    await room.told_to_go()
    await room.go(OutboxState.UNKNOWN, every=TICK)
    assert await lists(room) == []


async def test_a_question_in_the_place_of_the_list_stays(room: Room) -> None:
    await asked_in_list(room)
    one = await room.go(OutboxState.UNKNOWN, every=TICK)
    await room.told_to_go(number="16")
    other = await room.go(OutboxState.UNKNOWN, every=TICK)
    await room.see()
    message = await room.live(CardKind.OUTBOX_LIST, "")
    assert message is not None
    assert await room.outbox.unknown(ANNA, HOME, message, one.id, one.revision, listed=True)
    await room.decide(other, Decision.CHECK_AGAIN)
    await room.go(OutboxState.UNKNOWN, every=TICK)
    assert await lists(room) == []
