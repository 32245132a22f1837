"""Which mail methods there are; all belong to the scope `mail`."""

from sandbox.portal import mailboxes, reading, sending
from sandbox.portal.call import Method

MAIL_METHODS: dict[str, Method] = mailboxes.METHODS | reading.METHODS | sending.METHODS
WRITES = frozenset(sending.METHODS)
"""Those that change something: idempotency keys count there."""
