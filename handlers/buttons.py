"""The buttons of drafts and of letters on their way: record id, revision and action, typed.

Each packs into at most 64 bytes with the largest ids; every press is checked against the rows.
"""

from aiogram.filters.callback_data import CallbackData

from handlers.cards import Button
from mail.decisions import Decision
from mail.draft_presses import Press
from storage.records.drafts import Draft, Field
from storage.records.outbox import OutboxRow


class DraftButton(CallbackData, prefix="d"):
    """On a draft's cards; `argument` is an index, a field or a page."""

    draft: str
    revision: int
    press: Press
    argument: str = ""


class SendButton(CallbackData, prefix="s"):
    """Send, on the review."""

    draft: str
    revision: int


class OutboxButton(CallbackData, prefix="o"):
    """On the card of a letter on its way."""

    row: str
    revision: int
    decision: Decision


class ListButton(CallbackData, prefix="ol"):
    """The same, on the card of /outbox."""

    row: str
    revision: int
    decision: Decision


class AskAgainButton(CallbackData, prefix="oa"):
    """Send again, the first press: shows what may happen. `sure` False leads back from there."""

    row: str
    revision: int
    sure: bool


class ListAskAgainButton(CallbackData, prefix="ola"):
    """The same, on the card of /outbox."""

    row: str
    revision: int
    sure: bool


class MendButton(CallbackData, prefix="m"):
    """From a blocked letter into connecting again."""

    row: str


def on_draft(draft: Draft, label: str, press: Press, argument: str | int | Field = "") -> Button:
    """A button of this draft as it is now."""
    data = DraftButton(draft=draft.id, revision=draft.revision, press=press, argument=str(argument))
    return Button(label, data.pack())


def on_row(row: OutboxRow, label: str, decision: Decision) -> Button:
    """A button of this letter as it stands now."""
    data = OutboxButton(row=row.id, revision=row.revision, decision=decision)
    return Button(label, data.pack())
