"""What the services need from the outside: the store, the validator, the signer, the mailer.

Adapters satisfy these protocols and ``bootstrap`` joins them; services name adapters only through here.

Reads return records as they were last committed. Writes are collected in a unit of work and happen together in
``Store.commit``: each is a named statement, a guarded one also says how many rows it must touch. If a guard fails
nothing of the unit happens and ``Conflict`` names the statement, so that a transition lost to somebody else can never
be half done.
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from datetime import datetime
from typing import NamedTuple, Protocol

import msgspec
from cryptography import x509

from tegata.acme.identifiers import Identifier
from tegata.acme.jwk import JWK
from tegata.ca.errors import Fault, ValidationFault
from tegata.ca.model import (
    Account,
    Alarm,
    Authorization,
    BlockedKey,
    Certificate,
    Challenge,
    Contract,
    Credential,
    Customer,
    Event,
    Examination,
    Failures,
    Job,
    Limit,
    Link,
    Observation,
    Operator,
    Order,
    Precertificate,
    ProblemReport,
    Replacement,
    Revocation,
    RevocationList,
    Session,
)
from tegata.ca.settings import WHOLE_CRL, Service
from tegata.errors import TegataError
from tegata.pki.keys import PublicKey


class Statement(NamedTuple):
    """One write: a named statement, its parameters, and the number of rows it must touch (None: any)."""

    name: str
    parameters: dict[str, object]
    rows: int | None


class Work:
    """A unit of work: the writes of one transition, in order, and what they are about, for whoever waits for that.

    One that ``is_great`` writes megabytes.
    """

    def __init__(self) -> None:
        self.statements: list[Statement] = []
        self.subjects: set[str] = set()
        self.is_great = False

    def add(self, name: str, *, rows: int | None = None, **parameters: object) -> None:
        """Add a statement; only the store's own files call this."""
        self.statements.append(Statement(name, parameters, rows))


JOBS = "jobs"
"""What a unit of work is about that leaves work for whoever is free."""


class Conflict(Exception):
    """A guarded statement of a unit of work did not touch the rows it had to; nothing was written."""

    def __init__(self, statement: str) -> None:
        super().__init__(statement)
        self.statement = statement


class Cursor(NamedTuple):
    """Where in a list that is sorted by instant and id something stands; what is asked for stands after it."""

    at: datetime
    id: str


class Bound(NamedTuple):
    """An account with the contract and the credential that it is bound to, all of one moment."""

    account: Account
    contract: Contract
    credential: Credential


class Accounts(Protocol):
    """Accounts by id and by key."""

    async def get(self, account_id: str) -> Account | None: ...
    async def bound(self, account_id: str) -> Bound | None: ...
    async def by_thumbprint(self, thumbprint: str) -> Account | None: ...
    async def of_contract(self, contract_id: str) -> list[Account]: ...
    async def are_without_agreement(self, contract_id: str, since: datetime) -> bool:
        """Whether any of the contract's live accounts has not agreed to the terms of service since then."""
        ...

    async def former_keys(self, account_id: str) -> tuple[str, ...]:
        """Thumbprints; the present one is among them if the account has come back to it."""
        ...

    def insert(self, work: Work, account: Account, terms: str = "") -> None:
        """Conflict if the key already has an account; ``terms`` are those that it agrees to, if any."""
        ...

    def update_contacts(self, work: Work, account_id: str, contacts: Sequence[str]) -> None:
        """Guarded: the account is not deactivated."""
        ...

    def change_key(self, work: Work, account_id: str, *, former: str, thumbprint: str, jwk: JWK) -> None:
        """Guarded: the key is still the ``former``, the account not deactivated, the new key no account's."""
        ...

    def bind(self, work: Work, account_id: str, *, former: str, kid: str, binding: bytes) -> None:
        """Guarded: the credential is still the ``former``, the account not deactivated."""
        ...

    def agree(self, work: Work, contract_id: str, at: datetime, terms: str, since: datetime | None) -> None:
        """All that are not deactivated and have not since then, or ever; ``terms`` is where they are, for the log."""
        ...

    def deactivate(self, work: Work, account_id: str, at: datetime) -> None:
        """Guarded: the account is not deactivated yet."""
        ...


