"""The server's log: one JSON object a line, in ASCII, from us and from libraries."""

import json
import subprocess
import sys

PROGRAM = """
import logging, structlog
from tegata.ca.cli import logs
log = structlog.get_logger("acme")
logs.configure()
log.info("refused", path="/\\x1b[31m\\n\\u202e\\x9b", reference="T-00000000")
try:
    raise ValueError("why")
except ValueError:
    log.exception("failed")
logging.getLogger("uvicorn.error").error("from %s", "elsewhere")
logging.getLogger("uvicorn.error").info("chatter")
"""


def test_every_entry_is_one_harmless_line():
    """S-37: control characters, line ends and direction marks of strangers stay inside the JSON; tracebacks too."""
    done = subprocess.run([sys.executable, "-c", PROGRAM], check=True, capture_output=True, timeout=120)
    assert done.stdout == b""
    assert done.stderr.isascii()
    refused, failed, library = [json.loads(line) for line in done.stderr.decode().splitlines()]
    assert refused["path"] == "/\x1b[31m\n\u202e\x9b"
    assert (refused["event"], refused["level"], refused["logger"]) == ("refused", "info", "acme")
    assert refused["timestamp"].endswith("Z")
    assert "ValueError: why" in failed["exception"]
    assert (library["event"], library["logger"]) == ("from elsewhere", "uvicorn.error")


LONG = """
import structlog
from tegata.ca.cli import logs
logs.configure()
log = structlog.get_logger("acme")
log.info("refused", path="/" + 60_000 * "x", serials=["ab1"])
try:
    raise ValueError(9_000 * "why")
except ValueError:
    log.exception("failed")
"""


def test_what_a_stranger_sends_does_not_fill_the_disk():
    """S-37: of a text its beginning is logged, and of our own faults everything."""
    done = subprocess.run([sys.executable, "-c", LONG], check=True, capture_output=True, timeout=120)
    refused, failed = [json.loads(line) for line in done.stderr.decode().splitlines()]
    assert refused["path"] == "/" + 1999 * "x" + "…"
    assert refused["serials"] == ["ab1"]
    assert 9_000 * "why" in failed["exception"]


OF_A_COMMAND = """
from tegata.ca.journal import Journal
pin = "1234"
try:
    raise ValueError("why")
except ValueError:
    Journal("revocation").exception("crl.postponed", serials=["ab1"])
print("{}")
"""


def test_an_entry_of_a_command_is_not_in_its_answer():
    """A revocation whose CRL has to wait says so on standard error; what the answer is read by sees none of it."""
    done = subprocess.run([sys.executable, "-c", OF_A_COMMAND], check=True, capture_output=True, timeout=120)
    assert done.stdout == b"{}\n"
    entry = json.loads(done.stderr)
    assert (entry["event"], entry["level"], entry["serials"]) == ("crl.postponed", "error", ["ab1"])
    assert "ValueError: why" in entry["exception"]
    assert "1234" not in done.stderr.decode()
