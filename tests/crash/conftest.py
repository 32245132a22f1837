"""Thousands of letters fail on purpose: only what nobody expected is logged."""

import logging
from collections.abc import AsyncIterator, Iterator

import pytest

from sandbox import Sandbox
from tests.support.bot_process import ForkServer


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR, logger="mail")


@pytest.fixture(scope="session")
def fork_server() -> Iterator[ForkServer]:
    server = ForkServer()
    yield server
    server.close()


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as running:
        yield running
