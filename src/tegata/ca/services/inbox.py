"""What waits for the operators: contracts to be examined, examinations to be released, applications for certificates.

Each list is read a page at a time, by an index that has nothing else in it. What is done about any of it is the matter
of other services.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from heapq import merge
from typing import NamedTuple

from tegata.acme.statuses import OrderStatus
from tegata.ca.model import Contract, Examination, Organization
from tegata.ca.policy import baseline
from tegata.ca.ports import Cursor, Store
from tegata.ca.services.statuses import OrderView, look
from tegata.ca.settings import Policy, Service

PAGE = 50
AHEAD = timedelta(days=30)
"""So long before an examination counts no longer the contract is to be examined again."""
_FIRST = ""


class Kind(StrEnum):
    """What has to be done."""

    EXAMINE = "examine"
    RELEASE = "release"
    APPLICATION = "application"


class Waiting(NamedTuple):
    """Something that waits: of which contract, since when or until when, and the record itself beside it.

    ``at`` is the instant of the application or the end of what was examined before, that of the examination, or the end
    of the order.
    """

    kind: Kind
    contract: Contract
    at: datetime
    cursor: Cursor
    examination: Examination | None = None
    order: OrderView | None = None

    @property
    def organization(self) -> Organization:
        """Whose contract it is."""
        return self.examination.organization if self.examination else self.contract.organization


class Page(NamedTuple):
    """A part of a list, and where it goes on, if it does."""

    rows: list[Waiting]
    older: Cursor | None


class InboxService:
    """What waits, of a store's contracts with these ``services``."""

    def __init__(
        self, *, store: Store, services: Mapping[str, Service], policy: Policy, clock: Callable[[], datetime]
    ) -> None:
        self._store, self._policy, self._clock = store, policy, clock
        self._examined = [name for name, service in services.items() if baseline.needs_examination(service, policy)]
        self._lists: dict[Kind, Callable[[Cursor | None], Awaitable[Page]]] = {
            Kind.EXAMINE: self._to_examine,
            Kind.RELEASE: self._to_release,
            Kind.APPLICATION: self._applications,
        }

    async def page(self, kind: Kind, after: Cursor | None = None) -> Page:
        """A page of what waits, from the beginning or ``after`` a place; what waits longest, or ends first, first."""
        return await self._lists[kind](after)

    async def all(self) -> AsyncIterator[Waiting]:
        """All that waits, kind by kind."""
        for kind in Kind:
            after = None
            while True:
                page = await self.page(kind, after)
                for row in page.rows:
                    yield row
                if (after := page.older) is None:
                    break

    async def _to_examine(self, after: Cursor | None) -> Page:
        now = self._clock()
        lists = [
            await self._store.contracts.to_be_examined(
                service,
                before=now + AHEAD - baseline.EXAMINATION,
                oldest=now - baseline.EXAMINATION,
                now=now,
                after=after or Cursor(_EVER, _FIRST),
                most=PAGE + 1,
            )
            for service in self._examined
        ]
        found = list(merge(*lists, key=_examined_at))
        rows = [
            Waiting(Kind.EXAMINE, one, _examined_at(one).at + baseline.EXAMINATION, _examined_at(one))
            for one in found[:PAGE]
        ]
        return _page(rows, is_more=len(found) > PAGE)

    async def _to_release(self, after: Cursor | None) -> Page:
        now = self._clock()
        since = now - baseline.EXAMINATION
        found = await self._store.examinations.unreleased(max(after or _at(since), _at(since)), now, PAGE + 1)
        rows = [
            Waiting(
                Kind.RELEASE,
                await self._contract(one.contract_id),
                one.examined_at,
                Cursor(one.examined_at, one.id),
                one,
            )
            for one in found[:PAGE]
        ]
        return _page(rows, is_more=len(found) > PAGE)

    async def _applications(self, after: Cursor | None) -> Page:
        """Those whose names came to nothing stand among them in the store: no page of such alone is given."""
        now = self._clock()
        place, rows = max(after or _at(now), _at(now)), list[Waiting]()
        while True:
            before, found = place, await self._store.orders.applied_for(place, PAGE + 1)
            for order_id in found[:PAGE]:
                order = await self._store.orders.get(order_id)
                if order is None:  # dropped by house-keeping a moment ago
                    continue
                view, place = await look(self._store, order, now), Cursor(order.expires_at, order.id)
                if view.status not in (OrderStatus.INVALID, OrderStatus.VALID):
                    contract = await self._contract(order.contract_id)
                    rows.append(Waiting(Kind.APPLICATION, contract, order.expires_at, place, order=view))
            is_more = len(found) > PAGE and place != before
            if rows or not is_more:
                return Page(rows, place if is_more else None)

    async def _contract(self, contract_id: str) -> Contract:
        contract = await self._store.contracts.get(contract_id)
        assert contract is not None, "the store keeps every contract"
        return contract


_EVER = datetime(1970, 1, 1, tzinfo=UTC)


def _at(instant: datetime) -> Cursor:
    return Cursor(instant, _FIRST)


def _examined_at(contract: Contract) -> Cursor:
    """The contract's place in the order of the store."""
    return Cursor(contract.examined_at or contract.applied_at - baseline.EXAMINATION, contract.id)


def _page(rows: list[Waiting], *, is_more: bool) -> Page:
    return Page(rows, rows[-1].cursor if is_more else None)
