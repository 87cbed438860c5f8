"""Which of the two languages a reader gets.

Knows header and environment forms; reads neither a request nor the environment itself.
"""

from collections.abc import Mapping
from enum import StrEnum


class Language(StrEnum):
    """The languages Tegata speaks, by their BCP 47 tag."""

    EN = "en"
    JA = "ja"


def from_accept_language(header: str | None, default: Language = Language.EN) -> Language:
    """Choose by an Accept-Language header (RFC 9110 §12.5.4); without a language of ours, the default."""
    if not header:
        return default
    best, best_weight = default, 0.0
    for item in header.split(",")[:20]:
        tag, _, parameter = item.strip().partition(";")
        primary = tag.strip().lower().split("-")[0]
        try:
            weight = float(parameter.strip().removeprefix("q=")) if parameter else 1.0
        except ValueError:
            continue
        if weight > best_weight and primary in tuple(Language):
            best, best_weight = Language(primary), weight
    return best


def from_environment(environ: Mapping[str, str], default: Language = Language.EN) -> Language:
    """Choose by ``TEGATA_LANG``, then POSIX's ``LC_ALL``, ``LC_MESSAGES``, ``LANG``, the first that is set."""
    for name in ("TEGATA_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = environ.get(name)
        if value:
            return Language.JA if value.lower().startswith("ja") else Language.EN
    return default
