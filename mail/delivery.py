"""What it means for the rows that a notice was delivered, or cannot be."""

from mail.scenes import SLOW, DraftScene, OutboxScene, Scene
from mail.showing import ON_THEIR_WAY, is_slow
from mail.without_access import close_if_shut_out
from storage import cards, drafts, notices, outbox, people
from storage.database import Reading, Transaction
from storage.records.drafts import Wants
from storage.records.notices import (
    Card,
    CardKind,
    Manner,
    Notice,
    NoticeKind,
    NoticeState,
    Priority,
)
from storage.records.places import Place
from storage.records.updates import StoredUpdate


def delivered(tx: Transaction, notice: Notice, scene: Scene, card: Card | None) -> None:
    """The notice is done, and this was shown; older cards of the same subject lose their buttons.

    A press may have given the message to another row while it was on the wire; that stands.
    """
    shown = card is not None and cards.save_shown(tx, card)
    if card is not None and shown and card.kind is not CardKind.LETTER:  # which has no buttons
        _fold_older(tx, card)
        close_if_shut_out(tx, card)
    notices.end(tx, notice)
    if _says_wait(tx, notice, scene):
        notices.owe(
            tx, notice.person, notice.kind, notice.place, notice.subject, Manner.EDIT, after=SLOW
        )


def _says_wait(tx: Reading, notice: Notice, scene: Scene) -> bool:
    """Was "Looking…" or "Sending…" shown just now? If that lasts, the card must say why."""
    if isinstance(scene, DraftScene) and scene.draft.wants is not Wants.NOTHING:
        since = drafts.wants_since(tx, notice.person, notice.subject)
        return since is not None and tx.now - since < SLOW
    if isinstance(scene, OutboxScene) and not scene.rings and scene.row.state in ON_THEIR_WAY:
        row = outbox.find(tx, notice.person, notice.subject)
        return row is not None and row.state in ON_THEIR_WAY and not is_slow(tx, row)
    return False


def _fold_older(tx: Transaction, card: Card) -> None:
    for older in cards.older(tx, card):
        cards.unlive(tx, older)
        message = str(older.message)
        notices.owe(
            tx,
            older.person,
            NoticeKind.FOLD,
            older.place,
            message,
            Manner.EDIT,
            priority=Priority.CARD,
        )


def gone(tx: Transaction, notice: Notice, message: int) -> None:
    """The message to edit is no more: what it showed is sent anew, a fold is done."""
    card = cards.at(tx, notice.person, notice.place.chat, message)
    if card is not None:
        cards.unlive(tx, card)
    if notice.kind is NoticeKind.FOLD:
        notices.end(tx, notice)
    else:
        notices.begin_anew(tx, notice)
        notices.put_off(tx, notice, tx.now)


def recover(tx: Transaction) -> None:
    """At start: what was on the wire may have arrived; its kind decides what follows."""
    for notice in notices.on_wire(tx):
        notices.put_off(tx, notice, tx.now, may_have_arrived=True)


def wait_for_them(tx: Transaction, notice: Notice) -> None:
    """They blocked the bot, or are gone: it stays owed until they are heard of again."""
    notices.lose_touch(tx, notice.place.chat)
    notices.put_off(tx, notice, tx.now, counts=False)


def drop(tx: Transaction, notice: Notice) -> None:
    """It will not be delivered."""
    notices.end(tx, notice, NoticeState.DROPPED)


def owe_unreadable(tx: Transaction, update: StoredUpdate) -> None:
    """An update was given up: its person is told once, if it came from one that we know."""
    if people.find(tx, update.key) is not None:
        place = Place(update.key)
        notices.owe(tx, update.key, NoticeKind.UNREADABLE, place, "", Manner.NEW)
