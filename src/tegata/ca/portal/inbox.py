"""The operator's lists of what waits: contracts to be examined, examinations to be released, applications.

What waits is the inbox service's to say; who may come here is the desk's.
"""

import re
from datetime import UTC, datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response

from tegata.ca.errors import NotFound
from tegata.ca.portal.desk import Desk
from tegata.ca.portal.pages import page
from tegata.ca.ports import Cursor
from tegata.ca.services.inbox import InboxService, Kind

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_CURSOR = re.compile(r"([0-9]{1,18})-([A-Za-z0-9_-]+)")


class InboxPages:
    """``/portal/operator/waiting/{kind}``."""

    def __init__(self, desk: Desk, inbox: InboxService) -> None:
        self._desk, self._inbox = desk, inbox

    async def table(self, request: Request) -> Response:
        """What waits of a kind, a page at a time (``?after=``)."""
        operator = await self._desk.enter(request)
        try:
            kind = Kind(request.path_params["kind"])
        except ValueError:
            raise NotFound from None
        after = request.query_params.get("after")
        found = await self._inbox.page(kind, _read(after) if after else None)
        return page(
            request,
            "waiting.html",
            customer=operator,
            kind=kind,
            rows=found.rows,
            after=after,
            older=_written(found.older) if found.older else None,
        )


def _written(cursor: Cursor) -> str:
    """A place in a list as an address has it."""
    return f"{(cursor.at - _EPOCH) // _MICROSECOND}-{cursor.id}"


def _read(text: str) -> Cursor:
    """The place that ``_written`` has written; raises NotFound."""
    found = _CURSOR.fullmatch(text)
    if found is None:
        raise NotFound
    try:
        return Cursor(_EPOCH + int(found[1]) * _MICROSECOND, found[2])
    except OverflowError:
        raise NotFound from None
