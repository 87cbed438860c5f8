"""Exceptions as problem documents (RFC 8555 §6.7): the one table, the reader's language, the headers that go with it.

An exception without a row is answered as a bare internal error; its text stays in the log. Decides nothing else.
"""

from datetime import datetime
from math import ceil

from tegata.acme import problems
from tegata.acme.jws import BadAlgorithm
from tegata.acme.problems import ErrorType, Problem
from tegata.acme.wire import Headers, Response
from tegata.ca import errors
from tegata.ca.errors import (
    Fault,
    KeyInUse,
    Limited,
    MethodNotAllowed,
    NamesPaused,
    SeveralRefused,
    StoreFailed,
    TermsChanged,
    TermsNotAgreed,
    error_of,
)
from tegata.errors import TegataError
from tegata.text.catalogue import explain
from tegata.text.language import Language

KINDS: dict[type[TegataError], tuple[ErrorType, int]] = {
    # The request itself.
    errors.MalformedRequest: (ErrorType.MALFORMED, 400),
    errors.NotFound: (ErrorType.MALFORMED, 404),
    errors.MethodNotAllowed: (ErrorType.MALFORMED, 405),
    errors.RequestTooLarge: (ErrorType.MALFORMED, 413),
    errors.UnsupportedMediaType: (ErrorType.MALFORMED, 415),
    errors.BadNonce: (ErrorType.BAD_NONCE, 400),
    errors.BadRequestSignature: (ErrorType.MALFORMED, 400),
    errors.WrongUrl: (ErrorType.UNAUTHORIZED, 403),
    BadAlgorithm: (ErrorType.BAD_SIGNATURE_ALGORITHM, 400),
    # Accounts.
    errors.UnknownAccount: (ErrorType.ACCOUNT_DOES_NOT_EXIST, 400),
    errors.AccountDeactivated: (ErrorType.UNAUTHORIZED, 401),
    errors.TermsNotAgreed: (ErrorType.USER_ACTION_REQUIRED, 403),
    errors.TermsChanged: (ErrorType.USER_ACTION_REQUIRED, 403),
    errors.InvalidContact: (ErrorType.INVALID_CONTACT, 400),
    errors.TooManyContacts: (ErrorType.INVALID_CONTACT, 400),
    errors.UnsupportedContact: (ErrorType.UNSUPPORTED_CONTACT, 400),
    errors.KeyInUse: (ErrorType.MALFORMED, 409),
    errors.UnsuitableAccountKey: (ErrorType.BAD_PUBLIC_KEY, 400),
    # Contracts and credentials.
    errors.BindingRequired: (ErrorType.EXTERNAL_ACCOUNT_REQUIRED, 403),
    errors.BindingRefused: (ErrorType.UNAUTHORIZED, 403),
    errors.BindingMalformed: (ErrorType.MALFORMED, 400),
    errors.CredentialDisabled: (ErrorType.UNAUTHORIZED, 403),
    errors.CredentialSuperseded: (ErrorType.UNAUTHORIZED, 403),
    errors.CredentialExpired: (ErrorType.UNAUTHORIZED, 403),
    errors.CredentialElsewhere: (ErrorType.UNAUTHORIZED, 403),
    errors.CredentialUsedUp: (ErrorType.UNAUTHORIZED, 403),
    errors.ContractNotStarted: (ErrorType.UNAUTHORIZED, 403),
    errors.ContractExpired: (ErrorType.UNAUTHORIZED, 403),
    errors.ContractSuspended: (ErrorType.UNAUTHORIZED, 403),
    errors.ContractEnded: (ErrorType.UNAUTHORIZED, 403),
    errors.ExaminationMissing: (ErrorType.UNAUTHORIZED, 403),
    errors.ExaminationTooOld: (ErrorType.UNAUTHORIZED, 403),
    errors.ServiceWithoutAcme: (ErrorType.UNAUTHORIZED, 403),
    # Orders. (What has subproblems takes the type that they share.)
    errors.NamesRefused: (ErrorType.COMPOUND, 400),
    errors.AuthorizationRefused: (ErrorType.REJECTED_IDENTIFIER, 403),
    errors.NeedsOrder: (ErrorType.REJECTED_IDENTIFIER, 403),
    errors.ForeignName: (ErrorType.REJECTED_IDENTIFIER, 400),
    errors.NameNotOfCredential: (ErrorType.REJECTED_IDENTIFIER, 400),
    errors.BadAncestor: (ErrorType.MALFORMED, 400),
    errors.BadName: (ErrorType.REJECTED_IDENTIFIER, 400),
    errors.WildcardUnsupported: (ErrorType.REJECTED_IDENTIFIER, 400),
    errors.UnsupportedIdentifier: (ErrorType.UNSUPPORTED_IDENTIFIER, 400),
    errors.ProfileRefused: (ErrorType.INVALID_PROFILE, 400),
    errors.DatesRefused: (ErrorType.MALFORMED, 400),
    errors.OrderNotReady: (ErrorType.ORDER_NOT_READY, 403),
    errors.ReissueLimited: (ErrorType.RATE_LIMITED, 429),
    errors.TooManyOrders: (ErrorType.RATE_LIMITED, 429),
    errors.TooManyAccountWrites: (ErrorType.RATE_LIMITED, 429),
    errors.TooManyFromAddress: (ErrorType.RATE_LIMITED, 429),
    errors.TooManyFailures: (ErrorType.RATE_LIMITED, 429),
    errors.NamesPaused: (ErrorType.USER_ACTION_REQUIRED, 403),
    errors.AlreadyReplaced: (ErrorType.ALREADY_REPLACED, 409),
    errors.ReplacesRefused: (ErrorType.MALFORMED, 400),
    # Finalize.
    errors.BadCertificateRequest: (ErrorType.BAD_CSR, 400),
    errors.WrongKey: (ErrorType.BAD_CSR, 400),
    errors.AccountKeyInRequest: (ErrorType.BAD_CSR, 400),
    errors.PermissionMissing: (ErrorType.CAA, 403),
    errors.IssuerAway: (ErrorType.SERVER_INTERNAL, 500),
    errors.IssuerRevoked: (ErrorType.SERVER_INTERNAL, 500),
    errors.IssuanceFailed: (ErrorType.SERVER_INTERNAL, 500),
    # Revocation.
    errors.BadRevocationReason: (ErrorType.BAD_REVOCATION_REASON, 400),
    errors.AlreadyRevoked: (ErrorType.ALREADY_REVOKED, 400),
    errors.RevocationRefused: (ErrorType.UNAUTHORIZED, 403),
    errors.UnknownCertificate: (ErrorType.MALFORMED, 404),
    # Validation: kept with the challenge, told when it is read.
    errors.NameNotResolved: (ErrorType.DNS, 400),
    errors.TxtNotFound: (ErrorType.DNS, 400),
    errors.WrongTxtValue: (ErrorType.INCORRECT_RESPONSE, 403),
    errors.PersistRefused: (ErrorType.UNAUTHORIZED, 403),
    errors.AddressForbidden: (ErrorType.CONNECTION, 400),
    errors.ConnectionFailed: (ErrorType.CONNECTION, 400),
    errors.RedirectRefused: (ErrorType.CONNECTION, 400),
    errors.BadHttpAnswer: (ErrorType.CONNECTION, 400),
    errors.UnexpectedStatus: (ErrorType.INCORRECT_RESPONSE, 403),
    errors.WrongAnswer: (ErrorType.INCORRECT_RESPONSE, 403),
    errors.AcmeTlsFailed: (ErrorType.TLS, 400),
    errors.WrongCertificate: (ErrorType.UNAUTHORIZED, 403),
    errors.CaaForbids: (ErrorType.CAA, 403),
    errors.CaaForbidsNameless: (ErrorType.CAA, 403),
    errors.CaaUnknown: (ErrorType.DNS, 400),
    errors.SeenInPartOnly: (ErrorType.CONNECTION, 400),
    errors.SeenDifferently: (ErrorType.INCORRECT_RESPONSE, 403),
    errors.TooFewPerspectives: (ErrorType.SERVER_INTERNAL, 500),
    errors.ValidationAbandoned: (ErrorType.SERVER_INTERNAL, 500),
}
_INTERNAL = (ErrorType.SERVER_INTERNAL, 500)
# The store may be back in a moment; why it is away is for the log.
_UNAVAILABLE = (ErrorType.SERVER_INTERNAL, 503)
_RETRY_SECONDS = 2


