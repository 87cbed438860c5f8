"""What the client tells while it works, as values; the words for them belong to whoever listens."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from tegata.client.errors import ClientError


@dataclass(frozen=True)
class Registering:
    """An account is about to be asked for."""

    contacts: tuple[str, ...]


@dataclass(frozen=True)
class Retrying:
    """A request did not get through, because of ``error``, and will be sent again after ``seconds``."""

    error: ClientError
    seconds: float


@dataclass(frozen=True)
class ReplacesDropped:
    """The CA would not link the order to the certificate it replaces; it is ordered without the link (RFC 9773 §5)."""

    error: ClientError


@dataclass(frozen=True)
class OrderCreated:
    """The CA opened an order."""

    url: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class AuthorizationRead:
    """One name's authorization was read. ``name`` carries ``*.`` where it is for a wildcard."""

    name: str
    url: str


@dataclass(frozen=True)
class AlreadyValid:
    """The CA is still convinced of this name from an earlier order."""

    name: str


@dataclass(frozen=True)
class SolverMissing:
    """The CA offers a challenge nobody here can solve; another may do."""

    name: str
    challenge_type: str


@dataclass(frozen=True)
class SolverChosen:
    """The challenge that will be solved for this name."""

    name: str
    challenge_type: str


@dataclass(frozen=True)
class Trying:
    """The challenge has been presented, and the CA is told to look."""

    name: str
    challenge_type: str


@dataclass(frozen=True)
class Presented:
    """What proves this name is shown; the CA has not been told yet."""

    name: str
    challenge_type: str


@dataclass(frozen=True)
class Validated:
    """The CA is convinced of this name."""

    name: str


@dataclass(frozen=True)
class Refuted:
    """The CA has looked and is not convinced of this name."""

    name: str


@dataclass(frozen=True)
class Finalizing:
    """All names are validated; the certificate is being requested."""

    names: tuple[str, ...]


@dataclass(frozen=True)
class WaitingForCertificate:
    """The CA takes its time to issue."""

    order_url: str


@dataclass(frozen=True)
class CertificateReceived:
    """The certificate is here, and is the one that was asked for."""

    url: str


@dataclass(frozen=True)
class ProfileDropped:
    """The CA does not offer the profile that was preferred; its default is ordered."""

    profile: str
    offered: tuple[str, ...]


@dataclass(frozen=True)
class ChainNotOffered:
    """No chain of the CA ends at the issuer that was preferred; the default one is taken."""

    preferred: str


@dataclass(frozen=True)
class Presenting:
    """A record that proves a name is about to be made."""

    name: str
    challenge_type: str


@dataclass(frozen=True)
class LastingRecordFound:
    """A record that stays is there already, and will do."""

    name: str
    place: str
    text: str


@dataclass(frozen=True)
class LastingRecordMade:
    """A record that stays was made: from now on the account's key alone is enough for certificates (X-50)."""

    name: str
    place: str


@dataclass(frozen=True)
class LastingRecordEnds:
    """A record that stays will do until ``until`` (RFC 3339) only, which may be before the next renewal (X-50)."""

    name: str
    place: str
    until: str


@dataclass(frozen=True)
class CheckingPropagation:
    """It is looked whether the record for this name can be seen, after questions to these servers."""

    name: str
    servers: tuple[str, ...]


@dataclass(frozen=True)
class AwaitingPropagation:
    """The servers are asked until they show all records. ``interval`` is the longest pause between two looks."""

    timeout: float
    interval: float


@dataclass(frozen=True)
class ClockDiffers:
    """By the CA's answer, this machine's clock is so many seconds ahead of the CA's, or behind it."""

    seconds: int
    way: Literal["ahead of", "behind"]


@dataclass(frozen=True)
class CleaningUp:
    """The record for this name is about to be taken away."""

    name: str
    challenge_type: str


@dataclass(frozen=True)
class CleanupFailed:
    """A solver could not take away what it showed for this name; the order is not touched by that."""

    name: str
    challenge_type: str
    error: Exception


Event: TypeAlias = (
    Registering
    | Retrying
    | ReplacesDropped
    | OrderCreated
    | AuthorizationRead
    | AlreadyValid
    | SolverMissing
    | SolverChosen
    | Presented
    | Trying
    | Validated
    | Refuted
    | Finalizing
    | WaitingForCertificate
    | CertificateReceived
    | ProfileDropped
    | ChainNotOffered
    | Presenting
    | LastingRecordFound
    | LastingRecordMade
    | LastingRecordEnds
    | CheckingPropagation
    | AwaitingPropagation
    | CleaningUp
    | CleanupFailed
    | ClockDiffers
)
Report: TypeAlias = Callable[[Event], None]


def ignore(_event: Event) -> None:
    """The listener for whoever does not listen."""
