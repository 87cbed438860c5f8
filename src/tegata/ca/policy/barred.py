"""Names that this CA certifies for nobody, whoever owns them: high risks by a list, and those of no top-level domain.

A list has a rule a line: ``www.example.com`` is that name with its wildcard, ``.example.com`` that name and all below
it, ``/…/`` a regular expression that a whole name matches, with its ``*.`` or without. A wildcard whose certificate
would be good for a name of the first two kinds is barred too. Pure; where the list is from is unknown here.
"""

import re
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from publicsuffixlist import PublicSuffixList

from tegata.acme.identifiers import DNS, Identifier
from tegata.ca.errors import BadName, NameRefused, NamesRefused
from tegata.pki import names


class Barred(NamedTuple):
    """The rules of a list."""

    domains: tuple[str, ...] = ()
    expressions: tuple[re.Pattern[str], ...] = ()

    def holds(self, name: str) -> bool:
        """Whether a normalised name, a wildcard too, is on the list."""
        base, wildcard = names.base_of(name), names.is_wildcard(name)
        return any(
            names.covers(domain, base) or (wildcard and domain.removeprefix(".").partition(".")[2] == base)
            for domain in self.domains
        ) or any(expression.fullmatch(form) for expression in self.expressions for form in (name, base))


NOBODY = Barred()
_NOT_IN_THE_ROOT = ".onion"
"""The list has it (RFC 7686), and the DNS has not."""


def parse(text: str) -> Barred:
    """Read a list; empty lines and what follows ``#`` are for people. Raises ValueError with the number of the line."""
    domains, expressions = [], []
    for number, line in enumerate(text.splitlines(), 1):
        rule = line.partition("#")[0].strip()
        try:
            if len(rule) > 1 and rule[0] == rule[-1] == "/":
                expressions.append(re.compile(rule[1:-1]))
            elif rule:
                domains.append("." * rule.startswith(".") + names.normalise(rule.removeprefix(".")))
        except (re.error, names.BadName):
            raise ValueError(f"line {number} is neither a name nor a regular expression") from None
    return Barred(tuple(domains), tuple(expressions))


def check(admitted: Sequence[Identifier], barred: Barred, *, is_public: bool) -> None:
    """Pass identifiers that are not barred; raises NamesRefused with every one that is (B-26, B-27).

    Only where the root is publicly trusted has a name to be one of the Internet's.
    """
    refused: list[tuple[Identifier, NameRefused]] = []
    for identifier in admitted:
        if barred.holds(identifier.value):
            error = BadName(name=identifier.value, reason="this CA does not certify it without a talk: please ask")
            refused.append((identifier, error))
        elif is_public and identifier.type == DNS and not is_of_the_internet(identifier.value):
            error = BadName(name=identifier.value, reason="there is no such top-level domain")
            refused.append((identifier, error))
    if refused:
        raise NamesRefused(refused)


def is_of_the_internet(name: str) -> bool:
    """Whether a normalised name is below a top-level domain that there is; an address never is."""
    is_below = not names.is_ip(name) and _known().publicsuffix(name) is not None
    return is_below and not f".{name}".endswith(_NOT_IN_THE_ROOT)


@cache
def _known() -> PublicSuffixList:
    """The registries' suffixes, which all top-level domains of the root zone are among, and one that is not in it."""
    return PublicSuffixList(only_icann=True, accept_unknown=False)
