"""``make fuzz``: the generated tests again and again with new seeds, until the time is up or one fails."""

import argparse
import os
import secrets
import subprocess
import sys
import time

from tests.fuzz.extent import VARIABLE


def main() -> int:
    """Read the two options and run; the exit code is pytest's of the run that failed, or 0."""
    parser = argparse.ArgumentParser(prog="make fuzz")
    parser.add_argument("--seconds", type=float, default=600.0, help="when no further run begins")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**31))
    asked = parser.parse_args()
    end = time.monotonic() + asked.seconds
    words = [sys.executable, "-m", "pytest", "-q", "-x", "tests/fuzz", "--no-header"]
    env = {**os.environ, VARIABLE: "1"}
    runs = 0
    while (left := end - time.monotonic()) > 0:
        seed = asked.seed + runs
        print(f"run {runs + 1}: make fuzz SEED={seed}, {left:.0f} s left", flush=True)
        done = subprocess.run([*words, f"--hypothesis-seed={seed}"], check=False, env=env)
        if done.returncode:
            return done.returncode
        runs += 1
    print(f"time is up: nothing was found in {runs} run(s)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
