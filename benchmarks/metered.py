"""``tegata-ca`` with a meter at the doors of its parts: what CPU each takes, without what it calls of the others.

``python benchmarks/metered.py FILE WORD…`` is ``tegata-ca WORD…``. Upon SIGUSR1 it writes the seconds of every part so
far, and those of the whole process, to FILE as JSON. Each function of ``PARTS`` is replaced by one that looks at its
thread's CPU clock before and after; of a coroutine each step is measured. Changes nothing else of the program.
"""

import functools
import inspect
import json
import signal
import sys
import threading
import time
import types
from collections import defaultdict
from collections.abc import Callable, Coroutine, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tegata import ca_command
from tegata.acme import jwk, jws
from tegata.ca.issuing import lint
from tegata.ca.issuing.authority import SoftwareAuthority
from tegata.ca.issuing.build import ProfileBuilder
from tegata.ca.policy import keys
from tegata.ca.store.db import Database
from tegata.ca.store.writer import Writer
from tegata.ca.validation.http01 import Http01
from tegata.ca.validation.questions import Datagrams
from tegata.ca.validation.resolver import Resolver
from tegata.pki import csr

PARTS: dict[str, tuple[tuple[Any, str], ...]] = {
    "JWS: form, key, signature": ((jws, "parse"), (jws, "verify"), (jwk, "to_public")),
    "SQL: reads": ((Database, "fetch"),),
    "SQL: commits": ((Writer, "_write"), (Writer, "_begin"), (Writer, "_do_errand")),
    "DNS: look-ups": ((Resolver, "_ask"), (Datagrams, "_receive")),
    "http-01: connection and answer": ((Http01, "check"),),
    "the request's CSR and key": ((csr, "parse"), (keys, "check")),
    "building the certificate": ((ProfileBuilder, "template"),),
    "lint": ((lint, "check"),),
    "signing and verifying": ((SoftwareAuthority, "_sign"),),
}


class Meter:
    """Seconds of CPU by part, from all threads."""

    def __init__(self) -> None:
        self._spent: dict[str, int] = defaultdict(int)
        self._lock = threading.Lock()
        self._own = threading.local()

    @contextmanager
    def at(self, part: str) -> Iterator[None]:
        """Count what is done inside for this part, and for no part around it."""
        stack: list[int] = self._own.__dict__.setdefault("stack", [])
        stack.append(0)
        began = time.thread_time_ns()
        try:
            yield
        finally:
            whole = time.thread_time_ns() - began
            inner = stack.pop()
            if stack:
                stack[-1] += whole
            with self._lock:
                self._spent[part] += whole - inner

    def write(self, file: Path) -> None:
        """The seconds so far."""
        with self._lock:
            told = {part: nanoseconds / 1e9 for part, nanoseconds in self._spent.items()}
        told["process"] = time.process_time()
        draft = file.with_suffix(".draft")
        draft.write_text(json.dumps(told), "utf-8")
        draft.replace(file)


@types.coroutine
def _stepwise(meter: Meter, part: str, inner: Coroutine[Any, Any, Any]) -> Generator[Any, Any, Any]:
    """A coroutine whose every step is counted, and no wait between them."""
    value: Any = None
    error: BaseException | None = None
    while True:
        try:
            with meter.at(part):
                awaited = inner.send(value) if error is None else inner.throw(error)
        except StopIteration as end:
            return end.value
        error = None
        try:
            value = yield awaited
        except BaseException as thrown:  # noqa: BLE001 - a cancellation too is the inner one's to see
            error = thrown


def _metered(meter: Meter, part: str, function: Callable[..., Any]) -> Callable[..., Any]:
    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def walk(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - as what it replaces
            return await _stepwise(meter, part, function(*args, **kwargs))

        return walk

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - as what it replaces
        with meter.at(part):
            return function(*args, **kwargs)

    return call


def main(file: str, *words: str) -> int:
    """Put the meter in, and be ``tegata-ca``."""
    meter = Meter()
    for part, functions in PARTS.items():
        for owner, name in functions:
            setattr(owner, name, _metered(meter, part, getattr(owner, name)))
    signal.signal(signal.SIGUSR1, lambda _number, _frame: meter.write(Path(file)))
    sys.argv[1:] = words
    return ca_command.main()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
