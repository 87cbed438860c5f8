"""Rate limits: how much an account, a contract, a name may ask for; and names that failed so often as to be paused.

What is spent becomes part of the unit of work that places an order; here is decided what has a bucket, and afterwards
which one was empty. Renewals that the CA itself asked for are not counted: that is the order service's matter (X-19).
"""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import NamedTuple

from tegata.ca.errors import (
    CaaUnknown,
    NamesPaused,
    NotFound,
    TooFewPerspectives,
    TooManyAccountWrites,
    TooManyFailures,
    TooManyOrders,
    ValidationAbandoned,
    ValidationFault,
)
from tegata.ca.model import Account, Contract, Failures, Limit
from tegata.ca.policy import limits
from tegata.ca.ports import Conflict, Store, Work
from tegata.ca.settings import Limits

_STATEMENTS = ("limits.spend", "limits.spend_unless_held")
# What is nobody's fault but this CA's, or a passing trouble of the DNS, is not held against a name.
_NOT_COUNTED = (TooFewPerspectives, CaaUnknown, ValidationAbandoned)


class Counted(NamedTuple):
    """What an order counts as: whose it is, its names (wildcards by what is below the star), and when it was placed.

    What is to be ``proved`` for it may be held back as its names may, and is not counted.
    """

    account: Account
    contract: Contract
    names: Collection[str]
    now: datetime
    proved: Collection[str] = ()

    @property
    def may_be_held(self) -> set[str]:
        """All names that may be held back for the account."""
        return {*self.names, *self.proved}


class _Bucket(NamedTuple):
    """What something is counted for."""

    subject: str
    limit: Limit
    kind: str


