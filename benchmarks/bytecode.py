"""How much Python a certificate takes of tegata-ca: bytecode instructions, by part of the source.

Run ``python benchmarks/bytecode.py [--orders N] [--workers N]``; it prints Markdown. It counts (``counted``) where the
other benchmarks take the time: on a machine that does much else the count of two programs still can be compared. What
is not Python (OpenSSL, SQLite, TLS, the event loop) is not in it; ``parts`` has that.
"""

import argparse
import sys
import tempfile
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import counted
import figures
import load
import parts
import servers

ORDERS, WORKERS, LINES = 40, 4, 25


def place(file: str) -> str:
    """What a source file belongs to: a package of Tegata's, another library, or Python's own."""
    if "/site-packages/" in file:
        return file.rpartition("/site-packages/")[2].split("/")[0]
    if "/src/tegata/" in file:
        return "/".join(file.rpartition("/src/tegata/")[2].split("/")[:2])
    return "Python's own"


def main() -> None:
    """Count, and print the table."""
    parser = argparse.ArgumentParser(description="Python's instructions for a certificate; prints Markdown.")
    parser.add_argument("--orders", type=int, default=ORDERS, help="orders that are counted (%(default)s)")
    parser.add_argument("--workers", type=int, default=WORKERS, help="accounts side by side (%(default)s)")
    asked = parser.parse_args()
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(dir="."))).resolve()
        resolver, file = stack.enter_context(servers.dns(directory / "zone")), directory / "count.json"
        program = [sys.executable, str(Path(__file__).with_name("counted.py")), str(file)]
        server = stack.enter_context(servers.tegata_ca(directory / "ca", resolver, program=program))
        load.run(server, workers=asked.workers, orders=asked.workers)
        before = parts.snapshot(server.pid, file)
        tally = load.run(server, workers=asked.workers, orders=asked.orders)
        after = parts.snapshot(server.pid, file)
    if tally.errors:
        raise SystemExit(f"errors under load: {dict(tally.errors)}")
    made = len(tally.chains) + asked.workers  # the warm-up is counted too
    calls = (after.pop(counted.CALLS) - before.pop(counted.CALLS)) / made
    found: Counter[str] = Counter()
    for name, instructions in after.items():
        found[place(name)] += round((instructions - before.get(name, 0)) / made)
    rows = [[name, f"{instructions:,}"] for name, instructions in [*found.most_common(LINES), ("all", found.total())]]
    sys.stdout.write(f"{made} certificates by {asked.workers} workers; {calls:,.0f} calls each.\n\n")
    sys.stdout.write(figures.table(["part", "instructions a certificate"], rows))


if __name__ == "__main__":
    main()
