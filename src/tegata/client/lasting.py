"""Lasting TXT records of dns-persist-01 (draft-ietf-acme-dns-persist-01): which one is wanted, and which will do.

Pure. What the CA and the DNS say is hostile: a record would let whoever it names have certificates for years.
"""

import re
from collections.abc import Collection
from datetime import datetime

from tegata.acme import challenges
from tegata.acme.messages import Authorization, Challenge
from tegata.client.errors import BadAnswer
from tegata.pki import names
from tegata.plugin_api.solver import Presentation

# What needs no quoting in an issue value (RFC 8659 §4.2) nor in a TXT string.
_PLAIN = re.compile(r"[!#-:<-\[\]-~]+")
_SECONDS = re.compile(r"[0-9]{1,15}")


def presentation(authorization: Authorization, challenge: Challenge, account_url: str) -> Presentation:
    """What the CA wants to see of this account; raises BadAnswer (X-43).

    The account in the record is ours, whatever the CA says: another's would be let in.
    """
    if challenge.accounturi not in (None, account_url) or not _PLAIN.fullmatch(account_url):
        raise BadAnswer(url=challenge.url, reason="its challenge is for another account")
    issuers = challenge.issuer_domain_names
    if not 0 < len(issuers) <= challenges.MOST_ISSUERS or not all(map(_is_name, issuers)):
        raise BadAnswer(url=challenge.url, reason="its challenge does not name the CA as it should")
    name = authorization.identifier.value.lower()
    return Presentation(name, challenge.type, "", "", issuers, account_url, authorization.wildcard)


def value(issuer: str, account_url: str, until: datetime | None, *, wildcard: bool) -> str:
    """The text of a record."""
    end = f"; persistUntil={int(until.timestamp())}" if until else ""
    return challenges.dnspersist01_value(issuer, account_url, wildcard=wildcard) + end


def permits(text: str, issuers: Collection[str], account_url: str, now: datetime, *, wildcard: bool) -> bool:
    """Whether a record that is there already will do (X-44, X-45, X-46)."""
    issuer, *rest = (part.strip(" \t") for part in text.split(";"))
    pairs = [(tag.strip(" \t").lower(), said.strip(" \t")) for tag, _, said in (part.partition("=") for part in rest)]
    said = dict(pairs)
    until = said.get("persistuntil")
    return (
        issuer.lower() in issuers
        and len(said) == len(pairs)
        and said.get("accounturi") == account_url
        and (until is None or (bool(_SECONDS.fullmatch(until)) and now.timestamp() <= int(until)))
        and (not wildcard or said.get("policy", "").lower() == "wildcard")
    )


def _is_name(issuer: str) -> bool:
    try:
        return names.normalise(issuer) == issuer and not issuer.startswith("*.") and not names.is_ip(issuer)
    except names.BadName:
        return False
