"""Which domain above a name may be proved in the name's place (RFC 9444), and which proofs count for which names.

Pure, and by whole labels only. A name is proved itself unless its service, its client and a proof in the DNS of the
domain above all say otherwise (B-21, B-22). Whether the contract has the domain is ``names``' question.
"""

from collections.abc import Iterable, Sequence

from tegata.acme import identifiers
from tegata.acme.identifiers import Identifier
from tegata.acme.messages import AskedIdentifier
from tegata.ca.errors import BadAncestor, NameRefused, NamesRefused
from tegata.ca.model import Authorization
from tegata.ca.policy.names import registered
from tegata.pki import names

MOST_ABOVE = 100
"""So many domains above the names of an order are looked at, those of the fewest labels: a name may have a hundred."""


def asked(wanted: Iterable[AskedIdentifier]) -> dict[Identifier, Identifier]:
    """The domain above each identifier that names one, both in their one form (RFC 9444 §4.3).

    The identifiers themselves were admitted before. Raises NamesRefused with every identifier whose ``ancestorDomain``
    is none of its.
    """
    found: dict[Identifier, Identifier] = {}
    refused: list[tuple[Identifier, NameRefused]] = []
    for one in wanted:
        if one.ancestor_domain is None:
            continue
        try:
            found[identifiers.of(names.normalise(one.value))] = _ancestor(one, one.ancestor_domain)
        except BadAncestor as refusal:
            refused.append((Identifier(one.type, one.value), refusal))
    if refused:
        raise NamesRefused(refused)
    return found


def bases(wanted: Iterable[Identifier]) -> list[Identifier]:
    """What a proof of these identifiers may be of: their own names without wildcard labels, and domains above them.

    No public suffix is among them, and of the domains above no more than ``MOST_ABOVE``.
    """
    own = {proved_by(identifier)[0] for identifier in wanted}
    above = {Identifier(identifiers.DNS, domain) for base in own for domain in _at_and_above(base)} - own
    return [*sorted(own), *sorted(above, key=lambda one: (one.value.count("."), one.value))[:MOST_ABOVE]]


def counts_for(authorization: Authorization, identifier: Identifier) -> bool:
    """Whether an authorization that is good for names below counts for this one, which may be a wildcard."""
    return (
        authorization.subdomains
        and authorization.identifier.type == identifier.type == identifiers.DNS
        and names.covers(f".{authorization.identifier.value}", identifier.value)
    )


def proofs(wanted: Sequence[Identifier], authorizations: Sequence[Authorization]) -> dict[Identifier, Authorization]:
    """By which of an order's authorizations each of its identifiers is proved: its own, else that of a domain above.

    The nearest of several, and the last of those for one name. An identifier that none counts for is left out.
    """
    own = {(one.identifier, one.wildcard): one for one in authorizations}
    wide = [one for one in reversed(authorizations) if one.subdomains]
    wide.sort(key=lambda one: len(one.identifier.value), reverse=True)
    found = {}
    for identifier in wanted:
        proof = own.get(proved_by(identifier)) or next((one for one in wide if counts_for(one, identifier)), None)
        if proof is not None:
            found[identifier] = proof
    return found


def proved_by(identifier: Identifier) -> tuple[Identifier, bool]:
    """What an authorization of the identifier's own is about: a wildcard's base name, and that it is one (A-56)."""
    return Identifier(identifier.type, names.base_of(identifier.value)), names.is_wildcard(identifier.value)


def _ancestor(one: AskedIdentifier, said: str) -> Identifier:
    """What an identifier says is above it, if it is."""
    excerpt = said[: names.NAME_LIMIT]
    if one.type != identifiers.DNS:
        raise BadAncestor(name=one.value, ancestor=excerpt, reason="an address is below no domain")
    if not said.isascii():
        raise BadAncestor(name=one.value, ancestor=excerpt, reason="ACME wants its A-label form (xn--…)")
    try:
        ancestor = identifiers.dns(said)
    except names.BadName as error:
        raise BadAncestor(name=one.value, ancestor=excerpt, reason=error.facts["reason"]) from None
    if not names.normalise(one.value).endswith(f".{ancestor.value}"):
        raise BadAncestor(name=one.value, ancestor=excerpt, reason="the name is not below it")
    return ancestor


def _at_and_above(base: Identifier) -> list[str]:
    """A DNS name without a wildcard label and the domains above it, up to the one that is registered."""
    end = registered(base.value) if base.type == identifiers.DNS else None
    if end is None:
        return []
    labels = base.value.split(".")
    return [".".join(labels[depth:]) for depth in range(len(labels) - end.count("."))]
