"""The list of logs: the JSON that browsers publish (version 3), read from a file and read again when it changes.

Whether it is recent enough is judged each time: an old list may name logs that nobody trusts any more (B-84).
"""

import binascii
import hashlib
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from tegata.ca.errors import LogsUnusable
from tegata.ca.policy.transparency import LIST_LIFE, Log

LIST_LIMIT = 16 * 1024 * 1024
_NEVER = datetime.max.replace(tzinfo=UTC)
_ALWAYS = datetime.min.replace(tzinfo=UTC)


class _Interval(msgspec.Struct, frozen=True):
    start_inclusive: datetime = _ALWAYS
    end_exclusive: datetime = _NEVER


class _Log(msgspec.Struct):
    log_id: str
    key: str
    url: str = ""
    submission_url: str = ""
    state: dict[str, msgspec.Raw] = {}
    temporal_interval: _Interval = _Interval()


class _Operator(msgspec.Struct):
    name: str
    logs: list[_Log] = []
    tiled_logs: list[_Log] = []


class _List(msgspec.Struct):
    log_list_timestamp: datetime
    operators: list[_Operator]


class LogList:
    """The usable logs of a file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[int, int] | None = None
        self._logs: list[Log] = []
        self._made_at = _ALWAYS

    def usable(self, now: datetime) -> list[Log]:
        """The logs that browsers trust with new certificates; raises LogsUnusable."""
        try:
            about = self._path.stat()
            if self._seen != (about.st_mtime_ns, about.st_size):
                self._read()
                self._seen = (about.st_mtime_ns, about.st_size)
        except OSError as error:
            raise LogsUnusable(reason=f"{self._path}: {error.strerror}") from None
        if now - self._made_at > LIST_LIFE:
            raise LogsUnusable(
                reason=f"{self._path}: it is of {self._made_at:%Y-%m-%d}, older than {LIST_LIFE.days} days"
            )
        return self._logs

    def ends(self, now: datetime) -> datetime:
        """When the file as it is now is too old; raises LogsUnusable where it is already."""
        self.usable(now)
        return self._made_at + LIST_LIFE

    def _read(self) -> None:
        with self._path.open("rb") as file:
            text = file.read(LIST_LIMIT)
        try:
            read = msgspec.json.decode(text, type=_List)
            self._logs = [
                _log(operator.name, log, is_tiled=is_tiled)
                for operator in read.operators
                for is_tiled, logs in ((False, operator.logs), (True, operator.tiled_logs))
                for log in logs
                if "usable" in log.state
            ]
        except (ValueError, TypeError, RecursionError) as error:  # TypeError: an instant without its zone
            raise LogsUnusable(reason=f"{self._path}: {error}") from None
        self._made_at = read.log_list_timestamp.astimezone(UTC)


def _log(operator: str, log: _Log, *, is_tiled: bool) -> Log:
    times = log.temporal_interval
    identifier, key = (binascii.a2b_base64(text.encode(), strict_mode=True) for text in (log.log_id, log.key))
    if hashlib.sha256(key).digest() != identifier:
        raise ValueError(f"{log.log_id} is not the id of its key")
    return Log(
        id=identifier,
        operator=operator,
        url=(log.submission_url or log.url).rstrip("/") + "/",
        key=key,
        start=times.start_inclusive.astimezone(UTC) if times.start_inclusive > _ALWAYS else _ALWAYS,
        end=times.end_exclusive.astimezone(UTC) if times.end_exclusive < _NEVER else _NEVER,
        is_tiled=is_tiled,
    )
