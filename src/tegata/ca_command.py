"""The entry point of ``tegata-ca``: starts the command, or says how to get it where the extra ``ca`` is missing.

Knows nothing of the CA but where its command line is.
"""

import os
import sys

from tegata.text.catalogue import Sentence
from tegata.text.language import from_environment

_MISSING = Sentence(
    "tegata-ca is not installed completely ({module} is missing). Install it with: pip install 'tegata[ca]'",
    "tegata-ca に必要なもの（{module}）がインストールされていません。次のコマンドでインストールしてください:"
    " pip install 'tegata[ca]'",
)


def main() -> int:
    """Run ``tegata-ca``; its exit code."""
    try:
        from tegata.ca.cli.main import main as run  # noqa: PLC0415 - a missing extra must be told, not crash
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] == "tegata":
            raise
        sys.stderr.write(_MISSING.fill(from_environment(os.environ), {"module": error.name}) + "\n")
        return 1
    return run()
