"""The no-storm rule: a certificate its contract cuts short is not re-issued again and again.

Knows the certificates in place; counts nothing itself and knows no store.
"""

from collections.abc import Sequence
from datetime import datetime

from tegata.ca.errors import ReissueLimited
from tegata.ca.model import Certificate, Contract
from tegata.ca.policy.calendar import renewal_window, whole_second
from tegata.ca.policy.contracts import full_life_end, latest_end
from tegata.ca.settings import Service


def cut_short(contract: Contract, service: Service, issuer_not_after: datetime, now: datetime) -> datetime | None:
    """The last second that a certificate would have now, where contract or issuer end it early, else None."""
    not_before = whole_second(now)
    end = latest_end(contract, service, issuer_not_after, not_before)
    return None if end == full_life_end(service, not_before) else end


def check_reissue(
    as_good: Sequence[Certificate], *, contract: Contract, end: datetime, reissues: int, now: datetime
) -> None:
    """Pass unless another certificate for the same names would be pointless once too often; raises ReissueLimited.

    ``as_good`` are the certificates in place for exactly these names, newest first, that last until ``end``, which is
    when contract or issuer would end another one (``cut_short``); of more than ``reissues`` and one the rest is not
    needed. Pointless is one that could not end later than those, before the renewal window of the newest; ``reissues``
    of that kind are allowed beside the first certificate, for a lost or leaked key. One with its full life ahead is
    never limited.
    """
    if len(as_good) <= reissues:
        return
    window = renewal_window(as_good[0], contract)
    if now < window.start:
        raise ReissueLimited(ends=end, retry_at=window.start)
