"""Renders what is owed: each kind of scene has one renderer."""

from collections.abc import Callable

from aiogram.utils.formatting import Text

from handlers.absence_card import absence_card
from handlers.account_cards import accounts_card
from handlers.admission_cards import admitted_card, approval_card
from handlers.cards import Shown
from handlers.closed_cards import closed_card
from handlers.connection_cards import attempt_card, moved_card
from handlers.letter_card import letter_card
from handlers.outbox_card import outbox_card, told_below
from handlers.outbox_list_card import outbox_list_card
from handlers.step_cards import draft_card
from handlers.texts import Catalogues, Texts
from handlers.topic_card import topic_left_card
from mail.scenes import (
    AbsenceScene,
    AccountsScene,
    AdmittedScene,
    ApprovalScene,
    AttemptScene,
    DraftScene,
    FoldScene,
    LetterScene,
    MovedScene,
    OutboxListScene,
    OutboxScene,
    Showing,
    TopicLeftScene,
    UnreadableScene,
)
from mail.without_access import ClosedScene
from storage.records.people import Person


def renderer(catalogues: Catalogues, default_language: str) -> Callable[[Showing], Shown]:
    """Renders each scene in its reader's language."""

    def render(showing: Showing) -> Shown:
        return render_scene(
            showing, catalogues.for_language(showing.reader.language, default_language)
        )

    return render


def render_scene(showing: Showing, _: Texts) -> Shown:
    """The card of a scene."""
    match showing.scene:
        case DraftScene() as scene:
            return draft_card(scene, _)
        case LetterScene() as scene:
            return letter_card(scene, _)
        case OutboxScene() as scene:
            return outbox_card(scene, _)
        case OutboxListScene() as scene:
            return outbox_list_card(scene, _)
        case FoldScene() as scene:
            return told_below(scene.row, _)
        case ClosedScene() as scene:
            return closed_card(scene, _)
        case AbsenceScene() as scene:
            return absence_card(scene, _)
        case TopicLeftScene() as scene:
            return topic_left_card(scene.topic, _)
        case UnreadableScene():
            return Shown(
                Text(_("I could not handle one of your messages. Please send it once more."))
            )
        case scene:
            return _account_scene(scene, showing.reader, _)


def _account_scene(
    scene: AttemptScene | AccountsScene | ApprovalScene | AdmittedScene | MovedScene,
    reader: Person,
    _: Texts,
) -> Shown:
    """What is about people and their portals, not about a letter."""
    match scene:
        case AttemptScene():
            return attempt_card(scene.attempt, scene.connection, _)
        case AccountsScene():
            return accounts_card(reader, scene, _)
        case ApprovalScene():
            return approval_card(scene, _)
        case AdmittedScene():
            return admitted_card(scene, _)
        case MovedScene():
            return moved_card(scene, _)
