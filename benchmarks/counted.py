"""``tegata-ca`` that counts the bytecode it runs: a measure of the same program's work that no other load disturbs.

``python benchmarks/counted.py FILE WORD…`` is ``tegata-ca WORD…``. Upon SIGUSR1 it writes how many instructions the
functions of each source file have run so far, and how many calls there were, to FILE as JSON. All threads count; it
makes the program several times as slow.
"""

import json
import signal
import sys
import threading
from collections import Counter
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from tegata import ca_command

CALLS = "calls"
_OWN = __file__


class Count:
    """Instructions and calls by code object."""

    def __init__(self) -> None:
        self._instructions: Counter[CodeType] = Counter()
        self._calls = 0

    def enter(self, frame: FrameType, _event: str, _argument: object) -> Any:  # noqa: ANN401 - as ``sys.settrace`` has it
        """A function begins, or goes on."""
        if frame.f_code.co_filename == _OWN:
            return None
        self._calls += 1
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        return self.step

    def step(self, frame: FrameType, event: str, _argument: object) -> Any:  # noqa: ANN401 - as ``sys.settrace`` has it
        """An instruction of it."""
        if event == "opcode":
            self._instructions[frame.f_code] += 1
        return self.step

    def write(self, file: Path) -> None:
        """The counts so far: instructions by source file, and calls."""
        told = Counter({CALLS: self._calls})
        for code, instructions in list(self._instructions.items()):
            told[code.co_filename] += instructions
        draft = file.with_suffix(".draft")
        draft.write_text(json.dumps(told), "utf-8")
        draft.replace(file)


def main(file: str, *words: str) -> int:
    """Begin to count, and be ``tegata-ca``."""
    count = Count()
    signal.signal(signal.SIGUSR1, lambda _number, _frame: count.write(Path(file)))
    sys.argv[1:] = words
    threading.settrace(count.enter)
    sys.settrace(count.enter)
    return ca_command.main()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
