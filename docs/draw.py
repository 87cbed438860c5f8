"""Draws the documents' generated parts: the life cycles of ``tegata.acme.lifecycle`` in ``architecture.md``.

Run by ``make docs``; ``make check`` fails when a drawn part is not what this would write.
"""

import re
from pathlib import Path

from tegata.acme.lifecycle import (
    ACCOUNT_TRANSITIONS,
    AUTHORIZATION_TRANSITIONS,
    CHALLENGE_TRANSITIONS,
    ORDER_TRANSITIONS,
    figure,
)

ARCHITECTURE = Path(__file__).with_name("architecture.md")
PART = re.compile(r"(<!-- lifecycle:begin -->\n).*?(<!-- lifecycle:end -->)", re.DOTALL)
TABLES = {
    "Order": ORDER_TRANSITIONS,
    "Authorization": AUTHORIZATION_TRANSITIONS,
    "Challenge": CHALLENGE_TRANSITIONS,
    "Account": ACCOUNT_TRANSITIONS,
}


def drawn(text: str) -> str:
    """The document with its generated part made anew."""
    figures = "\n".join(f"### {name}\n\n```mermaid\n{figure(table).strip()}\n```\n" for name, table in TABLES.items())
    return PART.sub(lambda part: f"{part[1]}\n{figures}\n{part[2]}", text)


if __name__ == "__main__":
    ARCHITECTURE.write_text(drawn(ARCHITECTURE.read_text("utf-8")), "utf-8")
