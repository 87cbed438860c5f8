"""What an order may ask for: names, dates and re-issues, judged alike when it is placed and when it is finalized.

Reads the certificates in place; the rules themselves are ``policy``'s. Whether the contract is in force is asked
before.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from cryptography import x509

from tegata.acme.identifiers import Identifier
from tegata.ca.errors import MalformedRequest, ServiceWithoutAcme
from tegata.ca.model import Contract
from tegata.ca.policy import barred, baseline, calendar, choices, contracts, names, quotas
from tegata.ca.policy.addresses import AddressFilter
from tegata.ca.policy.barred import NOBODY, Barred
from tegata.ca.ports import Store
from tegata.ca.settings import Policy, Profile, Service


class Admitted(NamedTuple):
    """What a certificate will hold: normalised identifiers, its first and its last second; and by which profile."""

    service: Service
    profile: str | None
    identifiers: tuple[Identifier, ...]
    not_before: datetime
    not_after: datetime


class Admission:
    """Judges what orders ask for.

    ``issuer`` is the certificate that will sign, ``addresses`` those that a certificate may hold, ``barred`` the names
    that nobody may have, as they are listed now.
    """

    def __init__(
        self,
        *,
        store: Store,
        services: Mapping[str, Service],
        profiles: Mapping[str, Profile],
        policy: Policy,
        issuer: x509.Certificate,
        addresses: AddressFilter,
        barred: Callable[[], Barred] = lambda: NOBODY,
    ) -> None:
        self._barred = barred
        self._store, self._services, self._policy = store, services, policy
        self._profiles, self._addresses = profiles, addresses
        self._issuer_not_before, self._issuer_not_after = issuer.not_valid_before_utc, issuer.not_valid_after_utc

    async def admit(
        self,
        contract: Contract,
        identifiers: Sequence[Identifier],
        *,
        profile: str | None,
        not_before: datetime | None,
        not_after: datetime | None,
        now: datetime,
        behind: timedelta,
    ) -> Admitted:
        """What the certificate will hold, if the contract may have it now; asked-for dates are kept exactly (A-53).

        ``behind`` is how far an asked-for beginning may lie back. Raises ServiceWithoutAcme, ProfileRefused,
        MalformedRequest for too many names, NamesRefused, DatesRefused, ReissueLimited, ExaminationMissing,
        ExaminationTooOld.
        """
        # What begins later than now has the life of that day (``baseline.check_life``).
        day = max(now, not_before) if not_before else now
        service, chosen = choices.choose(self.service(contract, day), profile, self._profiles)
        if not identifiers:
            raise MalformedRequest(reason="the order asks for no name")
        if len(identifiers) > self._policy.names_per_order:
            raise MalformedRequest(reason="the order asks for more names than one certificate may have")
        admitted = self.named(contract, service, identifiers, now)
        earliest = max(contract.starts, self._issuer_not_before)
        begin = calendar.beginning(not_before, earliest=earliest, now=now, behind=behind)
        latest = contracts.latest_end(contract, service, self._issuer_not_after, begin)
        end = calendar.end(not_after, begin=begin, latest=latest)
        await self._check_reissue(contract, service, admitted, now)
        return Admitted(service, chosen, admitted, begin, end)

    async def _check_reissue(
        self, contract: Contract, service: Service, identifiers: Sequence[Identifier], now: datetime
    ) -> None:
        """Pass unless such certificates are in place often enough; raises ReissueLimited.

        No more of them are read than that takes: who renews every hour has thousands for the same names.
        """
        end = quotas.cut_short(contract, service, self._issuer_not_after, now)
        if end is None:
            return
        reissues = self._policy.reissues_at_contract_end
        values = [identifier.value for identifier in identifiers]
        as_good = await self._store.certificates.current_for(contract.id, values, max(end, now), reissues + 1)
        quotas.check_reissue(as_good, contract=contract, end=end, reissues=reissues, now=now)

    def service(self, contract: Contract, now: datetime) -> Service:
        """What the contract is about, as it may be had now; raises ServiceWithoutAcme."""
        service = baseline.bounded(contracts.service_of(contract, self._services), self._policy, now)
        if not service.challenges:
            raise ServiceWithoutAcme(contract=contract.id)
        return service

    def named(
        self, contract: Contract, service: Service, identifiers: Sequence[Identifier], now: datetime
    ) -> tuple[Identifier, ...]:
        """The identifiers as certificates of the contract have them.

        Raises NamesRefused, ExaminationMissing, ExaminationTooOld.
        """
        baseline.check_examination(contract, service, self._policy, now)
        admitted = names.admit(identifiers, contract, service, self._addresses)
        barred.check(admitted, self._barred(), is_public=self._policy.public)
        return admitted
