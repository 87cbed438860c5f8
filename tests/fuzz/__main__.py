"""``make fuzz``: every target for the same time, some side by side, each in a process of its own.

What a target found, a route or reader that nothing came to, growth, and a target that does not end are failures, told
with what makes them happen again.
"""

import argparse
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import NamedTuple

from tests.fuzz import groups, targets
from tests.fuzz.extent import VARIABLE
from tests.peers.process import descendants

# To start a CA and to end a round, on a machine that does other things too.
_GRACE_SECONDS = 120
# To stop the CA, when the time is over.
_END_SECONDS = 30
_MOST_TOLD = 20_000
_GUIDED = "tests.fuzz.guided"
TARGETS: dict[str, Sequence[str]] = {
    **{name: ("tests.fuzz.targets", name) for name in targets.ALL},
    **{name: (_GUIDED, *readers) for name, readers in groups.GROUPS.items()},
}


class Done(NamedTuple):
    """How a target ended: what is told of it, and whether that is well."""

    said: str
    passed: bool


def main() -> int:
    """Read the options and run; 1 if any target found something."""
    parser = argparse.ArgumentParser(prog="make fuzz")
    parser.add_argument("names", nargs="*", choices=[[], *TARGETS], metavar="TARGET", help=" ".join(TARGETS))
    parser.add_argument("--seconds", type=int, default=120, help="for each target")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**30))
    parser.add_argument("--jobs", type=int, default=2, help="targets side by side")
    asked = parser.parse_args()
    names = asked.names or list(TARGETS)
    print(f"{len(names)} targets, {asked.seconds} s each, {asked.jobs} side by side, seed {asked.seed}", flush=True)
    failed = 0
    with ThreadPoolExecutor(asked.jobs) as pool:
        for name, done in zip(names, pool.map(lambda name: run(name, asked.seconds, asked.seed), names), strict=True):
            failed += not done.passed
            print(f"{name}: {done.said if done.passed else f'FAILED{os.linesep}{done.said[-_MOST_TOLD:]}'}", flush=True)
    print(f"{failed} of {len(names)} targets found something" if failed else "nothing was found")
    return 1 if failed else 0


def run(name: str, seconds: int, seed: int) -> Done:
    """One target to its end."""
    module, *words = TARGETS[name]
    argv = [sys.executable, "-m", module, *words, "--seconds", str(seconds), "--seed", str(seed)]
    process = subprocess.Popen(
        argv,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env={**os.environ, VARIABLE: "1"},
    )
    try:
        said, _ = process.communicate(timeout=seconds + _GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        said = end(process)
        return Done(f"{said}\nit did not end; once more: make fuzz TARGETS={name} SEED={seed}", passed=False)
    if process.returncode:
        again = f"\nonce more: make fuzz TARGETS={name} SEED={seed}" if module == _GUIDED else ""
        return Done(said + again, passed=False)
    if module == _GUIDED:
        return Done(*groups.judged(words, said))
    return Done(said.splitlines()[-1], passed=True)


def end(process: subprocess.Popen[str], seconds: float = _END_SECONDS) -> str:
    """End a target and all that it has started: by itself if it can within so many seconds; what it said."""
    process.terminate()
    try:
        return process.communicate(timeout=seconds)[0]
    except subprocess.TimeoutExpired:
        # Whoever loses its parent is nobody's child any more: they are looked for while all are there.
        for pid in (*descendants(process.pid), process.pid):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return process.communicate()[0]


if __name__ == "__main__":
    sys.exit(main())
