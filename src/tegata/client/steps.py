"""The two vocabularies of the order's machine: what it asks to be done (steps), and how that came out (outcomes).

Values only; ``flow`` makes the steps, ``driver`` does them.
"""

from dataclasses import dataclass
from typing import TypeAlias

from tegata.acme import codec
from tegata.acme.wire import Response
from tegata.errors import TegataError
from tegata.plugin_api.solver import Presentation


@dataclass(frozen=True)
class Send:
    """POST this, signed for the account; without a payload it is a POST-as-GET. Gives Answered or Refused."""

    url: str
    payload: bytes | None
    limit: int = codec.RESPONSE_LIMIT


@dataclass(frozen=True)
class Solve:
    """Present all of these. Gives Solved or Refused."""

    presentations: tuple[Presentation, ...]


@dataclass(frozen=True)
class Sleep:
    """Wait for this many seconds. Gives Woken."""

    seconds: float


@dataclass(frozen=True)
class Done:
    """The end: a checked chain, leaf first, and the URL it came from."""

    chain_pem: bytes
    certificate_url: str


@dataclass(frozen=True)
class Failed:
    """The other end."""

    error: TegataError


@dataclass(frozen=True)
class Started:
    """Nothing has been done yet."""


@dataclass(frozen=True)
class Answered:
    """The CA accepted the request. ``retry_after`` is what it asks us to wait, in seconds."""

    response: Response
    retry_after: float | None = None


@dataclass(frozen=True)
class Refused:
    """The CA did not accept the request, the network did not carry it, or a solver could not present."""

    error: TegataError


@dataclass(frozen=True)
class Solved:
    """All is presented."""


@dataclass(frozen=True)
class Woken:
    """The wait is over."""


Step: TypeAlias = Send | Solve | Sleep | Done | Failed
Outcome: TypeAlias = Started | Answered | Refused | Solved | Woken
