"""``alone.py COMMAND …``: runs a command once no other run of this script holds the present folder.

For the Makefile, before there is a virtual environment: two installations at once in one folder ruin each other. The
folder itself is locked, which macOS can do too, and the lock ends with the last process that has inherited it.
"""

# ruff: noqa: INP001 - a script, run before there is a package

import fcntl
import os
import sys

folder = os.open(".", os.O_RDONLY)
try:
    fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
except BlockingIOError:
    print("Another make installs here: waiting for it", file=sys.stderr, flush=True)
    fcntl.flock(folder, fcntl.LOCK_EX)
except OSError:
    pass  # a folder across a network that knows no locks
os.set_inheritable(folder, True)  # noqa: FBT003 - the library's own
os.execvp(sys.argv[1], sys.argv[1:])  # noqa: S606 - the Makefile's own command
