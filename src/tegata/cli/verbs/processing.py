"""The configuration file processed: every certificate of it obtained, or renewed when it is time.

Accounts come first, one after the other, because they may ask the operator; then several certificates are worked on
side by side, each with its own plan, environment and files. One that fails stops no other; the exit code tells.
"""

import contextlib
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

import msgspec

from tegata.cli.config import blame, envfile, reading
from tegata.cli.config.wanted import Wanted, wanted
from tegata.cli.console import shown
from tegata.cli.context import Context
from tegata.cli.grammar.words import Invocation
from tegata.cli.plans import material
from tegata.cli.plans.making import make
from tegata.cli.plans.plan import AccountPlan, Ensure
from tegata.cli.sharing import Shared
from tegata.cli.steps.foreseeing import foresee
from tegata.cli.telling import tell
from tegata.cli.verbs.ensure import ensure, is_new
from tegata.clock import Clock
from tegata.errors import TegataError
from tegata.host.accounts import AccountFolder
from tegata.host.errors import HeldBack, NotReadable
from tegata.host.files import Tree
from tegata.pki.key_types import KeyType, parse_key_type

# Orders at work at once; more of them would wait for the CA's and this machine's limits, not for each other.
AT_ONCE = 8
LOOK_EVERY_SECONDS = 0.5


class _Stopped(BaseException):
    """Another thread wants this one to end. No ``except Exception`` may swallow it; every ``finally`` sees it pass."""


class _StoppableClock:
    """The clock of one thread: whoever waits on it is woken when all is to end."""

    def __init__(self, clock: Clock, stop: threading.Event) -> None:
        self.now = clock.now
        self.monotonic = clock.monotonic
        self._stop = stop

    def sleep(self, seconds: float) -> None:
        """Wait, or end the thread's work."""
        if self._stop.wait(seconds):
            raise _Stopped


def process(context: Context, invocation: Invocation, file: Path) -> int:
    """Do it and give the exit code; raises what is wrong with the file, before anything is done.

    What the command line says of log lines counts before what the file says.
    """
    config = reading.load(context, file)
    with reading.faults_told(context):
        certificates = wanted(config, str(file))
    log = config.sections.get("log")
    said = {**(log.flags if log else {}), **invocation.given}
    level, form = (str(said.get(name) or "") for name in ("log.level", "log.format"))
    context.console.configure(level=level, form=form)
    failed: dict[str, Exception] = {}
    with Shared() as shared:
        everyone = msgspec.structs.replace(context, shared=shared)
        jobs = _jobs(everyone, certificates, file.parent, failed, at_once=invocation.switch("no-back-off"))
        shared.keys.begin(_new_keys(jobs))
        _register(jobs, failed)
        _work(jobs, failed)
    entries = {each.name: each for each in certificates}
    for name, error in failed.items():
        at = blame.place(error, entries[name])
        context.console.error(
            f"[{shown(name)}] This certificate failed ({shown(file)}, line {at.line}, {shown(at.key)}):"
        )
        if isinstance(error, TegataError):
            tell(context, error)
    done = len(certificates) - len(failed)
    names = f": {shown(', '.join(failed))}" if failed else ""
    say = context.console.error if failed else context.console.log
    say(f"{done} of {len(certificates)} certificates are in order, {len(failed)} failed{names}")
    for error in failed.values():
        if not isinstance(error, TegataError):  # a mistake of ours, told whole once everybody else is done
            raise error
    return 1 if failed else 0


class _Job(msgspec.Struct, frozen=True):
    """One certificate's work."""

    name: str
    context: Context
    plan: Ensure


def _jobs(
    context: Context, certificates: Sequence[Wanted], directory: Path, failed: dict[str, Exception], *, at_once: bool
) -> list[_Job]:
    jobs = []
    for each in certificates:
        try:
            environ = _environment(context.environ, each, directory)
            plan = _plan(each, environ, directory, at_once=at_once)
            foresee(plan.run.issue.ways)
        except Exception as error:  # noqa: BLE001 - whatever it is, the other certificates are worked on
            failed[each.name] = error
        else:
            jobs.append(_Job(each.name, msgspec.structs.replace(context, environ=environ), plan))
    return jobs


def _environment(environ: Mapping[str, str], certificate: Wanted, directory: Path) -> Mapping[str, str]:
    """This process's environment with the certificate's own variables over it, for its work only."""
    merged = dict(environ)
    for name in certificate.env_files:
        merged.update(envfile.load(directory / name))
    return merged


def _plan(certificate: Wanted, environ: Mapping[str, str], directory: Path, *, at_once: bool) -> Ensure:
    invocation = certificate.invocation
    plan = make(invocation, environ, None, directory, material.read(invocation))
    assert isinstance(plan, Ensure)
    account = msgspec.structs.replace(plan.run.account, key_type=parse_key_type(certificate.account_key_type))
    # As in lego v5, the file says all names of a certificate, a command line never takes one away.
    exact = plan.renew.issue.material.csr is None
    return Ensure(
        msgspec.structs.replace(plan.run, account=account),
        msgspec.structs.replace(
            plan.renew, account=account, exact_names=exact, back_off=plan.renew.back_off and not at_once
        ),
    )


def _new_keys(jobs: Sequence[_Job]) -> Iterator[KeyType]:
    """What keys the certificates that are not there yet will have."""
    for job in jobs:
        issue = job.plan.run.issue
        with contextlib.suppress(NotReadable, HeldBack):  # which is told when it is worked on
            if not (issue.material.key or issue.material.csr) and is_new(job.plan):
                if job.plan.renew.back_off:
                    from tegata.cli.verbs.run import check_time

                    check_time(job.context, job.plan.run)
                yield issue.key_type


def _register(jobs: list[_Job], failed: dict[str, Exception]) -> None:
    """Make the accounts that are not there yet; who has none drops out."""
    seen: dict[tuple[str, str], Exception | None] = {}
    for job in list(jobs):
        account = job.plan.run.account
        key = (account.server, account.user)
        if key not in seen:
            seen[key] = _registered(job, account)
        error = seen[key]
        if error is not None:
            failed[job.name] = error
            jobs.remove(job)


def _registered(job: _Job, account: AccountPlan) -> Exception | None:
    tree = Tree(job.plan.run.path)
    try:
        folder = AccountFolder(tree, account.server, account.user)
        if folder.key() is None or folder.stored() is None:
            from tegata.cli.steps.registering import registered

            registered(job.context, tree, account, anew=False, back_off=job.plan.renew.back_off)
    except Exception as error:  # noqa: BLE001 - the certificates of the other accounts are worked on
        return error
    return None


def _work(jobs: Sequence[_Job], failed: dict[str, Exception]) -> None:
    """Work on all of them, several at once; whatever ends this wakes and ends them too."""
    stop = threading.Event()
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="certificate") as pool:
        try:
            futures = {job.name: pool.submit(_ensure, job, stop) for job in jobs}
            while wait(futures.values(), timeout=LOOK_EVERY_SECONDS).not_done:
                pass  # a signal is heard between two looks, whichever thread the system gave it to
            for name, future in futures.items():
                error = future.result()
                if error is not None:
                    failed[name] = error
        except BaseException:
            stop.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _ensure(job: _Job, stop: threading.Event) -> Exception | None:
    try:
        ensure(msgspec.structs.replace(job.context, clock=_StoppableClock(job.context.clock, stop)), job.plan)
    except Exception as error:  # noqa: BLE001 - whatever it is, the other certificates are worked on
        return error
    except _Stopped:
        pass
    return None
