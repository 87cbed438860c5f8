"""Coverage-guided input for the readers of ``parsers``: what reaches new code is kept, and changed further.

``python -m tests.fuzz.guided NAME --seconds N`` does it for one reader, in a process of its own, because libFuzzer ends
the process; whatever a reader raises beyond what it documents is printed with the input that did it, and the exit code
is not 0. ``make fuzz`` gives each reader its turn.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import atheris

LONGEST = 4096
# A single input that takes longer is a finding too.
SECONDS_PER_INPUT = 10

with atheris.instrument_imports(include=["tegata"], enable_loader_override=False):
    from tests.fuzz.parsers import PARSERS, Parser
    from tests.fuzz.reading import read


def target(parser: Parser) -> Callable[[bytes], None]:
    """What libFuzzer calls with each input."""

    def one(content: bytes) -> None:
        read(parser, content)

    return one


def run(parser: Parser, seconds: int, seed: int) -> None:
    """Fuzz one reader from its good samples; ends the process."""
    corpus = Path(tempfile.mkdtemp(prefix="corpus-"))
    for number, sample in enumerate(parser.samples):
        (corpus / f"sample{number}").write_bytes(sample)
    options = {
        "max_total_time": seconds,
        "max_len": LONGEST,
        "timeout": SECONDS_PER_INPUT,
        "seed": seed,
        "print_final_stats": 1,
        "artifact_prefix": f"{corpus}/",
    }
    words = [sys.argv[0], *(f"-{name}={value}" for name, value in options.items()), str(corpus)]
    atheris.Setup(words, target(parser))
    atheris.Fuzz()


def main() -> None:
    """Read the options and begin."""
    asked = argparse.ArgumentParser(prog="python -m tests.fuzz.guided")
    asked.add_argument("name", choices=[parser.name for parser in PARSERS])
    asked.add_argument("--seconds", type=int, default=60)
    asked.add_argument("--seed", type=int, default=1)
    given = asked.parse_args()
    (parser,) = (parser for parser in PARSERS if parser.name == given.name)
    run(parser, given.seconds, given.seed)


if __name__ == "__main__":
    main()
