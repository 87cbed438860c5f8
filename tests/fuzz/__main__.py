"""``make fuzz``: every target for the same time, some side by side, each in a process of its own.

What a target found, a route or reader that nothing came to, growth, and a target that does not end are failures, told
with what makes them happen again.
"""

import argparse
import os
import secrets
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from tests.fuzz import groups, targets
from tests.fuzz.extent import VARIABLE

# To start a CA and to end a round, on a machine that does other things too.
_GRACE_SECONDS = 120
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
    try:
        done = subprocess.run(
            argv,
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env={**os.environ, VARIABLE: "1"},
            timeout=seconds + _GRACE_SECONDS,
        )
    except subprocess.TimeoutExpired as late:
        said = late.stdout.decode(errors="replace") if isinstance(late.stdout, bytes) else ""
        return Done(f"{said}\nit did not end; once more: make fuzz TARGETS={name} SEED={seed}", passed=False)
    if done.returncode:
        again = f"\nonce more: make fuzz TARGETS={name} SEED={seed}" if module == _GUIDED else ""
        return Done(done.stdout + again, passed=False)
    if module == _GUIDED:
        return Done(*groups.judged(words, done.stdout))
    return Done(done.stdout.splitlines()[-1], passed=True)


if __name__ == "__main__":
    sys.exit(main())
