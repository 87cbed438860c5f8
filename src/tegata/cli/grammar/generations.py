"""Which lego a command line is for, where that makes a difference: the words and variables that only one of them has.

v4's meaning counts unless a word of v5's is there. Where the words leave it open, as ``run`` alone does, a variable
that only lego v5 reads says it, so that a container made for lego v5 runs as it did. Pure.
"""

from collections.abc import Iterator, Mapping, Sequence

from tegata.cli.grammar.commands import Command, Generation
from tegata.cli.grammar.flags import FLAGS

_V4 = frozenset(name for flag in FLAGS for name in flag.names)
_V5 = frozenset(name for flag in FLAGS for name in flag.v5)

# The spellings that say lego v5 is spoken: no flag of v4 has them.
V5_SPELLINGS = _V5 - _V4
# Those that only v4 has: what v5 calls otherwise, and what it has no more.
V4_SPELLINGS = frozenset(name for flag in FLAGS if flag.v5 for name in flag.names) - _V5 - {"eab"} | {
    "disable-cn",
    "dynamic",
    "dns.propagation-rns",
    "run-hook",
    "run-hook-timeout",
    "renew-hook",
    "renew-hook-timeout",
}
# The variables of flags that lego v4 reads, too.
_V4_VARIABLES = frozenset(
    f"LEGO_{name}"
    for name in ("SERVER", "EMAIL", "PATH", "EAB", "EAB_KID", "EAB_HMAC", "PFX", "PFX_PASSWORD", "PFX_FORMAT")
)
# Flags that neither lego has.
_OURS = frozenset(
    {
        *("eab-file", "new-account", "change-eab", "preferred-profile", "exit-code-not-due", "no-back-off", "yes"),
        *("undo", "archive", "ancestor-domain", "dns-account", "outage-wait"),
    }
)


def v5_variables(command: Command | None, spelled: Sequence[str], environ: Mapping[str, str]) -> Iterator[str]:
    """The variables set that only lego v5 reads, where neither command nor spellings say which lego is meant."""
    if command is None or command.generation is not None or not V4_SPELLINGS.isdisjoint(spelled):
        return
    for flag in FLAGS:
        if flag.name in _OURS or (flag.name in V4_SPELLINGS and not flag.v5):  # lego v5 has none of these
            continue
        if flag.belongs(command.does, Generation.V5):
            names = (f"LEGO_{each}" for each in flag.variables)
            yield from (name for name in names if environ.get(name) and name not in _V4_VARIABLES)
