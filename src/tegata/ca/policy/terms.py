"""Whether an account has agreed to the terms of service as they are now (RFC 8555 §7.3.3, A-38). Pure."""

from datetime import datetime
from typing import NamedTuple

from tegata.ca.model import Account


class Terms(NamedTuple):
    """The terms of service: where they are, when they were changed last, and from when orders wait for an agreement."""

    url: str
    changed: datetime | None = None
    due: datetime | None = None


def changed(terms: Terms) -> datetime | None:
    """Since when an agreement counts; None where any does, or there are no terms."""
    return terms.changed if terms.url else None


def edition(terms: Terms) -> str:
    """What tells these terms from those of another time, at this address or another; empty where there are none."""
    return " ".join([terms.url, *([terms.changed.isoformat()] if terms.changed else [])]) if terms.url else ""


def has_agreed(account: Account, terms: Terms) -> bool:
    """Whether the account agreed to the terms since they were changed, or they never were."""
    since = changed(terms)
    return since is None or (account.terms_agreed_at is not None and account.terms_agreed_at >= since)


def may_order(account: Account, terms: Terms, now: datetime) -> bool:
    """Whether the account may place orders: it has agreed, or still has time to."""
    return has_agreed(account, terms) or terms.due is None or now < terms.due
