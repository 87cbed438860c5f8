"""CAA once more before a signature: a permission is as old as the proof it was seen with, and good for hours only.

Decides when it is asked for again and what a refusal means for an order; what the records permit is the validator's.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import NamedTuple
from weakref import WeakValueDictionary

import msgspec

from tegata.acme.identifiers import DNS, Identifier
from tegata.ca.errors import PermissionMissing
from tegata.ca.model import Account, Authorization, Challenge, Look
from tegata.ca.policy import calendar
from tegata.ca.policy.ancestors import proved_by
from tegata.ca.ports import Store, Validator, Verdict, Work
from tegata.ca.services import sightings
from tegata.ca.services.limits import LimitService
from tegata.ca.services.questions import question
from tegata.pki.names import base_of

# Names looked up side by side for an account, by all its requests: an order may have a hundred.
_MOST_AT_ONCE = 8


class _Due(NamedTuple):
    """A name whose permission is to be looked for, and by what it is proved."""

    identifier: Identifier
    authorization: Authorization
    challenge: Challenge


class Permissions:
    """CAA of names that were proved some time ago; ``account_urls`` makes an account's URLs from its id."""

    def __init__(
        self,
        *,
        store: Store,
        validator: Validator,
        limits: LimitService,
        account_urls: Callable[[str], tuple[str, ...]],
        clock: Callable[[], datetime],
    ) -> None:
        self._store, self._validator, self._limits = store, validator, limits
        self._account_urls, self._clock = account_urls, clock
        # Of each account that is asking now.
        self._places: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    async def require(
        self, account: Account, proofs: Mapping[Identifier, Authorization], *, is_limited: bool = False
    ) -> bool:
        """Pass if CAA permits these names, each with what proves it, now; whether it had to be looked for.

        Those proved within the last hours were looked at then, but for those that a domain above proves. What is seen
        is recorded, whatever it is; a name that is not permitted has failed, as one that does not answer, and where it
        ``is_limited`` one that failed too often, or of which nobody could say so often, is not looked at for a while.
        Raises PermissionMissing with every name that is not permitted, or of which nobody can say; NamesPaused,
        TooManyFailures.
        """
        now = self._clock()
        old = [
            _Due(identifier, authorization, challenge)
            for identifier, authorization in proofs.items()
            for challenge in authorization.challenges
            if identifier.type == DNS
            and challenge.validated_at is not None
            and (authorization.subdomains or now - challenge.validated_at > calendar.CAA_GOOD)
        ]
        if not old:
            return False
        if is_limited:
            await self._limits.require_free(account, {base_of(identifier.value) for identifier, _, _ in old}, now)
        places = self._places.setdefault(account.id, asyncio.Semaphore(_MOST_AT_ONCE))
        work = Work()
        found = await asyncio.gather(*(self._look(account, one, places, work) for one in old))
        self._record_together(work, zip(old, found, strict=True))
        refused = [
            (one.identifier, verdict.error)
            for one, verdict in zip(old, found, strict=True)
            if verdict.error is not None
        ]
        for identifier, refusal in refused:
            if not PermissionMissing.is_unknown(refusal):
                self._limits.failed(work, account.id, base_of(identifier.value), refusal)
            elif is_limited:
                self._limits.unknown(work, account.id, base_of(identifier.value))
        await self._store.commit(work)
        if refused:
            raise PermissionMissing(refused)
        return True

    async def _look(self, account: Account, due: _Due, places: asyncio.Semaphore, work: Work) -> Verdict:
        """What was seen of a name; it goes into the unit of work where its proof is its own."""
        base, wildcard = proved_by(due.identifier)
        certified = msgspec.structs.replace(due.authorization, identifier=base, wildcard=wildcard, subdomains=False)
        async with places:
            verdict = await self._validator.check_caa(question(account, certified, due.challenge, self._account_urls))
        if not due.authorization.subdomains:
            self._record(work, due.identifier.value, due.challenge, verdict)
        return verdict

    def _record_together(self, work: Work, found: Iterable[tuple[_Due, Verdict]]) -> None:
        """Put on record what was seen of names that a domain above proves, which share its challenge."""
        shared: dict[str, dict[str, Verdict]] = {}
        proofs = {}
        for due, verdict in found:
            if due.authorization.subdomains:
                proofs[due.challenge.id] = due
                shared.setdefault(due.challenge.id, {})[due.identifier.value] = verdict
        for challenge_id, verdicts in shared.items():
            proof = proofs[challenge_id]
            domain = proof.authorization.identifier.value
            self._record(work, domain, proof.challenge, sightings.together(verdicts))

    def _record(self, work: Work, name: str, challenge: Challenge, verdict: Verdict) -> None:
        sightings.record(
            self._store,
            work,
            name=name,
            challenge=challenge,
            look=Look.CAA,
            verdict=verdict,
            at=self._clock(),
            with_own=True,
        )
