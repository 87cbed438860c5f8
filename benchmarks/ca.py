"""tegata-ca beside Debian's Pebble under one load: certificates for each second of server CPU, and latency by step.

Run ``python benchmarks/ca.py [-n ROUNDS] [--orders N] [--workers N]``; it prints Markdown. Servers take turns; each
round is one ``load.run`` with a warm-up of its own. The CPU is the server process's, not the load program's: on few
cores the latter takes from the speed, hardly from the former. Pebble keeps all in memory and makes nothing durable.
"""

import argparse
import shutil
import sys
import tempfile
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import figures
import load
import servers
from load import Tally

ROUNDS, ORDERS, WORKERS = 5, 200, 4


def rounds(crew: dict[str, servers.Server], count: int, *, workers: int, orders: int) -> dict[str, list[Tally]]:
    """Load each server in its turn, so many times."""
    tallies: dict[str, list[Tally]] = {name: [] for name in crew}
    for _ in range(count):
        for name, server in crew.items():
            tallies[name].append(load.run(server, workers=workers, orders=orders))
    return tallies


def summary(tallies: dict[str, list[Tally]]) -> str:
    """A line for each server; the last column is the first server's figure divided by this one's."""
    first = next(iter(tallies.values()))
    lines = []
    for name, each in tallies.items():
        lines.append(
            [
                name,
                figures.spread([one.per_cpu_second for one in each]),
                figures.spread([one.server_cpu / max(len(one.chains), 1) * 1000 for one in each], 2),
                figures.spread([len(one.chains) / one.seconds for one in each]),
                figures.spread([one.own_cpu / max(len(one.chains), 1) * 1000 for one in each], 2),
                str(sum(one.errors.total() for one in each)),
                figures.ratios([one.per_cpu_second for one in first], [one.per_cpu_second for one in each]),
            ]
        )
    headings = ["server", "certificates / CPU-second", "server CPU, ms", "certificates / s", "load's CPU, ms", "errors"]
    return figures.table([*headings, "tegata-ca / this, pair by pair"], lines)


def main() -> None:
    """Start the servers, load them in turns, print the tables; exit code 1 if there were errors."""
    parser = argparse.ArgumentParser(description="tegata-ca beside Pebble under one load; prints Markdown.")
    parser.add_argument("-n", type=int, default=ROUNDS, metavar="ROUNDS", help="rounds of each server (%(default)s)")
    parser.add_argument("--orders", type=int, default=ORDERS, help="orders of each round (%(default)s)")
    parser.add_argument("--workers", type=int, default=WORKERS, help="accounts side by side (%(default)s, at most 8)")
    asked = parser.parse_args()
    if shutil.which("pebble") is None or shutil.which("openssl") is None:
        sys.exit("not installed: pebble or openssl; as root, ci/peers.sh installs both on Debian")
    sys.stdout.write(figures.machine("pebble") + "\n")
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=".")))
        resolver = stack.enter_context(servers.dns(directory / "zone"))
        ours = stack.enter_context(servers.tegata_ca(directory / "ca", resolver))
        real = stack.enter_context(servers.pebble(directory / "pebble", resolver, eab=True))
        asks_nobody = servers.pebble(directory / "pebble-valid", resolver, eab=True, always_valid=True)
        crew = {
            "tegata-ca": ours,
            "Pebble, real validation": real,
            "Pebble, validates nothing": stack.enter_context(asks_nobody),
        }
        tallies = rounds(crew, asked.n, workers=asked.workers, orders=asked.orders)
    sys.stdout.write(
        f"{asked.n} rounds of {asked.orders} orders by {asked.workers} workers; median (least–greatest).\n\n"
    )
    sys.stdout.write(summary(tallies))
    for name, each in tallies.items():
        sys.stdout.write(f"\n{name}:\n\n")
        sys.stdout.write(figures.table(["step", "times", "median, ms", "99 %, ms", "most, ms"], load.latencies(each)))
        for problem, times in sum((one.errors for one in each), start=Counter[str]()).items():
            sys.stdout.write(f"\n{times} × {problem}\n")
    sys.exit(any(one.errors for each in tallies.values() for one in each))


if __name__ == "__main__":
    main()