class Orders(Protocol):
    """Orders; their authorizations are read beside them."""

    async def get(self, order_id: str) -> Order | None: ...
    async def last_replacing(self, certificate_id: str) -> Order | None:
        """Of the orders whose ``replaces`` names this certificate the one with the highest number (X-17)."""
        ...

    async def of_account(self, account_id: str, now: datetime, most: int, after: Order | None) -> list[str]:
        """Ids of up to ``most`` orders that neither expired nor failed, newest first: all, or those ``after`` one."""
        ...

    async def applied_for(self, after: Cursor, most: int) -> list[str]:
        """Ids of those that were placed in the portal and have neither certificate nor error, by end and id."""
        ...

    def insert(self, work: Work, order: Order) -> None: ...
    def begin_processing(self, work: Work, order_id: str, csr: bytes, at: datetime) -> None:
        """Guarded: only one caller ever succeeds, only while there is neither error nor certificate, and in time.

        And while account, contract and credential are in force and no authorization of the order was given up.
        """
        ...

    def complete(self, work: Work, order_id: str, serial: str) -> None:
        """Guarded: the order is processing and has no certificate yet."""
        ...

    def fail(self, work: Work, order_id: str, fault: Fault) -> None:
        """Guarded: the order has neither certificate nor error yet."""
        ...

    def cancel_open(self, work: Work, account_id: str, fault: Fault, at: datetime) -> None:
        """End every order of the account that is not being issued; there may be none."""
        ...


class Authorizations(Protocol):
    """Authorizations with their challenges."""

    async def get(self, authorization_id: str) -> Authorization | None: ...
    async def of_order(self, order_id: str) -> list[Authorization]:
        """In the order of the order's identifiers."""
        ...

    async def of_challenge(self, challenge_id: str) -> tuple[Authorization, Challenge] | None: ...
    async def reusable(self, account_id: str, identifiers: Sequence[Identifier], now: datetime) -> list[Authorization]:
        """Unexpired authorizations of the account for these identifiers with a validated challenge (A-58)."""
        ...

    def insert(self, work: Work, authorization: Authorization) -> None:
        """One that an order of the same unit asks for."""
        ...

    def insert_alone(self, work: Work, authorization: Authorization) -> None:
        """One that no order asks for."""
        ...

    def deactivate(self, work: Work, authorization_id: str, at: datetime) -> None:
        """Guarded: neither deactivated nor expired, and no challenge of it failed."""
        ...

    def accept_challenge(self, work: Work, challenge_id: str, at: datetime) -> None:
        """Guarded: the challenge was not accepted before (A-59)."""
        ...

    def pass_challenge(
        self,
        work: Work,
        challenge_id: str,
        at: datetime,
        expires: datetime,
        evidence: bytes,
        *,
        seen: Mapping[str, str] = {},
    ) -> None:
        """Guarded: accepted, no verdict on its authorization yet, not given up; that one's end becomes ``expires``.

        ``seen`` is what the audit log says of it beside.
        """
        ...

    def fail_challenge(
        self,
        work: Work,
        challenge_id: str,
        at: datetime,
        fault: Fault,
        evidence: bytes,
        *,
        seen: Mapping[str, str] = {},
    ) -> None:
        """Guarded: accepted, no verdict on its authorization yet, and that one not given up."""
        ...


class Named(NamedTuple):
    """What names a certificate has, and since when."""

    names: tuple[str, ...]
    intended_at: datetime
    serial: str


class Revocable(NamedTuple):
    """What of an issued certificate is to be known to revoke it; of one key there may be very many."""

    serial: str
    account_id: str
    crl: str
    not_after: datetime
    reason: int | None
    """Why it was revoked, if it was."""

    @classmethod
    def of(cls, one: Certificate) -> "Revocable":
        """This certificate's."""
        return cls(one.serial, one.account_id, one.crl, one.not_after, one.reason)