def is_foreseen(error: Exception) -> bool:
    """Whether the error has a row; any other goes to the log with its traceback."""
    return isinstance(error, TegataError) and type(error) in KINDS


def answer(error: Exception, language: Language, reference: str, now: datetime) -> Response:
    """The response to a refused request."""
    document = problem(error, language, reference)
    headers = [("Content-Type", problems.CONTENT_TYPE), ("Content-Language", language)]
    if isinstance(error, Limited):
        headers.append(("Retry-After", str(max(1, ceil((error.retry_at - now).total_seconds())))))
    if isinstance(error, StoreFailed):
        headers.append(("Retry-After", str(_RETRY_SECONDS)))
    if isinstance(error, KeyInUse):
        headers.append(("Location", str(error.facts["account"])))
    if isinstance(error, TermsNotAgreed | TermsChanged):
        headers.append(("Link", f'<{error.facts["url"]}>;rel="terms-of-service"'))
    if isinstance(error, MethodNotAllowed):
        headers.append(("Allow", str(error.facts["allowed"])))
    return Response(document.status, Headers(headers), problems.encode(document))


def problem(error: Exception, language: Language, reference: str) -> Problem:
    """The problem document of an error: what happened, what to do, and the reference to both in the log."""
    told = error if isinstance(error, TegataError) and is_foreseen(error) else TegataError()
    kind, status = _UNAVAILABLE if isinstance(error, StoreFailed) else KINDS.get(type(told), _INTERNAL)
    subproblems = _subproblems(told, language) if isinstance(told, SeveralRefused) else ()
    if subproblems and len({one.type for one in subproblems}) == 1:
        shared = subproblems[0]
        kind = shared.kind or kind
        # Whoever asks for an authorization alone is told that the CA is not willing (RFC 8555 §7.4.1).
        status = status if isinstance(told, errors.AuthorizationRefused) else shared.status
    elif kind is ErrorType.COMPOUND and not subproblems:  # it was stored, and names only came back
        kind = ErrorType.REJECTED_IDENTIFIER
    return problems.problem(
        kind,
        f"{explain(told, language)} (reference {reference})",
        status,
        instance=_page(told),
        subproblems=subproblems,
        algorithms=tuple(str(told.facts["supported"]).split(", ")) if isinstance(told, BadAlgorithm) else (),
        reference=reference,
    )


def _page(error: TegataError) -> str:
    """The page on which a person does what has to be done, where there is one."""
    if isinstance(error, TermsChanged):
        return str(error.facts["page"])
    return str(error.facts["url"]) if isinstance(error, NamesPaused | TermsNotAgreed) else ""


def stored(fault: Fault | None, language: Language) -> Problem | None:
    """The problem document of a fault kept with a challenge or an order, with the reference it got then."""
    return None if fault is None else problem(error_of(fault), language, fault.reference)


def _subproblems(error: SeveralRefused, language: Language) -> tuple[Problem, ...]:
    """One subproblem for each identifier that cannot be had; only there an identifier stands (A-23)."""
    documents = []
    for identifier, refusal in error.refusals:
        kind, status = KINDS[type(refusal)]
        documents.append(problems.problem(kind, str(explain(refusal, language)), status, identifier=identifier))
    return tuple(documents)
