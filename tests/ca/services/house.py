"""A whole CA for the services' tests: real store, real authority and builder; only time and the network are the test's.

``House`` also speaks the client's side in a few words: register, order, prove, finalize.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from argon2.profiles import CHEAPEST
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from tegata.acme import eab, jwk
from tegata.acme.flattened import Flattened
from tegata.acme.messages import AskedIdentifier, NewAccount, NewOrder
from tegata.ca.issuing import hierarchy, profiles
from tegata.ca.issuing.authority import SoftwareAuthority
from tegata.ca.issuing.build import ProfileBuilder
from tegata.ca.jobs.runner import Runner
from tegata.ca.jobs.tasks import handlers
from tegata.ca.model import Alarm, Certificate, Contract, Customer, Organization, Revocation, Source
from tegata.ca.policy import baseline, shards
from tegata.ca.policy.addresses import AddressFilter, parse_networks
from tegata.ca.policy.keys import PUBLISHED
from tegata.ca.policy.terms import Terms
from tegata.ca.ports import Builder, Question, Verdict
from tegata.ca.services.accounts import AccountService, Actor
from tegata.ca.services.admission import Admission
from tegata.ca.services.certificates import CertificateService
from tegata.ca.services.challenges import ChallengeService
from tegata.ca.services.clocks import Clocks
from tegata.ca.services.contracts import Added, ContractService
from tegata.ca.services.credentials import CredentialService
from tegata.ca.services.crls import CrlService
from tegata.ca.services.customers import CustomerService
from tegata.ca.services.enrolment import EnrolmentService
from tegata.ca.services.examinations import ExaminationService
from tegata.ca.services.ids import SystemIds
from tegata.ca.services.inbox import InboxService
from tegata.ca.services.issuance import IssuanceService
from tegata.ca.services.issuers import Issuers
from tegata.ca.services.limits import LimitService
from tegata.ca.services.notices import NoticeService
from tegata.ca.services.operators import OperatorService
from tegata.ca.services.orders import OrderService
from tegata.ca.services.passwords import Argon2Hasher
from tegata.ca.services.permissions import Permissions
from tegata.ca.services.reports import ReportService
from tegata.ca.services.requests import RequestService
from tegata.ca.services.seals import AesGcmSealer
from tegata.ca.services.statuses import OrderView
from tegata.ca.services.terms import TermsService
from tegata.ca.services.validated import FinalCheck
from tegata.ca.services.watching import WatchService
from tegata.ca.settings import SERVICES, Limits, Lint, Policy, Profile, Service, Validation
from tegata.ca.store.sqlite import open_store
from tegata.ca.store.store import RowStore
from tegata.pki import csr
from tegata.pki.certs import load_chain
from tegata.pki.key_types import KeyType
from tegata.pki.keys import PrivateKey, generate
from tegata.pki.names import is_ip

NOW = datetime(2026, 11, 24, 2, 31, 0, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
TERMS = "https://ca.example.com/terms"
NEW_ACCOUNT = "https://ca.example.com/acme/new-account"
PUBLIC_URL = "http://ca.example.com:8080"
EXPLANATION = "https://ca.example.com/portal/"


HASH_PREFIXES = ("https://ca.example.com/acme/account-hash/", "https://former.example.com/acme/account-hash/")


def account_urls(account_id: str) -> tuple[str, ...]:
    """Where an account is, and where it was."""
    return tuple(f"https://{host}.example.com/acme/account/{account_id}" for host in ("ca", "former"))


# One key for all certificates: making RSA keys is what takes time.
CERTIFICATE_KEY = generate(KeyType.RSA2048)


class Clock:
    """Time that moves when the test says so."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def advance(self, span: timedelta) -> None:
        self.now += span


class Network:
    """What validations find: every name answers and is permitted, unless the test has put verdicts in line."""

    def __init__(self) -> None:
        self.asked: list[Question] = []
        self.asked_caa: list[Question] = []
        self.verdicts: list[Verdict | Exception] = []
        self.meanwhile: Callable[[], None] = lambda: None

    async def check(self, question: Question) -> Verdict:
        self.asked.append(question)
        return self._verdict()

    async def check_caa(self, question: Question) -> Verdict:
        self.asked_caa.append(question)
        return self._verdict()

    def _verdict(self) -> Verdict:
        self.meanwhile()
        verdict = self.verdicts.pop(0) if self.verdicts else Verdict(None, b'{"seen":"it"}')
        if isinstance(verdict, Exception):
            raise verdict
        return verdict


