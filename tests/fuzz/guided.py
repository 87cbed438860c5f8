"""Coverage-guided input for the readers of ``parsers``: what reaches new code is kept, and changed further.

``python -m tests.fuzz.guided NAME… --seconds N`` does it for some readers, in a process of its own, because libFuzzer
ends the process; the first octet of an input says which reader gets the rest. Whatever a reader raises beyond what it
documents is printed with the input that did it, and so is an input that takes too long or too much memory; the exit
code is not 0. ``make fuzz`` gives each reader its turn.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import atheris

LONGEST = 4096
# A single input that takes longer, or after which the process is larger, is a finding too.
SECONDS_PER_INPUT = 10
MOST_MIB = 768

with atheris.instrument_imports(include=["tegata"], enable_loader_override=False):
    from tests.fuzz.groups import REACHED
    from tests.fuzz.parsers import PARSERS, Parser
    from tests.fuzz.reading import read


def target(parsers: Sequence[Parser]) -> Callable[[bytes], None]:
    """What libFuzzer calls with each input."""
    reached: set[str] = set()

    def one(content: bytes) -> None:
        if not content:
            return
        parser = parsers[content[0] % len(parsers)]
        if parser.name not in reached:
            reached.add(parser.name)
            print(f"{REACHED}{parser.name}", flush=True)
        read(parser, content[1:])

    return one


def run(parsers: Sequence[Parser], seconds: int, seed: int) -> None:
    """Fuzz readers from their good samples; ends the process."""
    corpus = Path(tempfile.mkdtemp(prefix="corpus-"))
    for number, parser in enumerate(parsers):
        for sample_number, sample in enumerate(parser.samples):
            (corpus / f"sample{number}-{sample_number}").write_bytes(bytes([number]) + sample)
    options = {
        "max_total_time": seconds,
        "max_len": LONGEST,
        "timeout": SECONDS_PER_INPUT,
        "rss_limit_mb": MOST_MIB,
        "seed": seed,
        "print_final_stats": 1,
        "artifact_prefix": f"{corpus}/",
    }
    words = [sys.argv[0], *(f"-{name}={value}" for name, value in options.items()), str(corpus)]
    atheris.Setup(words, target(parsers))
    atheris.Fuzz()


def main() -> None:
    """Read the options and begin."""
    asked = argparse.ArgumentParser(prog="python -m tests.fuzz.guided")
    asked.add_argument("names", nargs="+", choices=[parser.name for parser in PARSERS])
    asked.add_argument("--seconds", type=int, default=60)
    asked.add_argument("--seed", type=int, default=1)
    given = asked.parse_args()
    run([parser for parser in PARSERS if parser.name in given.names], given.seconds, given.seed)


if __name__ == "__main__":
    main()