class Certificates(Protocol):
    """Certificates from intent to revocation."""

    async def get(self, serial: str) -> Certificate | None: ...
    async def intended_for(self, order_id: str) -> Certificate | None: ...
    async def issued_before(self, contract_id: str, before: Certificate | None, most: int) -> list[Certificate]:
        """Up to ``most`` issued certificates of the contract, newest first: the first ones, or those after this one."""
        ...

    async def issued_after(self, after: str, most: int) -> list[Certificate]:
        """Up to ``most`` issued certificates by their serials, those after this one."""
        ...

    async def current_for(
        self, contract_id: str, names: Sequence[str], until: datetime, most: int
    ) -> list[Certificate]:
        """Issued, unrevoked certificates of the contract for exactly these names that last until then, newest first."""
        ...

    async def count_valid(self, contract_id: str, now: datetime) -> int:
        """How many issued, unrevoked, unexpired certificates the contract has."""
        ...

    async def last_of_names(
        self, contract: Contract, now: datetime, after: Certificate | None, most: int
    ) -> list[Certificate]:
        """Issued, unrevoked, unexpired ones that are the newest for their names, by their ends; ``most`` after this.

        At least those whose renewal may be overdue.
        """
        ...

    async def latest_names(
        self, contract_id: str, now: datetime, after: Named | None, since: datetime, most: int
    ) -> list[Named]:
        """The names of the contract's issued, unrevoked, unexpired certificates that were intended since then.

        Newest first; the first ``most``, or those after this one.
        """
        ...

    async def revoked(self, crl: str, since_not_after: datetime, after: str, most: int) -> list[Revocation]:
        """Those on this CRL that had not expired at that instant: the next ``most`` by their serials."""
        ...

    async def many(self, serials: Sequence[str]) -> list[Certificate]:
        """Those of these serial numbers, in this order; an unknown one has none."""
        ...

    async def of_key(self, spki_digest: bytes) -> list[Revocable]:
        """Issued ones for the key with this digest, newest first, whatever became of them."""
        ...

    async def is_compromised(self, spki_digest: bytes, account_id: str) -> bool:
        """Whether the key is blocked, or a certificate of the account's was revoked for it as compromised (A-94)."""
        ...

    def intend(self, work: Work, certificate: Certificate) -> None:
        """Guarded: the order has no intent yet, and the key is not compromised (A-94)."""
        ...

    def issue(self, work: Work, serial: str, chain_pem: bytes, at: datetime, linted: str | None = None) -> None:
        """Guarded: intended and not issued yet, the key not compromised meanwhile; ``linted``: by whom, for the log."""
        ...

    def revoke(self, work: Work, serial: str, reason: int, at: datetime, by: str) -> None:
        """Guarded: issued and not yet revoked; ``by`` is who asked for it, for the audit log."""
        ...

    def replace(self, work: Work, serial: str, wanted: Replacement) -> None:
        """Guarded: issued and not revoked; the last that was said counts (X-18)."""
        ...

    def revoke_for_key_compromise(self, work: Work, serial: str) -> None:
        """Guarded: revoked for another reason than keyCompromise; only the reason changes (A-92)."""
        ...


class Precertificates(Protocol):
    """Precertificates, each of a certificate that is issued in the same unit."""

    async def get(self, serial: str) -> Precertificate | None: ...
    def insert(self, work: Work, serial: str, der: bytes, at: datetime) -> None:
        """Guarded: there is none of this serial."""
        ...

    def stamp(self, work: Work, serial: str, scts: bytes) -> None:
        """Guarded: it has no SCTs yet."""
        ...

    def finish(self, work: Work, serial: str, chain_pem: bytes, at: datetime) -> None:
        """Guarded: it has SCTs and no certificate yet, is not revoked, and its key not compromised."""
        ...


class BlockedKeys(Protocol):
    """Keys for which nothing is issued any more."""

    async def get(self, spki_digest: bytes) -> BlockedKey | None: ...
    async def all(self) -> list[BlockedKey]: ...
    def block(self, work: Work, spki_digest: bytes, at: datetime, cause: str) -> None:
        """One that is blocked already is no conflict."""
        ...


class Observations(Protocol):
    """What was seen beside a challenge's own evidence; rows are only ever added."""

    async def of_challenge(self, challenge_id: str) -> list[Observation]:
        """In the order in which they were seen."""
        ...

    def insert(self, work: Work, observation: Observation) -> None: ...


class Contracts(Protocol):
    """Contracts; every change is guarded by what it presumes."""

    async def get(self, contract_id: str) -> Contract | None: ...
    async def after(self, contract_id: str, most: int) -> list[Contract]:
        """By their ids; the first ones after ``""``."""
        ...

    async def to_be_examined(
        self, service: str, *, before: datetime, oldest: datetime, now: datetime, after: Cursor, most: int
    ) -> list[Contract]:
        """Those in force that were examined before then or never, and have none since ``oldest`` to be released.

        In the order of when they were examined, and as if 398 days before they were applied for.
        """
        ...

    async def of_customer(self, customer_id: str) -> list[Contract]: ...
    def insert(self, work: Work, contract: Contract) -> None: ...
    def renew(self, work: Work, contract_id: str, *, ends_before: datetime, ends: datetime, at: datetime) -> None:
        """Guarded: the contract still ends at ``ends_before`` and has not been ended; sets application to renewal."""
        ...

    def suspend(self, work: Work, contract_id: str, at: datetime) -> None: ...
    def resume(self, work: Work, contract_id: str) -> None: ...
    def end(self, work: Work, contract_id: str, at: datetime) -> None: ...


