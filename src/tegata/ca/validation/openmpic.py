"""The Open MPIC API as one perspective answers it: its words for a look, and what was seen in its words.

Of its methods those that are ACME's by name and whose expected value it hands over: acme-http-01, acme-dns-01, and CAA.
It says neither account nor method for CAA, so that a record which names either permits nothing. Makes no connection.
"""

import base64
from collections.abc import Sequence
from typing import Literal, Protocol, TypeAlias, TypeVar

import msgspec

from tegata.acme import challenges, identifiers
from tegata.acme.identifiers import Identifier
from tegata.ca.errors import BadHttpAnswer, CaaUnknown, ConnectionFailed, NameNotResolved, TxtNotFound
from tegata.ca.ports import Question, Verdict
from tegata.ca.validation.evidence import Climb, Evidence
from tegata.ca.validation.messages import BadMessage
from tegata.pki import names

DCV_PATH = "/perspective/dcv"
CAA_PATH = "/perspective/caa"

_Shape = TypeVar("_Shape")
Details: TypeAlias = dict[str, object]

# What keeps a look from being made, rather than from agreeing.
_NOT_MADE = (CaaUnknown, NameNotResolved, TxtNotFound, ConnectionFailed, BadHttpAnswer)


class Parts(Protocol):
    """A validator that makes one part of a look alone."""

    async def prove(self, question: Question) -> Verdict:
        """Whether the identifier answers its challenge, whatever CAA says."""
        ...

    async def prove_by_value(self, identifier: Identifier, value: str) -> Verdict:
        """Whether dns-01's TXT record has this very value."""
        ...

    async def permits(self, question: Question, issuers: Sequence[str]) -> Verdict:
        """Whether CAA permits one of these issuers, else the validator's own; raises Refused for what is no name."""
        ...


class _Http01(msgspec.Struct, frozen=True, tag_field="validation_method", tag="acme-http-01"):
    token: str
    key_authorization: str
    # Headers of somebody's choice are not sent: they could make another request of it.
    http_headers: None = None


class _Dns01(msgspec.Struct, frozen=True, tag_field="validation_method", tag="acme-dns-01"):
    key_authorization_hash: str


class _Dcv(msgspec.Struct, frozen=True):
    domain_or_ip_target: str
    dcv_check_parameters: _Http01 | _Dns01


class _CaaParameters(msgspec.Struct, frozen=True):
    certificate_type: Literal["tls-server", "tls-server:wildcard"] | None = None
    caa_domains: tuple[str, ...] | None = None


class _Caa(msgspec.Struct, frozen=True):
    domain_or_ip_target: str
    caa_check_parameters: _CaaParameters | None = None


class _Error(msgspec.Struct, frozen=True):
    error_type: str
    error_message: str


class _Response(msgspec.Struct, frozen=True, kw_only=True):
    check_type: Literal["dcv", "caa"]
    perspective: str
    check_completed: bool
    check_passed: bool
    timestamp_ns: int
    details: Details
    errors: tuple[_Error, ...]


async def dcv(perspective: str, validator: Parts, body: bytes) -> bytes:
    """The answer to a request for one look at a proof; raises BadMessage for what is none, or cannot be made here."""
    asked = _read(body, _Dcv)
    identifier, wildcard = _target(asked.domain_or_ip_target)
    parameters = asked.dcv_check_parameters
    if isinstance(parameters, _Http01):
        if wildcard:
            raise BadMessage("no wildcard is proved by http-01")
        method = challenges.HTTP_01
        verdict = await validator.prove(_question(identifier, method, parameters))
    else:
        if identifier.type != identifiers.DNS:
            raise BadMessage("no address is proved in the DNS")
        method = challenges.DNS_01
        verdict = await validator.prove_by_value(identifier, parameters.key_authorization_hash)
    seen = msgspec.json.decode(verdict.evidence, type=Evidence)
    details = _http_details(seen) if seen.lookup is None else _dns_details(seen)
    return _response(perspective, verdict, seen, details, f"validation:acme-{method}")


