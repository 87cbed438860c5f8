"""tegata-ca beside Debian's Pebble under one load: certificates for each second of server CPU, and latency by step.

Run ``python benchmarks/ca.py [-n ROUNDS] [--orders N] [--workers N] [--crowd N]``; it prints Markdown. Servers take
turns; each round is one ``load.run`` with a warm-up of its own. The CPU is the server process's, not the load
program's: on few cores the latter takes from the speed, hardly from the former. Pebble keeps all in memory and makes
nothing durable. Both are there twice: tegata-ca with all it does, its resolver an unbound that validates signed zones,
and without CAA (``plain``), for Pebble never asks for that; Pebble that validates by the same unbound, and Pebble that
validates nothing. At the end a crowd of workers is at tegata-ca alone.
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
from resolver import unbound

ROUNDS, ORDERS, WORKERS, CROWD = 5, 200, 6, 32
OURS, PEBBLES = ("tegata-ca", "tegata-ca, plain"), ("Pebble, real validation", "Pebble, validates nothing")


def rounds(crew: dict[str, servers.Server], count: int, *, workers: int, orders: int) -> dict[str, list[Tally]]:
    """Load each server in its turn, so many times."""
    tallies: dict[str, list[Tally]] = {name: [] for name in crew}
    for _ in range(count):
        for name, server in crew.items():
            tallies[name].append(load.run(server, workers=workers, orders=orders))
    return tallies


def summary(tallies: dict[str, list[Tally]]) -> str:
    """A line for each server."""
    lines = [
        [
            name,
            figures.spread([one.per_cpu_second for one in each]),
            figures.spread([one.server_cpu / max(len(one.chains), 1) * 1000 for one in each], 2),
            figures.spread([len(one.chains) / one.seconds for one in each]),
            figures.spread([one.own_cpu / max(len(one.chains), 1) * 1000 for one in each], 2),
            str(sum(one.errors.total() for one in each)),
        ]
        for name, each in tallies.items()
    ]
    headings = ["server", "certificates / CPU-second", "server CPU, ms", "certificates / s", "load's CPU, ms", "errors"]
    return figures.table(headings, lines)


def beside(tallies: dict[str, list[Tally]]) -> str:
    """Certificates for a second of CPU: ours divided by Pebble's, of each round by itself."""
    rates = {name: [one.per_cpu_second for one in each] for name, each in tallies.items()}
    lines = [[ours, *(figures.ratios(rates[ours], rates[theirs]) for theirs in PEBBLES)] for ours in OURS]
    return figures.table(["certificates / CPU-second, beside", *PEBBLES], lines)


def start(stack: ExitStack, directory: Path) -> dict[str, servers.Server]:
    """All servers, each by what it is called in the tables."""
    unsigned = stack.enter_context(servers.dns(directory / "zone"))
    validating = stack.enter_context(unbound(directory / "unbound"))
    without_caa = [sys.executable, str(Path(__file__).with_name("plain.py"))]
    ours = [
        servers.tegata_ca(directory / "ca", validating, dnssec=True),
        servers.tegata_ca(directory / "ca-plain", unsigned, program=without_caa),
    ]
    pebbles = [
        servers.pebble(directory / "pebble", validating, eab=True),
        servers.pebble(directory / "pebble-valid", unsigned, eab=True, always_valid=True),
    ]
    return {
        name: stack.enter_context(server) for name, server in zip((*OURS, *PEBBLES), (*ours, *pebbles), strict=True)
    }


def main() -> None:
    """Start the servers, load them in turns, print the tables; exit code 1 if there were errors."""
    parser = argparse.ArgumentParser(description="tegata-ca beside Pebble under one load; prints Markdown.")
    parser.add_argument("-n", type=int, default=ROUNDS, metavar="ROUNDS", help="rounds of each server (%(default)s)")
    parser.add_argument("--orders", type=int, default=ORDERS, help="orders of each round (%(default)s)")
    parser.add_argument("--workers", type=int, default=WORKERS, help="accounts side by side (%(default)s, at most 8)")
    parser.add_argument(
        "--crowd", type=int, default=CROWD, help="the same at the end, at tegata-ca alone (%(default)s)"
    )
    asked = parser.parse_args()
    if missing := [program for program in ("pebble", "openssl", "unbound") if shutil.which(program) is None]:
        sys.exit(f"not installed: {', '.join(missing)}; as root, ci/peers.sh installs them on Debian")
    sys.stdout.write(figures.machine("pebble") + "\n")
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=".")))
        crew = start(stack, directory)
        tallies = rounds(crew, asked.n, workers=asked.workers, orders=asked.orders)
        crowds = [
            load.run(crew[OURS[0]], workers=asked.crowd, orders=asked.orders * 2, most=asked.crowd)
            for _ in range(asked.n)
        ]
    sys.stdout.write(
        f"{asked.n} rounds of {asked.orders} orders by {asked.workers} workers; median (least–greatest).\n\n"
    )
    sys.stdout.write(summary(tallies) + "\n" + beside(tallies))
    for name, each in {**tallies, f"{OURS[0]}, {asked.crowd} workers": crowds}.items():
        sys.stdout.write(f"\n{name}:\n\n")
        sys.stdout.write(figures.table(["step", "times", "median, ms", "99 %, ms", "most, ms"], load.latencies(each)))
        for problem, times in sum((one.errors for one in each), start=Counter[str]()).items():
            sys.stdout.write(f"\n{times} × {problem}\n")
    sys.exit(any(one.errors for each in (*tallies.values(), crowds) for one in each))


if __name__ == "__main__":
    main()
