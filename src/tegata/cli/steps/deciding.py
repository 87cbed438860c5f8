"""lego's log lines for what was decided about a renewal.

Knows decisions, and nothing of how they came about; apart from ``narration``, so that a renewal that is not due loads
none of the events of an order.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from tegata.cli.console import shown
from tegata.client.renewal import Cause, Decision, Due, Facts, NotDue, Pointless, is_as_long_as_can_be
from tegata.clock import rfc3339
from tegata.pki.life import whole_days_left

# Why a certificate is renewed whenever it ends.
_AT_ONCE = {
    Cause.REVOKED: "The certificate has been revoked: renewing it",
    Cause.NAMES: "The certificate is renewed, as it is for other names than were given",
    Cause.PROFILE: "The certificate is renewed, as it was ordered by another profile than is wanted now",
    Cause.KEY: "The certificate is renewed, as its key is of another type than is wanted now",
}


def decided(name: str, facts: Facts, decision: Decision, explanation: str | None = None) -> list[str]:
    """What was decided about a renewal; ``explanation`` is the CA's page about its window."""
    match decision:
        case Due(cause) if cause in _AT_ONCE:
            lines = [_AT_ONCE[cause]]
        case Due(Cause.WINDOW | Cause.WINDOW_CLOSED):
            lines = ["acme: renewalInfo endpoint indicates that renewal is needed"]
            if explanation:
                lines.append(f"acme: renewalInfo endpoint provided an explanation: {shown(explanation)}")
        case Due():
            lines = []
        case NotDue(Cause.WINDOW, until):
            left = whole_days_left(facts.not_after, facts.now)
            lines = [
                "acme: renewalInfo endpoint indicates that renewal is not needed",
                f"The certificate expires in {left} days, the time to renew it is {rfc3339(until)}: no renewal.",
            ]
        case NotDue():
            left = whole_days_left(facts.not_after, facts.now)
            rule = f"the number of days defined to perform the renewal is {_days(facts, decision)}"
            lines = [f"The certificate expires in {left} days, {rule}: no renewal."]
        case Pointless(ends):
            lines = [f"{_cut_short(facts, ends)}: no renewal."]
    return [f"[{shown(name)}] {line}" for line in (*lines, *_besides(facts, decision))]


def overdue(name: str, facts: Facts) -> str:
    """What is said of a certificate that should have been renewed long ago (C-14)."""
    return f"[{shown(name)}] The renewal is overdue: the certificate ends on {rfc3339(facts.not_after)}"


def _besides(facts: Facts, decision: Decision) -> Iterator[str]:
    if isinstance(decision, Due):
        hours = int((facts.not_after - facts.now) / timedelta(hours=1))
        yield f"acme: Trying renewal with {hours} hours remaining"
    if isinstance(decision, NotDue) and facts.contract_ends is not None and is_as_long_as_can_be(facts):
        yield f"{_cut_short(facts, facts.contract_ends)}."


def _cut_short(facts: Facts, ends: datetime) -> str:
    reason = f"a new certificate would end no later than the present one ({rfc3339(facts.not_after)})"
    return f"The contract ends on {rfc3339(ends)}, {reason}"


def _days(facts: Facts, decision: NotDue) -> int:
    """The days before the end that count: those asked for, or by rule of thumb."""
    return facts.days if facts.days is not None else (facts.not_after - decision.until).days
