"""An alarm for what may take too long: one thread for all requests of a connection, which sleeps nearly always.

Starting a thread for each request, as a timer does, takes as long as signing it.
"""

import contextlib
import math
import threading
import time
from collections.abc import Callable, Iterator


class Alarm:
    """Calls ``ring``, on a thread of its own, when what it was set for is not over in time."""

    def __init__(self, ring: Callable[[], None]) -> None:
        self._ring = ring
        self._changed = threading.Condition()
        self._deadline: float | None = None
        self._thread: threading.Thread | None = None
        self._wakes = math.inf
        self._is_closed = False

    @contextlib.contextmanager
    def set(self, seconds: float) -> Iterator[None]:
        """Ring unless this is left within so many seconds; it is not set twice at once."""
        with self._changed:
            deadline = self._deadline = time.monotonic() + seconds
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="alarm", daemon=True)
                self._thread.start()
            elif deadline < self._wakes:  # else it looks again then, and sees what is set by that time
                self._changed.notify()
        try:
            yield
        finally:
            with self._changed:
                self._deadline = None

    def close(self) -> None:
        """End the thread; the alarm can be set again, which starts another."""
        with self._changed:
            self._is_closed = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()
        self._thread, self._is_closed = None, False

    def _watch(self) -> None:
        with self._changed:
            while not self._is_closed:
                left = None if self._deadline is None else self._deadline - time.monotonic()
                if left is not None and left <= 0:
                    self._deadline = None
                    self._ring()
                    continue
                self._wakes = math.inf if self._deadline is None else self._deadline
                self._changed.wait(left)
