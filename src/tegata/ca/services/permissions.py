"""CAA once more before a signature: a permission is as old as the proof it was seen with, and good for hours only.

Decides when it is asked for again and what a refusal means for an order; what the records permit is the validator's.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from weakref import WeakValueDictionary

from tegata.acme.identifiers import DNS
from tegata.ca.errors import PermissionMissing, ValidationFault
from tegata.ca.model import Account, Authorization, Challenge, Look
from tegata.ca.policy import calendar
from tegata.ca.ports import Store, Validator, Work
from tegata.ca.services import sightings
from tegata.ca.services.limits import LimitService
from tegata.ca.services.questions import question
from tegata.ca.services.statuses import ordered

# Names looked up side by side for an account, by all its requests: an order may have a hundred.
_MOST_AT_ONCE = 8


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
        self, account: Account, authorizations: Sequence[Authorization], *, is_limited: bool = False
    ) -> bool:
        """Pass if CAA permits the names of these valid authorizations now; whether it had to be looked for.

        Those proved within the last hours were looked at then. What is seen is recorded, whatever it is; a name that is
        not permitted has failed, as one that does not answer, and where it ``is_limited`` one that failed too often is
        not looked at. Raises PermissionMissing with every name that is not permitted, or of which nobody can say;
        NamesPaused, TooManyFailures.
        """
        now = self._clock()
        old = [
            (authorization, challenge)
            for authorization in authorizations
            for challenge in authorization.challenges
            if authorization.identifier.type == DNS
            and challenge.validated_at is not None
            and now - challenge.validated_at > calendar.CAA_GOOD
        ]
        if not old:
            return False
        if is_limited:
            await self._limits.require_free(account, {one.identifier.value for one, _ in old}, now)
        places = self._places.setdefault(account.id, asyncio.Semaphore(_MOST_AT_ONCE))
        work = Work()
        found = await asyncio.gather(*(self._look(account, *one, places, work) for one in old))
        refused = [
            (authorization, refusal)
            for (authorization, _), refusal in zip(old, found, strict=True)
            if refusal is not None
        ]
        for authorization, refusal in refused:
            self._limits.failed(work, account.id, authorization.identifier.value, refusal)
        await self._store.commit(work)
        if refused:
            raise PermissionMissing([(ordered(authorization), refusal) for authorization, refusal in refused])
        return True

    async def _look(
        self,
        account: Account,
        authorization: Authorization,
        challenge: Challenge,
        places: asyncio.Semaphore,
        work: Work,
    ) -> ValidationFault | None:
        """Why the name is not permitted, or None; what was seen goes into the unit of work."""
        async with places:
            verdict = await self._validator.check_caa(question(account, authorization, challenge, self._account_urls))
        sightings.record(
            self._store.observations,
            work,
            challenge=challenge,
            look=Look.CAA,
            verdict=verdict,
            at=self._clock(),
            with_own=True,
        )
        return verdict.error
