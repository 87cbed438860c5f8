"""A specimen of each service's certificate, laid out and held against the second lint: what would stop real ones.

Nothing is signed and nothing is kept. Knows the builder and the linter by their ports.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta

from tegata.ca.errors import CaError, LintSilent
from tegata.ca.model import Application, Contract, Organization
from tegata.ca.policy import baseline, choices
from tegata.ca.policy.calendar import LAST_SECOND
from tegata.ca.ports import Builder, Ids, Linter
from tegata.ca.settings import Policy, Profile, Service
from tegata.pki import keys
from tegata.pki.key_types import KeyType
from tegata.pki.keys import PublicKey

_NAMES = ("www.example.com",)
_ORGANIZATION = Organization(name="Example株式会社", country="JP", state="Tokyo", locality="Chiyoda-ku")


class Rehearsal:
    """What the linter says of each service; ``ends`` is when the issuing CA does."""

    def __init__(
        self,
        *,
        services: Mapping[str, Service],
        profiles: Mapping[str, Profile],
        policy: Policy,
        builder: Builder,
        linter: Linter,
        ids: Ids,
        ends: datetime,
        clock: Callable[[], datetime],
    ) -> None:
        self._services, self._profiles, self._policy = services, profiles, policy
        self._builder, self._linter = builder, linter
        self._ids, self._ends, self._clock = ids, ends, clock

    async def refusals(self) -> dict[str, CaError]:
        """What is wrong with a certificate of a service, by its id and the profile; raises LintSilent.

        Each of its types of keys is tried; the first that is refused is told.
        """
        made: dict[KeyType, PublicKey] = {}
        found: dict[str, CaError] = {}
        for name, service, key_type in self._offers():
            if key_type not in made:
                made[key_type] = (await asyncio.to_thread(keys.generate, key_type)).public_key()
            try:
                await self._linter.check(self._specimen(name, service, made[key_type]))
            except LintSilent:
                raise
            except CaError as error:
                found.setdefault(name, error)
        return found

    def _offers(self) -> Iterator[tuple[str, Service, KeyType]]:
        """Every service in every profile that it has, with each type of key."""
        for name, service in self._services.items():
            for profile in service.profiles or (None,):
                chosen = choices.choose(service, profile, self._profiles).service
                for key_type in chosen.key_types:
                    yield name if profile is None else f"{name} {profile}", chosen, key_type

    def _specimen(self, name: str, service: Service, public_key: PublicKey) -> bytes:
        now = self._clock()
        days = baseline.bounded(service, self._policy, now).certificate_days
        contract = Contract(
            id="specimen",
            customer_id="specimen",
            service=name,
            organization=_ORGANIZATION,
            domains=_NAMES,
            application=Application.NEW,
            applied_at=now,
            starts=now,
            ends=self._ends,
        )
        return self._builder.template(
            contract=contract,
            service=service,
            names=_NAMES,
            public_key=public_key,
            not_before=now,
            not_after=min(now + timedelta(days=days) - LAST_SECOND, self._ends),
            serial=self._ids.serial(),
        )
