"""Problem documents (RFC 9457) with ACME's error types (RFC 8555 §6.7): made by the CA, read by the client.

Reading never fails: whatever a server sends becomes a Problem. Which exception becomes which problem is not decided
here.
"""

from enum import StrEnum

import msgspec

from tegata.acme import codec
from tegata.acme.identifiers import Identifier
from tegata.text.catalogue import printable

PREFIX = "urn:ietf:params:acme:error:"
CONTENT_TYPE = "application/problem+json"
DOCUMENT_LIMIT = 64 * 1024
EXCERPT_LIMIT = 200


class ErrorType(StrEnum):
    """ACME's registered error types, without their common prefix (A-22)."""

    ACCOUNT_DOES_NOT_EXIST = "accountDoesNotExist"
    ALREADY_REPLACED = "alreadyReplaced"
    ALREADY_REVOKED = "alreadyRevoked"
    AUTO_RENEWAL_CANCELED = "autoRenewalCanceled"
    AUTO_RENEWAL_CANCELLATION_INVALID = "autoRenewalCancellationInvalid"
    AUTO_RENEWAL_EXPIRED = "autoRenewalExpired"
    AUTO_RENEWAL_REVOCATION_NOT_SUPPORTED = "autoRenewalRevocationNotSupported"
    BAD_CSR = "badCSR"
    BAD_NONCE = "badNonce"
    BAD_PUBLIC_KEY = "badPublicKey"
    BAD_REVOCATION_REASON = "badRevocationReason"
    BAD_SIGNATURE_ALGORITHM = "badSignatureAlgorithm"
    CAA = "caa"
    COMPOUND = "compound"
    CONNECTION = "connection"
    DNS = "dns"
    EXTERNAL_ACCOUNT_REQUIRED = "externalAccountRequired"
    INCORRECT_RESPONSE = "incorrectResponse"
    INVALID_CONTACT = "invalidContact"
    INVALID_PROFILE = "invalidProfile"
    MALFORMED = "malformed"
    ORDER_NOT_READY = "orderNotReady"
    RATE_LIMITED = "rateLimited"
    REJECTED_IDENTIFIER = "rejectedIdentifier"
    SERVER_INTERNAL = "serverInternal"
    TLS = "tls"
    UNAUTHORIZED = "unauthorized"
    UNKNOWN_DELEGATION = "unknownDelegation"
    UNSUPPORTED_CONTACT = "unsupportedContact"
    UNSUPPORTED_IDENTIFIER = "unsupportedIdentifier"
    USER_ACTION_REQUIRED = "userActionRequired"


# The HTTP status of an error where its place does not ask for another. All not named here are 400.
_OTHER_STATUSES = {
    ErrorType.ALREADY_REPLACED: 409,
    ErrorType.AUTO_RENEWAL_CANCELED: 403,
    ErrorType.AUTO_RENEWAL_EXPIRED: 403,
    ErrorType.AUTO_RENEWAL_REVOCATION_NOT_SUPPORTED: 403,
    ErrorType.CAA: 403,
    ErrorType.EXTERNAL_ACCOUNT_REQUIRED: 403,
    ErrorType.INCORRECT_RESPONSE: 403,
    ErrorType.ORDER_NOT_READY: 403,
    ErrorType.RATE_LIMITED: 429,
    ErrorType.SERVER_INTERNAL: 500,
    ErrorType.UNAUTHORIZED: 403,
    ErrorType.USER_ACTION_REQUIRED: 403,
}
STATUS: dict[ErrorType, int] = {kind: _OTHER_STATUSES.get(kind, 400) for kind in ErrorType}


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A problem document, or one of its subproblems. Members unknown to us are ignored."""

    type: str = "about:blank"
    detail: str = ""
    status: int = 0
    title: str = ""
    instance: str = ""
    subproblems: tuple["Problem", ...] = ()
    identifier: Identifier | None = None
    """Whom a subproblem is about (RFC 8555 §6.7.1)."""
    algorithms: tuple[str, ...] = ()
    """With badSignatureAlgorithm: what the server supports (RFC 8555 §6.2)."""
    reference: str = ""
    """Tegata's own: the number by which log, client line and portal name the same refusal."""

    @property
    def kind(self) -> ErrorType | None:
        """The ACME error type; None for any other type."""
        try:
            return ErrorType(self.type.removeprefix(PREFIX)) if self.type.startswith(PREFIX) else None
        except ValueError:
            return None


def problem(
    kind: ErrorType,
    detail: str,
    status: int | None = None,
    *,
    instance: str = "",
    subproblems: tuple[Problem, ...] = (),
    identifier: Identifier | None = None,
    algorithms: tuple[str, ...] = (),
    reference: str = "",
) -> Problem:
    """A problem of an ACME type; without a status, with the one usual for the type."""
    return Problem(
        type=PREFIX + kind,
        detail=detail,
        status=STATUS[kind] if status is None else status,
        instance=instance,
        subproblems=subproblems,
        identifier=identifier,
        algorithms=algorithms,
        reference=reference,
    )


def encode(document: Problem) -> bytes:
    """Write a problem document."""
    return codec.encode(document)


def decode(body: bytes, status: int) -> Problem:
    """Read the body of an error response with this HTTP status; never raises.

    What is no problem document (a proxy's HTML page, wrong types, more than 64 KiB) becomes a problem of type
    ``about:blank`` whose detail is the start of the body, made printable. The HTTP status counts, not the document's.
    """
    try:
        document = codec.decode(body, Problem, DOCUMENT_LIMIT)
    except codec.Malformed:
        document = Problem()
    if document == Problem(status=document.status):
        document = Problem(detail=_excerpt(body))
    return msgspec.structs.replace(document, status=status)


def _excerpt(body: bytes) -> str:
    text = " ".join(body[: 4 * EXCERPT_LIMIT].decode("utf-8", "replace").split())
    return printable(text[:EXCERPT_LIMIT])