class Examinations(Protocol):
    """Examinations of organizations, which are only ever added."""

    async def of_contract(self, contract_id: str) -> list[Examination]:
        """Newest first."""
        ...

    async def unreleased(self, after: Cursor, now: datetime, most: int) -> list[Examination]:
        """Those of contracts in force that no later one has overtaken, in the order of ``examined_at`` and id."""
        ...

    def insert(self, work: Work, examination: Examination) -> None: ...
    def release(self, work: Work, examination: Examination, releaser: str, at: datetime) -> None:
        """Guarded: nobody has released it, nor a later one; the contract has its instant."""
        ...


class ProblemReports(Protocol):
    """Reports of problems with certificates."""

    async def get(self, report_id: str) -> ProblemReport | None: ...
    async def open(self) -> list[ProblemReport]: ...
    async def open_after(self, report: ProblemReport | None, most: int) -> list[ProblemReport]:
        """In the order of receipt: the first so many, or those after one."""
        ...

    async def before(self, report: ProblemReport | None, most: int) -> list[ProblemReport]:
        """All, those received last first: the first so many, or those after one in that order."""
        ...

    def insert(self, work: Work, report: ProblemReport) -> None: ...
    def answer(self, work: Work, report_id: str, answer: str, at: datetime) -> None:
        """Guarded: neither answered nor closed before."""
        ...

    def close(self, work: Work, report_id: str, outcome: str, at: datetime) -> None:
        """Guarded: answered, and not closed before."""
        ...


class Use(NamedTuple):
    """When an account was registered by a credential or placed an order under it, and which account."""

    at: datetime
    account_id: str


class Usage(NamedTuple):
    """What hangs on a credential: accounts it has registered, those that live, their valid certificates.

    ``first_end`` is the last second of the one that ends first; ``last_use`` None for a credential nobody has used.
    """

    registered: int
    accounts: int
    certificates: int
    first_end: datetime | None
    last_use: Use | None


class Credentials(Protocol):
    """EAB credentials."""

    async def get(self, kid: str) -> Credential | None: ...
    async def of_contract(self, contract_id: str) -> list[Credential]:
        """Newest first."""
        ...

    async def principal(self, contract_id: str, *, kept: str, now: datetime) -> Credential | None:
        """The one that stands for the contract, of all but ``kept``: active, not limited, new, as far as may be."""
        ...

    async def page(self, contract_id: str, after: Credential | None, most: int) -> list[Credential]:
        """Newest first, the first so many or those after one."""
        ...

    async def usage(self, credential: Credential, now: datetime) -> Usage: ...
    async def usages(self, credentials: Sequence[Credential], now: datetime) -> dict[str, Usage]:
        """Of credentials of one contract, which stand together in its list, by their key identifiers."""
        ...

    def insert(self, work: Work, credential: Credential) -> None: ...
    def label(self, work: Work, kid: str, label: str) -> None: ...
    def use(self, work: Work, kid: str, account_id: str, at: datetime) -> None:
        """Guarded: the credential may register one account more."""
        ...

    def supersede(self, work: Work, kid: str, at: datetime) -> None: ...
    def disable(self, work: Work, kid: str, at: datetime) -> None: ...


class Customers(Protocol):
    """Portal customers and their sessions."""

    async def get(self, customer_id: str) -> Customer | None: ...
    async def by_login(self, login: str) -> Customer | None: ...
    async def session(self, token_digest: bytes) -> Session | None: ...
    def insert(self, work: Work, customer: Customer) -> None: ...
    def set_password(self, work: Work, customer_id: str, password_hash: str) -> None:
        """All sessions of the customer are closed with it."""
        ...

    def rename(self, work: Work, customer: Customer, login: str) -> None:
        """Guarded: nobody has the login, and the customer still the former one. All their sessions are closed."""
        ...

    def open_session(self, work: Work, session: Session, password_hash: str) -> None:
        """Guarded: the customer's password is still the one that was compared.

        Sessions that ended before this one began are forgotten.
        """
        ...

    def close_session(self, work: Work, token_digest: bytes) -> None: ...


class Operators(Protocol):
    """Users of the portal who are operators."""

    async def get(self, customer_id: str) -> Operator | None: ...
    async def all(self) -> list[Operator]: ...
    def insert(self, work: Work, operator: Operator) -> None:
        """Guarded: the user is none yet."""
        ...

    def remove(self, work: Work, operator: Operator) -> None:
        """Guarded: the user is one."""
        ...


