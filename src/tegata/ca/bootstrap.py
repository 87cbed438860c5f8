"""The wiring: from a CA's adapters to its services and its job handlers; what listeners serve of them is in ``faces``.

The one place where services are handed their adapters, which are chosen in ``adapters``. Decides nothing; holds no
state but what it joins.
"""

import ssl
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

from tegata.ca import configuration, surroundings
from tegata.ca.adapters import Adapters, open_adapters
from tegata.ca.api import links
from tegata.ca.api.links import Links
from tegata.ca.issuing import chains, profiles
from tegata.ca.issuing import perspectives as perspective_tls
from tegata.ca.jobs import tasks
from tegata.ca.jobs.runner import Handler, Runner
from tegata.ca.metering.around import metered
from tegata.ca.policy import baseline, shards
from tegata.ca.ports import Linter
from tegata.ca.services.accounts import AccountService
from tegata.ca.services.admission import Admission
from tegata.ca.services.alarms import AlarmService
from tegata.ca.services.auditing import AuditService
from tegata.ca.services.certificates import CertificateService
from tegata.ca.services.challenges import ChallengeService
from tegata.ca.services.clocks import Clocks
from tegata.ca.services.contracts import ContractService
from tegata.ca.services.credentials import CredentialService
from tegata.ca.services.crls import CrlService
from tegata.ca.services.customers import CustomerService
from tegata.ca.services.enrolment import EnrolmentService
from tegata.ca.services.evidence import EvidenceService
from tegata.ca.services.examinations import ExaminationService
from tegata.ca.services.housekeeping import HousekeepingService
from tegata.ca.services.inbox import InboxService
from tegata.ca.services.issuance import IssuanceService
from tegata.ca.services.limits import LimitService
from tegata.ca.services.notices import NoticeService
from tegata.ca.services.operators import OperatorService
from tegata.ca.services.orders import OrderService
from tegata.ca.services.permissions import Permissions
from tegata.ca.services.precertifying import Precertifying
from tegata.ca.services.rehearsal import Rehearsal
from tegata.ca.services.reports import ReportService
from tegata.ca.services.requests import RequestService
from tegata.ca.services.terms import TermsService
from tegata.ca.services.validated import FinalCheck
from tegata.ca.services.watching import WatchService
from tegata.ca.settings import Settings
from tegata.ca.validation.agent import Agent
from tegata.ca.validation.check import NetworkValidator
from tegata.clock import SystemClock


@dataclass(frozen=True, kw_only=True)
class Ca(Adapters):
    """A certification authority, open: what it stands on, and the services on that."""

    directory_url: str
    clocks: Clocks
    audit: AuditService
    housekeeping: HousekeepingService
    accounts: AccountService
    orders: OrderService
    limits: LimitService
    terms: TermsService
    challenges: ChallengeService
    issuance: IssuanceService
    certificates: CertificateService
    crls: CrlService
    contracts: ContractService
    examinations: ExaminationService
    inbox: InboxService
    requests: RequestService
    enrolments: EnrolmentService
    reports: ReportService
    credentials: CredentialService
    customers: CustomerService
    operators: OperatorService
    notices: NoticeService | None
    watch: WatchService
    alarms: AlarmService | None
    """What tells operators; None where none are named."""
    evidence: EvidenceService
    runner: Runner
    """What does the work rows in this process, once it runs."""
    rehearsal: Rehearsal | None
    """What is tried of the second lint before it counts; None where there is none."""