class Post:
    """The mail that went out; it can be down."""

    def __init__(self) -> None:
        self.sent: list[tuple[Contract, Customer]] = []
        self.alarms: list[tuple[str, list[str], str]] = []
        self.to_operators: list[Alarm] = []
        self.is_down = False

    async def contract_accepted(self, contract: Contract, customer: Customer) -> None:
        self._take()
        self.sent.append((contract, customer))

    async def renewal_overdue(
        self, contract: Contract, customer: Customer, certificates: Sequence[Certificate], notice: str
    ) -> None:
        self._take()
        self.alarms.append((customer.login, [one.serial for one in certificates], notice))

    async def contract_ending(self, contract: Contract, customer: Customer, notice: str) -> None:
        self._take()
        self.alarms.append((customer.login, [contract.id], notice))

    async def alarm(self, alarm: Alarm, notice: str) -> None:
        self._take()
        self.to_operators.append(alarm)

    def _take(self) -> None:
        if self.is_down:
            raise ConnectionRefusedError


class Killed(BaseException):
    """The process dies here: no handler of ours may stop it."""


class Signer:
    """The real authority, which a test may make fail or die before or after the signature."""

    def __init__(self, authority: SoftwareAuthority) -> None:
        self._authority = authority
        self.certificate, self.chain = authority.certificate, authority.chain
        self.signed: list[bytes] = []
        self.before: BaseException | None = None
        self.after: BaseException | None = None

    async def reach(self) -> None:
        if self.before is not None:
            raise self.before

    async def sign(self, tbs: bytes) -> bytes:
        if self.before is not None:
            raise self.before
        certificate = await self._authority.sign(tbs)
        self.signed.append(certificate)
        if self.after is not None:
            raise self.after
        return certificate

    def crl_entries(self, revoked: Sequence[Revocation]) -> bytes:
        return self._authority.crl_entries(revoked)

    async def lay_out_crl(
        self, entries: Sequence[bytes], *, number: int, this_update: datetime, next_update: datetime, url: str
    ) -> bytes:
        return await self._authority.lay_out_crl(
            entries, number=number, this_update=this_update, next_update=next_update, url=url
        )

    async def sign_crl(self, tbs: bytes) -> bytes:
        if self.before is not None:
            raise self.before
        return await self._authority.sign_crl(tbs)


def made_at(at: datetime, directory: Path) -> SoftwareAuthority:
    """An issuing CA that begins then; it ends three years later."""
    secret = b"correct horse"
    url = "https://ca.example.com"
    hierarchy.create(directory, name="Example CA", url=url, public_url=PUBLIC_URL, secret=secret, now=at)
    return SoftwareAuthority.load(directory, secret)


def only_http01(services: Mapping[str, Service]) -> dict[str, Service]:
    """The services with one challenge a name at most, so that ``prove`` has one verdict for each."""
    return {
        key: msgspec.structs.replace(service, challenges=service.challenges and ("http-01",))
        for key, service in services.items()
    }


