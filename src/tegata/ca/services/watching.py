"""The watch over renewals: which certificates were not replaced in time, which contracts end soon; told once each.

Whatever client a customer uses, the CA sees that nothing new came. Finds out and leaves jobs; the words and the sending
are the notices' matter. That somebody is told stands in the audit log, by which nobody is told twice.
"""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from tegata.ca.model import Certificate, Contract, Event, Job
from tegata.ca.policy import calendar, contracts
from tegata.ca.policy.contracts import ContractStatus
from tegata.ca.ports import Ids, Named, Store, Work
from tegata.ca.services.housekeeping import HOUSEKEEPING

RENEWAL_OVERDUE = "renewal-overdue"
CONTRACT_ENDING = "contract-ending"
DAYS_BEFORE = (60, 30, 7)
"""So many days before its end a customer is told that a contract ends, where that is in its second half."""
PAGE = 200
NAMES = 1000
"""So many certificates' names are read at once."""
CONTRACTS = 100
"""So many contracts are looked at in one turn; what is dropped every minute waits no longer than for those."""


class WatchService:
    """Watches over the certificates and contracts of a store."""

    def __init__(self, *, store: Store, ids: Ids, clock: Callable[[], datetime]) -> None:
        self._store, self._ids, self._clock = store, ids, clock

    async def look(self) -> int:
        """Leave a job for each notice that is due; how many. Of several nodes one looks at a time.

        In turns of house-keeping: each that is held takes a connection, of which a node may have but four.
        """
        left, after = 0, ""
        while True:
            async with self._store.alone(HOUSEKEEPING):
                some = await self._store.contracts.after(after, CONTRACTS)
                for contract in some:
                    if contracts.status(contract, self._clock()) is ContractStatus.ACTIVE:
                        left += await self._look_at(contract)
                        await asyncio.sleep(0)  # others have their turn
            if len(some) < CONTRACTS:
                return left
            after = some[-1].id

    async def overdue(self, contract: Contract, most: int | None = None) -> list[Certificate]:
        """The contract's certificates that should have been replaced by now, and were not; those that end first, first.

        All, or the first so many: no more pages of them are read than that takes. One whose names are all in newer
        certificates of the contract has been replaced, by whatever grouping. Others have their turn between pages.
        """
        now = self._clock()
        found: list[Certificate] = []
        newest = _Newest(self._store, contract.id, now)
        after: Certificate | None = None
        while most is None or len(found) < most:
            page = await self._store.certificates.last_of_names(contract, now, after, PAGE)
            late = [one for one in page if calendar.is_overdue(one, contract, now)]
            found += await newest.of_one(late)
            if len(page) < PAGE:
                break
            after = page[-1]
            await asyncio.sleep(0)
        return found[:most]

    def is_ending(self, contract: Contract) -> bool:
        """Whether the contract is in force, and its end so near that whoever looks is told, however short it is."""
        now = self._clock()
        is_active = contracts.status(contract, now) is ContractStatus.ACTIVE
        return is_active and contract.ends - now <= timedelta(days=max(DAYS_BEFORE))

    async def _look_at(self, contract: Contract) -> int:
        work, kinds = Work(), list[str]()
        for certificate in await self.overdue(contract):
            if not await self._is_told(RENEWAL_OVERDUE, certificate.serial, {}):
                self._store.audit.note(work, _event(RENEWAL_OVERDUE), certificate.serial, {"contract": contract.id})
                kinds.append(RENEWAL_OVERDUE)
        days = _days_before_end(contract, self._clock())
        if days is not None:
            facts = {"ends": calendar.told(contract.ends), "days": str(days)}
            if not await self._is_told(CONTRACT_ENDING, contract.id, facts):
                self._store.audit.note(work, _event(CONTRACT_ENDING), contract.id, facts)
                kinds.append(CONTRACT_ENDING)
        for kind in set(kinds):
            job = Job(id=self._ids.object_id(), kind=kind, subject=contract.id, run_at=self._clock())
            self._store.jobs.add(work, job)
        if kinds:
            await self._store.commit(work)
        return len(set(kinds))

    async def _is_told(self, kind: str, subject: str, facts: Mapping[str, str]) -> bool:
        events: list[Event] = await self._store.audit.of_subject(subject)
        return any(one.kind == _event(kind) and facts.items() <= one.facts.items() for one in events)


class _Newest:
    """When the newest certificate in force of a contract was intended, by each name: read from the newest back.

    No further than is asked for, and once, whoever asks for how many.
    """

    def __init__(self, store: Store, contract_id: str, now: datetime) -> None:
        self._store, self._contract_id, self._now = store, contract_id, now
        self._found: dict[str, datetime] = {}
        self._last: Named | None = None

    async def of_one(self, some: list[Certificate]) -> list[Certificate]:
        """Those of them that have a name which is in no newer certificate."""
        wanted: dict[str, datetime] = {}
        for one in some:
            wanted |= {name: min(one.intended_at, wanted.get(name, one.intended_at)) for name in one.names}
        while missing := [at for name, at in wanted.items() if name not in self._found]:
            page = await self._store.certificates.latest_names(
                self._contract_id, self._now, self._last, min(missing), NAMES
            )
            for named in page:
                for name in named.names:
                    self._found.setdefault(name, named.intended_at)
                self._last = named
            if len(page) < NAMES:
                break
            await asyncio.sleep(0)
        return [
            one for one in some if any(self._found.get(name, one.intended_at) <= one.intended_at for name in one.names)
        ]


def _event(kind: str) -> str:
    return f"notice.{kind}"


def _days_before_end(contract: Contract, now: datetime) -> int | None:
    """The last of ``DAYS_BEFORE`` that has come, if any of them has."""
    left, term = contract.ends - now, contract.ends - contract.starts
    come = [days for days in DAYS_BEFORE if left <= timedelta(days=days) <= term / 2]
    return min(come, default=None)
