"""A test that failed while the machine stood still is run once more, on peers of its own; the end of the run tells it.

Machines that many share stop whole for seconds: then time limits pass that nothing but the clock has reached. Where
nothing stood still a failure is a failure at once, and one that has another cause comes again.
"""

import threading
import time

import pytest
from _pytest.runner import runtestprotocol

_LOOK_SECONDS = 0.1
# A thread that sleeps a tenth of a second waits this long for its turn on no machine that merely has much to do.
STALL_SECONDS = 2.0
_PROPERTY = "stood still"


class Watch:
    """Knows the ``longest`` time in seconds, since it was last set to zero, that this process did not run."""

    def __init__(self) -> None:
        self.longest = 0.0
        threading.Thread(target=self._look, name="stalls", daemon=True).start()

    def _look(self) -> None:
        before = time.monotonic()
        while True:
            time.sleep(_LOOK_SECONDS)
            now = time.monotonic()
            self.longest = max(self.longest, now - before - _LOOK_SECONDS)
            before = now


_watch = pytest.StashKey[Watch]()


def pytest_configure(config: pytest.Config) -> None:
    """Begin to watch."""
    config.stash[_watch] = Watch()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool:
    """As pytest does it, and again where that failed in a stall."""
    watch = item.config.stash[_watch]
    watch.longest = 0.0
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    reports = runtestprotocol(item, log=False, nextitem=nextitem)
    stall = watch.longest
    if stall > STALL_SECONDS and isinstance(item, pytest.Function) and any(report.failed for report in reports):
        item.session._setupstate.teardown_exact(None)
        item._initrequest()
        reports = runtestprotocol(item, log=False, nextitem=nextitem)
        reports[-1].user_properties.append((_PROPERTY, stall))
    for report in reports:
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Which tests were run again, and why."""
    for reports in terminalreporter.stats.values():
        for report in reports:
            for name, seconds in getattr(report, "user_properties", ()):
                if name == _PROPERTY:
                    terminalreporter.line(f"run again: {report.nodeid} (the machine stood still for {seconds:.1f} s)")
