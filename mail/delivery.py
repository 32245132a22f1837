"""What it means for the rows that a notice was delivered, or cannot be."""

from mail.scenes import SLOW
from mail.showing import ON_THEIR_WAY, is_slow
from mail.without_access import close_if_shut_out
from storage import drafts, notices, outbox, people
from storage.database import Reading, Transaction
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


def delivered(tx: Transaction, notice: Notice, card: Card | None) -> None:
    """The notice is done; older cards of the same subject lose their buttons.

    A press may have given the message to another row while it was on the wire; that stands.
    """
    if card is not None and not _given_away(tx, card):
        notices.save_card(tx, card)
        if card.kind is not CardKind.LETTER:  # a letter's card has no buttons to lose
            _fold_older(tx, card)
            close_if_shut_out(tx, card)
    notices.end(tx, notice)
    if _says_wait(tx, notice):
        notices.owe(
            tx, notice.person, notice.kind, notice.place, notice.subject, Manner.EDIT, after=SLOW
        )


def _says_wait(tx: Reading, notice: Notice) -> bool:
    """Was "Looking…" or "Sending…" shown just now? If that lasts, the card must say why."""
    if notice.kind is NoticeKind.DRAFT:
        since = drafts.wants_since(tx, notice.person, notice.subject)
        return since is not None and tx.now - since < SLOW
    if notice.kind is NoticeKind.OUTBOX:
        row = outbox.find(tx, notice.person, notice.subject)
        return row is not None and row.state in ON_THEIR_WAY and not is_slow(tx, row)
    return False


def _fold_older(tx: Transaction, card: Card) -> None:
    for older in notices.older_cards(tx, card):
        notices.unlive(tx, older)
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


def _given_away(tx: Reading, card: Card) -> bool:
    """Does the message show something else by now? Only a letter takes a draft's message over."""
    now = notices.card_at(tx, card.person, card.place.chat, card.message)
    if now is None or card.kind is CardKind.LETTER:
        return False
    return (now.kind, now.subject) != (card.kind, card.subject)


def gone(tx: Transaction, notice: Notice, message: int) -> None:
    """The message to edit is no more: what it showed is sent anew, a fold is done."""
    card = notices.card_at(tx, notice.person, notice.place.chat, message)
    if card is not None:
        notices.unlive(tx, card)
    if notice.kind is NoticeKind.FOLD:
        notices.end(tx, notice)
    else:
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
