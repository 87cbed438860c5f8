"""The wiring: from a CA's directory to its services and its job handlers; what listeners serve of them is in ``faces``.

The one place where adapters meet the ports. Decides nothing; holds no state but what it joins.
"""

import asyncio
import ssl
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tegata.ca import configuration
from tegata.ca.api import links
from tegata.ca.api.context import Nonces
from tegata.ca.api.links import Links
from tegata.ca.api.nonces import ProcessNonces
from tegata.ca.api.shared_nonces import SharedNonces
from tegata.ca.issuing import chains, hierarchy, keys, profiles
from tegata.ca.issuing import perspectives as perspective_tls
from tegata.ca.issuing.authority import SoftwareAuthority
from tegata.ca.issuing.build import ProfileBuilder
from tegata.ca.issuing.hierarchy import Hierarchy
from tegata.ca.issuing.loglist import LogList
from tegata.ca.issuing.pkilint_pool import PkilintPool
from tegata.ca.jobs import tasks
from tegata.ca.jobs.runner import Handler, Runner
from tegata.ca.metering.around import MeteredAuthority, MeteredValidator, metered
from tegata.ca.metering.measuring import NOTHING, Measuring, measuring
from tegata.ca.policy import shards
from tegata.ca.ports import Authority, Ids, Linter, Notifier, Store, Transparency, Validator
from tegata.ca.services.accounts import AccountService
from tegata.ca.services.admission import Admission
from tegata.ca.services.auditing import AuditService
from tegata.ca.services.certificates import CertificateService
from tegata.ca.services.challenges import ChallengeService
from tegata.ca.services.contracts import ContractService
from tegata.ca.services.credentials import CredentialService
from tegata.ca.services.crls import CrlService
from tegata.ca.services.customers import CustomerService
from tegata.ca.services.evidence import EvidenceService
from tegata.ca.services.examinations import ExaminationService
from tegata.ca.services.housekeeping import HousekeepingService
from tegata.ca.services.ids import SystemIds
from tegata.ca.services.issuance import IssuanceService
from tegata.ca.services.issuers import Issuers
from tegata.ca.services.limits import LimitService
from tegata.ca.services.notices import NoticeService
from tegata.ca.services.orders import OrderService
from tegata.ca.services.passwords import Argon2Hasher
from tegata.ca.services.permissions import Permissions
from tegata.ca.services.precertifying import Precertifying
from tegata.ca.services.rehearsal import Rehearsal
from tegata.ca.services.reports import ReportService
from tegata.ca.services.seals import AesGcmSealer
from tegata.ca.services.terms import TermsService
from tegata.ca.services.validated import FinalCheck
from tegata.ca.settings import Settings, Validation
from tegata.ca.store import opening
from tegata.ca.validation.agent import Agent
from tegata.ca.validation.check import NetworkValidator
from tegata.ca.validation.perspectives import Perspectives
from tegata.ca.validation.remote import RemotePerspective
from tegata.clock import SystemClock
from tegata.pki.certs import key_digests


@dataclass(frozen=True, kw_only=True)
class Ca:
    """A certification authority, open: its settings, its store, and the services on them."""

    settings: Settings
    directory_url: str
    hierarchy: Hierarchy
    issuers: Issuers
    store: Store
    nonces: Nonces
    audit: AuditService
    housekeeping: HousekeepingService
    ids: Ids
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
    reports: ReportService
    credentials: CredentialService
    customers: CustomerService
    notices: NoticeService | None
    evidence: EvidenceService
    network: NetworkValidator
    remotes: tuple[RemotePerspective, ...]
    runner: Runner
    """What does the work rows in this process, once it runs."""
    logs: Transparency | None
    """The logs of certificates; None where certificates are not logged."""
    linter: Linter | None
    """The second lint, and the rehearsal before it; None where there is none."""
    rehearsal: Rehearsal | None
    measuring: Measuring
    now: Callable[[], datetime]

    async def close(self) -> None:
        """End what was opened: connections to perspectives, processes, the store."""
        for remote in self.remotes:
            await remote.close()
        for other in (self.linter, self.logs):
            if other is not None:
                await other.close()
        await self.store.close()
        if self.measuring.exporter is not None:
            await asyncio.to_thread(self.measuring.exporter.close)


