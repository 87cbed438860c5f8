"""What dns-persist-01 records permit (draft-ietf-acme-dns-persist-02 §4): the judgement of the TXT values at one name.

Pure: the values are told, never looked up. Each is somebody else's text, an issue value as in CAA records; one that
does not follow the grammar permits nothing.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from tegata.acme import challenges
from tegata.acme.caa import read_value

NOT_NAMED = "they do not name this CA"
ACCOUNT = "they name another account of this CA"
NAME_ONLY = "the one that names this CA is not for wildcards"
OVER = "the one that names this CA counts no longer"
MALFORMED = "a parameter of the one that names this CA is malformed"

# The later, the nearer to a record that permits: what is wrong with the best one is told.
_NEARNESS = (NOT_NAMED, MALFORMED, ACCOUNT, OVER, NAME_ONLY)
_SECONDS = re.compile(r"[0-9]{1,15}")
_NEVER = "9" * 15
_LAST_SECOND = 253402300799  # of the year 9999
_ANY_DOMAIN = "*"


class PersistRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Who would take a record for a proof: the issuer's domain names, the account, for a wildcard or not, and when.

    ``former_uris`` are what else the account may be called.
    """

    issuers: tuple[str, ...]
    account_uri: str
    former_uris: tuple[str, ...] = ()
    wildcard: bool
    at: datetime


def names_of(
    name: str, account_uris: Sequence[str], thumbprints: Sequence[str], prefixes: Sequence[str]
) -> tuple[str, ...]:
    """What an account may be called in the record of a name, the form to be written first.

    A hash of its URL, one of its keys and the name, or any name (draft 02 §4.1), behind one of the prefixes; or the URL
    itself, as up to draft 01.
    """
    hashes = (
        challenges.dnspersist01_account(prefix, thumbprint, uri, domain)
        for thumbprint in thumbprints
        for domain in (name, _ANY_DOMAIN)
        for prefix in prefixes
        for uri in account_uris
    )
    return (*hashes, *account_uris)


def end(values: Sequence[bytes], request: PersistRequest) -> datetime | None:
    """Until when the values permit what they permit now; None: without an end. X-46."""
    permitting = [value for value in values if _objection(value, request) is None]
    last = max((int(_until(value)) for value in permitting), default=_LAST_SECOND + 1)
    return datetime.fromtimestamp(last, UTC) if last <= _LAST_SECOND else None


def _until(value: bytes) -> str:
    return dict(read_value(value)[1] or ()).get("persistuntil", _NEVER)


def objection(values: Sequence[bytes], request: PersistRequest) -> str | None:
    """Why none of the values permits the request; None if one does. X-44, X-45, X-46."""
    reasons = [_objection(value, request) for value in values] or [NOT_NAMED]
    if None in reasons:
        return None
    return max((reason for reason in reasons if reason is not None), key=_NEARNESS.index)


def _objection(value: bytes, request: PersistRequest) -> str | None:
    issuer, pairs = read_value(value)
    if issuer not in {name.lower() for name in request.issuers}:
        return NOT_NAMED
    parameters = dict(pairs or ())
    until = parameters.get("persistuntil", _NEVER)
    is_whole = pairs is not None and len(parameters) == len(pairs) and "accounturi" in parameters
    if not is_whole or not _SECONDS.fullmatch(until):
        return MALFORMED
    if parameters["accounturi"] not in (request.account_uri, *request.former_uris):
        return ACCOUNT
    if request.at.timestamp() > int(until):
        return OVER
    is_narrow = request.wildcard and parameters.get("policy", "").lower() != "wildcard"
    return NAME_ONLY if is_narrow else None
