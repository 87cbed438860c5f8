"""A real unbound with the recommended settings, which validates: the resolver that a CA is to ask.

Every name below ``DOMAIN`` leads to 127.0.0.1 and has nothing else, by a wildcard of a signed root zone of its own.
"""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dns.exception
import dns.flags
import dns.message
import dns.query
from servers import START_SECONDS, free_ports
from zone import DOMAIN

from tegata.testing.unbound import prepare, signed_root

RECOMMENDED = Path(__file__).parents[1] / "docs" / "unbound.conf"
_ROOT = f"""\
$ORIGIN .
$TTL 60
@ SOA ns. hostmaster. 1 3600 600 86400 60
@ NS ns.
ns. A 127.0.0.1
*.{DOMAIN}. A 127.0.0.1
"""


@contextmanager
def unbound(directory: Path) -> Iterator[str]:
    """It runs: its ``host:port``."""
    directory.mkdir()
    [port] = free_ports(1)
    argv = prepare(directory, *signed_root(_ROOT), recommended=RECOMMENDED, port=port)
    with (
        (directory / "unbound.log").open("wb") as log,
        subprocess.Popen(argv, stdout=log, stderr=log) as process,
    ):
        try:
            _await_answers(port)
            yield f"127.0.0.1:{port}"
        finally:
            process.terminate()


def _await_answers(port: int) -> None:
    """Until it answers, and says that it has validated the answer."""
    query = dns.message.make_query(f"first.{DOMAIN}.", "A", want_dnssec=True)
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            answer = dns.query.udp(query, "127.0.0.1", timeout=1, port=port)
        except (OSError, dns.exception.DNSException):
            time.sleep(0.05)
            continue
        if not answer.answer or not answer.flags & dns.flags.AD:
            raise SystemExit(f"unbound does not validate: {answer}")
        return
    raise SystemExit("unbound does not answer")
