"""A portal that was renamed is followed wherever it is asked: when connecting, and by a test."""

from dataclasses import replace

import pytest

from bitrix24.webhook import Webhook
from mail.connecting import Connecting
from mail.connection_tests import ConnectionTests
from storage import connection_tests
from storage.records.connections import AttemptState, ConnectionTest, ConnectionTestState
from tests.integration.mail.office import ANNA, CODE, HERE, Office

NEW_HOST, FAR_HOST = "new.example", "far.example"


@pytest.fixture
def renamed() -> Webhook:
    return Webhook("https", NEW_HOST, None, "", 1, CODE)


async def test_connecting_follows_a_renamed_portal(office: Office, renamed: Webhook) -> None:
    office.portal.moved_to = renamed
    done = await office.connect()
    assert done.state is AttemptState.CONNECTED
    connection = await office.only_connection()
    assert connection.address.host == NEW_HOST
    assert connection.address.code == CODE


async def test_connecting_again_by_the_old_address_moves_the_connection(
    office: Office, renamed: Webhook
) -> None:
    """It keeps its id, and with it what waits for it."""
    await office.connect()
    known = await office.only_connection()
    office.portal.moved_to = renamed
    done = await office.connect()
    assert (done.state, done.connection) == (AttemptState.CONNECTED, known.id)
    connection = await office.only_connection()
    assert (connection.id, connection.address.host) == (known.id, NEW_HOST)


async def test_a_portal_that_points_on_and_on_is_not_connected(
    office: Office, renamed: Webhook
) -> None:
    office.portal.moved_to = renamed
    office.portal.moved_on = replace(renamed, host=FAR_HOST)
    done = await office.connect()
    assert done.state is AttemptState.FAILED
    assert done.failure is not None
    assert done.failure.code == "moved"
    assert not await office.all_connections()


async def test_a_test_follows_a_renamed_portal_and_its_owner_is_told(
    office: Office, renamed: Webhook
) -> None:
    await office.connect()
    await office.deliver()
    connection = await office.only_connection()
    office.portal.moved_to = renamed
    assert await ends(office, connection.id) is ConnectionTestState.WORKS
    moved = await office.only_connection()
    assert (moved.id, moved.address.host) == (connection.id, NEW_HOST)
    assert moved.account.senders == connection.account.senders
    assert ("moved", connection.id) in [
        (kind, subject) for kind, subject, _ in await office.shown()
    ]


async def test_a_test_follows_once(office: Office, renamed: Webhook) -> None:
    await office.connect()
    connection = await office.only_connection()
    office.portal.moved_to = renamed
    office.portal.moved_on = replace(renamed, host=FAR_HOST)
    assert await ends(office, connection.id) is ConnectionTestState.FAILED


async def ends(office: Office, connection: str) -> ConnectionTestState:
    """How a test that a person asked for ended."""
    asking = ConnectionTest(connection, ANNA, HERE, ConnectionTestState.ASKING, 1)
    await office.db.write(lambda tx: connection_tests.save(tx, asking))
    connecting = Connecting(office.db, office.portal, office.new_id)
    await ConnectionTests(office.db, connecting).check(ANNA, connection)
    ended = await office.db.read(lambda tx: connection_tests.find(tx, ANNA, connection))
    assert ended is not None
    return ended.state