class Jobs(Protocol):
    """Work rows with leases; at most one row a (kind, subject)."""

    async def claim(
        self, owner: str, now: datetime, until: datetime, most: int, since: datetime | None = None
    ) -> list[Job]:
        """Take up to ``most`` jobs that are due, at least all since then, and not leased, each once in all processes.

        Where more than those wait, the CA's own first, then those of the lanes that have least under way, anywhere.
        """
        ...

    async def next_due(self, since: datetime | None = None) -> datetime | None: ...
    def add(self, work: Work, job: Job) -> None:
        """An open job of the same kind and subject is kept and made due no later than this one.

        If that one is being worked on, it will be due again once it is finished: what was asked for after the work had
        begun is not lost with it.
        """
        ...

    def hasten(self, work: Work, kind: str, subject: str, at: datetime) -> None:
        """What waits is due no later than then; none there is no conflict, and none is made."""
        ...

    def discard(self, work: Work, kind: str, subject: str) -> None:
        """The work was done without the row: drop it, whoever holds it; none there is no conflict."""
        ...

    def finish(self, work: Work, job: Job) -> None:
        """Guarded: the owner still holds the row."""
        ...

    def extend(self, work: Work, job: Job, until: datetime) -> None:
        """Guarded: the owner still holds the row, and keeps it until then."""
        ...

    def postpone(self, work: Work, job: Job, run_at: datetime) -> None:
        """Guarded: give the lease back, to be run again then, one attempt more."""
        ...


class Limits(Protocol):
    """Buckets of rate limits, and names that failed; what is spent is spent by the unit that it lets through."""

    def spend(self, work: Work, subject: str, limit: Limit, now: datetime) -> None:
        """Guarded: there was room in the subject's bucket."""
        ...

    def spend_unless_held(
        self,
        work: Work,
        subject: str,
        limit: Limit,
        now: datetime,
        *,
        account_id: str,
        names: Collection[str],
        failures: Limit,
    ) -> None:
        """Guarded: there was room, and none of the names is paused or has failed too often for the account."""
        ...

    def forget(self, work: Work, subject: str) -> None: ...
    async def full_at(self, subject: str) -> datetime | None: ...
    def failed(
        self, work: Work, account_id: str, name: str, limit: Limit, now: datetime, *, pause_after: int | None
    ) -> None:
        """Paused is a name from so many in a row on; by None it counts for a while only, and in no row."""
        ...

    def passed(self, work: Work, account_id: str, name: str) -> None:
        """A name that is paused meanwhile stays so."""
        ...

    async def held(self, account_id: str, failures: Limit, now: datetime) -> list[Failures]:
        """Those that are paused, or have failed too often by this limit."""
        ...

    async def paused(self, contract_id: str, most: int | None = None) -> list[Failures]:
        """Those of the contract's accounts, by name; all, or the first so many."""
        ...

    def resume(self, work: Work, account_id: str, name: str) -> None:
        """Guarded: it is paused."""
        ...


class ListHead(NamedTuple):
    """A CRL without its contents."""

    number: int
    this_update: datetime
    next_update: datetime


class RevocationLists(Protocol):
    """The signed CRLs."""

    async def latest(self, crl: str = WHOLE_CRL) -> RevocationList | None: ...
    async def head(self, crl: str) -> ListHead | None: ...
    async def heads(self) -> dict[str, ListHead]:
        """Number and times of every CRL there is, by its name."""
        ...

    async def newest_number(self) -> int:
        """The greatest number of any CRL that there is or was to be, before a restore too; 0 where there was none."""
        ...

    def claim(self, work: Work, number: int, crl: str, tbs_sha256: str) -> None:
        """Guarded: it is the newest number plus one, and from now on the newest, whether a CRL comes of it or not.

        On record before the signature, with the digest of the bytes to be signed: of a CRL that is not published
        afterwards, nothing else tells (B-93).
        """
        ...

    def publish(self, work: Work, crl: RevocationList, sha256: str | None = None) -> None:
        """Guarded: its number was claimed and is the newest still; takes the place of the earlier ones.

        ``sha256`` is the CRL's digest, if it is known.
        """
        ...


class SpentNonces(Protocol):
    """Nonces that were spent, where more than one process must know of them."""

    def spend(self, work: Work, nonce: bytes, expires: datetime) -> None:
        """Guarded: it was not spent before, nor narrowed out; after ``expires`` it is nobody's and may be forgotten."""
        ...


