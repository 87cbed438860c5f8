"""Rules by date: when a certificate should be renewed, how often to ask, and which dates an order may name.

Every instant is an argument. Knows no store and no order's history.
"""

from datetime import datetime, timedelta

from tegata.acme.window import Window, default_window
from tegata.ca.errors import DatesRefused
from tegata.ca.model import Certificate, Contract
from tegata.clock import rfc3339
from tegata.pki.life import life

# An end names the last second that still counts.
LAST_SECOND = timedelta(seconds=1)

_MOVED_WINDOW = timedelta(hours=1)
_FINAL_WINDOW = timedelta(hours=1)
_FINAL_PART = 10

_USUAL_RETRY = timedelta(hours=6)
_URGENT_RETRY = timedelta(minutes=10)
_NEAR_THE_END = timedelta(hours=72)

_NOT_BEFORE_AHEAD = timedelta(minutes=10)
NOT_BEFORE_BEHIND_AT_ORDER = timedelta(minutes=10)
# What an order that was accepted may have aged until it is finalized.
NOT_BEFORE_BEHIND_AT_ISSUANCE = timedelta(hours=24)
# What a certificate whose issuance was interrupted may have aged until it is signed (BR 7.1.2.7).
NOT_BEFORE_BEHIND_AT_SIGNATURE = timedelta(hours=48)

# What is seen is seen some time before it is recorded, and judged some time before the signature: what counts is the
# time from the one to the other.
ISSUING = timedelta(minutes=5)
# How long a look at CAA is good (BR 3.2.2.8).
CAA_GOOD = timedelta(hours=8) - ISSUING
# How long a look at a record that stays is good (BR 3.2.2.4.22); it is good for one order at the most.
LASTING_PROOF = timedelta(days=10) - ISSUING


def told(instant: datetime) -> str:
    """An instant as sentences tell it: ``2026-11-24 02:31:00 UTC``."""
    return instant.strftime("%Y-%m-%d %H:%M:%S UTC")


def whole_second(instant: datetime) -> datetime:
    """The instant as certificates can hold it, cut to the second."""
    return instant.replace(microsecond=0)


def renewal_window(certificate: Certificate, contract: Contract) -> Window:
    """When this certificate should be replaced (RFC 9773 §4.2).

    - A revoked one: in the past, at once.
    - One that the CA's operator wants replaced: when he wants it, and no later than otherwise (X-18).
    - One from before its contract was renewed: from the renewal on, at once, since a new one may live longer.
    - One that lives as long as its contract does: near the very end, because until the contract is renewed a
      replacement could not end later.
    - Any other: around two thirds of its life.
    """
    if certificate.revoked_at is not None:
        return Window(certificate.revoked_at - _MOVED_WINDOW, certificate.revoked_at)
    usual = _usual_window(certificate, contract)
    if certificate.replacement is None or usual.end <= certificate.replacement.ends:
        return usual
    return Window(certificate.replacement.starts, certificate.replacement.ends)


def _usual_window(certificate: Certificate, contract: Contract) -> Window:
    if _is_from_before_renewal(certificate, contract):
        assert contract.renewed_at is not None
        return Window(contract.renewed_at - _MOVED_WINDOW, contract.renewed_at)
    if certificate.not_after >= contract.ends:
        width = min(_FINAL_WINDOW, life(certificate.not_before, certificate.not_after) / _FINAL_PART)
        return Window(certificate.not_after - width, certificate.not_after)
    return default_window(certificate.not_before, certificate.not_after)


def is_overdue(certificate: Certificate, contract: Contract, now: datetime) -> bool:
    """Whether the time to replace a certificate has gone by and it still counts (C-14).

    That is its window and a tenth of its life, or half of what is left after the window if that is less; where the
    CA's operator wants it replaced, his term. One that lives as long as its contract does is replaced once the contract
    is renewed, and no sooner.
    """
    closed = renewal_window(certificate, contract).end
    if certificate.replacement is not None and closed == certificate.replacement.ends:
        given = timedelta(0)
    else:
        given = min(life(certificate.not_before, certificate.not_after) / 10, (certificate.not_after - closed) / 2)
    return closed < certificate.not_after and closed + given <= now <= certificate.not_after


def retry_after(certificate: Certificate, contract: Contract, now: datetime) -> int:
    """Seconds until renewal information should be asked for again.

    Six hours; ten minutes within 72 hours of the contract's end, before which the last long pause stops, so that a
    contract renewed at the last moment is noticed in time, and ten minutes for a window that has moved.
    """
    until_near = contract.ends - _NEAR_THE_END - now
    if _is_from_before_renewal(certificate, contract) or abs(contract.ends - now) <= _NEAR_THE_END:
        pause = _URGENT_RETRY
    elif until_near > timedelta(0):
        pause = max(_URGENT_RETRY, min(_USUAL_RETRY, until_near))
    else:
        pause = _USUAL_RETRY
    return int(pause.total_seconds())


def beginning(not_before: datetime | None, *, earliest: datetime, now: datetime, behind: timedelta) -> datetime:
    """When a certificate begins: now, or exactly when its order says; raises DatesRefused (RFC 8555 §7.4, A-53).

    ``behind`` is how far ``not_before`` may lie back, but never before ``earliest``.
    """
    if not_before is None:
        return whole_second(now)
    if not now - behind <= not_before <= now + _NOT_BEFORE_AHEAD:
        raise DatesRefused(member="notBefore", date=rfc3339(not_before), reason="it is not about now")
    if not_before < earliest:
        reason = "it is before the contract or the issuing CA begins"
        raise DatesRefused(member="notBefore", date=rfc3339(not_before), reason=reason)
    return not_before


def end(not_after: datetime | None, *, begin: datetime, latest: datetime) -> datetime:
    """The last second of a certificate: the ``latest`` it may have, or exactly what its order says.

    ``latest`` is what ``contracts.latest_end`` gives for its beginning. Raises DatesRefused (RFC 8555 §7.4, A-53).
    """
    found = latest if not_after is None else not_after
    if found > latest:
        reason = "it is later than the contract and the certificate's longest life allow"
        raise DatesRefused(member="notAfter", date=rfc3339(found), reason=reason)
    if found <= begin:  # also where contract or issuing CA end before it would begin
        raise DatesRefused(member="notAfter", date=rfc3339(found), reason="it is not after the beginning")
    return found


def _is_from_before_renewal(certificate: Certificate, contract: Contract) -> bool:
    return contract.renewed_at is not None and certificate.intended_at < contract.renewed_at
