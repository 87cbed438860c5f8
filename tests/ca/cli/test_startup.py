"""What a command of the operator's loads: nothing that serves, sends or measures, for nobody waits for that."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.ca.cli.conftest import ENVIRONMENT

# The server, pages, mail, metrics, questions by HTTP, and the log: each by what takes longest to load of it.
HEAVY = {"uvicorn", "starlette.requests", "jinja2", "aiosmtplib", "prometheus_client", "httpx2", "structlog"}
SCRIPT = """
import sys
from tegata.ca_command import main
code = main()
print("MODULES", *sys.modules)
sys.exit(code)
"""


@pytest.mark.parametrize("words", [("contract", "list"), ("perspective", "list"), ("check",)])
def test_a_command_loads_nothing_that_serves(home: Path, words: tuple[str, ...]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, "--dir", str(home), *words],
        check=False,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    loaded = set(done.stdout.rpartition("MODULES")[2].split())
    assert "tegata.ca.bootstrap" in loaded, done.stderr
    assert not loaded & HEAVY
