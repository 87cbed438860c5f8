"""Everything the CA refuses, as typed exceptions.

One class a thing somebody can act on. An exception knows its code and facts only; the answer it becomes is decided at
each edge: ``api.render`` for ACME, the portal's pages, the command line. Sentences are in ``tegata.text``.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from tegata.acme.identifiers import Identifier
from tegata.errors import TegataError


class Fault(msgspec.Struct, frozen=True):
    """A refusal or failure that is kept: the error's code and facts, told later in the reader's language."""

    code: str
    facts: dict[str, str]
    reference: str


class CaError(TegataError):
    """Anything the CA refuses or fails at, on purpose."""


# The ACME interface: requests that cannot be understood or trusted.


class MalformedRequest(CaError):
    """The request is no ACME request: ``reason``."""

    code = "request.malformed"


class NotFound(CaError):
    """There is no such resource, or it is another account's, which must look the same (A-28)."""

    code = "request.not-found"


class MethodNotAllowed(CaError):
    """This resource does not take ``method`` (A-13)."""

    code = "request.method"


class UnsupportedMediaType(CaError):
    """The body is not ``application/jose+json`` (A-12)."""

    code = "request.media-type"


class RequestTooLarge(CaError):
    """The body is over ``limit`` bytes."""

    code = "request.too-large"


class BadNonce(CaError):
    """The anti-replay nonce is unknown, used or old (RFC 8555 §6.5)."""

    code = "request.bad-nonce"


class BadRequestSignature(CaError):
    """The JWS does not verify with the account's key."""

    code = "request.signature"


class WrongUrl(CaError):
    """The signed ``url`` is not the one this request came to (A-15)."""

    code = "request.url"


class UnknownAccount(CaError):
    """There is no account with this key or URL (accountDoesNotExist)."""

    code = "account.unknown"


class AccountDeactivated(CaError):
    """The account was deactivated (RFC 8555 §7.3.6)."""

    code = "account.deactivated"


class KeyInUse(CaError):
    """The new key is the key of ``account`` already (RFC 8555 §7.3.5)."""

    code = "account.key-in-use"


class TermsNotAgreed(CaError):
    """``termsOfServiceAgreed`` is missing; the terms are at ``url`` (A-37)."""

    code = "account.terms"


class InvalidContact(CaError):
    """A ``mailto:`` contact is not one plain address (A-36)."""

    code = "account.contact"


class TooManyContacts(CaError):
    """An account may have ``most`` contacts, and not ``count``."""

    code = "account.contacts"


class UnsupportedContact(CaError):
    """A contact is not a ``mailto:`` URL (A-36)."""

    code = "account.contact-scheme"


class UnsuitableAccountKey(CaError):
    """The account key cannot be taken: ``reason`` (badPublicKey)."""

    code = "account.key"


# Contract and credential: who may have what, and until when.


class BindingRequired(CaError):
    """A new account needs an EAB here (RFC 8555 §7.3.4)."""

    code = "eab.required"


class BindingRefused(CaError):
    """Unknown key identifier or wrong MAC; never told apart (A-41)."""

    code = "eab.refused"


class BindingMalformed(CaError):
    """The externalAccountBinding is not a valid inner JWS: ``reason`` (A-39)."""

    code = "eab.malformed"


class CredentialDisabled(CaError):
    """The EAB ``kid`` was disabled by its owner or the CA."""

    code = "eab.disabled"


class CredentialSuperseded(CaError):
    """The EAB ``kid`` was rotated and registers no new accounts."""

    code = "eab.superseded"


class CredentialExpired(CaError):
    """The EAB ``kid`` could be used until ``expires``."""

    code = "eab.expired"


class CredentialElsewhere(CaError):
    """The EAB ``kid`` is another contract's than the account's, which is ``contract``."""

    code = "eab.other-contract"


class CredentialUsedUp(CaError):
    """The EAB ``kid`` has registered all the ``accounts`` that it may."""

    code = "eab.used-up"


class ContractNotStarted(CaError):
    """The contract begins at ``starts``."""

    code = "contract.not-started"


class ContractExpired(CaError):
    """The contract ended at ``ends``."""

    code = "contract.expired"


class ContractSuspended(CaError):
    """The contract is suspended."""

    code = "contract.suspended"


class ContractEnded(CaError):
    """The contract was ended early."""

    code = "contract.ended"


