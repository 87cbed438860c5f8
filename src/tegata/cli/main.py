"""The entry of the command ``tegata``. The version is told before anything else is loaded: scripts ask for it often."""

import gc
import os
import sys

from tegata import __version__

_VERSION = (["--version"], ["-version"], ["-v"])
# What Go calls the machines that lego is built for.
_MACHINES = {"x86_64": "amd64", "aarch64": "arm64", "i686": "386"}


def main() -> int:
    """Run this process's command line and give its exit code."""
    words = sys.argv[1:]
    name = called(sys.argv[0])
    if words in _VERSION:
        return _say(version(name))
    # Collecting garbage while modules load finds none, and takes a twelfth of the time of a renewal that is not due.
    gc.set_threshold(50_000)
    from tegata.cli.program import program

    return program(words, name)


def _say(line: str) -> int:
    """Write the one line there is to say; the exit code, which tells whether it could be written."""
    try:
        print(line, flush=True)
    except OSError:
        os.dup2(
            os.open(os.devnull, os.O_WRONLY), 1
        )  # at what is left in the stream Python would end with a code of its own
        return 1
    return 0


def called(path: str) -> str:
    """What the program is called: ``lego`` by a link of that name, so that scripts find what they look for."""
    name = path.replace("\\", "/").rpartition("/")[2].lower().removesuffix(".exe")
    return "lego" if name == "lego" else "tegata"


def version(name: str) -> str:
    """The version in one line; as lego it has lego's form, the system and the machine behind it."""
    line = f"{name} version {__version__}"
    if name != "lego":
        return line
    machine = os.uname().machine if hasattr(os, "uname") else os.environ.get("PROCESSOR_ARCHITECTURE", "").lower()
    return f"{line} {'windows' if sys.platform == 'win32' else sys.platform}/{_MACHINES.get(machine, machine)}"
