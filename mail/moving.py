"""A portal that was renamed: its connections follow it, once, and their owners are told."""

from dataclasses import replace

from bitrix24.webhook import Webhook
from mail.webhooks import address_of
from storage import connections, notices
from storage.database import Transaction
from storage.records.notices import Manner, NoticeKind, Priority
from storage.records.places import Place


def follow(tx: Transaction, owner: int, connection: str, to: Webhook) -> bool:
    """Stores the new address; False: it is gone, or this person has that address already."""
    found = connections.find(tx, owner, connection)
    address = address_of(to)
    if found is None or connections.id_of_address(tx, owner, address) not in (None, connection):
        return False
    connections.save(tx, replace(found, address=address, revision=found.revision + 1))
    kind, place = NoticeKind.MOVED, Place(owner)
    notices.owe(tx, owner, kind, place, connection, Manner.NEW, priority=Priority.CARD)
    return True
