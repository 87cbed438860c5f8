"""Lasting TXT records of dns-persist-01 (draft-ietf-acme-dns-persist): which one is wanted, and which will do.

Up to draft 01 a record names the account by its URL, since draft 02 by a hash of account, key and domain; what the CA
offers says which it is. Pure. What the CA and the DNS say is hostile: a record would let whoever it names have
certificates for years.
"""

import re
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from tegata.acme import challenges
from tegata.acme.messages import Authorization, Challenge, Meta
from tegata.client.errors import BadAnswer
from tegata.pki import names
from tegata.plugin_api.solver import Presentation

# What needs no quoting in an issue value (RFC 8659 §4.2) nor in a TXT string.
_PLAIN = re.compile(r"[!#-:<-\[\]-~]+")
_SECONDS = re.compile(r"[0-9]{1,15}")
_LAST_SECOND = 253402300799  # of the year 9999
_ANY_DOMAIN = "*"

NEAR = timedelta(days=90)
"""An end sooner than this may come before the next renewal, which nobody watches."""


class Offer(NamedTuple):
    """What a CA's directory says of such records: since draft 02 all that is needed to make them before any order."""

    prefix: str | None = None
    """What accounts' hashes stand behind; None: accounts are named by their URLs."""
    issuers: tuple[str, ...] = ()
    """The CA's names that every challenge has; empty: it does not say so."""
    caa: tuple[str, ...] = ()
    """The CA's names in CAA records; empty: it does not say so."""


NO_OFFER = Offer()


def offer(meta: Meta) -> Offer:
    """What is in order of what a directory says; the rest counts as not said (draft 02 §3.2)."""
    prefix, listed = meta.account_hash_prefix, meta.issuer_domain_names
    issuers = tuple(listed) if isinstance(listed, list) and all(isinstance(each, str) for each in listed) else ()
    return Offer(
        prefix if isinstance(prefix, str) and prefix.startswith("https://") and _PLAIN.fullmatch(prefix) else None,
        issuers if _are_names(issuers) else (),
        tuple(name.lower().removesuffix(".") for name in meta.caa_identities),
    )


def presentation(
    authorization: Authorization, challenge: Challenge, account_url: str, thumbprint: str = "", said: Offer = NO_OFFER
) -> Presentation:
    """What the CA wants to see of this account; raises BadAnswer (X-43).

    The account in the record is ours, whatever the CA says: another's would be let in.
    """
    if challenge.accounturi not in (None, account_url) or not _PLAIN.fullmatch(account_url):
        raise BadAnswer(url=challenge.url, reason="its challenge is for another account")
    issuers = challenge.issuer_names or challenge.issuer_domain_names
    if not _are_names(issuers):
        raise BadAnswer(url=challenge.url, reason="its challenge does not name the CA as it should")
    # A CA may speak as both drafts have it; only since draft 02 its directory says what hashes stand behind.
    is_hashed = bool(challenge.issuer_names) and (challenge.accounturi is None or said.prefix is not None)
    if is_hashed and (not set(said.issuers) <= set(issuers) or (said.caa and not set(issuers) <= set(said.caa))):
        raise BadAnswer(url=challenge.url, reason="its challenge names the CA otherwise than its directory")
    if is_hashed and not said.prefix:
        raise BadAnswer(url=challenge.url, reason="its directory does not say what accounts are called in records")
    name = authorization.identifier.value.lower()
    accounts = _accounts(name, account_url, thumbprint, said.prefix if is_hashed else None)
    if challenge.accounturi is not None and account_url not in accounts:
        accounts = (*accounts, account_url)
    # The record says the same of wildcards and of all names below (draft §5).
    is_wide = authorization.wildcard or authorization.subdomain_auth_allowed
    return Presentation(name, challenge.type, "", "", issuers, accounts[0], is_wide, accounts[1:])


def beforehand(name: str, account_url: str, thumbprint: str, said: Offer, issuer: str | None) -> Presentation | None:
    """What will be wanted for a name, which may be a wildcard, before anything is ordered (draft 02 §4.5, X-50).

    None where the CA does not say what it is called, and ``issuer`` neither. Raises BadAnswer.
    """
    issuers = (issuer,) if issuer else said.issuers or said.caa
    if not issuers:
        return None
    if not _are_names(issuers) or not _PLAIN.fullmatch(account_url):
        raise BadAnswer(url=account_url, reason="its directory does not name the CA as it should")
    base = name.removeprefix("*.")
    first, *others = _accounts(base, account_url, thumbprint, said.prefix)
    kind = challenges.DNS_PERSIST_01
    return Presentation(base, kind, "", "", issuers, first, name != base, tuple(others))


def value(issuer: str, account: str, until: datetime | None, *, wildcard: bool) -> str:
    """The text of a record."""
    end = f"; persistUntil={int(until.timestamp())}" if until else ""
    return challenges.dnspersist01_value(issuer, account, wildcard=wildcard) + end


def permits(text: str, issuers: Collection[str], accounts: Collection[str], now: datetime, *, wildcard: bool) -> bool:
    """Whether a record that is there already will do (X-44, X-45, X-46)."""
    issuer, said, are_plain = _read(text)
    until = said.get("persistuntil")
    return (
        issuer in issuers
        and are_plain
        and said.get("accounturi") in accounts
        and (until is None or (bool(_SECONDS.fullmatch(until)) and now.timestamp() <= int(until)))
        and (not wildcard or said.get("policy", "").lower() == "wildcard")
    )


def lets_another(text: str, issuers: Collection[str], accounts: Collection[str], now: datetime) -> bool:
    """Whether a record lets somebody else have certificates: another account than is called so, or who was one before.

    After a change of the key, or a new account, the former record does, until it is removed.
    """
    issuer, said, _ = _read(text)
    until = end_of(text)
    return issuer in issuers and said.get("accounturi") not in (None, *accounts) and (until is None or now <= until)


def end_of(text: str) -> datetime | None:
    """When a record that will do stops doing so; None: never."""
    until = _read(text)[1].get("persistuntil", "")
    if not _SECONDS.fullmatch(until) or int(until) > _LAST_SECOND:
        return None
    return datetime.fromtimestamp(int(until), UTC)


def _read(text: str) -> tuple[str, dict[str, str], bool]:
    """Issuer, parameters, and whether none stands there twice."""
    issuer, *rest = (part.strip(" \t") for part in text.split(";"))
    pairs = [(tag.strip(" \t").lower(), said.strip(" \t")) for tag, _, said in (part.partition("=") for part in rest)]
    said = dict(pairs)
    return issuer.lower(), said, len(said) == len(pairs)


def _accounts(name: str, account_url: str, thumbprint: str, prefix: str | None) -> tuple[str, ...]:
    """What the account may be called in a record for the name, the form to write first."""
    if prefix is None:
        return (account_url,)
    return tuple(
        challenges.dnspersist01_account(prefix, thumbprint, account_url, domain) for domain in (name, _ANY_DOMAIN)
    )


def _are_names(issuers: Collection[str]) -> bool:
    return 0 < len(issuers) <= challenges.MOST_ISSUERS and all(map(_is_name, issuers))


def _is_name(issuer: str) -> bool:
    try:
        return names.normalise(issuer) == issuer and not issuer.startswith("*.") and not names.is_ip(issuer)
    except names.BadName:
        return False