class Place(NamedTuple):
    """One among the authorizations in the order of their ends."""

    expires: datetime
    id: str


class Swept(NamedTuple):
    """Of the authorizations that were looked at, how many were dropped and how many are an order's, and the last one.

    None where there was none any more.
    """

    dropped: int
    kept: int
    last: Place | None


class Housekeeping(Protocol):
    """Drops up to ``most`` of a kind that ended before an instant, with what hangs on them; how many those were."""

    async def drop_certificates(self, before: datetime, most: int) -> int: ...
    async def drop_orders(self, before: datetime, most: int) -> int:
        """Only those without a certificate."""
        ...

    async def drop_authorizations(self, before: datetime, most: int, after: Place | None = None) -> Swept:
        """Only those that are no order's any more, of the next ``most`` that expired before; from the first, or on."""
        ...

    async def recall_jobs(self, now: datetime, beyond: datetime) -> int:
        """How many were to be due, or leased until, beyond an instant, and are due now; not what is due ``NEVER``."""
        ...

    async def drop_nonces(self, before: datetime, most: int) -> int: ...
    async def narrow_nonces(self, kept: int) -> datetime | None:
        """Let all spent nonces but the last so many be spent without a row each; which may be dropped, if any."""
        ...

    async def drop_limits(self, before: datetime, most: int) -> int:
        """Buckets that are full."""
        ...

    async def drop_failures(self, before: datetime, most: int) -> int:
        """Never of a name that is paused."""
        ...

    async def drop_sessions(self, before: datetime, most: int) -> int: ...
    async def drop_links(self, until: int, count: int) -> int:
        """The oldest links of the audit log with their events, up to this one; Conflict if they are not so many."""
        ...


class Audit(Protocol):
    """The audit log; events about records are appended by the writes that they tell of, never by a caller."""

    async def of_subject(self, subject: str) -> list[Event]: ...
    async def newest_of_subject(self, subject: str, kind: str) -> Event | None:
        """The last event of this kind of a subject, however many there were before."""
        ...

    async def of_kind(self, kind: str) -> list[Event]:
        """In order; the whole log is read."""
        ...

    async def has_between(self, since: datetime, until: datetime) -> bool:
        """Whether anything happened between the two instants."""
        ...

    async def of_link(self, number: int) -> list[Event]: ...
    async def count_unbound(self) -> int: ...
    async def stray(self) -> int | None:
        """A link before the first or after the next that has events; none that is missing in between."""
        ...

    async def gone(self, since: datetime, most: int) -> list[str]: ...
    async def newest_link(self) -> Link | None: ...
    async def links_from(self, number: int, most: int) -> list[Link]: ...
    def note(self, work: Work, kind: str, subject: str, facts: Mapping[str, str]) -> None:
        """Append an event that is about no record: about a process, its settings and its program."""
        ...

    def bind(self, work: Work, number: int, most: int) -> None:
        """Bind up to ``most`` of the oldest events without a link to the link of this number."""
        ...

    def add_link(self, work: Work, link: Link) -> None:
        """Guarded: its number is the newest's plus one, or 1, and as many events are bound to it as it says."""
        ...


