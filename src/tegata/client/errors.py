"""Everything that can go wrong between the client and a CA, one class a thing somebody can act on.

Knows codes and facts; the sentences are in ``tegata.text.errors_client``, exit codes in the command line. What the core
refuses (a wrong chain, a token of wrong letters) travels as the core's own exceptions.
"""

from collections.abc import Collection, Sequence

from tegata.acme.challenges import DNS_01, DNS_ACCOUNT_01, DNS_PERSIST_01, TLS_ALPN_01
from tegata.acme.problems import PREFIX, ErrorType, Problem
from tegata.errors import TegataError

_NO_TYPE = "about:blank"
# One for each name of the largest usual order (S-20).
_SUBPROBLEMS = 100


class ClientError(TegataError):
    """Anything the client cannot do, on purpose."""


# On the way to the CA.


class InsecureUrl(ClientError):
    """``url`` is not https; ACME has no other scheme (A-01, S-03)."""

    code = "client.insecure-url"


class ForeignUrl(ClientError):
    """The CA sent ``url``, which is not on its directory's ``origin`` nor on a host that was allowed (S-10)."""

    code = "client.foreign-url"


class CaUnreachable(ClientError):
    """No answer from ``url``: ``reason``. ``passes``: whether it may be otherwise in a minute."""

    code = "client.unreachable"

    def __init__(self, *, url: str, reason: str, passes: bool = True) -> None:
        super().__init__(url=url, reason=reason)
        self.passes = passes


class TlsNotTrusted(ClientError):
    """The certificate of ``host`` does not convince: ``reason``."""

    code = "client.tls"


class TlsOutOfDate(TlsNotTrusted):
    """It is not valid yet, or no more, by this machine's clock, which shows ``now``."""

    code = "client.tls-dates"


class BadRoots(ClientError):
    """``path``, named to hold the roots to trust, cannot be used: ``reason``."""

    code = "client.roots"


class BadProxy(ClientError):
    """The proxy that the environment names cannot be used: ``reason``. Its URL may hold a password and is not told."""

    code = "client.proxy"


class Redirected(ClientError):
    """``url`` answers with a redirect to ``location``; redirects are not followed (S-10)."""

    code = "client.redirected"


class AnswerTooLarge(ClientError):
    """The answer from ``url`` is longer than ``limit`` bytes (S-20)."""

    code = "client.too-large"


class NotADirectory(ClientError):
    """``url`` answers, but not with an ACME directory: ``reason``."""

    code = "client.not-a-directory"


class BadAnswer(ClientError):
    """The answer from ``url`` is not what ACME says it must be: ``reason``."""

    code = "client.bad-answer"


class DeadlinePassed(ClientError):
    """``seconds`` were allowed and are over; the client was waiting for ``waiting_for``."""

    code = "client.deadline"


class ContractOver(ClientError):
    """The contract of the account ended at ``ends``: there is no use in ordering."""

    code = "client.contract-over"


# What the CA refuses.


class ProblemReceived(ClientError):
    """The CA answered ``method`` ``url`` with a problem document (RFC 7807, A-24).

    The whole problem is in ``problem``; its texts come from outside and are escaped only when they are printed.
    ``retry_after`` is what the CA said, in seconds.
    """

    code = "client.problem"

    def __init__(self, problem: Problem, method: str, url: str, retry_after: float | None = None) -> None:
        super().__init__(
            method=method,
            url=url,
            status=problem.status,
            type=problem.type,
            detail=tell(problem),
            instance=problem.instance,
            reference=problem.reference,
        )
        self.problem = problem
        self.method = method
        self.url = url
        self.retry_after = retry_after


class CsrRefused(ProblemReceived):
    """The CA does not take this certificate request or its key; ``detail`` says what it takes."""

    code = "client.csr-refused"


class NameRefused(ProblemReceived):
    """The CA does not issue for one of the names; ``detail`` names it."""

    code = "client.name-refused"


