"""How often somebody may try to log in: a bounded count of failures per login, in memory.

Pure: it is handed the time. Forgetting the counts at a restart is harmless, a password hash costs enough.
"""

from collections import OrderedDict


class Throttle:
    """Allows ``most`` failures in ``seconds`` for one key; keeps at most ``keys`` keys, the oldest are dropped."""

    def __init__(self, *, most: int = 10, seconds: float = 900, keys: int = 10_000) -> None:
        self._most, self._seconds, self._keys = most, seconds, keys
        self._failures: OrderedDict[str, list[float]] = OrderedDict()

    def wait(self, key: str, now: float) -> float:
        """Seconds until another try is allowed; 0 means now."""
        recent = [at for at in self._failures.get(key, ()) if now - at < self._seconds]
        return 0.0 if len(recent) < self._most else recent[0] + self._seconds - now

    def failed(self, key: str, now: float) -> None:
        """Count a failure."""
        recent = [at for at in self._failures.pop(key, ()) if now - at < self._seconds]
        self._failures[key] = [*recent[-self._most + 1 :], now]
        while len(self._failures) > self._keys:
            self._failures.popitem(last=False)

    def withdraw(self, key: str, now: float) -> None:
        """Take back a failure that was counted at that time and turned out to be none."""
        counted = self._failures.get(key, [])
        if now in counted:
            counted.remove(now)

    def passed(self, key: str) -> None:
        """Forget the failures of somebody who got in."""
        self._failures.pop(key, None)