def open_ca(
    home: Path,
    environ: Mapping[str, str],
    *,
    listening: Collection[tuple[str, int]] = (),
    as_it_is: bool = False,
) -> Ca:
    """The CA of a directory; ``listening`` are the own (address, port) pairs that validation must never reach.

    ``as_it_is`` leaves an older database so; then its records are not to be asked for. Keys in tokens are looked for
    when they are reached for, or sign. Raises BadSettings, PassphraseMissing, FileUnusable, Refused for a setting that
    cannot be used, and the store's errors. The caller is to close it.
    """
    adapters = open_adapters(home, environ, listening=listening, as_it_is=as_it_is)
    handlers: dict[str, Handler] = {}
    clocks = Clocks(adapters.store, adapters.now)
    runner = Runner(
        store=adapters.store,
        handlers=handlers,
        owner=adapters.ids.object_id(),
        clock=adapters.now,
        may_take=lambda: not clocks.is_apart,
    )
    ca = _services(adapters, runner, clocks)
    # Services leave work to the runner, and the runner has services do it.
    table = tasks.handlers(
        challenges=ca.challenges,
        issuance=ca.issuance,
        certificates=ca.certificates,
        crls=ca.crls,
        notices=ca.notices,
        alarms=ca.alarms,
    )
    meter = ca.measuring.meter
    handlers.update({kind: metered(one, meter) for kind, one in table.items()} if meter else table)
    return ca


def _services(on: Adapters, runner: Runner, clocks: Clocks) -> Ca:
    """The services on these adapters; ``runner`` does the work that they leave."""
    settings, store, ids, now = on.settings, on.store, on.ids, on.now
    services, addresses, blocked = settings.services, on.addresses, on.blocked
    links = Links(settings.acme.url, settings.acme.former_urls)
    account_urls = links.accounts
    page = partial(order_page, settings)
    admission = Admission(
        store=store,
        services=services,
        profiles=settings.profiles,
        policy=settings.policy,
        issuer=on.issuers.newest.certificate,
        addresses=addresses,
        barred=configuration.BarredNames(on.home, settings.policy),
    )
    limits = LimitService(store=store, settings=settings.limits, resume_url=page, clock=now)
    check = FinalCheck(
        store=store,
        admission=admission,
        policy=settings.policy,
        permissions=Permissions(
            store=store, validator=on.validator, limits=limits, account_urls=account_urls, clock=now
        ),
        clock=now,
        blocked=blocked,
    )
    contracts = ContractService(
        store=store,
        services=services,
        addresses=addresses,
        sealer=on.sealer,
        hasher=on.hasher,
        ids=ids,
        clock=now,
        tell_customers=on.notifier is not None,
        policy=settings.policy,
        lint=settings.lint,
    )
    terms = TermsService(store=store, terms=configuration.terms(on.home, settings.acme), page=page, clock=now)
    crls = _crls(on, clocks)
    certificates = _certificates(on, crls)
    orders = OrderService(
        store=store,
        admission=admission,
        policy=settings.policy,
        issuers=on.issuers,
        limits=limits,
        terms=terms,
        ids=ids,
        clock=now,
        blocked=blocked,
    )
    challenges = ChallengeService(
        store=store,
        validator=on.validator,
        validation=settings.validation,
        hands=runner,
        account_urls=account_urls,
        hash_prefixes=links.account_hashes,
        limits=limits,
        ids=ids,
        clock=now,
    )
    issuance = _issuance(on, check, clocks)
    requests = RequestService(store=store, admission=admission, blocked=blocked, clock=now)
    watch = WatchService(store=store, ids=ids, clock=now)
    return Ca(
        **vars(on),
        directory_url=directory_url(settings),
        clocks=clocks,
        audit=AuditService(store),
        housekeeping=HousekeepingService(
            store=store,
            retention=settings.retention,
            clock=now,
            reuse=timedelta(seconds=settings.validation.reuse_seconds),
            log_since=partial(baseline.log_kept_since, on.issuers.lives, settings.policy),
        ),
        accounts=AccountService(
            store=store,
            services=services,
            terms=settings.acme.terms_of_service,
            limits=limits,
            sealer=on.sealer,
            ids=ids,
            clock=now,
            blocked=blocked,
        ),
        orders=orders,
        limits=limits,
        terms=terms,
        challenges=challenges,
        issuance=issuance,
        certificates=certificates,
        reports=ReportService(store=store, certificates=certificates, ids=ids, clock=now),
        crls=crls,
        contracts=contracts,
        examinations=ExaminationService(store=store, services=services, ids=ids, clock=now),
        inbox=InboxService(store=store, services=services, policy=settings.policy, clock=now),
        credentials=CredentialService(
            store=store, server=directory_url(settings), limits=limits, sealer=on.sealer, ids=ids, clock=now
        ),
        customers=CustomerService(
            store=store, contracts=contracts, hasher=on.hasher, ids=ids, clock=now, require_clock=clocks.require
        ),
        requests=requests,
        enrolments=EnrolmentService(
            store=store,
            requests=requests,
            orders=orders,
            proofs=challenges,
            issuance=issuance,
            terms=terms,
            sealer=on.sealer,
            ids=ids,
            clock=now,
        ),
        operators=OperatorService(store=store, hasher=on.hasher, ids=ids, clock=now),
        notices=None
        if on.notifier is None
        else NoticeService(store=store, notifier=on.notifier, watch=watch, clock=now),
        watch=watch,
        alarms=_alarms(on, crls, clocks),
        evidence=EvidenceService(store),
        runner=runner,
        rehearsal=None if on.linter is None else _rehearsal(on, on.linter),
    )


