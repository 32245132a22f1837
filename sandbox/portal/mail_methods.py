"""Which mail methods there are; all belong to the scope `mail`."""

from sandbox.portal import fields, linking, mailboxes, moving, reading, recipients, sending
from sandbox.portal.call import Method

_WRITING = sending.METHODS | moving.METHODS | linking.METHODS

MAIL_METHODS: dict[str, Method] = (
    mailboxes.METHODS | reading.METHODS | recipients.METHODS | fields.METHODS | _WRITING
)
WRITES = frozenset(_WRITING)
"""Those that change something: idempotency keys count there."""
