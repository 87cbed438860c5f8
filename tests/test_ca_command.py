"""The entry point where the extra ``ca`` is not installed."""

import subprocess
import sys

import pytest

WITHOUT = """
import sys
for missing in ("starlette", "uvicorn", "structlog", "dns", "jinja2"):
    sys.modules[missing] = None
from tegata.ca_command import main
sys.exit(main())
"""


@pytest.mark.parametrize(("language", "told"), [("C", "is not installed completely"), ("ja_JP.UTF-8", "インストール")])
def test_a_missing_extra_is_told(language, told):
    """With the command that installs it, in one line, and exit code 1."""
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT], check=False, capture_output=True, text=True, env={"LANG": language}, timeout=60
    )
    assert done.returncode == 1
    assert told in done.stderr
    assert "pip install 'tegata[ca]'" in done.stderr
    assert done.stderr.count("\n") == 1
