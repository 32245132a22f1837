"""What the person sees: each notice that is due, in the words of the shipped renderer."""

from dataclasses import dataclass, field
from typing import Self

from handlers.cards import Shown
from handlers.notices import render_scene
from handlers.outbox_card import outbox_card
from handlers.texts import Catalogues
from mail import delivery
from mail.scenes import DraftScene, FoldScene, OutboxScene, Scene
from storage import connections, drafts, earlier, notices, outbox_lists
from storage.database import Reading
from storage.records.drafts import DraftState, Field
from storage.records.outbox import OutboxRow, OutboxState, Why
from tests.crash.rows import Rows
from tests.integration.mail.room import ANNA, Room

EN = Catalogues({}).for_language("en", "en")

# How each kind of card begins, and what that claims of the letter: True, it left; False, it did
# not; None, neither.
CLAIMS: dict[str, bool | None] = {
    "Sent to ": True,
    "Goes out in ": False,
    "Not sent: ": False,
    "It did not go out; ": False,
    "Cancelled": False,
    "Stopped before it left; ": False,
    "Sending…": None,
    "It is not known whether ": None,
    "What became of this letter is told below.": None,
    "This goes on below.": None,
    "Check before it goes out": False,
}
MAY_HAVE_LEFT = "It was sent once before; whether that one left is not known."
HAD_LEFT = "It was sent once before, and that one left."
SAYS_IT_WAITS = ("the letter goes out as soon as", "goes out by itself")
TAKES_BACK = ("Undo", "Cancel")

FINAL_WORDS = {
    OutboxState.SENT: "Sent to ",
    OutboxState.REJECTED: "Not sent: ",
    OutboxState.BLOCKED: "Not sent: ",
    OutboxState.EXPIRED: "Not sent: ",
    OutboxState.CANCELLED: "Check before it goes out",
    OutboxState.UNKNOWN: "It is not known whether ",
}


@dataclass(frozen=True)
class Told:
    """A card's words, and what they claim."""

    words: str
    says_left: bool
    says_not: bool

    @classmethod
    def by(cls, shown: Shown) -> Self:
        words = shown.content()[0]
        claim = next(claim for begins, claim in CLAIMS.items() if words.startswith(begins))
        labels = [button.label for line in shown.keyboard for button in line]
        waits = any(text in words for text in SAYS_IT_WAITS)
        taken_back = any(label in TAKES_BACK for label in labels)
        return cls(words, claim is True, claim is False or waits or taken_back)

    def lies(self, left: int, before: int = 0) -> bool:
        """`before`: of those that left, so many did before the letter was sent again.

        Only a card that speaks of the first letter may say of the second alone that it did not.
        """
        if HAD_LEFT in self.words and not before:
            return True
        of_both = HAD_LEFT not in self.words and MAY_HAVE_LEFT not in self.words
        denied = left if of_both else left - before
        return (self.says_left and left == 0) or (self.says_not and denied > 0)


@dataclass
class Screen:
    """The messages of one letter: what each of them shows by now."""

    room: Room
    rows: Rows
    shown: dict[int, Told] = field(default_factory=dict)
    _seen: OutboxRow | None = None
    _card: Told | None = None

    async def refresh(self) -> None:
        """Everything that is due reaches the chat."""
        while (notice := self.rows.write_now(lambda tx: notices.take(tx, ANNA))) is not None:
            found = await self.room.load(notice)
            seen = await self.room.deliver(notice)
            if found is None or seen is None:
                continue
            if _is_judged(seen.scene):
                self.shown[seen.message] = Told.by(render_scene(found, EN))
            else:
                self.shown.pop(seen.message, None)

    def restart(self) -> None:
        self.rows.write_now(delivery.recover)

    def lies(self, left: int, before: int) -> list[str]:
        """Messages that claim what is not so, at this moment."""
        return [told.words for told in self.shown.values() if told.lies(left, before)]

    def lies_now(self, row: OutboxRow, left: int, before: int) -> list[str]:
        """The same of the card, were it shown at this very moment."""
        if self._card is None or row != self._seen:
            self._seen = row
            self._card = Told.by(self.rows.read_now(lambda tx: card_of(tx, row)))
        return [self._card.words] if self._card.lies(left, before) else []

    def ended_well(self, row: OutboxRow) -> bool:
        """Is the newest message's word that of the state in which the letter ended?"""
        if not self.shown:
            return False
        final = "Sent to " if row.why is Why.FIRST_LEFT else FINAL_WORDS[row.state]
        return self.shown[max(self.shown)].words.startswith(final)

    @staticmethod
    def find(tx: Reading) -> OutboxRow:
        """The letter of a game, as it was told to go last."""
        return outbox_lists.in_state(tx, *OutboxState)[-1]


def card_of(tx: Reading, row: OutboxRow) -> Shown:
    """The letter's card as it would be shown at this moment."""
    draft = drafts.find(tx, row.owner, row.draft)
    connection = connections.find(tx, row.owner, row.connection)
    told_before = earlier.of_row(tx, row)
    scene = OutboxScene(row, draft, connection, rings=False, earlier=told_before)
    return outbox_card(scene, EN)


def _is_judged(scene: Scene) -> bool:
    """A review claims that the letter did not leave; other steps claim nothing."""
    if isinstance(scene, DraftScene):
        composing = scene.draft.state is DraftState.COMPOSING
        return composing and scene.draft.field is Field.REVIEW
    return isinstance(scene, OutboxScene | FoldScene)
