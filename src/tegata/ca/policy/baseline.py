"""The Baseline Requirements' limits by date, in one table: lives, ages of proofs, number of perspectives.

They bind a CA whose root is publicly trusted (the setting ``policy.public``); any other keeps to its own settings.
Every instant is an argument, so that each boundary can be tested before it comes. Knows no store.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import msgspec

from tegata.ca.errors import ExaminationMissing, ExaminationTooOld, IssuanceFailed
from tegata.ca.model import Contract, Examination
from tegata.ca.policy.calendar import ISSUING
from tegata.ca.settings import Lint, Policy, Retention, Service, Settings
from tegata.pki.key_types import KeyType
from tegata.pki.life import life


class Limits(NamedTuple):
    """What holds from an instant on, until the next row's."""

    since: datetime
    certificate_days: int
    proof_days: int
    perspectives: int


# BR 6.3.2 (lives), 4.2.1 (proofs of domain names), 3.2.2.9 (remote perspectives): each from 00:00:00 UTC of its date.
TABLE = (
    Limits(datetime(2026, 3, 15, tzinfo=UTC), certificate_days=200, proof_days=200, perspectives=4),
    Limits(datetime(2026, 12, 15, tzinfo=UTC), certificate_days=200, proof_days=200, perspectives=5),
    Limits(datetime(2027, 3, 15, tzinfo=UTC), certificate_days=100, proof_days=100, perspectives=5),
    Limits(datetime(2029, 3, 15, tzinfo=UTC), certificate_days=47, proof_days=10, perspectives=5),
)
# Corroborating perspectives lie in this many regions of the internet registries (BR 3.2.2.9).
REGIONS = 2
# How long an examination of an organization counts (BR 4.2.1).
EXAMINATION = timedelta(days=398)
# Evidence is kept two years after a certificate's end, and that of requests that were refused after those (BR 5.4.3,
# 5.5.2): what was looked for, seen at every place, and what a CAA record forbade (BR 3.2.2.8).
EVIDENCE_DAYS = 731
# Certificates are made a day shorter than they may be, as the Requirements themselves recommend.
_SPARE_DAYS = 1

# What pkilint finds in a certificate whose organization is nowhere.
_NOWHERE = "cabf.serverauth.subscriber_stateprovince_and_locality_missing"
_ALL = 100
_ALWAYS = datetime.min.replace(tzinfo=UTC)


def shortcomings(settings: Settings, now: datetime) -> list[str]:
    """What keeps a publicly trusted CA with these settings from validating today; nothing for any other (B-46)."""
    if not settings.policy.public:
        return []
    network, wanted = settings.validation, limits(now).perspectives
    found = []
    if len(network.perspectives) < wanted:
        found.append(f"validation.perspectives: {len(network.perspectives)} of at least {wanted} (BR 3.2.2.9)")
    if len({one.region for one in network.perspectives}) < REGIONS:
        found.append(f"validation.perspectives: in less than {REGIONS} regions (BR 3.2.2.9)")
    if not network.dnssec:
        found.append("validation.dnssec: the CA's own resolvers validate DNSSEC (BR 3.2.2.4)")
    if (network.http01_port, network.tlsalpn01_port) != (80, 443):
        found.append("validation: http-01 is looked for at port 80 and tls-alpn-01 at port 443 only (BR 1.6.1)")
    if not settings.acme.certificate:
        found.append("acme.certificate: none; no CA below this root certifies a name without proof (BR 3.2.2.4)")
    if not settings.policy.blocked_keys:
        found.append("policy.blocked_keys: none; a list of Debian's weak keys (BR 6.1.1.3)")
    if settings.lint.pkilint and settings.lint.percent < _ALL:
        found.append("lint.percent: all certificates or none, 100 (BR 4.3.1.2)")
    if settings.portal.operator_networks:
        found.append("portal.operator_networks: operators' pages take a password alone; none (NetSec 2)")
    return [*found, *_kept_too_short(settings.retention), *_unfit_keys(settings)]


def _kept_too_short(retention: Retention) -> list[str]:
    """What of the records goes too soon (B-94)."""
    found = []
    if retention.evidence_days < EVIDENCE_DAYS:
        found.append(f"retention.evidence_days: at least {EVIDENCE_DAYS} (BR 5.4.3)")
    if retention.abandoned_days < EVIDENCE_DAYS:
        found.append(f"retention.abandoned_days: at least {EVIDENCE_DAYS} (BR 5.5.2)")
    return found


