"""What dns-persist-01 records permit (draft-ietf-acme-dns-persist-01 §4): the judgement of the TXT values at one name.

Pure: the values are told, never looked up. Each is somebody else's text, an issue value as in CAA records; one that
does not follow the grammar permits nothing.
"""

import re
from collections.abc import Sequence
from datetime import datetime

import msgspec

from tegata.ca.policy import caa

NOT_NAMED = "they do not name this CA"
ACCOUNT = "they name another account of this CA"
NAME_ONLY = "the one that names this CA is not for wildcards"
OVER = "the one that names this CA counts no longer"
MALFORMED = "a parameter of the one that names this CA is malformed"

# The later, the nearer to a record that permits: what is wrong with the best one is told.
_NEARNESS = (NOT_NAMED, MALFORMED, ACCOUNT, OVER, NAME_ONLY)
_SECONDS = re.compile(r"[0-9]{1,15}")
_NEVER = "9" * 15


class PersistRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Who would take a record for a proof: the issuer's domain names, the account, for a wildcard or not, and when."""

    issuers: tuple[str, ...]
    account_uri: str
    former_uris: tuple[str, ...] = ()
    wildcard: bool
    at: datetime


def objection(values: Sequence[bytes], request: PersistRequest) -> str | None:
    """Why none of the values permits the request; None if one does. X-44, X-45, X-46."""
    reasons = [_objection(value, request) for value in values] or [NOT_NAMED]
    if None in reasons:
        return None
    return max((reason for reason in reasons if reason is not None), key=_NEARNESS.index)


def _objection(value: bytes, request: PersistRequest) -> str | None:
    issuer, pairs = caa.read_value(value)
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