class LimitService:
    """The limits of the settings; ``resume_url`` is the page of a contract on which its paused names are resumed."""

    def __init__(
        self, *, store: Store, settings: Limits, resume_url: Callable[[str], str], clock: Callable[[], datetime]
    ) -> None:
        self._store, self._clock, self._resume_url = store, clock, resume_url
        self._per_account = limits.parse(settings.orders_per_account)
        self._per_contract = limits.parse(settings.orders_per_contract)
        self._per_name = limits.parse(settings.orders_per_name)
        self._accounts = limits.parse(settings.accounts_per_contract)
        self._changes = limits.parse(settings.changes_per_account)
        self._eabs = limits.parse(settings.eabs_per_contract)
        self._failures = limits.parse(settings.failures_per_name)
        self._pause_after = settings.pause_after

    def spend(self, work: Work, order: Counted) -> None:
        """Make an order count, or fail, by the unit's guards."""
        rows = self._store.limits
        of_account = self._of_account(order.account)
        rows.spend_unless_held(
            work,
            of_account.subject,
            of_account.limit,
            order.now,
            account_id=order.account.id,
            names=order.may_be_held,
            failures=self._failures,
        )
        for bucket in self._others(order):
            rows.spend(work, bucket.subject, bucket.limit, order.now)

    async def refuse(self, conflict: Conflict, order: Counted) -> None:
        """Say which limit a unit of work met; raises NamesPaused, TooManyFailures, TooManyOrders.

        Returns where there is room again by now: a name was proved or resumed a moment ago, or what was full dropped.
        Raises the conflict where it was about something else.
        """
        if not self.is_met(conflict):
            raise conflict
        await self.require_free(order.account, order.may_be_held, order.now)
        for bucket in (self._of_account(order.account), *self._others(order)):
            full_at, limit = await self._store.limits.full_at(bucket.subject), bucket.limit
            if full_at is not None and not limit.has_room(full_at, order.now):
                raise TooManyOrders(kind=bucket.kind, count=limit.requests, retry_at=limit.retry_at(full_at))

    def spend_registration(self, work: Work, contract: Contract, now: datetime) -> None:
        """Make a new account of a contract count, or fail, by the unit's guards."""
        bucket = self._registrations(contract)
        self._spend(work, bucket.subject, bucket.limit, now)

    def spend_change(self, work: Work, account: Account, now: datetime) -> None:
        """Make a change of an account count, or fail, by the unit's guards."""
        bucket = self._changes_of(account)
        self._spend(work, bucket.subject, bucket.limit, now)

    def spend_eab(self, work: Work, contract_id: str, now: datetime) -> None:
        """Make what is done to a contract's EABs count, or fail, by the unit's guards; see ``is_met``."""
        self._spend(work, f"eabs of {contract_id}", self._eabs, now)

    def is_met(self, conflict: Conflict) -> bool:
        """Whether it was a limit that a unit of work met."""
        return conflict.statement in _STATEMENTS

    async def refuse_registration(self, conflict: Conflict, contract: Contract, now: datetime) -> None:
        """Raise TooManyAccountWrites if it was its limit that an account's unit of work met."""
        await self._refuse(conflict, self._registrations(contract), now)

    async def refuse_change(self, conflict: Conflict, account: Account, now: datetime) -> None:
        """Raise TooManyAccountWrites if it was its limit that a change of an account met."""
        await self._refuse(conflict, self._changes_of(account), now)

    def _spend(self, work: Work, subject: str, limit: Limit, now: datetime) -> None:
        if limit != limits.UNLIMITED:
            self._store.limits.spend(work, subject, limit, now)

    async def _refuse(self, conflict: Conflict, bucket: _Bucket, now: datetime) -> None:
        if not self.is_met(conflict):
            return
        full_at, limit = await self._store.limits.full_at(bucket.subject), bucket.limit
        # Where there is room again by now the same request passes at once.
        retry_at = now if full_at is None or limit.has_room(full_at, now) else limit.retry_at(full_at)
        raise TooManyAccountWrites(kind=bucket.kind, count=limit.requests, retry_at=retry_at)

    async def require_free(self, account: Account, names: Collection[str], now: datetime) -> None:
        """Pass unless one of the names is held back for the account; raises NamesPaused, TooManyFailures."""
        for each in await self._unpaused(account, names, now):
            if not self._failures.has_room(each.full_at, now):
                raise TooManyFailures(name=each.name, retry_at=self._failures.retry_at(each.full_at))

    async def require_unpaused(self, order: Counted) -> None:
        """Pass unless a name is paused, which an order that does not count waits for too; raises NamesPaused."""
        await self._unpaused(order.account, order.may_be_held, order.now)

    async def _unpaused(self, account: Account, names: Collection[str], now: datetime) -> list[Failures]:
        """Those of the names that are held back for the account, if none is paused."""
        found = await self._store.limits.held(account.id, self._failures, now)
        held = [each for each in found if each.name in names]
        paused = [each.name for each in held if each.paused_at is not None]
        if paused:
            raise NamesPaused(names=", ".join(paused), url=self._resume_url(account.contract_id))
        return held

    def failed(self, work: Work, account_id: str, name: str, error: ValidationFault | None) -> None:
        """Count a validation that came to nothing; without an error one that was given up after a failed attempt."""
        if not isinstance(error, _NOT_COUNTED):
            self._store.limits.failed(
                work, account_id, name, self._failures, self._clock(), pause_after=self._pause_after
            )

    def unknown(self, work: Work, account_id: str, name: str) -> None:
        """Count a look before a signature that told nothing: such looks are to end too, but nobody has failed."""
        self._store.limits.failed(work, account_id, name, self._failures, self._clock(), pause_after=None)

    def passed(self, work: Work, account_id: str, name: str) -> None:
        """A name that is proved begins anew."""
        self._store.limits.passed(work, account_id, name)

    async def paused(self, contract_id: str, most: int | None = None) -> list[Failures]:
        """The names that are paused for accounts of a contract, in their order: all, or the first so many."""
        return await self._store.limits.paused(contract_id, most)

    async def resume(self, contract_id: str, account_id: str, name: str) -> None:
        """Let a paused name of a contract be tried again; raises NotFound."""
        account = await self._store.accounts.get(account_id)
        if account is None or account.contract_id != contract_id or not await self._resume(account_id, name):
            raise NotFound

    async def resume_all(self, contract_id: str, name: str | None) -> list[Failures]:
        """Let all paused names of a contract be tried again, or this one for every account; which those were.

        Each by itself: one that somebody else resumes meanwhile is left out, and holds up no other.
        """
        found = [each for each in await self.paused(contract_id) if name in (None, each.name)]
        return [each for each in found if await self._resume(each.account_id, each.name)]

    async def _resume(self, account_id: str, name: str) -> bool:
        """Whether it was paused until now."""
        work = Work()
        self._store.limits.resume(work, account_id, name)
        try:
            await self._store.commit(work)
        except Conflict:
            return False
        return True

    def _registrations(self, contract: Contract) -> _Bucket:
        return _Bucket(f"accounts of {contract.id}", self._accounts, kind="new accounts of this contract")

    def _changes_of(self, account: Account) -> _Bucket:
        return _Bucket(f"changes of {account.id}", self._changes, kind="changes of this account")

    def _of_account(self, account: Account) -> _Bucket:
        return _Bucket(f"account {account.id}", self._per_account, kind="this account")

    def _others(self, order: Counted) -> list[_Bucket]:
        """The further buckets that have a limit, always in the same order: two orders never wait for each other."""
        found = [_Bucket(f"contract {order.contract.id}", self._per_contract, kind="this contract")]
        found += [_Bucket(f"name {name}", self._per_name, kind="one of these names") for name in sorted(order.names)]
        return [bucket for bucket in found if bucket.limit != limits.UNLIMITED]
