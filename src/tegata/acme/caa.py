"""What CAA records permit (RFC 8659 §4, RFC 8657): the judgement of one relevant record set.

Pure: where the records were found is told, never looked up. Every value is somebody else's text; one that does not
follow the grammar permits nothing. The CA asks for itself, the client beforehand.
"""

import re
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet

import msgspec

from tegata.text.catalogue import printable

# The issuer-critical flag, and the bit that was once taken for it: a mistake must not make a property harmless.
_CRITICAL = 0x80 | 0x01
_ISSUE, _ISSUEWILD = "issue", "issuewild"
_KNOWN = frozenset({_ISSUE, _ISSUEWILD, "iodef", "issuemail", "issuevmc", "contactemail", "contactphone"})

# An issue value (RFC 8659 §4.2): an issuer's domain name or none, then perhaps parameters. Blanks are never given back:
# a record may have 64 KiB of them, and would else be read in their number squared.
_LABEL = r"[A-Za-z0-9](?:-*[A-Za-z0-9])*"
_ISSUER = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_VALUE = re.compile(rf"[ \t]*+({_LABEL}(?:\.{_LABEL})*)?[ \t]*+(?:;(.*))?", re.DOTALL)
_PARAMETER = re.compile(rf"[ \t]*+({_LABEL})[ \t]*+=[ \t]*+([!-:<-~]*)[ \t]*+")
_METHODS = re.compile(r"[A-Za-z0-9-]+(?:,[A-Za-z0-9-]+)*")
# The Baseline Requirements' own labels, for the number of the subsection of 3.2.2.4 (X-31).
_METHOD_LABELS = {
    "http-01": "ca-tbr-19",
    "dns-01": "ca-tbr-7",
    "tls-alpn-01": "ca-tbr-20",
    "dns-account-01": "ca-tbr-21",
    "dns-persist-01": "ca-tbr-22",
}

NOT_NAMED = "they do not name this CA"
NOBODY = "they permit no CA at all"
ACCOUNT = "they name another account of this CA"
METHOD = "they do not allow this method of validation"
MALFORMED = "a parameter of the one that names this CA is malformed"
UNKNOWN = "a critical property in them is unknown to this CA"

_EXCERPT = 120


class CaaRecord(msgspec.Struct, frozen=True):
    """One property of a record set."""

    flags: int
    tag: str
    value: bytes

    def __str__(self) -> str:
        value = printable(self.value[:_EXCERPT].decode("ascii", "backslashreplace"))
        return f'{self.flags} {printable(self.tag)} "{value}{"…" if len(self.value) > _EXCERPT else ""}"'


class CaaRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Who would issue what: the issuer's domain names, the name, the method that proved it, and the account's URLs."""

    issuers: tuple[str, ...]
    name: str
    wildcard: bool
    method: str
    account_uri: str
    former_uris: tuple[str, ...] = ()


def is_issuer_domain(text: str) -> bool:
    """Whether a CAA record can name an issuer so (RFC 8659 §4.2)."""
    return bool(_ISSUER.fullmatch(text))


def objection(records: Sequence[CaaRecord], request: CaaRequest) -> tuple[str, str] | None:
    """The property that does not permit the request, and why; None if nothing speaks against it.

    A set without the property that counts permits everybody. An issuer without a domain name is permitted by no
    property at all.
    """
    if any(record.flags & _CRITICAL and record.tag.lower() not in _KNOWN for record in records):
        return _ISSUE, UNKNOWN
    tag, values = _deciding(records, wildcard=request.wildcard)
    reasons = [_objection(value, request) for value in values]
    if not values or None in reasons:
        return None
    # What is wrong with a property that names us tells more than that others name somebody else.
    told = [reason for reason in reasons if reason and reason != NOT_NAMED]
    return tag, told[0] if told else NOT_NAMED


def blanket(records: Sequence[CaaRecord], *, wildcard: bool) -> tuple[str, str] | None:
    """As ``objection``, of what speaks against every CA, whatever it is called; None if it depends on the CA."""
    if any(record.flags & _CRITICAL and record.tag.lower() not in _KNOWN for record in records):
        return _ISSUE, UNKNOWN
    tag, values = _deciding(records, wildcard=wildcard)
    return (tag, NOBODY) if values and not any(read_value(value)[0] for value in values) else None


def is_free(records: Sequence[CaaRecord], *, wildcard: bool) -> bool:
    """Whether no property of the set says who may issue, so that everybody may (RFC 8659 §4.2)."""
    return not _deciding(records, wildcard=wildcard)[1]


def advised(domain: str, request: CaaRequest, *, tag: str = _ISSUE, narrow: bool = True) -> str:
    """The record that would permit the request and, where it is ``narrow``, no other account or method."""
    parameters = f"; accounturi={request.account_uri}; validationmethods={request.method}" if narrow else ""
    return f'{domain}. CAA 0 {tag} "{request.issuers[0]}{parameters}"'


def _deciding(records: Sequence[CaaRecord], *, wildcard: bool) -> tuple[str, list[bytes]]:
    """The tag that counts, and its values: a wildcard goes by issuewild wherever there is one (RFC 8659 §4.3)."""
    wild = [record.value for record in records if record.tag.lower() == _ISSUEWILD]
    if wildcard and wild:
        return _ISSUEWILD, wild
    return _ISSUE, [record.value for record in records if record.tag.lower() == _ISSUE]


def _objection(value: bytes, request: CaaRequest) -> str | None:
    """Why this property does not permit the request; None if it does."""
    issuer, parameters = read_value(value)
    if issuer not in {name.lower() for name in request.issuers}:
        return NOT_NAMED
    if parameters is None:
        return MALFORMED
    # Who asks for no account has the empty URL, which names nobody (RFC 8657 §3).
    accounts = {request.account_uri, *request.former_uris} - {""}
    if not _single(parameters, "accounturi", accounts.__contains__):
        return ACCOUNT
    labels = {request.method, _METHOD_LABELS.get(request.method, request.method)}
    if not _single(parameters, "validationmethods", lambda methods: _lists(methods, labels)):
        return METHOD
    return None


def read_value(value: bytes) -> tuple[str, list[tuple[str, str]] | None]:
    """The issuer of a value in lower case, "" if it names none or follows no grammar, and its parameters (§4.2)."""
    match = _VALUE.fullmatch(value.decode("ascii", "replace"))
    if match is None or not match[1]:
        return "", None
    return match[1].lower(), _parameters(match[2] or "")


def _parameters(text: str) -> list[tuple[str, str]] | None:
    """The parameters as pairs; None if they do not follow the grammar. Those we do not know mean nothing to us."""
    if not text.strip(" \t"):
        return []
    matches = [_PARAMETER.fullmatch(part) for part in text.split(";")]
    found = [(match[1].lower(), match[2]) for match in matches if match]
    return found if len(found) == len(matches) else None


def _single(parameters: list[tuple[str, str]], tag: str, fits: Callable[[str], bool]) -> bool:
    """Whether a parameter is absent, or there once and fitting: of two nobody could say which one counts."""
    values = [value for key, value in parameters if key == tag]
    return not values or (len(values) == 1 and fits(values[0]))


def _lists(methods: str, labels: AbstractSet[str]) -> bool:
    return bool(_METHODS.fullmatch(methods)) and not labels.isdisjoint(methods.split(","))