@dataclass
class House:
    """The CA, wired as ``bootstrap`` does it."""

    path: Path
    authority: SoftwareAuthority
    later: dict[str, SoftwareAuthority] = field(default_factory=dict)
    builder: Builder | None = None
    products: dict[str, Service] = field(default_factory=lambda: only_http01(SERVICES))
    profiles: dict[str, Profile] = field(default_factory=dict)
    policy: Policy = field(default_factory=Policy)
    limited: Limits = field(default_factory=Limits)
    agreed: Terms = field(default_factory=lambda: Terms(""))
    has_mail: bool = False
    networks: tuple[str, ...] = ()
    alternates: Sequence[Sequence[x509.Certificate]] = ()
    revoked_issuers: list[x509.Certificate] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.clock, self.network, self.post, self.ids = Clock(), Network(), Post(), SystemIds()
        self.signer = Signer(self.authority)
        self.validation = Validation()
        self.hasher, self.sealer = Argon2Hasher(CHEAPEST), AesGcmSealer(bytes(32))
        self.open()

    def open(self) -> None:
        """Open the store and join everything, as a process does when it starts."""
        store, clock, ids = open_store(self.path), self.clock, self.ids
        self.issuers = Issuers({"issuing": self.signer, **self.later}, clock, lambda one: one in self.revoked_issuers)
        issuer = self.issuers.newest.certificate
        builder = self.builder or ProfileBuilder(
            issuer=issuer, public_url=PUBLIC_URL, crl_shards=self.policy.crl_shards, name=self.issuers.name
        )
        self.store: RowStore = store
        addresses = AddressFilter(parse_networks(self.networks))
        admission = Admission(
            store=store,
            services=self.products,
            profiles=self.profiles,
            policy=self.policy,
            issuer=issuer,
            addresses=addresses,
        )
        self.limits = LimitService(
            store=store, settings=self.limited, resume_url="https://ca.example.com/portal/orders/{}".format, clock=clock
        )
        self.accounts = AccountService(
            store=store,
            services=self.products,
            terms=TERMS,
            limits=self.limits,
            sealer=self.sealer,
            ids=ids,
            clock=clock,
        )
        self.terms = TermsService(
            store=store, terms=self.agreed, page="https://ca.example.com/portal/orders/{}".format, clock=clock
        )
        self.orders = OrderService(
            store=store,
            admission=admission,
            policy=self.policy,
            issuers=self.issuers,
            limits=self.limits,
            terms=self.terms,
            ids=ids,
            clock=clock,
        )
        self.challenges = ChallengeService(
            store=store,
            validator=self.network,
            validation=self.validation,
            hands=Runner(store=store, handlers={}, owner="not running", clock=clock),
            account_urls=account_urls,
            hash_prefixes=HASH_PREFIXES,
            limits=self.limits,
            ids=ids,
            clock=clock,
        )
        self.clocks = Clocks(store, clock)
        self.issuance = IssuanceService(
            store=store,
            check=FinalCheck(
                store=store,
                admission=admission,
                policy=self.policy,
                permissions=Permissions(
                    store=store, validator=self.network, limits=self.limits, account_urls=account_urls, clock=clock
                ),
                clock=clock,
            ),
            policy=self.policy,
            builder=builder,
            issuers=self.issuers,
            ids=ids,
            clock=clock,
            require_clock=self.clocks.require,
        )
        self.crls = self.crl_service()
        self.certificates = CertificateService(
            store=store,
            issuers=self.issuers,
            crls=self.crls,
            ids=ids,
            clock=clock,
            explanation=EXPLANATION,
            alternates=self.alternates,
        )
        self.reports = ReportService(store=store, certificates=self.certificates, ids=ids, clock=clock)
        self.contracts = ContractService(
            store=store,
            services=self.products,
            addresses=addresses,
            sealer=self.sealer,
            hasher=self.hasher,
            ids=ids,
            clock=clock,
            tell_customers=self.has_mail,
            policy=self.policy,
            lint=Lint(),
        )
        self.examinations = ExaminationService(store=store, services=self.products, ids=ids, clock=clock)
        self.inbox = InboxService(store=store, services=self.products, policy=self.policy, clock=clock)
        self.credentials = CredentialService(
            store=store,
            server="https://ca.example.com/acme/",
            limits=self.limits,
            sealer=self.sealer,
            ids=ids,
            clock=clock,
        )
        self.customers = CustomerService(
            store=store,
            contracts=self.contracts,
            hasher=self.hasher,
            ids=ids,
            clock=clock,
            require_clock=self.clocks.require,
        )
        self.requests = RequestService(store=store, admission=admission, blocked=PUBLISHED, clock=clock)
        self.enrolments = EnrolmentService(
            store=store,
            requests=self.requests,
            orders=self.orders,
            proofs=self.challenges,
            issuance=self.issuance,
            terms=self.terms,
            sealer=self.sealer,
            ids=ids,
            clock=clock,
        )
        self.operators = OperatorService(store=store, hasher=self.hasher, ids=ids, clock=clock)
        self.watch = WatchService(store=store, ids=ids, clock=clock)
        self.notices = NoticeService(store=store, notifier=self.post, watch=self.watch, clock=clock)

    def crl_service(self) -> CrlService:
        """As each node has one."""
        return CrlService(
            store=self.store,
            issuers=self.issuers,
            life=4 * DAY,
            names=shards.names(self.policy.crl_shards, self.issuers.name),
            url=partial(profiles.crl_url, PUBLIC_URL),
            clock=self.clock,
            require_clock=self.clocks.require,
        )

    async def restart(self) -> None:
        """End the process without any farewell but the database's, and start another."""
        await self.store.close()
        self.open()

    async def work(self) -> int:
        """Do every job that is due, as the runner does; how many there were."""
        table = handlers(
            challenges=self.challenges,
            issuance=self.issuance,
            certificates=self.certificates,
            crls=self.crls,
            notices=self.notices,
        )
        jobs = await self.store.jobs.claim("test", self.clock(), self.clock() + 10 * SECOND, 100)
        for job in jobs:
            await table[job.kind](job)
        return len(jobs)

    async def sell(self, *domains: str, is_examined: bool = True, **wishes: Any) -> Added:
        """Add a contract, by default for www.example.com; its organization is examined where that is asked for."""
        wish: dict[str, Any] = {
            "organization": Organization(
                name="Example株式会社", country="JP", locality="千代田区" if self.policy.public else None
            ),
            "service": "ov-acme-1y",
            "domains": domains or ("www.example.com",),
            "user": "admin@example.com",
        }
        added = await self.contracts.add(**(wish | wishes))
        if is_examined and baseline.needs_examination(self.products[added.contract.service], self.policy):
            await self.examine(added.contract.id)
        return added

    async def examine(self, contract_id: str) -> None:
        """Have the contract's organization examined and released."""
        evidence, authority = "company register, 0100-01-000001", "called back by the number in the register"
        await self.examinations.examine(
            contract_id, source=Source.GOVERNMENT, evidence=evidence, authority=authority, by="Aoki"
        )
        await self.examinations.release(contract_id, by="Baba")

    async def bind(self, added: Added, key: PrivateKey) -> Flattened:
        """The EAB of an account key by the contract's credential."""
        assert added.credential is not None
        mac = eab.decode_mac(await self.credentials.mac(added.credential.kid))
        return eab.bind(jwk.from_public(key.public_key()), added.credential.kid, mac, NEW_ACCOUNT)

    async def register(self, added: Added, key: PrivateKey | None = None) -> Actor:
        """A new account of the contract."""
        key = key or generate(KeyType.EC256)
        new = NewAccount(terms_of_service_agreed=True, external_account_binding=await self.bind(added, key))
        account, _ = await self.accounts.register(jwk=jwk.from_public(key.public_key()), new=new, url=NEW_ACCOUNT)
        return await self.accounts.authenticate(account)

    async def again(self, actor: Actor) -> Actor:
        """The actor as the gate reads it for the next request."""
        return await self.accounts.authenticate(await self.accounts.find(actor.account.id))

    async def order(self, actor: Actor, *names: str, above: str | None = None, **wishes: str) -> OrderView:
        """Place an order, by default for www.example.com; ``above`` may be proved for all of its names below."""
        identifiers = tuple(
            AskedIdentifier(
                "ip" if is_ip(name) else "dns",
                name,
                ancestor_domain=above if above and name.endswith(f".{above}") else None,
            )
            for name in names or ("www.example.com",)
        )
        return await self.orders.create(await self.again(actor), NewOrder(identifiers=identifiers, **wishes))

    async def prove(self, actor: Actor, view: OrderView) -> OrderView:
        """Answer every pending challenge, let the CA look, and read the order again."""
        for authorization in view.authorizations:
            for challenge in authorization.authorization.challenges:
                await self.challenges.accept(actor, challenge.id)
        await self.work()
        return await self.orders.get(actor, view.order.id)

    async def ready(self, actor: Actor, *names: str, **wishes: str) -> OrderView:
        """An order whose names are proved."""
        return await self.prove(actor, await self.order(actor, *names, **wishes))

    async def finalize(self, actor: Actor, view: OrderView, key: PrivateKey = CERTIFICATE_KEY) -> OrderView:
        """Ask for the certificate of a ready order."""
        names = [identifier.value for identifier in view.order.identifiers]
        der = csr.build(key, names, common_name=names[0])
        return await self.issuance.finalize(await self.again(actor), view.order.id, der)

    async def issued(self, contract_id: str | None = None) -> list[Certificate]:
        """The issued certificates of a contract, newest first, or all of them."""
        return [one async for one in self.certificates.listed(contract_id)]

    async def issue(self, actor: Actor, *names: str, **wishes: str) -> Certificate:
        """A certificate, from order to download."""
        view = await self.finalize(actor, await self.ready(actor, *names, **wishes))
        assert view.order.serial is not None
        return await self.certificates.show(view.order.serial)


def leaf(certificate: Certificate) -> x509.Certificate:
    """The certificate itself."""
    assert certificate.chain_pem is not None
    return load_chain(certificate.chain_pem)[0]


def der(certificate: Certificate) -> bytes:
    """The certificate as a revocation request names it."""
    return leaf(certificate).public_bytes(Encoding.DER)
