"""Which names and addresses a contract may hold, and which of them an order may ask for.

Spelling is a matter of ``tegata.pki.names``; here are the CA's own rules: the contract's names, public suffixes,
wildcards, reserved addresses. Whether a name answers its challenge is unknown here.
"""

from collections.abc import Callable, Sequence
from functools import cache
from ipaddress import ip_address, ip_network

import msgspec
from publicsuffixlist import PublicSuffixList

from tegata.acme import identifiers
from tegata.acme.challenges import DNS_01, DNS_ACCOUNT_01, DNS_PERSIST_01
from tegata.acme.identifiers import Identifier
from tegata.ca.errors import (
    BadName,
    ForeignName,
    NameNotOfCredential,
    NameRefused,
    NamesRefused,
    NeedsOrder,
    Refused,
    UnsupportedIdentifier,
    WildcardUnsupported,
)
from tegata.ca.model import Contract, Credential
from tegata.ca.policy.addresses import AddressFilter
from tegata.ca.settings import Service
from tegata.pki import names

_IN_DNS = frozenset({DNS_01, DNS_ACCOUNT_01, DNS_PERSIST_01})
_REVERSE_ZONES = (".in-addr.arpa", ".ip6.arpa")


def admit(
    asked: Sequence[Identifier], contract: Contract, service: Service, addresses: AddressFilter
) -> tuple[Identifier, ...]:
    """The identifiers of an order, lower-case, each once, in the order they were asked for.

    ``addresses`` are those that a certificate may hold. Raises NamesRefused with every identifier that cannot be had,
    each with its own reason (A-23).
    """
    admitted: dict[Identifier, None] = {}
    refused: list[tuple[Identifier, NameRefused]] = []
    for identifier in asked:
        try:
            admitted[_admit(identifier, contract, service, addresses)] = None
        except NameRefused as refusal:
            refused.append((Identifier(identifier.type, identifier.value), refusal))
    if refused:
        raise NamesRefused(refused)
    return tuple(admitted)


def check_limited(admitted: Sequence[Identifier], credential: Credential) -> None:
    """Pass identifiers of the contract that an account of this credential may have; raises NamesRefused."""
    if not credential.domains:
        return
    refused = [
        (identifier, NameNotOfCredential(name=identifier.value, kid=credential.kid))
        for identifier in admitted
        if not any(names.covers(own, identifier.value) for own in credential.domains)
    ]
    if refused:
        raise NamesRefused(refused)


def challenge_types(service: Service, identifier: Identifier) -> tuple[str, ...]:
    """The challenge types by which an identifier can be proved.

    A wildcard only in the DNS (RFC 8555 §7.1.3, BR 3.2.2.4); an address has no records there (RFC 8738 §7, X-06).
    """
    if identifier.type == identifiers.IP:
        return tuple(kind for kind in service.challenges if kind not in _IN_DNS)
    wildcard = names.is_wildcard(identifier.value)
    return tuple(kind for kind in service.challenges if kind in _IN_DNS or not wildcard)


def for_all_below(service: Service) -> Service:
    """The service with the challenges that prove a domain and all names below it: those in the DNS (RFC 9444, B-21)."""
    kinds = tuple(kind for kind in service.challenges if kind in _IN_DNS)
    return msgspec.structs.replace(service, challenges=kinds)


def reusable(service: Service) -> Service:
    """The service with the challenges whose proof counts for more than one order (X-47)."""
    kinds = tuple(kind for kind in service.challenges if kind != DNS_PERSIST_01)
    subdomains = service.subdomains and not _IN_DNS.isdisjoint(kinds)
    return msgspec.structs.replace(service, challenges=kinds, subdomains=subdomains)


def check_alone(identifier: Identifier, service: Service) -> None:
    """Pass if an identifier can be authorized before any order: no wildcard, nothing that only serves one order.

    Raises NamesRefused (A-64).
    """
    if names.is_wildcard(identifier.value) or not challenge_types(reusable(service), identifier):
        raise NamesRefused([(identifier, NeedsOrder(name=identifier.value))])


def pattern(text: str, addresses: AddressFilter) -> str:
    """A contract's name in its one form.

    That is ``www.example.com``, ``.example.com`` for that name and all below it, an address, or a network of them.
    Raises BadName for anything a certificate could not have: wildcards, public suffixes, reserved addresses.
    """
    form = _one_form(text)
    name = form.removeprefix(".")
    if "/" in name:
        return form
    if names.is_wildcard(name):
        raise BadName(name=text, reason="wildcards are covered by the name with a dot in front")
    if names.is_ip(name):
        if form != name:
            raise BadName(name=text, reason="it is an IP address, which is no DNS name")
        _check_open(name, addresses)
    else:
        _check_owned(name)
    return form


def within(text: str, contract: Contract) -> str:
    """A pattern of names that are all the contract's, in its one form; raises BadName, Refused."""
    wanted = _one_form(text)
    if not any(_holds(own, wanted) for own in contract.domains):
        raise Refused(reason="a name is not among the contract's")
    return wanted


def registered(name: str) -> str | None:
    """The domain at or above a DNS name that somebody registered; None for a public suffix."""
    return _suffixes().privatesuffix(name)


def named(domains: Sequence[str]) -> list[str]:
    """The names with which the customer of a contract begins: a domain's own, and of networks none."""
    return [own.removeprefix(".") for own in domains if "/" not in own]


def _one_form(text: str) -> str:
    """A pattern as it is kept; raises BadName."""
    dot = "." if text.startswith(".") else ""
    try:
        return names.network(text) if "/" in text else dot + names.normalise(text.removeprefix("."))
    except names.BadName as error:
        raise BadName(name=text, reason=error.facts["reason"]) from None


def _holds(own: str, wanted: str) -> bool:
    """Whether all that one pattern covers another does too."""
    if "/" in wanted:
        network = ip_network(wanted)
        return all(names.covers(own, str(end)) for end in (network[0], network[-1]))
    return names.covers(own, wanted)


def _admit(identifier: Identifier, contract: Contract, service: Service, addresses: AddressFilter) -> Identifier:
    match identifier.type:
        case identifiers.DNS:
            admitted = _spelled(identifiers.dns, identifier.value)
            _check_owned(names.base_of(admitted.value))
        case identifiers.IP:
            admitted = _spelled(identifiers.ip, identifier.value)
            _check_open(admitted.value, addresses)
        case _:
            raise _unsupported(identifier)
    name = admitted.value
    if not any(names.covers(own, name) for own in contract.domains):
        raise ForeignName(name=name, contract=contract.id)
    if not challenge_types(service, admitted):
        raise _unsupported(admitted) if admitted.type == identifiers.IP else WildcardUnsupported(name=name)
    return admitted


def _unsupported(identifier: Identifier) -> UnsupportedIdentifier:
    return UnsupportedIdentifier(type=identifier.type[:64], name=identifier.value[: names.NAME_LIMIT])


def _spelled(read: Callable[[str], Identifier], text: str) -> Identifier:
    if not text.isascii():
        raise BadName(name=text[: names.NAME_LIMIT], reason="ACME wants its A-label form (xn--…)")
    try:
        return read(text)
    except names.BadName as error:
        raise BadName(name=str(error.facts["name"])[: names.NAME_LIMIT], reason=error.facts["reason"]) from None


def _check_open(address: str, addresses: AddressFilter) -> None:
    """Refuse what belongs to nobody or to everybody, unless the settings name it (X-07)."""
    if not addresses.is_certifiable(ip_address(address)):
        raise BadName(name=address, reason="it is an address that is reserved, and not this CA's to certify")


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
