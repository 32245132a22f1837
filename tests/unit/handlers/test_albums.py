"""Which messages one hint answers."""

from datetime import UTC, datetime

from aiogram.types import Chat, Message

from handlers.albums import MOST_ALBUMS, Albums

NOON = datetime(2026, 9, 1, 12, 0, tzinfo=UTC)


def picture(
    message: int, caption: str | None = None, album: str | None = "1", chat: int = 7
) -> Message:
    return Message(
        message_id=message,
        date=NOON,
        chat=Chat(id=chat, type="private"),
        caption=caption,
        media_group_id=album,
    )


def test_captions_of_an_album_stand_in_its_order_and_once() -> None:
    albums = Albums()
    first, second = picture(2, "Two"), picture(3, "Three")
    for message in (second, picture(1), first, second):
        albums.joined(message)
    assert albums.texts(picture(1)) == [first, second]


def test_a_picture_alone_is_no_album() -> None:
    albums = Albums()
    alone = picture(1, "One", None)
    assert albums.joined(alone) is None
    assert albums.texts(alone) == [alone]
    assert albums.texts(picture(2, None, None)) == []
    assert not albums.is_forgotten(alone)


def test_nobody_gets_at_the_album_of_another_chat() -> None:
    albums = Albums()
    albums.joined(picture(1, "Mine"))
    other = picture(1, "Yours", chat=8)
    assert albums.texts(other) == [other]


def test_after_a_restart_the_caption_that_the_hint_answers_is_there_still() -> None:
    albums = Albums()
    offered = picture(1, "One")
    assert albums.texts(offered) == [offered]
    assert albums.is_forgotten(offered)


def test_not_all_albums_are_remembered_for_ever() -> None:
    albums = Albums()
    for number in range(MOST_ALBUMS + 1):
        albums.joined(picture(number, "Caption", str(number)))
    assert albums.is_forgotten(picture(0, "Caption", "0"))
    assert not albums.is_forgotten(picture(1, "Caption", "1"))
