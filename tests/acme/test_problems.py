"""Problem documents: all registered types, exact JSON, and a reader that nothing breaks."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tegata.acme import problems
from tegata.acme.identifiers import Identifier
from tegata.acme.problems import ErrorType, Problem, problem

REGISTERED = {
    "accountDoesNotExist",
    "alreadyRevoked",
    "badCSR",
    "badNonce",
    "badPublicKey",
    "badRevocationReason",
    "badSignatureAlgorithm",
    "caa",
    "compound",
    "connection",
    "dns",
    "externalAccountRequired",
    "incorrectResponse",
    "invalidContact",
    "malformed",
    "orderNotReady",
    "rateLimited",
    "rejectedIdentifier",
    "serverInternal",
    "tls",
    "unauthorized",
    "unsupportedContact",
    "unsupportedIdentifier",
    "userActionRequired",
    "alreadyReplaced",
    "invalidProfile",
    "autoRenewalCanceled",
    "autoRenewalExpired",
    "autoRenewalCancellationInvalid",
    "autoRenewalRevocationNotSupported",
    "unknownDelegation",
}


def test_every_registered_type_is_there():
    """RFC 8555, 9773, 8739, 9115 and the profiles draft (A-22)."""
    assert {str(kind) for kind in ErrorType} == REGISTERED


def test_every_type_has_an_error_status():
    assert set(problems.STATUS) == set(ErrorType)
    assert all(400 <= status < 600 for status in problems.STATUS.values())
    assert problems.STATUS[ErrorType.MALFORMED] == 400
    assert problems.STATUS[ErrorType.UNAUTHORIZED] == 403
    assert problems.STATUS[ErrorType.RATE_LIMITED] == 429
    assert problems.STATUS[ErrorType.ALREADY_REPLACED] == 409


def test_a_problem_is_written_with_what_it_has_only():
    document = problem(ErrorType.BAD_NONCE, "old nonce", reference="T-ABCDEFGH")
    assert json.loads(problems.encode(document)) == {
        "type": "urn:ietf:params:acme:error:badNonce",
        "detail": "old nonce",
        "status": 400,
        "reference": "T-ABCDEFGH",
    }


def test_subproblems_name_their_identifier():
    document = problem(
        ErrorType.REJECTED_IDENTIFIER,
        "two names are refused",
        subproblems=tuple(
            Problem(type=problems.PREFIX + "rejectedIdentifier", detail="no", identifier=Identifier("dns", name))
            for name in ("a.example", "b.example")
        ),
    )
    written = json.loads(problems.encode(document))
    assert "identifier" not in written
    assert [sub["identifier"]["value"] for sub in written["subproblems"]] == ["a.example", "b.example"]
    assert problems.decode(problems.encode(document), 400) == document


def test_a_status_can_be_given():
    assert problem(ErrorType.UNAUTHORIZED, "x", 401).status == 401


def test_the_document_of_the_rfc_is_read():
    """RFC 8555 §6.7.1, figure."""
    body = b"""{
      "type": "urn:ietf:params:acme:error:malformed",
      "detail": "Some of the identifiers requested were rejected",
      "subproblems": [
        {"type": "urn:ietf:params:acme:error:malformed", "detail": "Invalid underscore in DNS name \\"_example.org\\"",
         "identifier": {"type": "dns", "value": "_example.org"}},
        {"type": "urn:ietf:params:acme:error:rejectedIdentifier",
         "detail": "This CA will not issue for \\"example.net\\"",
         "identifier": {"type": "dns", "value": "example.net"}}
      ]
    }"""
    read = problems.decode(body, 403)
    assert read.kind is ErrorType.MALFORMED
    assert read.status == 403
    assert [sub.kind for sub in read.subproblems] == [ErrorType.MALFORMED, ErrorType.REJECTED_IDENTIFIER]
    assert read.subproblems[1].identifier == Identifier("dns", "example.net")


@pytest.mark.parametrize(
    "uri", ["about:blank", "https://example.com/out-of-credit", "urn:ietf:params:acme:error:brandNew", "malformed"]
)
def test_an_unknown_type_has_no_kind(uri):
    assert Problem(type=uri).kind is None


@pytest.mark.parametrize("status", [400, 503])
def test_the_http_status_counts(status):
    assert problems.decode(b'{"type":"urn:x","detail":"d","status":200}', status).status == status


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b"", ""),
        (b"<html>\n <h1>502 Bad Gateway</h1>\n</html>", "<html> <h1>502 Bad Gateway</h1> </html>"),
        (b'{"message":"nope"}', '{"message":"nope"}'),
        (b'{"detail":{"a":1}}', '{"detail":{"a":1}}'),
        (b'{"type":5,"detail":"x"}', '{"type":5,"detail":"x"}'),
        (b'{"subproblems":"x"}', '{"subproblems":"x"}'),
        (b"[]", "[]"),
        (b"\x1b[2Jgone", "\\x1b[2Jgone"),
        (b"\xff\xfe", "\ufffd\ufffd"),
    ],
)
def test_what_is_no_problem_document_becomes_a_plain_one(body, detail):
    """Proxies answer in HTML; nothing of it reaches the terminal unescaped."""
    assert problems.decode(body, 502) == Problem(detail=detail, status=502)


def test_null_members_are_absent():
    body = (
        b'{"type":"urn:ietf:params:acme:error:dns","detail":"x","subproblems":null,"instance":null,"identifier":null}'
    )
    assert problems.decode(body, 400) == problem(ErrorType.DNS, "x")


def test_a_huge_body_is_cut():
    """64 KiB are read at most (S-20)."""
    assert len(problems.decode(b'{"detail":"' + b"a" * 70_000 + b'"}', 500).detail) == problems.EXCERPT_LIMIT
    assert problems.decode(b'{"subproblems":[' * 4000, 500).status == 500


@given(st.binary(max_size=300))
@settings(max_examples=200)
def test_reading_never_fails(body):
    """S-19."""
    read = problems.decode(body, 500)
    assert read.status == 500
