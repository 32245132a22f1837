"""Waiting in tests for what another task brings about."""

import asyncio
from collections.abc import Callable

STEP = 0.01


async def eventually(is_so: Callable[[], bool], seconds: float = 20.0) -> None:
    """Returns as soon as it is so; TimeoutError if it never is."""
    for _ in range(int(seconds / STEP)):
        if is_so():
            return
        await asyncio.sleep(STEP)
    raise TimeoutError