def _unfit_keys(settings: Settings) -> list[str]:
    """Who offers keys that the Requirements do not know (B-51)."""
    offers = {f"services.{name}": one.key_types for name, one in settings.services.items()}
    offers |= {f"profiles.{name}": one.key_types for name, one in settings.profiles.items()}
    unfit = [name for name, key_types in offers.items() if KeyType.ED25519 in key_types]
    return [f"{name}: key_types has ed25519 (BR 6.1.5)" for name in unfit]


def log_kept_since(lives: Iterable[tuple[datetime, datetime]], policy: Policy, now: datetime) -> datetime:
    """Since when the audit log stays whatever its age, for the sake of issuing keys; now where that is nothing (B-94).

    What a key did is on record for two years after the last of its certificates has ended (BR 5.4.3): ``lives`` are
    their first and last seconds.
    """
    if not policy.public:
        return now
    return min((begins for begins, ends in lives if now <= ends + timedelta(days=EVIDENCE_DAYS)), default=now)


def limits(now: datetime) -> Limits:
    """The limits of an instant; before the table begins, its first row."""
    return next((row for row in reversed(TABLE) if row.since <= now), TABLE[0])


def bounded(service: Service, policy: Policy, now: datetime) -> Service:
    """The service with a life of certificates that may be signed now (B-01)."""
    if not policy.public:
        return service
    days = min(service.certificate_days, limits(now).certificate_days - _SPARE_DAYS)
    return msgspec.structs.replace(service, certificate_days=days)


def check_life(not_before: datetime, not_after: datetime, policy: Policy, now: datetime) -> None:
    """Pass if a certificate of exactly this life may be signed now; raises IssuanceFailed.

    Where it begins after the signature its beginning counts: that is the day on which others hold it to be issued.
    """
    days = limits(max(now, not_before)).certificate_days
    if policy.public and life(not_before, not_after) > timedelta(days=days):
        raise IssuanceFailed


def oldest_proof(policy: Policy, now: datetime) -> datetime:
    """The instant before which a proof of a name no longer counts (B-04).

    By the limits of the time by which what is judged now is signed, and counted back from that.
    """
    signed = now + ISSUING
    return signed - timedelta(days=limits(signed).proof_days) if policy.public else _ALWAYS


def needs_place(service: Service, policy: Policy, lint: Lint) -> bool:
    """Whether certificates of the service have to say an organization's state or locality, or are not issued (B-63)."""
    is_stopped = policy.public or (lint.pkilint and _NOWHERE not in lint.accepted)
    return service.validation == "ov" and is_stopped


def needs_examination(service: Service, policy: Policy) -> bool:
    """Whether certificates of the service name an organization that must have been examined by two people (B-64)."""
    return service.validation == "ov" and (policy.public or policy.examinations)


def check_examination(contract: Contract, service: Service, policy: Policy, now: datetime) -> None:
    """Pass if the organization may be named: examined, released, and recently enough (B-64, B-05).

    What counts is the age at the signature, which may come so much after the last look. Raises ExaminationMissing,
    ExaminationTooOld.
    """
    if not needs_examination(service, policy):
        return
    if contract.examined_at is None:
        raise ExaminationMissing(contract=contract.id)
    if now + ISSUING - contract.examined_at > EXAMINATION:
        raise ExaminationTooOld(examined=contract.examined_at.strftime("%Y-%m-%d"), days=EXAMINATION.days)


def identity_ends(contract: Contract) -> datetime | None:
    """Until when the examination of the organization counts; None where none is on record."""
    return None if contract.examined_at is None else contract.examined_at + EXAMINATION


def waiting(contract: Contract, recorded: Sequence[Examination], now: datetime) -> list[Examination]:
    """Those of the contract's examinations that may be released: later than what counts now, and not too old (B-64)."""
    counts = contract.examined_at
    return [
        one
        for one in recorded
        if one.released_at is None
        and (counts is None or one.examined_at > counts)
        and now - one.examined_at <= EXAMINATION
    ]


def vouches_for_organization(contract: Contract, service: Service, policy: Policy, now: datetime) -> bool:
    """Whether the CA stands for the organization now: an OV contract's, by an examination that counts still.

    Without one on record, where none need be: whoever takes up such a contract has examined it.
    """
    ends = identity_ends(contract)
    if service.validation != "ov" or ends is None:
        return service.validation == "ov" and not needs_examination(service, policy)
    return now <= ends
