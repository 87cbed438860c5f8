"""tegata-ca under many workers for long: latency of whole orders, CPU and memory, round after round.

Run ``python benchmarks/endurance.py [--orders N] [--rounds N] [--workers N]``; it prints Markdown. What is kept in
memory for each order, or slows down with their number, shows in the last lines.
"""

import argparse
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import figures
import load
import servers

ROUNDS, ORDERS, WORKERS = 10, 1000, 32


def memory(pid: int) -> float:
    """What a process holds in memory now, in MiB."""
    lines = Path(f"/proc/{pid}/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:"))


def main() -> None:
    """Load one server again and again; exit code 1 if there were errors."""
    parser = argparse.ArgumentParser(description="tegata-ca under many workers for long; prints Markdown.")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="%(default)s")
    parser.add_argument("--orders", type=int, default=ORDERS, help="orders of each round (%(default)s)")
    parser.add_argument("--workers", type=int, default=WORKERS, help="accounts side by side (%(default)s)")
    asked = parser.parse_args()
    sys.stdout.write(figures.machine() + "\n")
    rows, errors = [], 0
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=".")))
        resolver = stack.enter_context(servers.dns(directory / "zone"))
        server = stack.enter_context(servers.tegata_ca(directory / "ca", resolver))
        for number in range(1, asked.rounds + 1):
            tally = load.run(server, workers=asked.workers, orders=asked.orders, most=asked.workers)
            errors += tally.errors.total()
            taken = [seconds * 1000 for seconds in tally.orders]
            shown = [figures.quantile(taken, share) for share in (0.5, 0.99)] if taken else []
            shown += [tally.server_cpu / max(len(tally.chains), 1) * 1000, memory(server.pid)]
            rows.append([str(number * asked.orders), *(f"{value:.1f}" for value in shown), str(tally.errors.total())])
    headings = ["orders so far", "order, median, ms", "99 %, ms", "CPU, ms", "memory, MiB", "errors"]
    sys.stdout.write(f"{asked.workers} workers.\n\n" + figures.table(headings, rows))
    sys.exit(bool(errors))


if __name__ == "__main__":
    main()
