"""From a CA's directory and settings to what meets the services' ports: the store, the keys, the looks, the mail.

Chooses by the settings and decides nothing else; loads what only some CAs have for them alone. Knows no service but
those that are adapters themselves: random names, seals and password hashes.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tegata.ca import configuration
from tegata.ca.api.context import Nonces
from tegata.ca.api.nonces import ProcessNonces
from tegata.ca.api.shared_nonces import SharedNonces
from tegata.ca.issuing import hierarchy, keys
from tegata.ca.issuing import perspectives as perspective_tls
from tegata.ca.issuing.authority import SoftwareAuthority
from tegata.ca.issuing.build import ProfileBuilder
from tegata.ca.issuing.hierarchy import Hierarchy
from tegata.ca.issuing.loglist import LogList
from tegata.ca.issuing.pkilint_pool import PkilintPool
from tegata.ca.metering.around import MeteredAuthority, MeteredValidator
from tegata.ca.metering.measuring import NOTHING, Measuring, measuring
from tegata.ca.policy.addresses import AddressFilter
from tegata.ca.ports import (
    Authority,
    Builder,
    Ids,
    Linter,
    Notifier,
    PasswordHasher,
    Sealer,
    Store,
    Transparency,
    Validator,
)
from tegata.ca.services.ids import SystemIds
from tegata.ca.services.issuers import Issuers
from tegata.ca.services.passwords import Argon2Hasher
from tegata.ca.services.seals import AesGcmSealer
from tegata.ca.settings import Settings, Validation
from tegata.ca.store import opening
from tegata.ca.validation.check import NetworkValidator
from tegata.ca.validation.perspectives import Perspectives
from tegata.ca.validation.remote import RemotePerspective
from tegata.clock import SystemClock
from tegata.pki.certs import key_digests


@dataclass(frozen=True, kw_only=True)
class Adapters:
    """What an open CA stands on, as its settings choose it."""

    home: Path
    settings: Settings
    hierarchy: Hierarchy
    issuers: Issuers
    store: Store
    nonces: Nonces
    sealer: Sealer
    hasher: PasswordHasher
    ids: Ids
    network: NetworkValidator
    """What looks from this place alone."""
    remotes: tuple[RemotePerspective, ...]
    validator: Validator
    """What looks from every place."""
    builder: Builder
    linter: Linter | None
    """The second lint; None where there is none."""
    logs: Transparency | None
    """The logs of certificates; None where certificates are not logged."""
    notifier: Notifier | None
    addresses: AddressFilter
    """Those that certificates may hold."""
    blocked: Collection[bytes]
    """The digests of keys that nobody may have."""
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


def open_adapters(
    home: Path,
    environ: Mapping[str, str],
    *,
    listening: Collection[tuple[str, int]],
    as_it_is: bool = False,
) -> Adapters:
    """The adapters of a CA's directory; raises as ``bootstrap.open_ca``. The caller is to close them."""
    settings = configuration.load_settings(home)
    secret = keys.passphrase(home, settings.keys, environ)
    now = SystemClock().now
    sealing_key = keys.load_sealing_key(home, secret)
    authorities: Mapping[str, Authority] = SoftwareAuthority.load_all(home, secret, settings.keys, environ, now=now())
    network = NetworkValidator(settings.validation, forbidden=listening, clock=now)
    remotes = _perspectives(home, settings.validation, secret)
    validator = _validator(settings, network, remotes, now)
    # A command of a moment is asked by nobody and sends nobody anything.
    measured = measuring(settings) if listening else NOTHING
    if measured.meter is not None:
        validator = MeteredValidator(validator, measured.meter)
        authorities = {name: MeteredAuthority(one, measured.meter) for name, one in authorities.items()}
    issuers = Issuers(authorities, now, hierarchy.RevokedByRoot(home))
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
    addresses, chain = configuration.certifiable(settings), hierarchy.load(home)
    own_keys = key_digests([one for one in (chain.root, chain.services, *issuers.certificates.values()) if one])
    blocked = configuration.blocked_keys(home, settings.policy) | own_keys
    store = opening.open_store(home, settings.database, environ, as_it_is=as_it_is)
    return Adapters(
        home=home,
        settings=settings,
        hierarchy=chain,
        issuers=issuers,
        store=store,
        nonces=_nonces(settings, store, sealing_key, now),
        sealer=AesGcmSealer(sealing_key),
        hasher=Argon2Hasher(),
        ids=SystemIds(),
        network=network,
        remotes=remotes,
        validator=validator,
        builder=builder,
        linter=linter,
        logs=logs,
        notifier=mailer,
        addresses=addresses,
        blocked=blocked,
        measuring=measured,
        now=now,
    )


def _logs(file: Path, now: Callable[[], datetime]) -> Transparency:
    # What only some CAs have is loaded for them alone: each command of the operator's would wait for it.
    from tegata.ca.issuing.logs import PublicLogs  # noqa: PLC0415 - see above

    return PublicLogs(LogList(file), now)


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


def _nonces(settings: Settings, store: Store, sealing_key: bytes, now: Callable[[], datetime]) -> Nonces:
    """Nonces that every node judges, where there may be several; else those of this process."""
    if not opening.is_shared(settings.database):
        return ProcessNonces()
    derived = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"tegata nonces").derive(sealing_key)
    return SharedNonces(store, derived, now)