class RateLimited(ProblemReceived):
    """The CA has had enough requests for now; ``wait`` is how long, in whole seconds, or "-" if it does not say."""

    code = "client.rate-limited"

    def __init__(self, problem: Problem, method: str, url: str, retry_after: float | None = None) -> None:
        super().__init__(problem, method, url, retry_after)
        self.facts["wait"] = "-" if retry_after is None else f"{retry_after:.0f}"


class NotAuthorized(ProblemReceived):
    """The account may not do this."""

    code = "client.unauthorized"


class AccountClosed(NotAuthorized):
    """The account of this key was deactivated, which nothing undoes (RFC 8555 §7.3.6)."""

    code = "client.account-closed"


class AccountUnknown(ProblemReceived):
    """The CA does not know the account."""

    code = "client.account-unknown"


class UserActionRequired(ProblemReceived):
    """Somebody has to visit ``instance`` first (new terms of service, for the most part; RFC 8555 §7.3.3)."""

    code = "client.user-action"


class AlgorithmRefused(ProblemReceived):
    """The CA does not take the account key's kind of signature; ``algorithms`` are what it takes, or "-"."""

    code = "client.algorithm-refused"

    def __init__(self, problem: Problem, method: str, url: str, retry_after: float | None = None) -> None:
        super().__init__(problem, method, url, retry_after)
        self.facts["algorithms"] = ", ".join(problem.algorithms[:20]) or "-"  # S-20


class ContactRefused(ProblemReceived):
    """The CA does not take the account's mail address."""

    code = "client.contact-refused"


class ProfileRefused(ProblemReceived):
    """The CA does not take the certificate profile for this order."""

    code = "client.profile-refused"


class ReasonRefused(ProblemReceived):
    """The CA does not take this reason for a revocation; ``detail`` says which it takes."""

    code = "client.reason-refused"


class AlreadyRevoked(ProblemReceived):
    """The certificate has been revoked before."""

    code = "client.already-revoked"


class CaFailed(ProblemReceived):
    """The CA failed at this (5xx), again and again."""

    code = "client.ca-failed"


class WrongEab(ProblemReceived):
    """The CA does not accept the EAB credential."""

    code = "client.wrong-eab"


def tell(problem: Problem) -> str:
    """A problem in one line (A-24): ``identifier: detail (type; subproblem; …) [instance]``, of each what there is."""
    told = problem.detail or problem.title or f"HTTP {problem.status}"
    if problem.identifier:
        told = f"{problem.identifier.value}: {told}"
    more = [] if problem.type == _NO_TYPE else [problem.type.removeprefix(PREFIX)]
    more += [tell(each) for each in problem.subproblems[:_SUBPROBLEMS]]
    if more:
        told += f" ({'; '.join(more)})"
    if problem.instance:
        told += f" [{problem.instance}]"
    return told


# The account.


class TermsNotAgreed(ClientError):
    """The CA asks for agreement to its terms of service at ``terms`` and none was given."""

    code = "client.terms"


class EabRequired(ClientError):
    """The CA at ``directory`` makes accounts only for holders of an EAB credential."""

    code = "client.eab-required"


class MailCredentialRefused(ClientError):
    """The service at ``url`` gave no EAB credential for a mail address; facts: ``reason`` besides."""

    code = "client.mail-credential-refused"


class MailAddressNeeded(ClientError):
    """The CA at ``directory`` gives EAB credentials for a mail address, and none was given."""

    code = "client.mail-address-needed"


class NoAccount(ClientError):
    """The client was given no account to act for."""

    code = "client.no-account"


class NoKeyChange(ClientError):
    """The CA at ``directory`` lets no account change its key."""

    code = "client.no-key-change"


# The order.


class NoSolver(ClientError):
    """None of the challenges ``offered`` for ``name`` has a solver; there are solvers for ``configured``."""

    code = "client.no-solver"

    def __init__(self, name: str, offered: Sequence[str], configured: Sequence[str]) -> None:
        super().__init__(name=name, offered=", ".join(offered) or "-", configured=", ".join(configured) or "-")


