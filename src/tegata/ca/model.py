"""The facts the CA keeps: plain frozen records, as they are stored.

A record holds what happened and when; no status word that can be worked out is in it (``acme.lifecycle`` and
``ca.policy`` derive those). Knows no SQL, no JSON of the wire and no clock. All instants are aware and in UTC.
"""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

import msgspec

from tegata.acme.identifiers import Identifier
from tegata.acme.jwk import JWK
from tegata.ca.errors import Fault
from tegata.ca.settings import WHOLE_CRL

POISON = bytes.fromhex("060a2b06010401d6790204030101ff04020500")
"""What makes a precertificate of a certificate: a critical extension that nobody understands (RFC 6962 §3.1)."""


class Organization(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The examined organization that OV certificates name."""

    name: str
    country: str
    state: str | None = None
    locality: str | None = None

    @property
    def has_place(self) -> bool:
        """Whether anything but its country says where it is (B-63)."""
        return bool(self.state or self.locality)


class Source(StrEnum):
    """By what an organization was examined (BR 3.2.2.1)."""

    GOVERNMENT = "government"
    DATABASE = "database"
    VISIT = "visit"
    ATTESTATION = "attestation"


class Application(StrEnum):
    """How a contract was applied for (お申込種別)."""

    NEW = "new"
    RENEWAL = "renewal"


class Contract(msgspec.Struct, frozen=True, kw_only=True):
    """An accepted contract: who may have certificates for which names, and until when."""

    id: str
    customer_id: str
    service: str
    organization: Organization
    domains: tuple[str, ...]
    application: Application
    applied_at: datetime
    starts: datetime
    ends: datetime
    renewed_at: datetime | None = None
    suspended_at: datetime | None = None
    ended_at: datetime | None = None
    examined_at: datetime | None = None
    """When the organization was examined last, of what was released (``Examination``)."""


class Examination(msgspec.Struct, frozen=True, kw_only=True):
    """That a person has examined an organization, and another has released it: only then it counts (BR 3.2.2.1, 3.2.5).

    ``evidence`` says which record of the source it was and where its copy is; ``authority`` how it was confirmed that
    the applicant may act for the organization.
    """

    id: str
    contract_id: str
    organization: Organization
    source: Source
    evidence: str
    authority: str
    examiner: str
    examined_at: datetime
    recorded_at: datetime
    releaser: str | None = None
    released_at: datetime | None = None


class Credential(msgspec.Struct, frozen=True, kw_only=True):
    """An EAB key of a contract; the MAC key is sealed (encrypted) at rest.

    A superseded one (rotated) binds no new accounts from that instant on but keeps its old ones; a disabled one and one
    that has expired stop them too. ``domains`` are those of the contract's that its accounts may have, none for all;
    ``most_accounts`` is how many it may register in all; ``label`` is what the customer calls it, if anything.
    """

    kid: str
    contract_id: str
    sealed_mac: bytes
    created_at: datetime
    superseded_at: datetime | None = None
    disabled_at: datetime | None = None
    domains: tuple[str, ...] = ()
    expires_at: datetime | None = None
    most_accounts: int | None = None
    label: str = ""


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """An ACME account, bound to a contract by the credential it was registered with (RFC 8555 §7.1.2)."""

    id: str
    thumbprint: str
    jwk: JWK
    contract_id: str
    kid: str
    binding: bytes
    contacts: tuple[str, ...]
    terms_agreed_at: datetime | None
    created_at: datetime
    deactivated_at: datetime | None = None


class Challenge(msgspec.Struct, frozen=True, kw_only=True):
    """One way to prove control of an identifier (RFC 8555 §7.1.5), and what came of it.

    ``token`` is empty where the type has none.
    """

    id: str
    authorization_id: str
    type: str
    token: str
    accepted_at: datetime | None = None
    validated_at: datetime | None = None
    failed_at: datetime | None = None
    fault: Fault | None = None
    evidence: bytes | None = None


class Look(StrEnum):
    """What was looked for."""

    VALIDATION = "validation"
    CAA = "caa"


class Observation(msgspec.Struct, frozen=True, kw_only=True):
    """What was seen for a challenge from one place at one time, beyond the challenge's own evidence.

    ``perspective`` is the name of the place, empty for the CA's own; ``error`` the code of what kept it from agreeing.
    """

    challenge_id: str
    seen_at: datetime
    look: Look
    perspective: str
    region: str
    error: str | None
    evidence: bytes


_CLOCKS_APART = timedelta(hours=1)


class Limit(NamedTuple):
    """A rate limit: so many requests in a span. They may come at once; each is given back after its part of the span.

    How full a bucket is, is one instant: that at which it will be full again (GCRA).
    """

    requests: int
    span: timedelta

    @property
    def cost(self) -> timedelta:
        """What one request takes out of the span."""
        return self.span / self.requests

    def latest(self, now: datetime) -> datetime:
        """A bucket that is full again by then has room for one more request now."""
        return now + self.span - self.cost

    def furthest(self, now: datetime) -> datetime:
        """No bucket of this limit is full again later than this, by whichever node's clock.

        One that is was filled under another limit, or by a clock that was ahead: it counts as full.
        """
        return now + self.span + _CLOCKS_APART

    def has_room(self, full_at: datetime, now: datetime) -> bool:
        """Whether one more request would pass, for a bucket that is full again at ``full_at``."""
        return full_at <= self.latest(now) or full_at > self.furthest(now)

    def retry_at(self, full_at: datetime) -> datetime:
        """The instant from which a request would pass, for a bucket that is full again at ``full_at``."""
        return full_at - self.span + self.cost


class Failures(msgspec.Struct, frozen=True, kw_only=True):
    """A name whose validation failed for an account, how often in a row, and whether it is tried at all any more.

    ``full_at`` is when the bucket of failures that are allowed in a span is full again.
    """

    account_id: str
    name: str
    in_a_row: int
    full_at: datetime
    paused_at: datetime | None


class Authorization(msgspec.Struct, frozen=True, kw_only=True):
    """An account's authorization for an identifier, with ``subdomains`` for all below (RFC 8555 §7.1.4, RFC 9444)."""

    id: str
    account_id: str
    identifier: Identifier
    wildcard: bool
    created_at: datetime
    expires_at: datetime
    challenges: tuple[Challenge, ...]
    deactivated_at: datetime | None = None
    subdomains: bool = False


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """A request for one certificate (RFC 8555 §7.1.3).

    ``processing_at`` is set once, by the finalize request that won; ``serial`` once the certificate is stored.
    ``replacement`` numbers those that replace the same certificate, from 0 on. ``profile`` is the one that was
    asked for, or the service's first; None where the service has none.
    """

    id: str
    account_id: str
    contract_id: str
    identifiers: tuple[Identifier, ...]
    authorization_ids: tuple[str, ...]
    not_before: datetime | None
    not_after: datetime | None
    replaces: str | None
    created_at: datetime
    expires_at: datetime
    processing_at: datetime | None = None
    csr: bytes | None = None
    serial: str | None = None
    fault: Fault | None = None
    replacement: int | None = None
    profile: str | None = None


class Replacement(NamedTuple):
    """That a certificate is to be replaced between two instants, as the CA's operator says; ``page`` tells why."""

    starts: datetime
    ends: datetime
    page: str | None = None


class Certificate(msgspec.Struct, frozen=True, kw_only=True):
    """A certificate, from the intent to sign on: ``chain_pem`` is None until the signature is stored.

    ``serial`` is lower-case hex; ``tbs`` the exact bytes to be signed, kept before the signature is made; ``crl`` names
    the CRL that it says it will be on.
    """

    serial: str
    order_id: str
    account_id: str
    contract_id: str
    names: tuple[str, ...]
    not_before: datetime
    not_after: datetime
    spki_digest: bytes
    tbs: bytes
    intended_at: datetime
    chain_pem: bytes | None = None
    issued_at: datetime | None = None
    revoked_at: datetime | None = None
    reason: int | None = None
    crl: str = WHOLE_CRL
    replacement: Replacement | None = None

    @property
    def is_logged(self) -> bool:
        """Whether what was intended is a precertificate; then there may be no certificate yet."""
        return POISON in self.tbs


class Precertificate(msgspec.Struct, frozen=True, kw_only=True):
    """What was signed and given to logs before a certificate; ``scts`` is the list of what they gave for it.

    From ``finished_at`` on there is the certificate itself.
    """

    serial: str
    der: bytes
    signed_at: datetime
    scts: bytes | None = None
    finished_at: datetime | None = None


class BlockedKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key for which nothing is issued any more, by its SPKI's SHA-256; ``cause`` is who said so."""

    spki_digest: bytes
    blocked_at: datetime
    cause: str


class Cause(StrEnum):
    """Why a certificate is to be revoked, as a report has it, in the order of BR 4.9.1.1."""

    SUBSCRIBER_REQUEST = "subscriber-request"
    NOT_AUTHORIZED = "not-authorized"
    KEY_COMPROMISE = "key-compromise"
    WEAK_KEY = "weak-key"
    VALIDATION = "validation"
    KEY_PARAMETERS = "key-parameters"
    MISUSE = "misuse"
    TERMS_BREACH = "terms-breach"
    NAME_NOT_ALLOWED = "name-not-allowed"
    WILDCARD_ABUSE = "wildcard-abuse"
    INFORMATION_CHANGED = "information-changed"
    NOT_COMPLIANT = "not-compliant"
    INACCURATE = "inaccurate"
    CA_RIGHT_ENDS = "ca-right-ends"
    POLICY_REQUIRES = "policy-requires"
    KEY_METHOD = "key-method"


class ProblemReport(msgspec.Struct, frozen=True, kw_only=True):
    """That somebody reported a problem with certificates, or that the CA found one itself, and what became of it."""

    id: str
    cause: Cause
    about: str
    reporter: str
    serials: tuple[str, ...]
    received_at: datetime
    recorded_at: datetime
    answered_at: datetime | None = None
    answer: str | None = None
    closed_at: datetime | None = None
    outcome: str | None = None


class Revocation(NamedTuple):
    """A revoked certificate, as a CRL has it."""

    serial: str
    revoked_at: datetime
    reason: int


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """Work left as a row: whoever holds the lease does it, then anybody. ``lane`` says whose it is, if not the CA's."""

    id: str
    kind: str
    subject: str
    run_at: datetime
    attempts: int = 0
    leased_until: datetime | None = None
    owner: str | None = None
    lane: str = ""


class RevocationList(msgspec.Struct, frozen=True, kw_only=True):
    """A signed CRL (RFC 5280 §5); numbers only grow. ``crl`` is its name."""

    number: int
    this_update: datetime
    next_update: datetime
    der: bytes
    crl: str = WHOLE_CRL


class AlarmKind(StrEnum):
    """What operators are told of."""

    CRL_LATE = "crl-late"
    KEY_AWAY = "key-away"
    ENDS_SOON = "ends-soon"
    AGENT_SILENT = "perspective-silent"
    DISK_FULL = "disk-full"
    CLOCK_APART = "clock-apart"
    DATABASE_AWAY = "database-away"


class Alarm(msgspec.Struct, frozen=True, kw_only=True):
    """Something that keeps the CA from its work, and what it is ``about``; or that this is over. Since ``at``."""

    kind: AlarmKind
    about: str
    at: datetime
    facts: dict[str, str]
    is_over: bool


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened, for the audit log: what, to which record, and the facts that are no secrets."""

    id: str
    at: datetime
    kind: str
    subject: str
    facts: dict[str, str]


PRUNED = "audit.pruned"
"""The kind of the event about the newest link that house-keeping has dropped, with all before it."""


NEVER = datetime.max.replace(microsecond=0, tzinfo=UTC)
"""When work is due that waits for something else than an instant."""


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """A link of the audit log's chain: the digest over the one before it and so many events."""

    number: int
    previous: bytes
    digest: bytes
    events: int


class Customer(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who logs in to the portal; ``login`` is the mail address."""

    id: str
    login: str
    password_hash: str
    created_at: datetime


class Operator(msgspec.Struct, frozen=True, kw_only=True):
    """A user of the portal who may do there what the operator's commands do; records name them by ``name``."""

    customer_id: str
    login: str
    name: str
    added_at: datetime


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """A portal session; only the digest of its token is kept."""

    token_digest: bytes
    customer_id: str
    created_at: datetime
    expires_at: datetime
