"""The two vocabularies of the order's machine: what it asks to be done (steps), and how that came out (outcomes).

Values only; ``flow`` makes the steps, ``driver`` does them.
"""

from typing import TypeAlias

import msgspec

from tegata.acme import codec
from tegata.acme.wire import Response
from tegata.errors import TegataError
from tegata.plugin_api.solver import Presentation


class Send(msgspec.Struct, frozen=True):
    """POST this, signed for the account; without a payload it is a POST-as-GET. Gives Answered or Refused."""

    url: str
    payload: bytes | None
    limit: int = codec.RESPONSE_LIMIT


class Solve(msgspec.Struct, frozen=True):
    """Present all of these. Gives Solved or Refused."""

    presentations: tuple[Presentation, ...]


class Clear(msgspec.Struct, frozen=True):
    """Take back all that is presented: it has been looked at. Gives Cleared."""


class Sleep(msgspec.Struct, frozen=True):
    """Wait for this many seconds. Gives Woken."""

    seconds: float


class Done(msgspec.Struct, frozen=True):
    """The end: a checked chain, leaf first, and the URL it came from."""

    chain_pem: bytes
    certificate_url: str


class Failed(msgspec.Struct, frozen=True):
    """The other end."""

    error: TegataError


class Started(msgspec.Struct, frozen=True):
    """Nothing has been done yet."""


class Answered(msgspec.Struct, frozen=True):
    """The CA accepted the request. ``retry_after`` is what it asks us to wait, in seconds."""

    response: Response
    retry_after: float | None = None


class Refused(msgspec.Struct, frozen=True):
    """The CA did not accept the request, the network did not carry it, or a solver could not present."""

    error: TegataError


class Solved(msgspec.Struct, frozen=True):
    """All is presented."""


class Cleared(msgspec.Struct, frozen=True):
    """Nothing is presented any more."""


class Woken(msgspec.Struct, frozen=True):
    """The wait is over."""


Step: TypeAlias = Send | Solve | Clear | Sleep | Done | Failed
Outcome: TypeAlias = Started | Answered | Refused | Solved | Cleared | Woken