async def caa(perspective: str, validator: Parts, body: bytes) -> bytes:
    """The answer to a request for one look at CAA; raises BadMessage for what is none."""
    asked = _read(body, _Caa)
    parameters = asked.caa_check_parameters or _CaaParameters()
    identifier, wildcard = _target(asked.domain_or_ip_target)
    wildcard = wildcard or parameters.certificate_type == "tls-server:wildcard"
    question = Question(
        identifier=identifier, wildcard=wildcard, challenge_type="", token="", key_authorization="", account_uri=""
    )
    verdict = await validator.permits(question, parameters.caa_domains or ())
    seen = msgspec.json.decode(verdict.evidence, type=Climb)
    is_known = not isinstance(verdict.error, CaaUnknown)
    details: Details = {
        "caa_record_present": bool(seen.domain) if is_known else None,
        "found_at": seen.domain or None,
        "records_seen": seen.records,
    }
    return _response(perspective, verdict, seen, details, "caa:lookup")


def _read(body: bytes, shape: type[_Shape]) -> _Shape:
    try:
        return msgspec.json.decode(body, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise BadMessage("no request") from None


def _target(text: str) -> tuple[Identifier, bool]:
    try:
        identifier = identifiers.of(text.removeprefix("*."))
    except names.BadName:
        raise BadMessage("no name and no address") from None
    wildcard = text.startswith("*.")
    if (wildcard and identifier.type != identifiers.DNS) or names.is_wildcard(identifier.value):
        raise BadMessage("no name and no address")
    return identifier, wildcard


def _question(identifier: Identifier, method: str, parameters: _Http01) -> Question:
    try:
        token = challenges.check_token(parameters.token)
    except challenges.BadToken:
        raise BadMessage("no token") from None
    if not parameters.key_authorization.isascii():
        raise BadMessage("no key authorization")
    return Question(
        identifier=identifier,
        wildcard=False,
        challenge_type=method,
        token=token,
        key_authorization=parameters.key_authorization,
        account_uri="",
    )


def _http_details(seen: Evidence) -> Details:
    """Of the page no more than a customer is told: the beginning of a wrong one that came without a redirect (S-07)."""
    last = seen.hops[-1]
    return {
        "validation_method": "acme-http-01",
        "response_history": [{"status_code": hop.status, "url": hop.location} for hop in seen.hops[:-1]],
        "response_url": last.url,
        "response_status_code": last.status,
        "response_page": base64.b64encode(_bare(seen.snippet).encode()).decode(),
        "resolved_ip": last.attempts[-1].address if last.attempts else None,
    }


def _dns_details(seen: Evidence) -> Details:
    assert seen.lookup is not None, "asked for by the caller"
    is_alias = bool(seen.lookup.target) and seen.lookup.target != seen.lookup.name
    return {
        "validation_method": "acme-dns-01",
        "records_seen": [] if is_alias else [_bare(value) for value in seen.lookup.values],
        "ad_flag": seen.lookup.secure,
        "found_at": seen.lookup.target or None,
    }


def _bare(shown: str) -> str:
    """What stands between the quotation marks that evidence is shown in; others' words have none."""
    return shown.removeprefix('"').removesuffix('"')


def _response(perspective: str, verdict: Verdict, seen: Evidence | Climb, details: Details, kind: str) -> bytes:
    assert seen.finished is not None, "every look has its end"
    error = verdict.error
    told = () if error is None else (_Error(kind, f"{error.code}: {error.facts.get('reason', 'another answer')}"),)
    return msgspec.json.encode(
        _Response(
            check_type="caa" if isinstance(seen, Climb) else "dcv",
            perspective=perspective,
            check_completed=not isinstance(error, _NOT_MADE),
            check_passed=error is None,
            timestamp_ns=int(seen.finished.timestamp() * 1_000_000) * 1000,
            details=details,
            errors=told,
        )
    )
