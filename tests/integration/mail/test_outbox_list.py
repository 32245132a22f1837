"""The list of /outbox is as old as its message: it says when that was; a newer one folds it."""

from datetime import timedelta

from handlers.notices import render_scene
from handlers.texts import Catalogues
from mail.outbox_list import OutboxList
from mail.scenes import FoldScene, OutboxListScene, Showing
from storage import people
from storage.records.notices import NoticeKind
from tests.integration.mail.room import ANNA, HOME, Room, Seen

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
