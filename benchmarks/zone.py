"""The DNS of the benchmarks: every name leads to this machine, one zone, and TXT records that are files in a folder.

``python benchmarks/zone.py FOLDER`` prints ``ready HOST:PORT`` and serves until SIGTERM. A file is called as its name,
final dot included, and holds a value a line; ``hook`` is the program for lego's provider ``exec`` that writes them.
"""

import signal
import sys
import threading
from pathlib import Path

import dns.message
import dns.rdatatype

from tegata.testing.dns import DnsServer

DOMAIN = "bench.example.com"
HOOK = """#!/bin/sh
case "$1" in
present) echo "$3" >> "$(dirname "$0")/$2" ;;
cleanup) rm -f "$(dirname "$0")/$2" ;;
esac
"""


class Zone(DnsServer):
    """Reads TXT records anew for every question about them."""

    def __init__(self, folder: Path) -> None:
        super().__init__(default_address="127.0.0.1")
        self._folder = folder
        self.set(DOMAIN, "SOA", f"ns.{DOMAIN}. hostmaster.{DOMAIN}. 1 60 60 60 60")
        self.set(DOMAIN, "NS", f"ns.{DOMAIN}.")

    def respond(self, query: dns.message.Message) -> dns.message.Message:
        """The answer to one query."""
        for question in query.question:
            if question.rdtype == dns.rdatatype.TXT:
                self._read(question.name.to_text().lower())
        return super().respond(query)

    def _read(self, name: str) -> None:
        file = self._folder / name
        values = file.read_text("utf-8").split() if "/" not in name and file.is_file() else []
        if values:
            self.set(name, "TXT", *(f'"{value}"' for value in values))
        else:
            self.remove(name, "TXT")


def hook(folder: Path) -> Path:
    """The program that makes and removes records, in the folder."""
    file = folder / "hook"
    file.write_text(HOOK, "utf-8")
    file.chmod(0o755)
    return file


def main(folder: str) -> None:
    """Serve."""
    stopped = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopped.set())
    with Zone(Path(folder)) as zone:
        sys.stdout.write(f"ready {zone.address}\n")
        sys.stdout.flush()
        stopped.wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
