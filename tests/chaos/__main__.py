"""``make chaos``: the whole loop from a seed, which is printed, so that a failure can be had again."""

import argparse
import secrets
import tempfile
import time
from pathlib import Path

from tests.chaos import nodes
from tests.chaos.rounds import fight


def main() -> None:
    """Read the options and fight: clients and one CA first, then the nodes of another."""
    parser = argparse.ArgumentParser(prog="make chaos")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**31))
    parser.add_argument("--kills", type=int, default=10, metavar="N", help="of the clients, and of the CA, each")
    parser.add_argument("--seconds", type=float, default=60, help="of load on the nodes")
    asked = parser.parse_args()
    started = time.monotonic()
    # Kept when something fails: logs, database and files are what a fault is found by.
    directory = Path(tempfile.mkdtemp(prefix="tegata-chaos-"))
    again = f"make chaos SEED={asked.seed} KILLS={asked.kills} SECONDS={asked.seconds:g}"
    print(f"{again}; files in {directory} are kept on a failure", flush=True)
    fight(directory, seed=asked.seed, kills=asked.kills, say=lambda line: print(f"  {line}", flush=True))
    nodes.fight(
        directory / "nodes",
        seed=asked.seed,
        seconds=asked.seconds,
        every=4,
        say=lambda line: print(f"  {line}", flush=True),
    )
    print(f"done in {time.monotonic() - started:.1f} s")


if __name__ == "__main__":
    main()