def _issuance(on: Adapters, check: FinalCheck, clocks: Clocks) -> IssuanceService:
    return IssuanceService(
        store=on.store,
        check=check,
        policy=on.settings.policy,
        builder=on.builder,
        issuers=on.issuers,
        ids=on.ids,
        clock=on.now,
        require_clock=clocks.require,
        linter=on.linter,
        precertifying=None if on.logs is None else Precertifying(store=on.store, logs=on.logs, clock=on.now),
    )


def _rehearsal(on: Adapters, linter: Linter) -> Rehearsal:
    return Rehearsal(
        services=on.settings.services,
        profiles=on.settings.profiles,
        policy=on.settings.policy,
        builder=on.builder,
        linter=linter,
        ids=on.ids,
        ends=on.issuers.newest.certificate.not_valid_after_utc,
        clock=on.now,
    )


def _crls(on: Adapters, clocks: Clocks) -> CrlService:
    policy = on.settings.policy
    return CrlService(
        store=on.store,
        issuers=on.issuers,
        life=timedelta(seconds=policy.crl_seconds),
        names=shards.names(policy.crl_shards, on.issuers.name),
        url=partial(profiles.crl_url, on.settings.public.url),
        clock=on.now,
        require_clock=clocks.require,
    )


def _alarms(on: Adapters, crls: CrlService, clocks: Clocks) -> AlarmService | None:
    if on.notifier is None or not on.settings.mail.operators:
        return None
    return AlarmService(
        store=on.store,
        notifier=on.notifier,
        issuers=on.issuers,
        crls=crls,
        clocks=clocks,
        around=surroundings.of(on),
        ids=on.ids,
        clock=on.now,
    )


def _certificates(on: Adapters, crls: CrlService) -> CertificateService:
    alternates = chains.load(on.home, on.settings.keys.alternate_chains, on.issuers.certificates.values())
    return CertificateService(
        store=on.store,
        issuers=on.issuers,
        crls=crls,
        ids=on.ids,
        clock=on.now,
        explanation=portal_url(on.settings),
        alternates=alternates,
    )


async def open_agent(directory: Path, *, listening: Collection[tuple[str, int]]) -> tuple[Agent, ssl.SSLContext]:
    """The agent of a remote perspective, and its TLS; raises BadSettings, FileUnusable, Refused."""
    settings = configuration.load_agent(directory)
    validator = NetworkValidator(settings.validation, forbidden=listening, clock=SystemClock().now)
    await validator.require_dnssec()
    return Agent(settings.name, validator), perspective_tls.agent_context(directory)


def directory_url(settings: Settings) -> str:
    """Where ACME clients begin."""
    return Links(settings.acme.url).to(links.DIRECTORY)


def portal_url(settings: Settings) -> str:
    """Where customers log in."""
    return settings.acme.url.rstrip("/") + "/portal/"


def order_page(settings: Settings, contract_id: str) -> str:
    """The portal's page of a contract, on which its paused names are resumed and changed terms agreed to."""
    return f"{portal_url(settings)}orders/{contract_id}"