class Store(Protocol):
    """Everything the CA remembers."""

    accounts: Accounts
    orders: Orders
    authorizations: Authorizations
    certificates: Certificates
    blocked_keys: BlockedKeys
    precertificates: Precertificates
    contracts: Contracts
    examinations: Examinations
    credentials: Credentials
    customers: Customers
    operators: Operators
    jobs: Jobs
    problem_reports: ProblemReports
    limits: Limits
    observations: Observations
    revocation_lists: RevocationLists
    nonces: SpentNonces
    audit: Audit
    housekeeping: Housekeeping

    @property
    def migrated(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The names of the migrations applied at opening, and of those left until all nodes run this release."""
        ...

    async def commit(self, work: Work) -> None:
        """Do all writes of a unit of work durably, or none; raises Conflict."""
        ...

    async def clock(self) -> datetime | None:
        """What the time is by the clock of the server that keeps the records, None where no other machine does."""
        ...

    async def changed(self, seconds: float, about: str) -> None:
        """Return when something about this was committed, by any process, or after so many seconds: a hint.

        ``about`` is a challenge's id for its verdict, or ``JOBS`` for work that nobody has taken. It may return for
        no reason too: what another process's commits are about is not always known.
        """
        ...

    def alone(self, name: str) -> AbstractAsyncContextManager[None]:
        """Hold the turn of this name, so that what is done once is not begun twice.

        Nobody else has it in this process, nor on any node of a shared database; a guard must still decide, for a node
        that stood still may have lost its turn. Raises StoreFailed.
        """
        ...

    async def close(self) -> None: ...


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What a validation asks the network: everything that one look needs, wherever it is made from.

    With ``subdomains`` the proof is to count for all names below too, and nobody asks yet whether CAA permits which.
    ``token`` and ``key_authorization`` are empty for a challenge that has none. Records may name the account by one of
    ``former_uris`` too; those that stay by a hash with one of its keys (``thumbprints``, the present first) behind one
    of ``hash_prefixes``.
    """

    identifier: Identifier
    wildcard: bool
    challenge_type: str
    token: str
    key_authorization: str
    account_uri: str
    former_uris: tuple[str, ...] = ()
    thumbprints: tuple[str, ...] = ()
    hash_prefixes: tuple[str, ...] = ()
    subdomains: bool = False


class Sighting(NamedTuple):
    """What another place saw: its name and region, the code of what kept it from agreeing, and its evidence (JSON)."""

    perspective: str
    region: str
    error: str | None
    evidence: bytes


class Verdict(NamedTuple):
    """What a validation found: the reason it failed, or None; and what was seen, as JSON, to be kept.

    ``sightings`` are those of other places, where some were asked. ``until`` is when the record that proves the name
    stops doing so, if it says that.
    """

    error: ValidationFault | None
    evidence: bytes
    sightings: tuple[Sighting, ...] = ()
    until: datetime | None = None


class Validator(Protocol):
    """Looks from the network. Never raises for what the other side did; that is a verdict."""

    async def check(self, question: Question) -> Verdict:
        """Whether the identifier answers its challenge, and CAA permits its certificate."""
        ...

    async def check_caa(self, question: Question) -> Verdict:
        """Whether CAA permits it still, some time after the answer was seen (B-40)."""
        ...


class Hands(Protocol):
    """Who does work in this process, for services that leave some: it need not be looked for."""

    def taking(self, job: Job) -> AbstractContextManager[Job]:
        """The job to be added: leased to this process, if it is free to do it, else as it is.

        It begins when the context ends; if that ends by an exception, the job was not stored and nothing begins.
        """
        ...


class Builder(Protocol):
    """Makes the bytes of a certificate that is to be signed, by the service's profile."""

    def template(
        self,
        *,
        contract: Contract,
        service: Service,
        names: Sequence[str],
        public_key: PublicKey,
        not_before: datetime,
        not_after: datetime,
        serial: int,
    ) -> bytes:
        """The linted TBSCertificate (DER); the subject comes from the contract. Raises TegataError if it fails a lint.

        ``names`` are normalised; ``not_after`` is the last second of the life (RFC 5280 §4.1.2.5).
        """
        ...


class Linter(Protocol):
    """Holds certificates against the rules of somebody else, before they are signed and whenever it is asked."""

    name: str
    """Whose, and which version of them."""

    def takes(self, serial: str) -> bool:
        """Whether a certificate is of the share that is linted before it is signed."""
        ...

    async def check(self, tbs: bytes) -> None:
        """Pass if nothing is wrong with these to-be-signed bytes; raises LintFindings, LintSilent."""
        ...

    async def findings(self, der: bytes) -> list[str]:
        """What is wrong with a certificate, CRL or OCSP answer, by its codes; raises LintSilent."""
        ...

    async def close(self) -> None: ...


class Transparency(Protocol):
    """Public logs of certificates, and the two forms that a certificate has for them."""

    def precertificate(self, tbs: bytes) -> bytes:
        """The to-be-signed bytes with the poison."""
        ...

    def certificate(self, tbs: bytes, scts: bytes) -> bytes:
        """The to-be-signed bytes with these SCTs in the poison's place."""
        ...

    def require(self, not_before: datetime, not_after: datetime) -> None:
        """Pass if the list has enough logs that take a certificate of this life; raises LogsUnusable."""
        ...

    def ends(self) -> datetime:
        """When the list of logs is too old for any certificate; raises LogsUnusable where it is already."""
        ...

    async def scts(self, precertificate: bytes, chain: Sequence[x509.Certificate]) -> bytes:
        """The list of enough SCTs, each verified, for a precertificate (DER); raises LogsUnusable."""
        ...

    async def close(self) -> None: ...


class Relint(Protocol):
    """The lint of the CA's own profiles, for what was issued already."""

    def fault(self, certificate: Certificate, contract: Contract) -> TegataError | None:
        """What is wrong with an issued certificate, or nothing."""
        ...

    def responder_fault(self, issuer: str, serial: str, tbs: bytes, der: bytes) -> TegataError | None:
        """The same of an OCSP responder's certificate, for which these bytes were to be signed; it may not be there."""
        ...


class Authority(Protocol):
    """The issuing CA's key and certificate; signs exactly the bytes it is given."""

    @property
    def certificate(self) -> x509.Certificate: ...
    @property
    def chain(self) -> tuple[x509.Certificate, ...]:
        """What follows a leaf when it is handed out: ``certificate`` first, the root left out."""
        ...

    async def reach(self) -> None:
        """Pass if the key could sign now; nothing is signed for it. Raises TokenUnusable, TimeoutError."""
        ...

    async def sign(self, tbs: bytes) -> bytes:
        """The complete certificate (DER) over these to-be-signed bytes; the same bytes give the same certificate."""
        ...

    def crl_entries(self, revoked: Sequence[Revocation]) -> bytes:
        """Entries as a CRL has them, a part of them."""
        ...

    async def lay_out_crl(
        self, entries: Sequence[bytes], *, number: int, this_update: datetime, next_update: datetime, url: str
    ) -> bytes:
        """The to-be-signed bytes of a CRL of these entries, one part after the other, which is fetched at ``url``."""
        ...

    async def sign_crl(self, tbs: bytes) -> bytes:
        """The CRL (DER) over these to-be-signed bytes."""
        ...


class OcspQuestion(NamedTuple):
    """A serial number of the issuing CA of this name, None for another's; ``hashed`` is how it was named (CertID)."""

    issuer: str | None
    serial: str
    hashed: tuple[str, bytes, bytes]


class Certify(Protocol):
    """Has an issuing CA of this name certify an OCSP responder, and keeps a record of it."""

    async def __call__(self, issuer: str, serial: str, tbs: bytes, /) -> bytes:
        """The certificate (DER) over these bytes, which hold this serial number; raises as ``Authority.sign``."""
        ...


class Responder(Protocol):
    """Reads OCSP requests and signs answers."""

    def read(self, der: bytes) -> Sequence[OcspQuestion]:
        """One at least; raises MalformedRequest."""
        ...

    def malformed(self) -> bytes: ...
    def unauthorized(self) -> bytes: ...
    def try_later(self) -> bytes: ...

    def ends(self, issuer: str) -> datetime:
        """Until when anything can be said for this issuing CA: it certifies no responder beyond its own end."""
        ...

    async def answer(
        self, question: OcspQuestion, revoked: Revocation | None, *, this_update: datetime, next_update: datetime
    ) -> bytes:
        """What is said of a certificate that was issued; raises as ``Certify``."""
        ...

    async def together(self, issuer: str, answers: Sequence[bytes], *, now: datetime) -> bytes:
        """Answers about certificates of one issuing CA as one; raises as ``Certify``."""
        ...


class Notifier(Protocol):
    """Tells customers; what cannot be delivered is tried again by a job, some days long where it is NoticeRefused."""

    async def contract_accepted(self, contract: Contract, customer: Customer) -> None: ...
    async def renewal_overdue(
        self, contract: Contract, customer: Customer, certificates: Sequence[Certificate], notice: str
    ) -> None:
        """``notice`` is an id of this notice, the same whenever it is tried again."""
        ...

    async def contract_ending(self, contract: Contract, customer: Customer, notice: str) -> None: ...

    async def alarm(self, alarm: Alarm, notice: str) -> None:
        """Tell the operators."""
        ...


class Sealer(Protocol):
    """Encrypts small secrets for the store, bound to the name they are stored under."""

    def seal(self, name: str, secret: bytes) -> bytes: ...
    def open(self, name: str, sealed: bytes) -> bytes: ...


class PasswordHasher(Protocol):
    """Slow password hashes."""

    async def hash(self, password: str) -> str: ...
    async def verify(self, password_hash: str, password: str) -> bool: ...


class Ids(Protocol):
    """Random names: unpredictable (A-28), from the system's random source."""

    def object_id(self) -> str: ...
    def token(self) -> str: ...
    def contract_id(self) -> str: ...
    def kid(self) -> str: ...
    def mac(self) -> bytes: ...
    def password(self) -> str: ...
    def reference(self) -> str: ...
    def serial(self) -> int: ...
