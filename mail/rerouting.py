"""Where a notice goes when its group moved, or its topic is no more."""

from mail.admins import Admins
from storage import chat_moves, notices
from storage.database import Transaction
from storage.records.notices import Manner, Notice, NoticeKind, Priority
from storage.records.places import Place


def follow_group(tx: Transaction, notice: Notice, group: int) -> None:
    """The group has another number: everything there is known by it, this notice too."""
    notices.put_off(tx, notice, tx.now, counts=False)
    chat_moves.move_group(tx, notice.place.chat, group)


def leave_topic(tx: Transaction, notice: Notice, admins: Admins) -> None:
    """The topic was closed or deleted: all of it goes on in the group itself, and admins hear."""
    topic = notice.place
    notices.put_off(tx, notice, tx.now, counts=False)
    chat_moves.move(tx, topic, Place(topic.chat))
    kind, subject = NoticeKind.TOPIC_LEFT, f"{topic.chat}:{topic.thread}"
    for one in admins.all(tx):
        place = Place(one.id)
        notices.owe(tx, one.id, kind, place, subject, Manner.NEW, priority=Priority.ALERT)
