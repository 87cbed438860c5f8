"""The entry of the command ``tegata``. The version is told before anything else is loaded: scripts ask for it often."""

import sys

from tegata import __version__

_VERSION = (["--version"], ["-version"], ["-v"])


def main() -> int:
    """Run this process's command line and give its exit code."""
    words = sys.argv[1:]
    if words in _VERSION:
        print(f"tegata version {__version__}")
        return 0
    from tegata.cli.program import program

    return program(words)
