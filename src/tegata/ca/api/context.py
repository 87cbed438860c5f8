"""What the handlers of the ACME interface work with, and what a request brings them.

``faces`` makes the one Context; the gate makes a call for each request. Decides nothing.
"""

from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Protocol, TypeVar

import msgspec

from tegata.acme import codec
from tegata.acme.codec import Malformed
from tegata.acme.jwk import JWK, BadPublicKey
from tegata.acme.jws import BadSignature
from tegata.ca.api.account_keys import AccountKeys
from tegata.ca.api.links import Links
from tegata.ca.api.visitors import Visitors
from tegata.ca.errors import BadRequestSignature, MalformedRequest, UnsuitableAccountKey
from tegata.ca.services.accounts import AccountService
from tegata.ca.services.actors import Actor
from tegata.ca.services.certificates import CertificateService
from tegata.ca.services.challenges import ChallengeService
from tegata.ca.services.issuance import IssuanceService
from tegata.ca.services.orders import OrderService
from tegata.ca.settings import Acme
from tegata.pki.keys import PublicKey
from tegata.text.language import Language, from_accept_language

T = TypeVar("T")


class Nonces(Protocol):
    """Anti-replay nonces (RFC 8555 §6.5)."""

    def issue(self) -> str:
        """A fresh nonce."""
        ...

    async def spend(self, nonce: str) -> None:
        """Accept a nonce exactly once; raises BadNonce."""
        ...


@dataclass(frozen=True, kw_only=True)
class Context:
    """The CA as the ACME interface sees it."""

    settings: Acme
    issuer_domains: tuple[str, ...]
    """The names by which CAA records permit this CA."""
    profiles: dict[str, str]
    """What clients may choose, with what it is."""
    links: Links
    nonces: Nonces
    accounts: AccountService
    orders: OrderService
    challenges: ChallengeService
    issuance: IssuanceService
    certificates: CertificateService
    new_reference: Callable[[], str]
    now: Callable[[], datetime]
    changed: Callable[[float, str], Awaitable[None]]
    """Returns when something about this was stored, or after so many seconds."""
    keys: AccountKeys = field(default_factory=AccountKeys)
    visitors: Visitors | None = None
    """What an address may ask for; None: as much as it likes."""
    require_clock: Callable[[], None] = lambda: None
    """Passes while the node's clock may be worked by; raises ClockApart."""
    has_lasting_records: bool = False
    """Whether a service offers dns-persist-01."""
    has_subdomains: bool = False
    """Whether a service offers that a domain is proved for names below it (RFC 9444)."""
    logs_requests: bool = False
    """Whether each request is logged, not only those that are refused."""

    def counting(self, kind: Callable[[Visitors, str], None], call: "Call") -> Callable[[], None]:
        """What counts something for a request's address once it is certain; it raises TooManyFromAddress."""
        visitors = self.visitors
        return _uncounted if visitors is None else partial(kind, visitors, call.address)


class Request(msgspec.Struct, frozen=True):
    """What is looked at of an HTTP request; a field that was not sent is empty."""

    method: str
    content_type: str
    accept_language: str
    body: bytes


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """A request at its resource: ``url`` is the resource's own, ``id`` the part of it that names the object."""

    request: Request
    url: str
    id: str
    address: str = ""
    """What the sender's address counts as; empty where nothing is counted."""
    about: dict[str, str] = msgspec.field(default_factory=dict)
    """What the log says of the request besides: its account, its order."""

    @property
    def language(self) -> Language:
        """What the sender reads."""
        return from_accept_language(self.request.accept_language)


class SignedCall(Call, frozen=True, kw_only=True):
    """A request with a verified signature."""

    payload: bytes

    def read(self, shape: type[T]) -> T:
        """The payload as a message; raises MalformedRequest."""
        with blaming_the_request():
            return codec.decode_signed(self.payload, shape, codec.REQUEST_LIMIT)


class KeyCall(SignedCall, frozen=True, kw_only=True):
    """A request signed with a key it brings along."""

    jwk: JWK
    key: PublicKey


class AccountCall(SignedCall, frozen=True, kw_only=True):
    """A request signed with the key of an account of ours."""

    actor: Actor


def _uncounted() -> None:
    """Nothing is counted."""


class _Blaming:
    """See ``blaming_the_request``."""

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        """Raise the CA's own error in place of the core's."""
        if error is None:
            return
        if isinstance(error, Malformed):
            raise MalformedRequest(**error.facts) from None
        if isinstance(error, BadPublicKey):
            raise UnsuitableAccountKey(**error.facts) from None
        if isinstance(error, BadSignature):
            raise BadRequestSignature from None


_BLAMING = _Blaming()


def blaming_the_request() -> AbstractContextManager[None]:
    """What the protocol core refuses about a sender's text, as the CA's own errors."""
    return _BLAMING
