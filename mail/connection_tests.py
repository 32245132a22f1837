"""Asks the portal whether a connection works, where a person wants to know it.

The row that asks is made by `mail/accounts.py`; what is found is stored only if it still asks.
"""

import logging
from dataclasses import replace

from bitrix24.errors import Moved, PortalError
from mail import moving
from mail.connecting import CHECK_BROKE, Connecting, NothingThere
from mail.failures import stored
from mail.webhooks import address_of, webhook_of
from storage import connection_tests, connections, notices
from storage.database import Database, Reading, Transaction
from storage.records.connections import Account, Connection, ConnectionTest, ConnectionTestState
from storage.records.failures import Failure
from storage.records.notices import Manner, NoticeKind

_log = logging.getLogger(__name__)


class ConnectionTests:
    """The live check of connections that are stored."""

    def __init__(self, database: Database, connecting: Connecting) -> None:
        self._database = database
        self._connecting = connecting

    async def check(self, owner: int, connection_id: str) -> None:
        """Asks the portal if the test still waits for it, and shows what came of it."""
        asked = await self._database.read(lambda tx: _asked(tx, owner, connection_id))
        if asked is None:
            return
        test, connection = asked
        try:
            connection, account = await self._wherever_it_is(connection)
        except PortalError as error:
            _log.info("test of connection %s: %s", connection.id, error)
            await self._fail(test, stored(error.failure))
        except NothingThere as error:
            await self._fail(test, Failure(error.code))
        except Exception:
            await self._fail(test, Failure(CHECK_BROKE))
            raise
        else:
            await self._database.write(lambda tx: _works(tx, test, connection, account))

    async def _wherever_it_is(self, connection: Connection) -> tuple[Connection, Account]:
        """A renamed portal is followed once: the connection as it is now, and its account."""
        try:
            return connection, await self._connecting.account(webhook_of(connection.address))
        except Moved as error:
            to = error.webhook
            follows = await self._database.write(
                lambda tx: moving.follow(tx, connection.owner, connection.id, to)
            )
            if not follows:
                raise
            account = await self._connecting.account(to)
            return replace(connection, address=address_of(to)), account

    async def _fail(self, test: ConnectionTest, failure: Failure) -> None:
        failed = replace(test, state=ConnectionTestState.FAILED, failure=failure)
        await self._database.write(lambda tx: _end(tx, test, failed))


def _asked(tx: Reading, owner: int, connection: str) -> tuple[ConnectionTest, Connection] | None:
    test = connection_tests.find(tx, owner, connection)
    found = connections.find(tx, owner, connection)
    if test is None or found is None or test.state is not ConnectionTestState.ASKING:
        return None
    return test, found


def _works(tx: Transaction, test: ConnectionTest, asked: Connection, account: Account) -> None:
    """What the portal said of the account is kept, but for a name that it did not tell now."""
    if not _end(tx, test, replace(test, state=ConnectionTestState.WORKS)):
        return
    now = connections.find(tx, test.owner, test.connection)
    if now is None or now.address != asked.address:
        return
    kept = replace(
        account,
        person_name=account.person_name or now.account.person_name,
        zone=account.zone or now.account.zone,
    )
    connections.save(tx, replace(now, account=kept, senders_at=tx.now))


def _end(tx: Transaction, test: ConnectionTest, ended: ConnectionTest) -> bool:
    """False: it was asked anew, or the connection is gone."""
    if connection_tests.find(tx, test.owner, test.connection) != test:
        return False
    connection_tests.save(tx, ended)
    kind, place = NoticeKind.ACCOUNTS, test.place
    notices.owe(tx, test.owner, kind, place, str(test.owner), Manner.EDIT)
    return True
