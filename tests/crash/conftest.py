"""Thousands of letters fail on purpose: only what nobody expected is logged."""

import logging
from collections.abc import AsyncIterator

import pytest

from sandbox import Sandbox


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR, logger="mail")


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as running:
        yield running
