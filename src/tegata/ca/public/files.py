"""Answers that hold a file: with the tag and the time by which whoever has it already is told so (RFC 9110 §13).

Knows requests and octets; not what is in a file.
"""

from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

SETTLED = timedelta(minutes=10)
"""From the time in a CRL or an answer until nobody is given the one before it: it is signed and stored meanwhile, and
two may have been made in one second. Whoever asks by an earlier time may hold either."""
MOST_OCTETS = 64 * 1024 * 1024
"""How much is kept in memory; the newest file is, whatever its size."""


PIECE_OCTETS = 64 * 1024
"""So much of a file is on its way at once to somebody who takes it in slowly."""


class Version(NamedTuple):
    """Which state of a file it is: a tag that no other state has, and since when it is so, if that is known."""

    tag: str
    since: datetime | None = None


class InPieces(Response):
    """A file that may be many megabytes: whoever takes it in slowly does not have a copy of it made and kept.

    Strangers may ask for it on many connections at once (S-30).
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's
        """Send the next piece when there is room for it."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        for begin in range(0, max(len(self.body), 1), PIECE_OCTETS):
            end = begin + PIECE_OCTETS
            piece = bytes(self.body[begin:end])
            await send({"type": "http.response.body", "body": piece, "more_body": end < len(self.body)})


class Kept:
    """Files by their names, each in its last version, as long as there is room."""

    def __init__(self, most_octets: int = MOST_OCTETS) -> None:
        self._most = most_octets
        self._files: OrderedDict[str, tuple[str, bytes]] = OrderedDict()
        self._octets = 0

    def get(self, name: str, tag: str) -> bytes | None:
        """The file, if it is here in this version."""
        found = self._files.get(name)
        if found is None or found[0] != tag:
            return None
        self._files.move_to_end(name)
        return found[1]

    def put(self, name: str, tag: str, content: bytes) -> None:
        """Keep a file in the place of its earlier version, and let those go that were asked for longest ago."""
        self._drop(name)
        while self._files and self._octets + len(content) > self._most:
            self._drop(next(iter(self._files)))
        self._files[name] = tag, content
        self._octets += len(content)

    def _drop(self, name: str) -> None:
        _, content = self._files.pop(name, ("", b""))
        self._octets -= len(content)


def headers(version: Version, more: Mapping[str, str]) -> dict[str, str]:
    """The fields of every answer that has to do with this version."""
    fields = {**more, "ETag": f'"{version.tag}"'}
    if version.since is not None:
        fields["Last-Modified"] = format_datetime(version.since, usegmt=True)
    return fields


def not_modified(request: Request, version: Version, more: Mapping[str, str]) -> Response | None:
    """The answer to who has this version already; a tag counts before a time (RFC 9110 §13.2.2).

    By a time nobody is told so until it tells versions apart (§8.8.2.2).
    """
    tags = request.headers.get("if-none-match")
    if tags is not None:
        known = {tag.strip().removeprefix("W/") for tag in tags.split(",")}
        is_known = "*" in known or f'"{version.tag}"' in known
    else:
        asked = _instant(request.headers.get("if-modified-since"))
        is_known = version.since is not None and version.since + SETTLED <= asked
    return Response(status_code=304, headers=headers(version, more)) if is_known else None


def _instant(text: str | None) -> datetime:
    """The time of a field; long ago where there is none, or none that can be read."""
    try:
        at = parsedate_to_datetime(text or "")
    except (ValueError, TypeError, IndexError, OverflowError):
        return _LONG_AGO
    return at if at.tzinfo is not None else _LONG_AGO


_LONG_AGO = datetime.fromisoformat("0001-01-01T00:00:00+00:00")
