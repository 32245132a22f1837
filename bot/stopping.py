"""Waiting that ends when the program is asked to stop."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from bot.tasks import Stop

Found = TypeVar("Found")


async def unless_stopped(stop: Stop, work: Coroutine[Any, Any, Found]) -> Found | None:
    """What the work gives, or None if the stop came first, which cancels the work."""
    try:
        async with asyncio.TaskGroup() as both:
            task = both.create_task(work)
            watch = both.create_task(stop.wait())
            task.add_done_callback(lambda _: watch.cancel())
            watch.add_done_callback(lambda _: task.cancel())
    except BaseExceptionGroup as failures:
        raise failures.exceptions[0] from None  # the work's: waiting for a stop cannot fail
    return None if task.cancelled() else task.result()
