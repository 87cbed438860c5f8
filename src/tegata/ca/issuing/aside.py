"""Calls that may hang, as those into a token's module: made one after the other beside everything else.

Whoever waits does so for a while and no longer. The thread is a daemon: a call that never returns keeps no process from
its end, neither ``serve`` nor a command.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from threading import Thread
from typing import Any, TypeVar

TOKEN_SECONDS = 10.0
"""How long a token is waited for; what it was for is then left for later."""

T = TypeVar("T")


class Aside:
    """One thread, begun with the first call."""

    def __init__(self) -> None:
        self._calls: SimpleQueue[tuple[Future[Any], Callable[[], Any]]] = SimpleQueue()
        self._thread: Thread | None = None

    async def soon(self, call: Callable[[], T]) -> T:
        """What the call gives; raises TimeoutError, and what it raises."""
        async with asyncio.timeout(TOKEN_SECONDS):
            return await asyncio.wrap_future(self._begun(call))

    def now(self, call: Callable[[], T]) -> T:
        """As ``soon``, for who has no event loop, or nothing to do meanwhile."""
        future = self._begun(call)
        try:
            return future.result(TOKEN_SECONDS)
        finally:
            future.cancel()

    def _begun(self, call: Callable[[], T]) -> Future[T]:
        future: Future[T] = Future()
        self._calls.put((future, call))
        if self._thread is None:
            self._thread = Thread(target=self._run, name="token", daemon=True)
            self._thread.start()
        return future

    def _run(self) -> None:
        while True:
            future, call = self._calls.get()
            if not future.set_running_or_notify_cancel():
                continue  # nobody waits for it any more
            try:
                future.set_result(call())
            except BaseException as error:  # noqa: BLE001 - it is the caller's
                future.set_exception(error)
