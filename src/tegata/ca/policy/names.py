"""Which names a contract may hold, and which of them an order may ask for.

Spelling is a matter of ``tegata.pki.names``; here are the CA's own rules: the contract's names, public suffixes,
wildcards. Whether a name answers its challenge is unknown here.
"""

from collections.abc import Sequence
from functools import cache

from publicsuffixlist import PublicSuffixList

from tegata.acme import identifiers
from tegata.acme.challenges import DNS_01, DNS_ACCOUNT_01
from tegata.acme.identifiers import Identifier
from tegata.ca.errors import (
    BadName,
    ForeignName,
    NameRefused,
    NamesRefused,
    UnsupportedIdentifier,
    WildcardUnsupported,
)
from tegata.ca.model import Contract
from tegata.ca.settings import Service
from tegata.pki import names

_IN_DNS = frozenset({DNS_01, DNS_ACCOUNT_01})
_REVERSE_ZONES = (".in-addr.arpa", ".ip6.arpa")


def admit(asked: Sequence[Identifier], contract: Contract, service: Service) -> tuple[Identifier, ...]:
    """The identifiers of an order, lower-case, each once, in the order they were asked for.

    Raises NamesRefused with every identifier that cannot be had, each with its own reason (A-23).
    """
    admitted: dict[Identifier, None] = {}
    refused: list[tuple[Identifier, NameRefused]] = []
    for identifier in asked:
        try:
            admitted[_admit(identifier, contract, service)] = None
        except NameRefused as refusal:
            refused.append((identifier, refusal))
    if refused:
        raise NamesRefused(refused)
    return tuple(admitted)


def challenge_types(service: Service, *, wildcard: bool) -> tuple[str, ...]:
    """The challenge types by which a name can be proved: a wildcard only in the DNS (RFC 8555 §7.1.3, BR 3.2.2.4)."""
    return tuple(kind for kind in service.challenges if kind in _IN_DNS or not wildcard)


def pattern(text: str) -> str:
    """A contract's name in its one form: ``www.example.com``, or ``.example.com`` for that name and all below it.

    Raises BadName for anything a certificate could not have, wildcards and public suffixes included.
    """
    dot = "." if text.startswith(".") else ""
    try:
        name = names.normalise(text.removeprefix("."))
    except names.BadName as error:
        raise BadName(name=text, reason=error.facts["reason"]) from None
    if names.is_wildcard(name):
        raise BadName(name=text, reason="wildcards are covered by the name with a dot in front")
    if names.is_ip(name):
        raise BadName(name=text, reason="it is an IP address, which is no DNS name")
    _check_owned(name)
    return dot + name


def _admit(identifier: Identifier, contract: Contract, service: Service) -> Identifier:
    if identifier.type != identifiers.DNS:
        raise UnsupportedIdentifier(type=identifier.type[:64], name=identifier.value[: names.NAME_LIMIT])
    admitted = _dns(identifier.value)
    name = admitted.value
    _check_owned(names.base_of(name))
    if not any(names.covers(own, name) for own in contract.domains):
        raise ForeignName(name=name, contract=contract.id)
    if not challenge_types(service, wildcard=names.is_wildcard(name)):
        raise WildcardUnsupported(name=name)
    return admitted


def _dns(text: str) -> Identifier:
    if not text.isascii():
        raise BadName(name=text[: names.NAME_LIMIT], reason="ACME wants its A-label form (xn--…)")
    try:
        return identifiers.dns(text)
    except names.BadName as error:
        raise BadName(name=error.facts["name"], reason=error.facts["reason"]) from None


def _check_owned(name: str) -> None:
    """Refuse what belongs to a registry, not to an owner (BR 3.2.2.6); ``name`` has no wildcard label."""
    if _suffixes().is_public(name):
        raise BadName(name=name, reason="it is a public suffix, under which names are registered")
    if f".{name}".endswith(_REVERSE_ZONES):
        raise BadName(name=name, reason="it is a name of the reverse DNS")


@cache
def _suffixes() -> PublicSuffixList:
    """The list's registry section, a data table that comes with its package; unknown top-level names are suffixes."""
    return PublicSuffixList(only_icann=True)
