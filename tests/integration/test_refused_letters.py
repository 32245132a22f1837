"""Row 49c: what a portal refuses is told in words, and the draft is kept as it was."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bitrix24.envelope import read_answer
from bitrix24.errors import PortalError
from handlers.outbox_card import outbox_card
from handlers.texts import Catalogues
from mail.scenes import OutboxScene
from storage.records.drafts import DraftState
from storage.records.notices import NoticeKind
from storage.records.outbox import OutboxState
from tests.integration.mail.room import START, Room

EN = Catalogues({}).for_language("en", "en")
TEXT = "Thanks, it leaves on Thursday."
TARGET_DELETED = (
    400,
    b'{"error": {"code": "BITRIX_REST_V3_EXCEPTION_ENTITYNOTFOUNDEXCEPTION", "message": "gone"}}',
)
MAILBOX_DISCONNECTED = (
    400,
    (
        b'{"error": {"code": "BITRIX_REST_V3_EXCEPTION_VALIDATION_REQUESTVALIDATIONEXCEPTION",'
        b' "message": "invalid", "validation": [{"field": "MESSAGE_REPLY_FAILED",'
        b' "message": "Mailbox authentication failed"}]}}'
    ),
)
NO_RIGHT = (
    403,
    b'{"error": {"code": "BITRIX_REST_V3_EXCEPTION_ACCESSDENIEDEXCEPTION", "message": "no"}}',
)


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    room = Room(tmp_path / "room.db")
    await room.open()
    await room.settle()
    yield room
    await room.close()


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (TARGET_DELETED, "not found"),
        (MAILBOX_DISCONNECTED, "Mailbox authentication failed"),
        (NO_RIGHT, "no access"),
    ],
    ids=["target deleted", "mailbox disconnected", "no right"],
)
async def test_row_49c_a_refused_letter_is_told_in_words_and_its_draft_is_kept(
    room: Room, answer: tuple[int, bytes], words: str
) -> None:
    status, body = answer
    with pytest.raises(PortalError) as refused:
        read_answer(status, {}, body, now=START)
    room.portal.accepts = refused.value
    row = await room.told_to_go(text=TEXT)
    before = await room.draft(row.draft)
    row = await room.go(OutboxState.REJECTED)
    told = next(one for one in await room.see() if one.kind is NoticeKind.OUTCOME)
    assert isinstance(told.scene, OutboxScene)
    text = outbox_card(told.scene, EN).content()[0]
    assert text.startswith("Not sent: ")
    assert words in text
    assert "Everything you wrote is kept." in text
    draft = await room.draft(row.draft)
    assert draft.state is DraftState.COMPOSING
    kept, written = draft.written, before.written
    assert (kept.sender, kept.to, kept.subject) == (written.sender, written.to, written.subject)
    assert kept.parts == written.parts
    assert len(room.portal.sends) == 1, "and never tried by itself again"
