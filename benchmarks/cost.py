"""Run one program to its end and print what it took: seconds, seconds of CPU, KiB at the peak, exit code.

``python -I -S benchmarks/cost.py LOG PROGRAM WORD…``. A process of its own, with little in memory: until a started
program replaces it, the memory of whoever starts it counts as the program's own (``wait4``, Linux).
"""

import os
import sys
import time


def main(log: str, *words: str) -> None:
    """Measure; what the program prints goes to the log."""
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    streams = [(os.POSIX_SPAWN_DUP2, nothing, 0), (os.POSIX_SPAWN_DUP2, output, 1), (os.POSIX_SPAWN_DUP2, output, 2)]
    began = time.perf_counter()
    pid = os.posix_spawnp(words[0], words, os.environ, file_actions=streams)
    _, status, usage = os.wait4(pid, 0)
    wall = time.perf_counter() - began
    code = os.waitstatus_to_exitcode(status)
    sys.stdout.write(f"{wall} {usage.ru_utime + usage.ru_stime} {usage.ru_maxrss} {code}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
