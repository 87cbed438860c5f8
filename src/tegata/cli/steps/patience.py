"""Not trying again too soon what has failed: orders, and registrations, are noted here and asked whether it is time.

Somebody at a terminal is never held back, and a schedule always is (S-17).
"""

import contextlib
import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec

from tegata.cli.console import WARN
from tegata.cli.context import Context
from tegata.cli.errors import KidKept
from tegata.cli.plans.plan import AccountPlan, IssuePlan
from tegata.client.ancestors import AncestorsNotOffered, NothingBelow
from tegata.client.errors import (
    BadProxy,
    BadRoots,
    ClientError,
    ContractOver,
    EabRequired,
    MailCredentialRefused,
    ProblemReceived,
    ProfileNotOffered,
)
from tegata.clock import rfc3339
from tegata.errors import TegataError
from tegata.host.attempts import Attempts, AttemptsFile
from tegata.host.errors import HeldBack, NotWritable, RegistrationHeldBack

# What the client finds out by itself, or by what the CA gives to everybody: nothing was asked of it in vain.
_CA_NOT_TROUBLED = (AncestorsNotOffered, BadProxy, BadRoots, ContractOver, NothingBelow, ProfileNotOffered)


class Trial:
    """One try, as the block that makes it knows it."""

    has_begun = False
    """Whether the CA may have got the order: from then on every failure counts, whatever it is."""

    def begin(self) -> None:
        """Say that the order is made now."""
        self.has_begun = True


def wish(account: AccountPlan, issue: IssuePlan, names: Sequence[str]) -> str:
    """A short name for what is asked for, another for a command line that was mended; no secret is in it."""
    binding = account.eab.kid if account.eab else None
    request = issue.material.csr.der if issue.material.csr else b""
    said = (account.server, account.user, binding, names, issue.key_type, request, issue.options, issue.ways)
    return hashlib.sha256(msgspec.json.encode(said, enc_hook=str)).hexdigest()[:16]


def check_time(context: Context, attempts: AttemptsFile, order: str) -> None:
    """Pass if it may be ordered now, by what is noted; raises HeldBack."""
    _check(context, attempts.load(), order)


@contextlib.contextmanager
def patient(
    context: Context, attempts: AttemptsFile, *, order: str, ends: datetime | None, anyway: bool, urgent: bool = False
) -> Iterator[Trial]:
    """Let the block order, if it is time or ``anyway``, or if another ``order`` failed before; raises HeldBack.

    A failure is noted: any once the order has begun, before it what CA or network did. ``ends`` is the end of the
    certificate that is in place, around which it is tried again sooner; None: there is none yet. ``urgent`` is an
    order that the CA itself calls for. What was noted is for the caller to forget once there is a certificate.
    """
    before = attempts.load()
    if not anyway:
        _check(context, before, order, urgent=urgent)
    trial = Trial()
    try:
        yield trial
    except _CA_NOT_TROUBLED:
        raise
    except Exception as error:  # what a plug-in raises that is somebody else's included
        if trial.has_begun or isinstance(error, ClientError):
            _note(context, attempts, before, error, "order", order=order, ends=ends, urgent=urgent)
        raise


def check_time_to_register(context: Context, attempts: AttemptsFile, plan: AccountPlan, *, anew: bool) -> None:
    """Pass if the account may be made now, or changed, by what is noted; raises RegistrationHeldBack."""
    try:
        _check(context, attempts.load(), _registration(plan, anew=anew))
    except HeldBack as held:
        raise RegistrationHeldBack(**held.facts) from None


@contextlib.contextmanager
def patient_registering(context: Context, attempts: AttemptsFile, plan: AccountPlan, *, anew: bool) -> Iterator[None]:
    """Let the block make or change an account, if it is time; a refusal is noted. Raises RegistrationHeldBack.

    What keeps the CA from us is not noted: proxy and roots to trust are put right in the environment.
    """
    check_time_to_register(context, attempts, plan, anew=anew)
    before = attempts.load()
    try:
        yield
    except (EabRequired, KidKept, MailCredentialRefused, ProblemReceived) as error:
        _note(context, attempts, before, error, "registration", order=_registration(plan, anew=anew), ends=None)
        raise


def _registration(plan: AccountPlan, *, anew: bool) -> str:
    """A short name for the account asked for; a MAC key that was put right makes another, and is not told by it."""
    said = (plan.server, plan.user, plan.email, plan.eab, plan.key_type, plan.accept_terms, anew)
    return hashlib.sha256(msgspec.json.encode(said, enc_hook=str)).hexdigest()[:16]


def _check(context: Context, noted: Attempts, order: str, *, urgent: bool = False) -> None:
    if not context.console.is_terminal:
        noted.check(context.clock.now(), order, urgent=urgent)


def _note(
    context: Context,
    attempts: AttemptsFile,
    before: Attempts,
    error: Exception,
    what: str,
    *,
    order: str,
    ends: datetime | None,
    urgent: bool = False,
) -> None:
    """Note one more failure, and say when the next try is; ``what`` is what failed."""
    asked = error.retry_after if isinstance(error, ProblemReceived) else None
    code = error.code if isinstance(error, TegataError) else type(error).__name__
    at = context.clock.now()
    now = before.failed(at, code, asked, ends=ends, order=order, urgent=urgent)
    with contextlib.suppress(NotWritable):  # what failed first is told
        attempts.save(now)
        if now.try_again and now.try_again > at and not context.console.is_terminal:
            times = "once" if now.failures == 1 else f"{now.failures} times in a row"
            line = f"This {what} has failed {times}: no other before {rfc3339(now.try_again)}"
            context.console.log(line, WARN)
