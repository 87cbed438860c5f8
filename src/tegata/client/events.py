"""What the client tells while it works, as values; the words for them belong to whoever listens."""

from collections.abc import Callable
from typing import Literal, TypeAlias

import msgspec

from tegata.client.errors import ClientError


class Registering(msgspec.Struct, frozen=True):
    """An account is about to be asked for."""

    contacts: tuple[str, ...]


class Retrying(msgspec.Struct, frozen=True):
    """A request did not get through, because of ``error``, and will be sent again after ``seconds``."""

    error: ClientError
    seconds: float


class ReplacesDropped(msgspec.Struct, frozen=True):
    """The CA would not link the order to the certificate it replaces; it is ordered without the link (RFC 9773 §5)."""

    error: ClientError


class OrderCreated(msgspec.Struct, frozen=True):
    """The CA opened an order."""

    url: str
    names: tuple[str, ...]


class AuthorizationRead(msgspec.Struct, frozen=True):
    """One name's authorization was read. ``name`` carries ``*.`` where it is for a wildcard."""

    name: str
    url: str


class AlreadyValid(msgspec.Struct, frozen=True):
    """The CA is still convinced of this name from an earlier order."""

    name: str


class SolverMissing(msgspec.Struct, frozen=True):
    """The CA offers a challenge nobody here can solve; another may do."""

    name: str
    challenge_type: str


class SolverChosen(msgspec.Struct, frozen=True):
    """The challenge that will be solved for this name."""

    name: str
    challenge_type: str


class Trying(msgspec.Struct, frozen=True):
    """The challenge has been presented, and the CA is told to look."""

    name: str
    challenge_type: str


class Presented(msgspec.Struct, frozen=True):
    """What proves this name is shown; the CA has not been told yet."""

    name: str
    challenge_type: str


class Validated(msgspec.Struct, frozen=True):
    """The CA is convinced of this name."""

    name: str


class Refuted(msgspec.Struct, frozen=True):
    """The CA has looked and is not convinced of this name."""

    name: str


class Finalizing(msgspec.Struct, frozen=True):
    """All names are validated; the certificate is being requested."""

    names: tuple[str, ...]


class WaitingForCertificate(msgspec.Struct, frozen=True):
    """The CA takes its time to issue."""

    order_url: str


class CertificateReceived(msgspec.Struct, frozen=True):
    """The certificate is here, and is the one that was asked for."""

    url: str


class ProfileDropped(msgspec.Struct, frozen=True):
    """The CA does not offer the profile that was preferred; its default is ordered."""

    profile: str
    offered: tuple[str, ...]


class ChainNotOffered(msgspec.Struct, frozen=True):
    """No chain of the CA ends at the issuer that was preferred; the default one is taken."""

    preferred: str


class Presenting(msgspec.Struct, frozen=True):
    """A record that proves a name is about to be made."""

    name: str
    challenge_type: str


class LastingRecordFound(msgspec.Struct, frozen=True):
    """A record that stays is there already, and will do."""

    name: str
    place: str
    text: str


class LastingRecordMade(msgspec.Struct, frozen=True):
    """A record that stays was made: from now on the account's key alone is enough for certificates (X-50)."""

    name: str
    place: str


class LastingRecordEnds(msgspec.Struct, frozen=True):
    """A record that stays will do until ``until`` (RFC 3339) only, which may be before the next renewal (X-50)."""

    name: str
    place: str
    until: str


class CheckingPropagation(msgspec.Struct, frozen=True):
    """It is looked whether the record for this name can be seen, after questions to these servers."""

    name: str
    servers: tuple[str, ...]


class AwaitingPropagation(msgspec.Struct, frozen=True):
    """The servers are asked until they show all records. ``interval`` is the longest pause between two looks."""

    timeout: float
    interval: float


class ClockDiffers(msgspec.Struct, frozen=True):
    """By the CA's answer, this machine's clock is so many seconds ahead of the CA's, or behind it."""

    seconds: int
    way: Literal["ahead of", "behind"]


class CleaningUp(msgspec.Struct, frozen=True):
    """The record for this name is about to be taken away."""

    name: str
    challenge_type: str


class CleanupFailed(msgspec.Struct, frozen=True):
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
