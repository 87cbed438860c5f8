"""Whether an account has agreed to the terms of service as they are now (RFC 8555 §7.3.3, A-38). Pure."""

from datetime import datetime
from typing import NamedTuple

from tegata.ca.model import Account


class Terms(NamedTuple):
    """The terms of service: where they are, when they were changed last, and from when orders wait for an agreement."""

    url: str
    changed: datetime | None = None
    due: datetime | None = None


def has_agreed(account: Account, terms: Terms) -> bool:
    """Whether the account agreed to the terms since they were changed, or they never were."""
    if not terms.url or terms.changed is None:
        return True
    return account.terms_agreed_at is not None and account.terms_agreed_at >= terms.changed


def may_order(account: Account, terms: Terms, now: datetime) -> bool:
    """Whether the account may place orders: it has agreed, or still has time to."""
    return has_agreed(account, terms) or terms.due is None or now < terms.due
