"""Examinations of the organizations that OV certificates name: recorded by one person, released by another (B-64).

What is examined is the organization of the contract, before any order; a CSR is never looked at for it. Whether an
examination is recent enough is asked with each order (``policy.baseline``).
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import msgspec

from tegata.ca.errors import Refused, UnknownObject
from tegata.ca.model import Contract, Examination, Source
from tegata.ca.policy import baseline, contracts, persons
from tegata.ca.policy.calendar import whole_second
from tegata.ca.ports import Conflict, Ids, Store, Work
from tegata.ca.services.notices import CONTRACT_ACCEPTED
from tegata.ca.settings import Service
from tegata.text.catalogue import is_printable

MOST_CHARACTERS = 500
_OVERTAKEN = "it was released at the same moment, or a later examination was before"


class ExaminationService:
    """What is on record of who examined whom."""

    def __init__(
        self, *, store: Store, services: Mapping[str, Service], ids: Ids, clock: Callable[[], datetime]
    ) -> None:
        self._store, self._services, self._ids, self._clock = store, services, ids, clock

    async def examine(
        self,
        contract_id: str,
        *,
        source: Source,
        evidence: str,
        authority: str,
        by: str,
        examined: datetime | None = None,
    ) -> Examination:
        """Record that somebody examined the contract's organization, now or at ``examined``; it counts once released.

        Raises UnknownObject, Refused.
        """
        contract = await self._contract(contract_id)
        if contracts.service_of(contract, self._services).validation != "ov":
            raise Refused(reason="the contract's certificates name no organization")
        now = self._clock()
        examined_at = whole_second(examined or now)
        if examined_at > now:
            raise Refused(reason="the examination lies in the future")
        if now - examined_at > baseline.EXAMINATION:
            raise Refused(reason="the examination is too old to count")
        examination = Examination(
            id=self._ids.object_id(),
            contract_id=contract.id,
            organization=contract.organization,
            source=source,
            evidence=_text(evidence),
            authority=_text(authority),
            examiner=_text(by),
            examined_at=examined_at,
            recorded_at=now,
        )
        work = Work()
        self._store.examinations.insert(work, examination)
        await self._store.commit(work)
        return examination

    async def release(self, contract_id: str, by: str, seen: str | None = None) -> Examination:
        """Release what was recorded last of what may count, by another person than the examiner.

        ``seen`` is the id of the one that the releaser has looked at; without it there must be no more than one that
        may be released. Raises UnknownObject, and Refused where another was recorded after the one that was seen.

        The notice that the contract is accepted goes out from then on, if it has not yet.
        """
        contract = await self._contract(contract_id)
        now = self._clock()
        recorded = await self._store.examinations.of_contract(contract.id)
        meant = [one for one in recorded if seen in (None, one.id)]
        if seen is not None and not meant:
            raise UnknownObject(kind="examination", name=seen)
        waiting = baseline.waiting(contract, recorded, now)
        if not any(one in waiting for one in meant):
            raise _none_waits(meant, now)
        examination, releaser = waiting[0], _text(by)
        if examination not in meant:
            raise Refused(reason="another examination was recorded after the one that was looked at")
        if seen is None and len(waiting) > 1:
            raise Refused(reason="several examinations wait to be released, and it was not said which was looked at")
        if persons.is_same(releaser, examination.examiner):
            raise Refused(reason="who examined the organization must not release it; another person must")
        work = Work()
        self._store.examinations.release(work, examination, releaser, now)
        self._store.jobs.hasten(work, CONTRACT_ACCEPTED, contract.id, now)
        try:
            await self._store.commit(work)
        except Conflict:
            raise Refused(reason=_OVERTAKEN) from None
        return msgspec.structs.replace(examination, releaser=releaser, released_at=now)

    def waiting(self, contract: Contract, recorded: Sequence[Examination]) -> list[Examination]:
        """Those of a contract's examinations that can be released now; the first is the one that ``release`` does."""
        return baseline.waiting(contract, recorded, self._clock())

    async def of_contract(self, contract_id: str) -> list[Examination]:
        """Every examination of the contract, the newest first; raises UnknownObject."""
        return await self._store.examinations.of_contract((await self._contract(contract_id)).id)

    async def _contract(self, contract_id: str) -> Contract:
        contract = await self._store.contracts.get(contract_id)
        if contract is None:
            raise UnknownObject(kind="contract", name=contract_id)
        return contract


def _none_waits(recorded: Sequence[Examination], now: datetime) -> Refused:
    """What is said where none of the examinations may be released."""
    last = next((one for one in recorded if one.released_at is None), None)
    if last is None:
        return Refused(reason="there is no examination to be released")
    if now - last.examined_at > baseline.EXAMINATION:
        return Refused(reason="the examination is too old to count")
    return Refused(reason=_OVERTAKEN)


def _text(text: str) -> str:
    """A text that says something, on one line."""
    stripped = text.strip()
    if not any(map(str.isalnum, stripped)) or not is_printable(stripped):
        raise Refused(reason="a name or text of the examination says nothing, or has more than one line")
    if len(stripped) > MOST_CHARACTERS:
        raise Refused(reason="a text of the examination is too long")
    return stripped
