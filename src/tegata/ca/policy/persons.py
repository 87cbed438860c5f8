"""Whether two names are one person's: what takes two persons is not to be had by writing one's own name otherwise."""

from unicodedata import normalize


def is_same(one: str, other: str) -> bool:
    """Whether two names differ in nothing but their widths, spaces and capitals (``青木　花子``, ``青木 花子``)."""
    return _folded(one) == _folded(other)


def _folded(name: str) -> str:
    return "".join(normalize("NFKC", name).casefold().split())
