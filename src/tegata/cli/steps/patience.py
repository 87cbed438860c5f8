"""Not trying again too soon what has failed: the one place that notes failed orders and asks whether it is time.

Somebody at a terminal is never held back, and a schedule always is (S-17).
"""

import contextlib
import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec

from tegata.cli.console import WARN
from tegata.cli.context import Context
from tegata.cli.plans.plan import AccountPlan, IssuePlan
from tegata.client.errors import ContractOver, ProblemReceived
from tegata.clock import rfc3339
from tegata.errors import TegataError
from tegata.host.attempts import AttemptsFile
from tegata.host.errors import (
    CertificateKeyLost,
    HookFailed,
    HookNotStarted,
    HookTimedOut,
    LinkNotFollowed,
    NotWritable,
)
from tegata.pki.forms import PfxImpossible


def wish(account: AccountPlan, issue: IssuePlan, names: Sequence[str]) -> str:
    """A short name for what is asked for, another for a command line that was mended; no secret is in it."""
    binding = account.eab.kid if account.eab else None
    request = issue.material.csr.der if issue.material.csr else b""
    said = (account.server, account.user, binding, names, issue.key_type, request, issue.options, issue.ways)
    return hashlib.sha256(msgspec.json.encode(said, enc_hook=str)).hexdigest()[:16]


@contextlib.contextmanager
def patient(
    context: Context, attempts: AttemptsFile, *, order: str, ends: datetime | None, anyway: bool
) -> Iterator[None]:
    """Let the block order, if it is time or ``anyway``, or if another ``order`` failed before; raises HeldBack.

    A failure is noted. ``ends`` is the end of the certificate that is in place, around which it is tried again sooner;
    None: there is none yet.
    What was noted is for the caller to forget once there is a certificate.
    """
    before = attempts.load()
    attended = context.console.is_terminal
    if not (anyway or attended):
        before.check(context.clock.now(), order)
    try:
        yield
    except (CertificateKeyLost, ContractOver, HookFailed, HookNotStarted, HookTimedOut, LinkNotFollowed, PfxImpossible):
        raise  # before the order: the CA has not been troubled
    except Exception as error:  # what a plug-in raises that is somebody else's included
        asked = error.retry_after if isinstance(error, ProblemReceived) else None
        code = error.code if isinstance(error, TegataError) else type(error).__name__
        now = before.failed(context.clock.now(), code, asked, ends=ends, order=order)
        with contextlib.suppress(NotWritable):  # what failed first is told
            attempts.save(now)
            if now.try_again and not attended:
                times = "once" if now.failures == 1 else f"{now.failures} times in a row"
                line = f"This order has failed {times}: no other before {rfc3339(now.try_again)}"
                context.console.log(line, WARN)
        raise