class ExaminationTooOld(CaError):
    """The organization was examined at ``examined``, more than ``days`` days ago (BR 4.2.1)."""

    code = "contract.examination"


class ExaminationMissing(CaError):
    """No examination of the organization of ``contract`` has been released (BR 3.2.2.1)."""

    code = "contract.not-examined"


class ServiceWithoutAcme(CaError):
    """The service of ``contract`` issues by CSR in the portal, not by ACME, or not at all."""

    code = "contract.no-acme"


class ServiceWithoutRequests(CaError):
    """The service of ``contract`` issues by ACME, not by CSR in the portal, or not at all."""

    code = "portal.no-requests"


# Orders.


class NameRefused(CaError):
    """One identifier cannot be had: base of the reasons that become subproblems."""


class ForeignName(NameRefused):
    """``name`` is not among the contract's names."""

    code = "order.foreign-name"


class NameNotOfCredential(NameRefused):
    """``name`` is the contract's, but not among those that the EAB ``kid`` is limited to."""

    code = "order.eab-name"


class BadAncestor(NameRefused):
    """``ancestor`` was said to be a domain above ``name``, and is none: ``reason`` (RFC 9444 §4.3)."""

    code = "order.ancestor"


class BadName(NameRefused):
    """``name`` is not a name a certificate may have: ``reason`` (A-51)."""

    code = "order.bad-name"


class WildcardUnsupported(NameRefused):
    """``name`` is a wildcard, and no challenge offered here can prove one."""

    code = "order.wildcard"


class NeedsOrder(NameRefused):
    """``name`` is proved within an order only: it is a wildcard, or what proves it counts for one order (A-64)."""

    code = "order.needed"


class UnsupportedIdentifier(NameRefused):
    """``type`` is not an identifier type of this CA (A-52)."""

    code = "order.identifier-type"


class SeveralRefused(CaError):
    """Some identifiers of an order cannot be had, each for its own reason; base of what is told with subproblems.

    One that was stored as a fault and comes back has the names only.
    """

    refusals: tuple[tuple[Identifier, CaError], ...] = ()

    def __init__(self, refusals: Sequence[tuple[Identifier, CaError]]) -> None:
        super().__init__(names=", ".join(identifier.value for identifier, _ in refusals))
        self.refusals = tuple(refusals)


class NamesRefused(SeveralRefused):
    """The contract or the rules for names exclude some identifiers of an order (A-23)."""

    code = "order.names"


class AuthorizationRefused(SeveralRefused):
    """An identifier cannot be authorized before an order (RFC 8555 §7.4.1)."""

    code = "order.authorization"


class PermissionMissing(SeveralRefused):
    """CAA was looked at again before the signature and does not permit some identifiers of an order (B-40)."""

    code = "order.caa"

    @property
    def is_passing(self) -> bool:
        """Whether nothing forbids any of them; it could only not be looked up."""
        return all(self.is_unknown(refusal) for _, refusal in self.refusals)

    @staticmethod
    def is_unknown(refusal: CaError) -> bool:
        """Whether nobody could say: the name's DNS fails, or too few of the CA's places could look."""
        return isinstance(refusal, CaaUnknown | TooFewPerspectives)


class ProfileRefused(CaError):
    """The contract's service has no profile ``profile``; ``offered`` are those that it has (X-40)."""

    code = "order.profile"


class DatesRefused(CaError):
    """The order's notBefore or notAfter cannot be kept exactly: ``reason`` (A-53)."""

    code = "order.dates"


class OrderNotReady(CaError):
    """The order is ``status``, and only a ready order is finalized (A-80)."""

    code = "order.not-ready"


class Limited(CaError):
    """Something was asked for too often; ``retry_at`` is the instant from which the same request would pass (A-25)."""

    def __init__(self, *, retry_at: datetime, **facts: object) -> None:
        super().__init__(**facts)
        self.retry_at = retry_at


class TooManyOrders(Limited):
    """The ``kind`` that is counted has had ``count`` orders in its span."""

    code = "limits.orders"


class TooManyAccountWrites(Limited):
    """Of this ``kind`` of what is written about accounts there were ``count`` in its span."""

    code = "limits.accounts"


class TooManyFromAddress(Limited):
    """From the sender's address came as many of ``kind`` as it may have in a span, which is ``count``."""

    code = "limits.address"