def open_ca(home: Path, environ: Mapping[str, str], *, listening: Collection[tuple[str, int]] = ()) -> Ca:
    """The CA of a directory; ``listening`` are the own (address, port) pairs that validation must never reach.

    Raises BadSettings, PassphraseMissing, FileUnusable, Refused for a setting that cannot be used, and the store's
    errors. The caller is to close it.
    """
    settings = configuration.load_settings(home)
    secret = keys.passphrase(home, settings.keys, environ)
    now, ids, hasher = SystemClock().now, SystemIds(), Argon2Hasher()
    sealing_key = keys.load_sealing_key(home, secret)
    sealer = AesGcmSealer(sealing_key)
    authorities: Mapping[str, Authority] = SoftwareAuthority.load_all(home, secret, settings.keys, environ)
    own = NetworkValidator(settings.validation, forbidden=listening, clock=now)
    remotes = _perspectives(home, settings.validation, secret)
    validator = _validator(settings, own, remotes, now)
    # A command of a moment is asked by nobody and sends nobody anything.
    measured = measuring(settings) if listening else NOTHING
    meter = measured.meter
    if meter is not None:
        validator = MeteredValidator(validator, meter)
        authorities = {name: MeteredAuthority(one, meter) for name, one in authorities.items()}
    issuers = Issuers(authorities, now)
    builder = ProfileBuilder(
        issuer=issuers.newest.certificate,
        public_url=settings.public.url,
        crl_shards=settings.policy.crl_shards,
        name=issuers.name,
        has_ocsp=settings.public.ocsp,
    )
    linter = PkilintPool(settings.lint) if settings.lint.pkilint else None
    logs = _logs(home / settings.transparency.log_list, now) if settings.transparency.log_list else None
    mailer = notifier(home, settings, now)
    services, issuer = settings.services, issuers.newest.certificate
    addresses = configuration.certifiable(settings)
    chain = hierarchy.load(home)
    own_keys = key_digests([chain.root, chain.services, *issuers.certificates.values()])
    blocked = configuration.blocked_keys(home, settings.policy) | own_keys
    account_urls = Links(settings.acme.url, settings.acme.former_urls).accounts

    store = opening.open_store(home, settings.database, environ)
    crl_service = CrlService(
        store=store,
        issuers=issuers,
        life=timedelta(seconds=settings.policy.crl_seconds),
        names=shards.names(settings.policy.crl_shards, issuers.name),
        url=partial(profiles.crl_url, settings.public.url),
        clock=now,
    )
    admission = Admission(
        store=store,
        services=services,
        profiles=settings.profiles,
        policy=settings.policy,
        issuer=issuer,
        addresses=addresses,
        barred=configuration.BarredNames(home, settings.policy),
    )
    contracts = ContractService(
        store=store,
        services=services,
        addresses=addresses,
        sealer=sealer,
        hasher=hasher,
        ids=ids,
        clock=now,
        tell_customers=mailer is not None,
        is_public=settings.policy.public,
    )
    handlers: dict[str, Handler] = {}
    runner = Runner(store=store, handlers=handlers, owner=ids.object_id(), clock=now)
    terms = TermsService(
        store=store, terms=configuration.terms(home, settings.acme), page=partial(order_page, settings), clock=now
    )
    limits = LimitService(store=store, settings=settings.limits, resume_url=partial(order_page, settings), clock=now)
    certificates = CertificateService(
        store=store,
        issuers=issuers,
        crls=crl_service,
        ids=ids,
        clock=now,
        explanation=portal_url(settings),
        alternates=chains.load(home, settings.keys.alternate_chains, issuers.certificates.values()),
    )
    ca = Ca(
        settings=settings,
        directory_url=directory_url(settings),
        hierarchy=chain,
        issuers=issuers,
        store=store,
        audit=AuditService(store),
        housekeeping=HousekeepingService(store=store, retention=settings.retention, clock=now),
        nonces=_nonces(settings, store, sealing_key, now),
        ids=ids,
        accounts=AccountService(
            store=store,
            services=services,
            terms=settings.acme.terms_of_service,
            sealer=sealer,
            ids=ids,
            clock=now,
            blocked=blocked,
        ),
        orders=OrderService(
            store=store,
            admission=admission,
            policy=settings.policy,
            issuers=issuers,
            limits=limits,
            terms=terms,
            ids=ids,
            clock=now,
        ),
        limits=limits,
        terms=terms,
        challenges=ChallengeService(
            store=store,
            validator=validator,
            validation=settings.validation,
            hands=runner,
            account_urls=account_urls,
            limits=limits,
            ids=ids,
            clock=now,
        ),
        issuance=IssuanceService(
            store=store,
            check=FinalCheck(
                store=store,
                admission=admission,
                policy=settings.policy,
                permissions=Permissions(store=store, validator=validator, account_urls=account_urls, clock=now),
                clock=now,
                blocked=blocked,
            ),
            policy=settings.policy,
            builder=builder,
            issuers=issuers,
            ids=ids,
            clock=now,
            linter=linter,
            precertifying=None if logs is None else Precertifying(store=store, logs=logs, clock=now),
        ),
        certificates=certificates,
        reports=ReportService(store=store, certificates=certificates, ids=ids, clock=now),
        crls=crl_service,
        contracts=contracts,
        examinations=ExaminationService(store=store, services=services, ids=ids, clock=now),
        credentials=CredentialService(store=store, server=directory_url(settings), sealer=sealer, ids=ids, clock=now),
        customers=CustomerService(store=store, contracts=contracts, hasher=hasher, ids=ids, clock=now),
        notices=None if mailer is None else NoticeService(store=store, notifier=mailer),
        evidence=EvidenceService(store),
        network=own,
        remotes=remotes,
        runner=runner,
        logs=logs,
        linter=linter,
        rehearsal=None
        if linter is None
        else Rehearsal(
            services=services,
            profiles=settings.profiles,
            policy=settings.policy,
            builder=builder,
            linter=linter,
            ids=ids,
            ends=issuer.not_valid_after_utc,
            clock=now,
        ),
        measuring=measured,
        now=now,
    )
    # Services leave work to the runner, and the runner has services do it.
    table = tasks.handlers(
        challenges=ca.challenges,
        issuance=ca.issuance,
        certificates=ca.certificates,
        crls=ca.crls,
        notices=ca.notices,
    )
    handlers.update({kind: metered(one, meter) for kind, one in table.items()} if meter else table)
    return ca


