"""Buttons of a draft's cards, as a play presses them."""

from handlers.buttons import DraftButton, SendButton
from mail.draft_presses import Press
from storage.records.drafts import Draft, Field


def opening(draft: Draft, field: Field) -> DraftButton:
    return DraftButton(
        draft=draft.id, revision=draft.revision, press=Press.OPEN, argument=field.value
    )


def replaced(draft: Draft, button: DraftButton | SendButton) -> list[tuple[str, str]]:
    """What the button may put something else into."""
    if isinstance(button, SendButton) or button.press not in (Press.CHOOSE, Press.NONE, Press.USE):
        return []
    slots = [(draft.id, str(draft.field))]
    if draft.field is Field.TEXT and button.press is Press.USE:
        slots.append((draft.id, "parts"))
    return slots


def unpacked(data: str) -> DraftButton | SendButton:
    kind = SendButton if data.startswith("s:") else DraftButton
    return kind.unpack(data)
