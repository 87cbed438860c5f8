"""Who waits for commits: woken by those that are about what is waited for, and by those of which that is not known.

For one event loop. Knows neither an engine nor what subjects mean.
"""

import asyncio
from collections.abc import Collection


class Waiting:
    """Waiters, each with the subject that it waits for."""

    def __init__(self) -> None:
        self._waiting: dict[asyncio.Future[None], str] = {}

    def __bool__(self) -> bool:
        """Whether anybody waits."""
        return bool(self._waiting)

    async def until_woken(self, seconds: float, about: str) -> None:
        """Return when woken, or after so many seconds."""
        waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[waiting] = about
        try:
            async with asyncio.timeout(seconds):
                await waiting
        except TimeoutError:
            pass
        finally:
            del self._waiting[waiting]

    def wake(self, subjects: Collection[str]) -> None:
        """Something was committed about these subjects."""
        for waiting, about in self._waiting.items():
            if about in subjects and not waiting.done():
                waiting.set_result(None)

    def wake_all(self) -> None:
        """Something was committed, nobody here knows what."""
        for waiting in self._waiting:
            if not waiting.done():
                waiting.set_result(None)