def _logs(file: Path, now: Callable[[], datetime]) -> Transparency:
    # What only some CAs have is loaded for them alone: each command of the operator's would wait for it.
    from tegata.ca.issuing.logs import PublicLogs  # noqa: PLC0415 - see above

    return PublicLogs(LogList(file), now)


async def open_agent(directory: Path, *, listening: Collection[tuple[str, int]]) -> tuple[Agent, ssl.SSLContext]:
    """The agent of a remote perspective, and its TLS; raises BadSettings, FileUnusable, Refused."""
    settings = configuration.load_agent(directory)
    validator = NetworkValidator(settings.validation, forbidden=listening, clock=SystemClock().now)
    await validator.require_dnssec()
    return Agent(settings.name, validator), perspective_tls.agent_context(directory)


def _validator(
    settings: Settings, own: NetworkValidator, remotes: Sequence[RemotePerspective], now: Callable[[], datetime]
) -> Validator:
    """This place alone where it has to agree with no other."""
    if not remotes and not settings.policy.public:
        return own
    return Perspectives(
        primary=own, place=settings.validation.place, remotes=remotes, policy=settings.policy, clock=now
    )


def _perspectives(home: Path, settings: Validation, secret: bytes) -> tuple[RemotePerspective, ...]:
    if not settings.perspectives:
        return ()
    tls = perspective_tls.primary_context(home, secret)
    return tuple(RemotePerspective(one, perspective_tls.server_name(one.name), tls) for one in settings.perspectives)


def notifier(home: Path, settings: Settings, now: Callable[[], datetime]) -> Notifier | None:
    """What tells customers; None where no mail server is set. Raises Refused for mail settings that cannot be used."""
    if not settings.mail.smtp:
        return None
    # As the logs' client.
    from tegata.ca.notices.mail import Mailer  # noqa: PLC0415 - see above

    return Mailer(
        settings.mail,
        directory=home,
        ca_name=settings.name,
        acme_url=settings.acme.url,
        services=settings.services,
        clock=now,
    )


def directory_url(settings: Settings) -> str:
    """Where ACME clients begin."""
    return Links(settings.acme.url).to(links.DIRECTORY)


def portal_url(settings: Settings) -> str:
    """Where customers log in."""
    return settings.acme.url.rstrip("/") + "/portal/"


def order_page(settings: Settings, contract_id: str) -> str:
    """The portal's page of a contract, on which its paused names are resumed and changed terms agreed to."""
    return f"{portal_url(settings)}orders/{contract_id}"


def _nonces(settings: Settings, store: Store, sealing_key: bytes, now: Callable[[], datetime]) -> Nonces:
    """Nonces that every node judges, where there may be several; else those of this process."""
    if not opening.is_shared(settings.database):
        return ProcessNonces()
    derived = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"tegata nonces").derive(sealing_key)
    return SharedNonces(store, derived, now)
