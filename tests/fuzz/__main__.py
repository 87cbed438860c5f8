"""``make fuzz``: coverage-guided input for each reader in its turn, then the generated tests again and again.

Half of the time each; the latter with new seeds until the time is up. The first finding ends it.
"""

import argparse
import os
import re
import secrets
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from tests.fuzz.extent import VARIABLE
from tests.fuzz.parsers import PARSERS


def main() -> int:
    """Read the two options and run; the exit code is that of what found something, or 0."""
    parser = argparse.ArgumentParser(prog="make fuzz")
    parser.add_argument("--seconds", type=float, default=600.0, help="when no further run begins")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**31))
    asked = parser.parse_args()
    end = time.monotonic() + asked.seconds
    return guided(asked.seconds / 2, asked.seed) or generated(end, asked.seed)


def guided(seconds: float, seed: int) -> int:
    """Every reader by ``tests.fuzz.guided``, as many side by side as there are processors, a second each at least."""
    side_by_side = os.cpu_count() or 1
    each = max(1, round(seconds * side_by_side / len(PARSERS)))
    words = [sys.executable, "-m", "tests.fuzz.guided", "--seconds", str(each), "--seed", str(seed)]

    def run(name: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*words, name], check=False, capture_output=True, text=True, errors="replace")

    print(f"guided by coverage: {len(PARSERS)} readers, {each} s each, seed {seed}", flush=True)
    with ThreadPoolExecutor(side_by_side) as pool:
        names = [parser.name for parser in PARSERS]
        for name, done in zip(names, pool.map(run, names), strict=True):
            if done.returncode:
                print(f"{name}:\n{done.stdout}{done.stderr}")
                pool.shutdown(cancel_futures=True)
                return done.returncode
            inputs = re.search(r"number_of_executed_units: (\d+)", done.stderr)
            print(f"  {name}: {int(inputs[1]) if inputs else 0:,} inputs", flush=True)
    return 0


def generated(end: float, seed: int) -> int:
    """The tests of this package, run after run; one at least."""
    words = [sys.executable, "-m", "pytest", "-q", "-x", "tests/fuzz", "--no-header"]
    env = {**os.environ, VARIABLE: "1"}
    runs = 0
    while (left := end - time.monotonic()) > 0 or not runs:
        print(f"run {runs + 1}: make fuzz SEED={seed + runs}, {left:.0f} s left", flush=True)
        done = subprocess.run([*words, f"--hypothesis-seed={seed + runs}"], check=False, env=env)
        if done.returncode:
            return done.returncode
        runs += 1
    print(f"time is up: nothing was found in {runs} run(s)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
