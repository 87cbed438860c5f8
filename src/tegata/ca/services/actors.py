"""Who is asking: an account with its contract and credential, and the one place that says what belongs to whom.

Read afresh for every request, so that what an operator did a moment ago counts.
"""

from collections.abc import Collection
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple, TypeVar

from tegata.acme.jwk import JWK, to_public
from tegata.ca.errors import AccountDeactivated, NotFound, UnknownAccount, UnsuitableAccountKey
from tegata.ca.model import Account, Authorization, Certificate, Contract, Credential, Order
from tegata.ca.policy import contracts, keys
from tegata.ca.ports import Store

_MOST_KEYS = 10_000
"""Accounts whose keys' names are kept, of some hundred octets."""

Record = TypeVar("Record", Order, Authorization, Certificate)


class Actor(NamedTuple):
    """An account that may speak; whether its contract is in force is asked where that matters."""

    account: Account
    contract: Contract
    credential: Credential

    def require_in_force(self, now: datetime) -> None:
        """Pass if this account may have certificates now; raises as ``policy.contracts.require_in_force``."""
        contracts.require_in_force(self.contract, self.credential, now)


async def named(store: Store, account_id: str) -> Actor:
    """The actor of an account, whether it is alive or not; raises UnknownAccount."""
    bound = await store.accounts.bound(account_id)
    if bound is None:
        raise UnknownAccount
    return Actor(*bound)


async def load(store: Store, account_id: str) -> Actor:
    """The actor of an account; raises UnknownAccount, or AccountDeactivated for one that gave itself up."""
    actor = await named(store, account_id)
    require_alive(actor.account)
    return actor


def require_alive(account: Account) -> None:
    """Pass unless the account gave itself up; raises AccountDeactivated."""
    if account.deactivated_at is not None:
        raise AccountDeactivated


async def require_unblocked(store: Store, key: JWK, blocked: Collection[bytes]) -> None:
    """Pass unless an account's key is known to others, by the operator's list or by now (A-94, B-53).

    Whoever else has it could order all that the account has proved. Raises UnsuitableAccountKey.
    """
    names = _names_in_lists(tuple(key.items()))
    keys.check_unlisted(names, blocked)
    if await store.blocked_keys.get(names[0]) is not None:
        raise UnsuitableAccountKey(reason=keys.COMPROMISED)


@lru_cache(_MOST_KEYS)  # asked for each order, and making a key takes longer than looking it up
def _names_in_lists(members: tuple[tuple[str, str], ...]) -> tuple[bytes, ...]:
    return keys.names_in_lists(to_public(dict(members)))


def own(record: Record | None, actor: Actor) -> Record:
    """The record if it is the actor's; a foreign one and a missing one raise the same NotFound (A-28, A-49)."""
    if record is None or record.account_id != actor.account.id:
        raise NotFound
    return record