class TooManyFailures(Limited):
    """The validation of ``name`` has failed too often for this account in a while."""

    code = "limits.failures"


class TermsChanged(CaError):
    """The terms of service at ``url`` have changed; the customer has to agree to them at ``page`` (A-38)."""

    code = "account.terms-changed"


class NamesPaused(CaError):
    """Nothing is tried for ``names`` any more until somebody who can mend them resumes them at ``url``."""

    code = "limits.paused"


class ReissueLimited(Limited):
    """Another certificate for the same names could not end later than the one in place.

    ``ends`` is the contract's end; ``retry_at`` the instant from which the same request would pass.
    """

    code = "order.reissue"

    def __init__(self, *, ends: datetime, retry_at: datetime) -> None:
        super().__init__(ends=ends.strftime("%Y-%m-%d %H:%M:%S UTC"), retry_at=retry_at)


class AlreadyReplaced(CaError):
    """Another order already replaces that certificate (X-17)."""

    code = "order.already-replaced"


class ReplacesRefused(CaError):
    """``replaces`` does not name a certificate this order can replace: ``reason`` (X-17)."""

    code = "order.replaces"


# Finalize.


class BadCertificateRequest(CaError):
    """The CSR cannot be used: ``reason`` (A-81)."""

    code = "csr.bad"


class WrongKey(CaError):
    """The CSR's key is ``got``; the service takes ``wanted``."""

    code = "csr.key"


class AccountKeyInRequest(CaError):
    """The CSR's key is an account key (A-48)."""

    code = "csr.account-key"


class IssuanceFailed(CaError):
    """The certificate could not be made; the order is invalid and a new one may be placed."""

    code = "issuance.failed"


class LintFindings(CaError):
    """pkilint finds fault with a certificate, which is not signed: ``findings``."""

    code = "issuing.findings"


class LintSilent(CaError):
    """pkilint cannot say whether a certificate is sound: ``reason``."""

    code = "issuing.lint-silent"


class LogsUnusable(CaError):
    """The certificate cannot be made known to enough logs: ``reason``."""

    code = "issuing.logs"


# Revocation.


class IssuerAway(CaError):
    """The key of the issuing CA ``issuer`` is not set up in this process, or out of reach now."""

    code = "issuance.issuer"


class TokenUnusable(CaError):
    """The key ``uri`` in a token cannot be used: ``reason``."""

    code = "keys.token"


KEY_AWAY = (IssuerAway, TokenUnusable, TimeoutError)
"""What a signature raises that may be had later, or by another node."""


class IssuerRevoked(CaError):
    """The root has revoked the issuing CA ``issuer``, which signs no certificate any more."""

    code = "issuance.issuer-revoked"


class BadRevocationReason(CaError):
    """``reason`` is not among the ``allowed`` (A-93)."""

    code = "revocation.reason"


class AlreadyRevoked(CaError):
    """The certificate is revoked (A-92)."""

    code = "revocation.already"


class RevocationRefused(CaError):
    """Neither the account nor the key may revoke this certificate (A-90)."""

    code = "revocation.refused"


class UnknownCertificate(CaError):
    """The certificate was not issued here (A-91)."""

    code = "revocation.unknown"


# Validation: what the CA saw from outside.


class ValidationFault(CaError):
    """The identifier did not answer its challenge; base of the reasons."""


class NameNotResolved(ValidationFault):
    """DNS gave no address for ``name``: ``reason``."""

    code = "validation.dns"


class TxtNotFound(ValidationFault):
    """DNS gave no TXT record for ``name``: ``reason``."""

    code = "validation.txt"


class WrongTxtValue(ValidationFault):
    """No TXT value of ``name`` is the expected one; ``got`` are the first ones, shortened and made printable."""

    code = "validation.txt-value"


class PersistRefused(ValidationFault):
    """The TXT records at ``name``, shortened in ``got``, prove nothing: ``reason``; the value ``wanted`` would."""

    code = "validation.persist"


class AddressForbidden(ValidationFault):
    """``name`` leads to ``address``, which the CA may not enter (S-07)."""

    code = "validation.address"


class ConnectionFailed(ValidationFault):
    """No connection to ``address`` port ``port`` for ``name``: ``reason``."""

    code = "validation.connection"


class UnexpectedStatus(ValidationFault):
    """``url`` answered with HTTP ``status``, not 200."""

    code = "validation.status"


