"""Domains above the names of an order that are to be proved in their place (RFC 9444): which goes with which name.

Pure. What the CA asks for in the end is its policy; here is also what it may ask for then.
"""

from collections.abc import Mapping, Sequence

from tegata.acme.messages import Directory
from tegata.client.errors import ClientError
from tegata.pki.names import is_ip


class AncestorsNotOffered(ClientError):
    """The CA does not say that a proof of ``domains`` counts for names below."""

    code = "client.ancestors"


class NothingBelow(ClientError):
    """None of the order's ``names`` is below ``domain``."""

    code = "client.nothing-below"


def chosen(domains: Sequence[str], ordered: Sequence[str], directory: Directory) -> dict[str, str]:
    """The nearest of the domains for each name that is below one, wildcards included.

    Raises NothingBelow, AncestorsNotOffered, before anything is ordered (X-60).
    """
    above = {name: [domain for domain in domains if _is_below(name, domain)] for name in ordered}
    for domain in domains:
        if not any(domain in each for each in above.values()):
            raise NothingBelow(domain=domain, names=", ".join(ordered))
    if domains and not directory.meta.subdomain_auth_allowed:
        raise AncestorsNotOffered(domains=", ".join(domains))
    return {name: max(each, key=len) for name, each in above.items() if each}


def may_be_proved(domain: str, ancestors: Mapping[str, str]) -> bool:
    """Whether the CA may want a domain proved in place of a name: the one above it that was said, or one between."""
    return any(
        domain == ancestor or (_is_below(name, domain) and _is_below(domain, ancestor))
        for name, ancestor in ancestors.items()
    )


def _is_below(name: str, domain: str) -> bool:
    return name.endswith(f".{domain}") and not is_ip(name)
