"""Rewrites where things are, when Telegram moves a chat or a topic is no more."""

from typing import Final

from storage import notices
from storage.database import Transaction
from storage.records.places import Place

# Whose rows have a place that they may simply keep in another chat.
PLACED: Final = ("connect_attempts", "connection_tests", "drafts", "outbox")


def move(tx: Transaction, old: Place, new: Place) -> None:
    """Everything that was at the old place is at the new one; what it showed there is shown anew.

    A message's number means nothing in another chat, so the cards of a chat that moved are
    forgotten, and nobody can press them. What is on the wire meets Telegram's refusal itself.
    """
    places = {"old": old.chat, "old_thread": old.thread, "new": new.chat, "thread": new.thread}
    here = "chat = :old AND thread = :old_thread"
    for table in PLACED:
        tx.execute(f"UPDATE {table} SET chat = :new, thread = :thread WHERE {here}", **places)  # noqa: S608  (our own names)
    tx.execute(
        "DELETE FROM pointers WHERE chat = :old AND thread = :old_thread AND person IN "
        "(SELECT person FROM pointers WHERE chat = :new AND thread = :thread)",
        **places,
    )
    tx.execute(f"UPDATE pointers SET chat = :new, thread = :thread WHERE {here}", **places)  # noqa: S608  (the same)
    notices.owe_elsewhere(tx, old, new)
    if old.chat != new.chat:
        tx.execute("DELETE FROM cards WHERE chat = :old", old=old.chat)
        tx.execute("DELETE FROM unreachable WHERE chat = :old", old=old.chat)


def move_group(tx: Transaction, old: int, new: int) -> None:
    """A group has become a supergroup. It had no topics yet; its old number is refused for ever."""
    move(tx, Place(old), Place(new))