class RedirectRefused(ValidationFault):
    """A redirect cannot be followed: ``reason`` (B-30)."""

    code = "validation.redirect"


class WrongAnswer(ValidationFault):
    """``url`` answered with something else than the key authorization; ``got`` is its beginning, made printable."""

    code = "validation.answer"


class BadHttpAnswer(ValidationFault):
    """``url`` did not answer in HTTP: ``reason``."""

    code = "validation.http"


class AcmeTlsFailed(ValidationFault):
    """No TLS connection by acme-tls/1 to ``address`` port ``port`` for ``name``: ``reason`` (RFC 8737 §3)."""

    code = "validation.acme-tls"


class WrongCertificate(ValidationFault):
    """``address`` port ``port`` showed another certificate for ``name`` than the challenge asks for: ``reason``."""

    code = "validation.certificate"


class CaaForbids(ValidationFault):
    """CAA ``records`` at ``domain`` keep this CA from certifying ``name``: ``reason``; ``wanted`` would permit it."""

    code = "validation.caa"


class CaaForbidsNameless(ValidationFault):
    """As CaaForbids, at a CA that has no domain name which a CAA record could permit."""

    code = "validation.caa-nameless"


class CaaUnknown(ValidationFault):
    """Nobody can say whether CAA records at ``domain`` permit ``name``: ``reason``; that is no permission (B-41)."""

    code = "validation.caa-lookup"


class SeenInPartOnly(ValidationFault):
    """``name`` answers as seen from ``seen`` but cannot be reached from ``unseen``: ``reason`` (BR 3.2.2.9)."""

    code = "validation.in-part-only"


class SeenDifferently(ValidationFault):
    """``name`` answers as seen from ``seen``; from ``unseen`` something else was seen: ``reason`` (BR 3.2.2.9)."""

    code = "validation.differently"


class TooFewPerspectives(ValidationFault):
    """The CA's own places could not look at ``name``; nothing is known to be wrong at the customer's side."""

    code = "validation.perspectives"


class ValidationAbandoned(ValidationFault):
    """The CA could not finish the validation in time; nothing is known to be wrong at the customer's side."""

    code = "validation.abandoned"


# The store.


class StoreFailed(CaError):
    """The database cannot be asked now: ``reason``; it may be in a moment."""

    code = "store.unavailable"


class CommitFailed(StoreFailed):
    """The database could not take a unit of work: ``reason``; whoever repeats it finds out whether it was done."""

    code = "store.commit"


class ClockApart(StoreFailed):
    """This node's clock is ``seconds`` ahead of the database server's, or behind: nothing is dated by it."""

    code = "store.clock"


# Operator and customer.


class UnknownObject(CaError):
    """There is no ``kind`` ``name``."""

    code = "operator.unknown"


class UnknownService(CaError):
    """There is no service ``name``, by id or label, but ``services``."""

    code = "operator.unknown-service"


class Refused(CaError):
    """The command cannot be done: ``reason``."""

    code = "operator.refused"


class NoEabFile(CaError):
    """Nobody can register with the EAB ``kid`` of ``contract``, so there is no file of it."""

    code = "operator.no-eab-file"


class BackupOlder(CaError):
    """The backup lacks ``certificates`` and ``revocations`` that the database has."""

    code = "operator.backup"


class AuditBroken(CaError):
    """The audit log does not hold from link ``link`` on: ``reason``."""

    code = "operator.audit"


class NoticeRefused(CaError):
    """The mail server refuses ``recipient`` for good: ``reason``."""

    code = "notice.refused"


class LoginFailed(CaError):
    """Login or password is wrong; never told which."""

    code = "portal.login"


def fault_of(error: CaError, reference: str) -> Fault:
    """The error in the form that is stored with an order or challenge."""
    return Fault(code=error.code, facts={name: str(value) for name, value in error.facts.items()}, reference=reference)


def error_of(fault: Fault) -> TegataError:
    """The stored fault as an exception again, to be explained or rendered; an unknown code is an internal error."""
    error = _BY_CODE.get(fault.code, TegataError)
    restored = error.__new__(error)
    TegataError.__init__(restored, **fault.facts)
    return restored


def _classes(base: type[CaError]) -> list[type[CaError]]:
    return [base, *(found for child in base.__subclasses__() for found in _classes(child))]


_BY_CODE = {error.code: error for error in _classes(CaError) if "code" in vars(error)}
