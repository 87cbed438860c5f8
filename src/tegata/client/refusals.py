"""Which exception a problem document becomes: what a CA refuses, by the types of RFC 8555 §6.7.

Each type has its class and so its sentences: what it means, and what to do. Pure.
"""

from tegata.acme.problems import ErrorType, Problem
from tegata.client.errors import (
    AccountClosed,
    AccountUnknown,
    AlgorithmRefused,
    AlreadyRevoked,
    CaFailed,
    ContactRefused,
    CsrRefused,
    NameRefused,
    NotAuthorized,
    ProblemReceived,
    ProfileRefused,
    RateLimited,
    ReasonRefused,
    UserActionRequired,
)


class NonceRefused(ProblemReceived):
    """The CA does not take its own nonces, again and again."""

    code = "client.nonce-refused"


class RequestRefused(ProblemReceived):
    """The CA does not understand the request."""

    code = "client.request-refused"


class OrderNotReady(ProblemReceived):
    """The CA does not see yet that all names of the order are proved."""

    code = "client.order-not-ready"


class BindingMissing(ProblemReceived):
    """The CA asks for an EAB credential."""

    code = "client.binding-missing"


class CaaRefused(ProblemReceived):
    """A CAA record does not let this CA issue."""

    code = "client.caa-refused"


class NamesNotProved(ProblemReceived):
    """The CA could not look at the names, or saw something else there."""

    code = "client.names-not-proved"


class SeveralRefused(ProblemReceived):
    """The CA refuses for several reasons, which the subproblems name."""

    code = "client.several-refused"


# One for each name of the largest usual order (S-20).
MOST_EXPLAINED = 100

_REFUSALS: dict[ErrorType, type[ProblemReceived]] = {
    ErrorType.BAD_CSR: CsrRefused,
    ErrorType.BAD_PUBLIC_KEY: CsrRefused,
    ErrorType.BAD_SIGNATURE_ALGORITHM: AlgorithmRefused,
    ErrorType.INVALID_CONTACT: ContactRefused,
    ErrorType.UNSUPPORTED_CONTACT: ContactRefused,
    ErrorType.INVALID_PROFILE: ProfileRefused,
    ErrorType.REJECTED_IDENTIFIER: NameRefused,
    ErrorType.UNSUPPORTED_IDENTIFIER: NameRefused,
    ErrorType.RATE_LIMITED: RateLimited,
    ErrorType.UNAUTHORIZED: NotAuthorized,
    ErrorType.ACCOUNT_DOES_NOT_EXIST: AccountUnknown,
    ErrorType.USER_ACTION_REQUIRED: UserActionRequired,
    ErrorType.BAD_REVOCATION_REASON: ReasonRefused,
    ErrorType.ALREADY_REVOKED: AlreadyRevoked,
    ErrorType.BAD_NONCE: NonceRefused,
    ErrorType.CAA: CaaRefused,
    ErrorType.COMPOUND: SeveralRefused,
    ErrorType.CONNECTION: NamesNotProved,
    ErrorType.DNS: NamesNotProved,
    ErrorType.EXTERNAL_ACCOUNT_REQUIRED: BindingMissing,
    ErrorType.INCORRECT_RESPONSE: NamesNotProved,
    ErrorType.MALFORMED: RequestRefused,
    ErrorType.ORDER_NOT_READY: OrderNotReady,
    ErrorType.SERVER_INTERNAL: CaFailed,
    ErrorType.TLS: NamesNotProved,
}


def refusal(problem: Problem, method: str, url: str, retry_after: float | None = None) -> ProblemReceived:
    """The exception for a problem; a type that nobody knows is a plain ProblemReceived (A-24)."""
    kind = problem.kind
    refused = _REFUSALS.get(kind, ProblemReceived) if kind else ProblemReceived
    if refused is NotAuthorized and problem.status == 401:  # RFC 8555 §7.3.6; all other reasons are 403
        refused = AccountClosed
    if refused is ProblemReceived and problem.status >= 500:
        refused = CaFailed
    return refused(problem, method, url, retry_after)


def remedies(problem: Problem) -> dict[str, list[ProblemReceived]]:
    """The subproblems of known types as exceptions of their own, by the code of what is to be done."""
    found: dict[str, list[ProblemReceived]] = {}
    for each in problem.subproblems[:MOST_EXPLAINED]:
        if each.kind is not None:
            refused = refusal(each, "", "")
            found.setdefault(refused.code, []).append(refused)
    return found
