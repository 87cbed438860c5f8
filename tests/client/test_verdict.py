"""What an answer means for the request."""

from datetime import UTC, datetime

import pytest

from tegata.acme import problems
from tegata.acme.problems import ErrorType
from tegata.acme.wire import Headers, Request, Response
from tegata.client import errors, refusals
from tegata.client.verdict import Failed, Ok, RetryLater, RetryNow, judge

NOW = datetime(2026, 1, 1, tzinfo=UTC)
REQUEST = Request("POST", "https://ca.example/order")


def refused(kind: ErrorType, status: int | None = None, **headers: str) -> Response:
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    document = problems.problem(kind, "because", status)
    return Response(document.status, Headers(fields), problems.encode(document))


@pytest.mark.parametrize("status", [200, 201, 204, 299])
def test_accepted(status: int):
    assert isinstance(judge(REQUEST, Response(status), NOW), Ok)


def test_a_bad_nonce_is_tried_again_at_once():
    """A-20"""
    assert isinstance(judge(REQUEST, refused(ErrorType.BAD_NONCE), NOW), RetryNow)


@pytest.mark.parametrize(
    ("retry_after", "seconds"),
    [
        (None, None),
        ("7", 7.0),
        ("0", 0.0),
        ("Thu, 01 Jan 2026 00:00:09 GMT", 9.0),
        ("Wed, 31 Dec 2025 00:00:00 GMT", 0.0),
        ("soon", None),
    ],
)
def test_out_of_order_is_tried_again_when_the_ca_says(retry_after: str | None, seconds: float | None):
    """A-26: Retry-After in seconds and as a date."""
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    for status in (500, 502, 503, 504):
        verdict = judge(REQUEST, Response(status, Headers(headers), b"<html>busy"), NOW)
        assert isinstance(verdict, RetryLater)
        assert verdict.seconds == seconds
        assert isinstance(verdict.error, errors.CaFailed)


def test_too_many_requests_are_tried_again_only_if_the_ca_says_when():
    """A-26"""
    verdict = judge(REQUEST, refused(ErrorType.RATE_LIMITED, Retry_After="3"), NOW)
    assert isinstance(verdict, RetryLater)
    assert verdict.seconds == 3
    assert isinstance(judge(REQUEST, refused(ErrorType.RATE_LIMITED), NOW), Failed)


def test_a_refusal_is_not_tried_again_for_saying_when():
    """Only too many requests and servers that are out of order pass."""
    for kind in (ErrorType.UNAUTHORIZED, ErrorType.MALFORMED):
        assert isinstance(judge(REQUEST, refused(kind, Retry_After="3"), NOW), Failed)


@pytest.mark.parametrize("status", [300, 304, 399])
def test_a_redirect_to_nowhere(status: int):
    verdict = judge(REQUEST, Response(status), NOW)
    assert isinstance(verdict, Failed)
    assert isinstance(verdict.error, errors.Redirected)
    assert verdict.error.facts["location"] == "?"


def test_a_redirect_is_a_refusal_that_names_the_place():
    """S-10: redirects are not followed."""
    verdict = judge(REQUEST, Response(308, Headers({"Location": "https://x.test/"})), NOW)
    assert isinstance(verdict, Failed)
    assert isinstance(verdict.error, errors.Redirected)
    assert verdict.error.facts == {"url": REQUEST.url, "location": "https://x.test/"}


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (ErrorType.BAD_CSR, errors.CsrRefused),
        (ErrorType.BAD_PUBLIC_KEY, errors.CsrRefused),
        (ErrorType.REJECTED_IDENTIFIER, errors.NameRefused),
        (ErrorType.UNSUPPORTED_IDENTIFIER, errors.NameRefused),
        (ErrorType.RATE_LIMITED, errors.RateLimited),
        (ErrorType.UNAUTHORIZED, errors.NotAuthorized),
        (ErrorType.ACCOUNT_DOES_NOT_EXIST, errors.AccountUnknown),
        (ErrorType.USER_ACTION_REQUIRED, errors.UserActionRequired),
        (ErrorType.BAD_REVOCATION_REASON, errors.ReasonRefused),
        (ErrorType.ALREADY_REVOKED, errors.AlreadyRevoked),
        (ErrorType.MALFORMED, refusals.RequestRefused),  # 400, the first status that is no redirect
        (ErrorType.CAA, refusals.CaaRefused),
    ],
)
def test_a_refusal_is_the_exception_one_can_act_on(kind: ErrorType, expected: type[errors.ProblemReceived]):
    verdict = judge(REQUEST, refused(kind), NOW)
    assert isinstance(verdict, Failed)
    assert type(verdict.error) is expected
    assert isinstance(verdict.error, errors.ProblemReceived)
    assert verdict.error.problem.kind is kind
    assert (verdict.error.method, verdict.error.url) == ("POST", REQUEST.url)


def test_only_what_is_not_authorized_tells_by_401_that_the_account_is_closed():
    """RFC 8555 §7.3.6; other refusals keep their remedies, whatever status they come with."""
    for kind, expected in (
        (ErrorType.UNAUTHORIZED, errors.AccountClosed),
        (ErrorType.USER_ACTION_REQUIRED, errors.UserActionRequired),
    ):
        verdict = judge(REQUEST, refused(kind, 401), NOW)
        assert isinstance(verdict, Failed)
        assert type(verdict.error) is expected


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>no</html>",
        b"[1]",
        b'{"type": 7}',
        b'{"type":"urn:ietf:params:acme:error:brandNew"}',
        b"\xff" * 99999,
    ],
)
def test_a_body_that_is_no_problem_or_of_unknown_type_is_a_plain_refusal(body: bytes):
    """A-24: unknown types are generic failures, and nothing a server sends crashes the client."""
    verdict = judge(REQUEST, Response(403, Headers(), body), NOW)
    assert isinstance(verdict, Failed)
    assert type(verdict.error) is errors.ProblemReceived
    assert verdict.error.problem.status == 403
