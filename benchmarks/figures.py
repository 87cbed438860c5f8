"""What all benchmarks share of statistics and of telling them: the machine, medians with their range, Markdown tables.

Measures nothing and knows no program under test.
"""

import os
import platform
import shutil
import sqlite3
import ssl
import subprocess
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from pathlib import Path
from statistics import median


def spread(values: Sequence[float], digits: int = 1) -> str:
    """The median, with the least and the greatest in brackets."""
    if not values:
        return "–"
    middle, least, most = (f"{value:,.{digits}f}" for value in (median(values), min(values), max(values)))
    return f"{middle} ({least}–{most})"


def ratios(ours: Sequence[float], theirs: Sequence[float]) -> str:
    """Ours divided by theirs, each pair by itself, so that what slowed both of a pair down cancels out."""
    return spread([mine / other for mine, other in zip(ours, theirs, strict=True) if other], 2)


def quantile(values: Iterable[float], share: float) -> float:
    """The value that this share of the others does not exceed."""
    ordered = sorted(values)
    return ordered[round(share * (len(ordered) - 1))]


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table, the first column flush left and the others flush right."""
    lines = [headings, ["---", *["---:"] * (len(headings) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def machine(*packages: str) -> str:
    """One paragraph: processor, cores, load now, versions of what takes part, Debian's ``packages`` included."""
    told = [
        f"{_processor()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.2f} at the start",
        f"{platform.system()} {platform.release()}",
        f"Python {platform.python_version()}",
        ssl.OPENSSL_VERSION,
        f"SQLite {sqlite3.sqlite_version}",
        *(f"{name} {version(name)}" for name in ("tegata", "cryptography", "httpx2", "uvicorn")),
        *(_packaged(name) for name in packages),
    ]
    return "; ".join(told) + ".\n"


def _processor() -> str:
    """The processor's name as the kernel has it."""
    lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def _packaged(name: str) -> str:
    """A Debian package with its version."""
    if shutil.which("dpkg-query") is None:
        return f"{name} of unknown version"
    words = ["dpkg-query", "--show", "--showformat", "${Package} ${Version}", name]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    return done.stdout or f"{name} not of Debian"
