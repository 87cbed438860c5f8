"""Requests for certificates that the CA refuses, on record as those are that it takes (B-93, BR 5.4.1).

Which names, for whom and why. Refuses nothing itself.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from tegata.ca.errors import CaError, SeveralRefused
from tegata.ca.journal import Journal
from tegata.ca.model import Limit
from tegata.ca.ports import Conflict, Store, Work
from tegata.errors import TegataError
from tegata.pki.names import NAME_LIMIT

ORDER, CSR = "order.refused", "order.csr-refused"
NOTED = Limit(1000, timedelta(hours=1))
"""Refusals of an account that go on record; the log has the rest: what is kept for years is nobody's to fill."""
MOST_NAMES = 20

log = Journal("refusals")


async def names(store: Store, account_id: str, refused: SeveralRefused, now: datetime) -> None:
    """Put on record that an order or authorization was refused for its names."""
    told = [f"{one.value[:NAME_LIMIT]} ({why.code})" for one, why in refused.refusals[:MOST_NAMES]]
    facts = {"names": ", ".join(told), "count": str(len(refused.refusals))}
    await _note(store, ORDER, account_id, account_id, facts=facts, now=now)


async def csr(store: Store, account_id: str, order_id: str, refusal: CaError, now: datetime) -> None:
    """Put on record that an order was not issued for a CSR, or for the key in it."""
    facts = {"account": account_id, "code": refusal.code}
    if "reason" in refusal.facts:
        facts["reason"] = str(refusal.facts["reason"])
    await _note(store, CSR, order_id, account_id, facts=facts, now=now)


async def request(
    store: Store, contract_id: str, asked: Sequence[str], faults: Sequence[TegataError], now: datetime
) -> None:
    """Put on record that a CSR that was sent in the portal led to no order."""
    facts = {
        "names": ", ".join(name[:NAME_LIMIT] for name in asked[:MOST_NAMES]),
        "count": str(len(asked)),
        "codes": ", ".join(dict.fromkeys(fault.code for fault in faults)),
    }
    await _note(store, ORDER, contract_id, contract_id, facts=facts, now=now)


async def _note(
    store: Store, kind: str, subject: str, account_id: str, *, facts: Mapping[str, str], now: datetime
) -> None:
    work = Work()
    store.limits.spend(work, f"refusals of {account_id}", NOTED, now)
    store.audit.note(work, kind, subject, facts)
    try:
        await store.commit(work)
    except Conflict:
        log.warning("request.refused", kind=kind, subject=subject, **facts)
