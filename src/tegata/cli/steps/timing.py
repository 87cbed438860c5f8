"""What is known about a certificate's renewal, as this command line wants it seen. Reads nothing, asks nobody."""

from datetime import datetime

from cryptography import x509

from tegata.cli.plans.plan import Renew
from tegata.client.renewal import Cause, Decision, Facts, NotDue
from tegata.host import due
from tegata.host.due import Watch
from tegata.pki.certs import names_of


def facts(plan: Renew, watch: Watch, certificate: x509.Certificate, now: datetime) -> Facts:
    """All that the decision needs, but for the contract's end."""
    return due.facts(
        watch if plan.ari else due.without_window(watch),
        certificate,
        now,
        days=plan.days,
        dynamic=plan.dynamic,
        other_names=plan.exact_names and set(plan.issue.names) != set(names_of(certificate)),
    )


def wait(plan: Renew, decision: Decision, now: datetime) -> float | None:
    """How many seconds to wait for the CA's instant, if it comes soon enough to wait for it."""
    if isinstance(decision, NotDue) and decision.cause is Cause.WINDOW and decision.until <= now + plan.longest_wait:
        return (decision.until - now).total_seconds()
    return None
