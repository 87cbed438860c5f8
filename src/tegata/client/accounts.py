"""The account at a CA: making it, finding it by its key, reading it (RFC 8555 §7.3).

Keeps nothing; where an account is stored is the caller's matter.
"""

from collections.abc import Sequence
from typing import Self

import msgspec

from tegata.acme import codec, eab, jwk
from tegata.acme.flattened import Flattened
from tegata.acme.messages import Account, Directory, NewAccount
from tegata.acme.problems import ErrorType
from tegata.acme.wire import Response
from tegata.client.errors import (
    AccountClosed,
    BadAnswer,
    EabRequired,
    NoAccount,
    ProblemReceived,
    TermsNotAgreed,
    WrongEab,
)
from tegata.client.exchange import Exchange

# How CAs answer to a KID they do not know, a MAC that is wrong, or a credential that has ended.
_ABOUT_EAB = (ErrorType.UNAUTHORIZED, ErrorType.EXTERNAL_ACCOUNT_REQUIRED)


class EabCredential(msgspec.Struct, frozen=True):
    """What a CA gives its customer to open an account with (RFC 8555 §7.3.4). The MAC key is never shown."""

    kid: str
    mac: bytes

    def __repr__(self) -> str:
        return f"EabCredential({self.kid!r})"

    @classmethod
    def parse(cls, kid: str, mac: str) -> Self:
        """From the two texts a CA prints; raises eab.BadMac."""
        return cls(kid, eab.decode_mac(mac))


class Registration(msgspec.Struct, frozen=True):
    """An account as the CA knows it: its URL, its object, and the object in JSON."""

    url: str
    body: Account
    raw: bytes
    is_new: bool = False
    """Whether it was made just now."""


def register(
    exchange: Exchange,
    directory: Directory,
    *,
    contacts: Sequence[str],
    terms_agreed: bool,
    credential: EabCredential | None,
    deadline: float,
) -> Registration:
    """Open an account for the session's key, or get the one it has; ``contacts`` are e-mail addresses.

    The credential is sent here and nowhere else (A-42). Raises TermsNotAgreed and EabRequired before anything is sent,
    WrongEab when the CA does not take the credential.
    """
    if directory.meta.terms_of_service and not terms_agreed:
        raise TermsNotAgreed(terms=directory.meta.terms_of_service)
    if directory.meta.external_account_required and credential is None:
        raise EabRequired(directory=exchange.session.directory_url)
    binding = _bind(exchange, directory, credential)
    request = NewAccount(
        contact=tuple(f"mailto:{contact}" for contact in contacts),
        terms_of_service_agreed=terms_agreed,
        external_account_binding=binding,
    )
    try:
        return _with_binding(_new_account(exchange, directory, request, deadline), binding)
    except ProblemReceived as error:
        if isinstance(error, AccountClosed):
            raise
        if credential is not None and error.problem.kind in _ABOUT_EAB:
            raise WrongEab(error.problem, error.method, error.url, error.retry_after) from error
        if error.problem.kind is ErrorType.EXTERNAL_ACCOUNT_REQUIRED:
            raise EabRequired(directory=exchange.session.directory_url) from error
        raise


def find(
    exchange: Exchange, directory: Directory, *, credential: EabCredential | None = None, deadline: float
) -> Registration | None:
    """The account of the session's key, if the CA has one (RFC 8555 §7.3.1).

    Needs no EAB; another than the account's may be sent, for the CA to put the account under it. Raises AccountClosed,
    WrongEab when the CA does not take the credential.
    """
    binding = _bind(exchange, directory, credential)
    request = NewAccount(only_return_existing=True, external_account_binding=binding)
    try:
        return _new_account(exchange, directory, request, deadline)
    except ProblemReceived as error:
        if credential and error.problem.kind is ErrorType.UNAUTHORIZED and not isinstance(error, AccountClosed):
            raise WrongEab(error.problem, error.method, error.url) from error
        if error.problem.kind in (ErrorType.ACCOUNT_DOES_NOT_EXIST, ErrorType.EXTERNAL_ACCOUNT_REQUIRED):
            return None
        if error.problem.kind is ErrorType.UNAUTHORIZED:
            # The key is known and good, and this request asks for nothing that could be forbidden.
            raise AccountClosed(error.problem, error.method, error.url) from error
        raise


def read(exchange: Exchange, directory: Directory, *, deadline: float) -> Registration:
    """The session's account as it is now; raises NoAccount when the session has none."""
    url = exchange.session.kid
    if url is None:
        raise NoAccount
    return _registration(url, exchange.post(url, None, new_nonce=directory.new_nonce, deadline=deadline))


def _bind(exchange: Exchange, directory: Directory, credential: EabCredential | None) -> Flattened | None:
    if credential is None:
        return None
    public = jwk.from_public(exchange.session.key.public_key())
    return eab.bind(public, credential.kid, credential.mac, directory.new_account)


def _new_account(exchange: Exchange, directory: Directory, request: NewAccount, deadline: float) -> Registration:
    """Ask newAccount; the session speaks for the account from here on."""
    session = exchange.session
    response = exchange.post(
        directory.new_account,
        codec.encode(request),
        new_nonce=directory.new_nonce,
        deadline=deadline,
        with_key=session.key,  # never by an account's URL: this request is where that URL comes from
    )
    url = response.headers.get("Location")
    if url is None:
        raise BadAnswer(url=directory.new_account, reason="it does not say where the account is")
    registration = _registration(session.check_url(url), response)
    session.kid = url
    return registration


def _with_binding(registration: Registration, binding: Flattened | None) -> Registration:
    """The account with the binding that made it, where the CA does not give it back: to tell later whose it is."""
    account = codec.decode(registration.raw, dict[str, object], codec.RESPONSE_LIMIT)
    if binding is None or not registration.is_new or account.get("externalAccountBinding"):
        return registration
    return msgspec.structs.replace(registration, raw=codec.encode({**account, "externalAccountBinding": binding}))


def _registration(url: str, response: Response) -> Registration:
    try:
        account = codec.decode(response.body, Account, codec.RESPONSE_LIMIT)
    except codec.Malformed as error:
        raise BadAnswer(url=url, reason=error.facts["reason"]) from None
    return Registration(url, account, response.body, is_new=response.status == 201)