class ValidationFailed(ClientError):
    """The CA could not convince itself of ``names``; ``failures`` holds each with the CA's problem, by name."""

    code = "client.validation"

    def __init__(self, failures: Sequence[tuple[str, Problem]], methods: Collection[str] = ()) -> None:
        self.failures = tuple(sorted(failures, key=lambda failure: failure[0]))
        self.methods = frozenset(methods)
        """The challenges that were tried for them."""
        super().__init__(
            names=", ".join(name for name, _ in self.failures),
            detail="; ".join(f"{name}: {tell(problem)}" for name, problem in self.failures),
            reference=", ".join(dict.fromkeys(p.reference for _, p in self.failures if p.reference)),
        )


class DnsValidationFailed(ValidationFailed):
    """All of ``names`` were to be proved by dns-01."""

    code = "client.validation-dns"


class AccountDnsValidationFailed(ValidationFailed):
    """All of ``names`` were to be proved by dns-account-01."""

    code = "client.validation-dns-account"


class PersistValidationFailed(ValidationFailed):
    """All of ``names`` were to be proved by dns-persist-01."""

    code = "client.validation-persist"


class TlsValidationFailed(ValidationFailed):
    """All of ``names`` were to be proved by tls-alpn-01."""

    code = "client.validation-tls"


class CaaForbids(ValidationFailed):
    """For all of ``names`` a CAA record does not let this CA issue."""

    code = "client.validation-caa"


class NotConnected(ValidationFailed):
    """The CA could not connect to the servers of any of ``names``."""

    code = "client.validation-connection"


class NotResolved(ValidationFailed):
    """The CA could not find the addresses of any of ``names``."""

    code = "client.validation-address"


_BY_CAUSE = {ErrorType.CAA: CaaForbids, ErrorType.CONNECTION: NotConnected, ErrorType.DNS: NotResolved}
_BY_METHOD = {
    DNS_01: DnsValidationFailed,
    DNS_ACCOUNT_01: AccountDnsValidationFailed,
    DNS_PERSIST_01: PersistValidationFailed,
    TLS_ALPN_01: TlsValidationFailed,
}
_IN_DNS = (DNS_01, DNS_ACCOUNT_01, DNS_PERSIST_01)


def validation_failed(failures: Sequence[tuple[str, Problem]], methods: Collection[str]) -> ValidationFailed:
    """The error for these names and the challenges that were tried for them.

    What to do depends on the cause, where all have the same and it says enough, otherwise on the challenge.
    """
    causes = {problem.kind for _, problem in failures}
    cause = causes.pop() if len(causes) == 1 else None
    method = next(iter(methods)) if len(methods) == 1 else None
    by_method = _BY_METHOD.get(method or "", ValidationFailed)
    if cause is not None and (cause is ErrorType.CAA or method not in _IN_DNS):
        return _BY_CAUSE.get(cause, by_method)(failures, methods)
    return by_method(failures, methods)


class ProfileNotOffered(ClientError):
    """The CA does not offer ``profile``; it offers ``offered``."""

    code = "client.profile"


class OrderInvalid(ClientError):
    """The order at ``url`` came to nothing; ``problem`` says why, where the CA says it."""

    code = "client.order-invalid"

    def __init__(self, url: str, problem: Problem | None) -> None:
        super().__init__(
            url=url, detail=tell(problem) if problem else "-", reference=problem.reference if problem else ""
        )
        self.problem = problem


class OrderMismatch(ClientError):
    """The CA opened an order for ``got`` where ``asked`` was asked for."""

    code = "client.order-mismatch"

    def __init__(self, asked: Sequence[str], got: Sequence[str]) -> None:
        super().__init__(asked=", ".join(sorted(asked)), got=", ".join(sorted(got)))
