"""What looks at everything that was issued: joins the lints of today with an open CA's records.

As ``bootstrap`` joins services with adapters. Decides nothing.
"""

from tegata.ca.bootstrap import Ca
from tegata.ca.issuing.pkilint_pool import PkilintPool
from tegata.ca.issuing.relint import Relint
from tegata.ca.ports import Linter
from tegata.ca.services.relinting import RelintService
from tegata.ca.settings import Settings


def second_lint(settings: Settings) -> Linter | None:
    """The second lint for what is there already, switched on or not; None where it is not installed."""
    return PkilintPool(settings.lint) if PkilintPool.is_installed() else None


def service(ca: Ca, linter: Linter | None) -> RelintService:
    """What looks at everything that was issued."""
    relint = Relint(
        issuers=ca.issuers.certificates,
        public_url=ca.settings.public.url,
        services=ca.settings.services,
        policy=ca.settings.policy,
    )
    return RelintService(store=ca.store, relint=relint, linter=linter)
