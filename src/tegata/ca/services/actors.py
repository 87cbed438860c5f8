"""Who is asking: an account with its contract and credential, and the one place that says what belongs to whom.

Read afresh for every request, so that what an operator did a moment ago counts.
"""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple, TypeVar

from tegata.acme.jwk import JWK, to_public
from tegata.ca.errors import AccountDeactivated, NotFound, UnknownAccount, UnsuitableAccountKey
from tegata.ca.model import Account, Authorization, Certificate, Contract, Credential, Order
from tegata.ca.policy import contracts, keys
from tegata.ca.ports import Store
from tegata.pki.keys import spki_digest

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
    public_key = to_public(key)
    keys.check_unlisted(public_key, blocked)
    if await store.blocked_keys.get(spki_digest(public_key)) is not None:
        raise UnsuitableAccountKey(reason=keys.COMPROMISED)


def own(record: Record | None, actor: Actor) -> Record:
    """The record if it is the actor's; a foreign one and a missing one raise the same NotFound (A-28, A-49)."""
    if record is None or record.account_id != actor.account.id:
        raise NotFound
    return record
