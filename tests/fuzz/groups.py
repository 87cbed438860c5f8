"""The readers' targets: each a third of the readers, tried in one process, and what must be seen of it at the end."""

import re
from collections.abc import Collection

from tests.fuzz.parsers import PARSERS

_PROCESSES = 3
GROUPS = {
    f"readers-{number + 1}": [parser.name for parser in PARSERS[number::_PROCESSES]] for number in range(_PROCESSES)
}
"""Names of readers by names of targets."""

REACHED = "reached: "


def judged(names: Collection[str], said: str) -> tuple[str, bool]:
    """What a run that found nothing did, and whether it came to every reader."""
    reached = set(re.findall(rf"^{REACHED}(.+)$", said, re.MULTILINE))
    missing = [name for name in names if name not in reached]
    if missing:
        return f"never reached: {', '.join(missing)}\n{said}", False
    inputs = re.search(r"number_of_executed_units: (\d+)", said)
    peak = re.search(r"peak_rss_mb: +(\d+)", said)
    told = [f"{int(inputs[1]):,} inputs" if inputs else "", f"all {len(names)} readers"]
    return ", ".join([*filter(None, told), f"at most {peak[1]} MiB in memory" if peak else ""]), True
