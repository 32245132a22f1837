"""What waits for a thread of the storage. However many wait, the thread is asked once, and they
hear from it together: each way between two threads costs more than most of what is asked there."""

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Generic, TypeVar

V = TypeVar("V")
T = TypeVar("T")


class Pending(Generic[V, T]):
    """A change or a look, made on the event loop, whose caller waits for `answer`."""

    def __init__(self, work: Callable[[V], T]) -> None:
        self.answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._work = work
        self._result: list[T] = []
        self.error: BaseException | None = None

    @property
    def given_up(self) -> bool:
        """Its caller was cancelled: what was not begun yet need not be."""
        return self.answer.cancelled()

    def run(self, view: V) -> None:
        try:
            self._result.append(self._work(view))
        except StopIteration as error:  # no future takes that one
            raise RuntimeError("a change or a look ran out") from error

    def tell(self) -> None:
        """Its own error, or what came of it; on the event loop's thread."""
        if self.answer.done():
            return
        if self.error is not None:
            self.answer.set_exception(self.error)
        else:
            self.answer.set_result(self._result.pop())


class Line(Generic[V]):
    """Those who wait for one thread, in their order; `serve` takes some of them, on that thread."""

    def __init__(
        self, thread: ThreadPoolExecutor, serve: Callable[[deque[Pending[V, Any]]], None]
    ) -> None:
        self._thread = thread
        self._serve = serve
        self._waiting: deque[Pending[V, Any]] = deque()
        self._asked = False

    async def answer(self, work: Callable[[V], T]) -> T:
        """What `work` gave, there."""
        pending = Pending(work)
        self._waiting.append(pending)
        if not self._asked:
            self._ask()
        return await pending.answer

    def _ask(self) -> None:
        self._asked = True
        try:
            self._thread.submit(self._work)
        except RuntimeError:  # it was shut down
            self._asked = False
            raise

    def _work(self) -> None:
        self._asked = False  # before it looks: who comes later asks again
        while self._waiting:
            self._serve(self._waiting)
