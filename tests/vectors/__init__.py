"""Sample values of the RFCs, each file with its provenance, and how a test reads one."""

import json
from pathlib import Path
from typing import Any


def load(name: str) -> Any:
    """The vectors of a file, by its name without ending."""
    return json.loads((Path(__file__).parent / f"{name}.json").read_text("utf-8"))
