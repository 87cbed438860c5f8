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


def check_reissue(
    current: Sequence[Certificate],
    *,
    contract: Contract,
    service: Service,
    issuer_not_after: datetime,
    reissues: int,
    now: datetime,
) -> None:
    """Pass unless another certificate for the same names would be pointless once too often; raises ReissueLimited.

    ``current`` are the certificates in place for exactly these names, newest first. Pointless is one that could not end
    later than those in place, before the renewal window of the newest; ``reissues`` of that kind are allowed beside the
    first certificate, for a lost or leaked key. One with its full life ahead is never limited.
    """
    not_before = whole_second(now)
    end = latest_end(contract, service, issuer_not_after, not_before)
    if end == full_life_end(service, not_before):
        return
    as_good = [certificate for certificate in current if certificate.not_after >= end]
    if len(as_good) <= reissues:
        return
    window = renewal_window(as_good[0], contract)
    if now < window.start:
        raise ReissueLimited(ends=end, retry_at=window.start)
