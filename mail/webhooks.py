"""A stored address as the client calls it."""

from bitrix24.webhook import Webhook
from storage.records.connections import Address


def webhook_of(address: Address) -> Webhook:
    """For calls."""
    return Webhook(
        scheme=address.scheme,
        host=address.host,
        port=address.port,
        prefix=address.prefix,
        user_id=address.user_id,
        code=address.code,
    )


def address_of(webhook: Webhook) -> Address:
    """For rows."""
    return Address(
        scheme=webhook.scheme,
        host=webhook.host,
        port=webhook.port,
        prefix=webhook.prefix,
        user_id=webhook.user_id,
        code=webhook.code,
    )
