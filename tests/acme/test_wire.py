"""Headers as ACME uses them: in any case, several times, Retry-After in both forms, Link in all its."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tegata.acme import wire
from tegata.acme.wire import Headers, Request, Response

NOW = datetime(2026, 11, 24, 3, 0, 0, tzinfo=UTC)


def test_header_names_are_case_insensitive_and_may_repeat():
    headers = Headers([("Link", "<a>"), ("REPLAY-NONCE", "n"), ("link", "<b>")])
    assert headers.get("replay-nonce") == "n"
    assert headers.get("LINK") == "<a>"
    assert headers.get_all("Link") == ["<a>", "<b>"]
    assert headers.get("Location") is None
    assert "link" in headers
    assert "Location" not in headers
    assert list(headers) == [("link", "<a>"), ("replay-nonce", "n"), ("link", "<b>")]


def test_headers_are_values():
    assert Headers({"A": "1"}) == Headers([("a", "1")])
    assert hash(Headers({"A": "1"})) == hash(Headers([("a", "1")]))
    assert Headers({"A": "1"}) != Headers({"A": "2"})
    assert repr(Headers({"A": "1"})) == "Headers((('a', '1'),))"


def test_requests_and_responses_have_empty_parts_by_default():
    assert Request("GET", "https://ca.example/").headers == Headers()
    assert Response(200).body == b""


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        ("120", 120.0),
        (" 3 ", 3.0),
        ("Tue, 24 Nov 2026 03:02:00 GMT", 120.0),
        ("Tue, 24 Nov 2026 02:02:00 GMT", 0.0),
        ("Tuesday, 24-Nov-26 03:01:00 GMT", 60.0),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("1e9", None),
        ("٣", None),
        ("9" * 400, None),
        ("Tue, 99 Nov 2026 03:02:00 GMT", None),
    ],
)
def test_retry_after_in_seconds_and_as_a_date(value, seconds):
    """Both forms; what is neither is no answer (A-26)."""
    assert wire.retry_after(Response(503, Headers({"Retry-After": value})), NOW) == seconds


def test_without_retry_after_there_is_no_wait():
    assert wire.retry_after(Response(200), NOW) is None


@pytest.mark.parametrize(
    "value", ["soon", "-1", "1 Dec 77777777777777777777 4:1", "1 Dec 2026 4:1 +99999999999999999999"]
)
def test_what_is_neither_seconds_nor_a_date_is_no_wait(value):
    """S-19: a number that no date holds included."""
    assert wire.retry_after(Response(503, Headers({"Retry-After": value})), NOW) is None


@given(st.text(max_size=40))
def test_no_retry_after_breaks_the_reader(value):
    """S-19."""
    wait = wire.retry_after(Response(200, Headers({"Retry-After": value})), NOW)
    assert wait is None or wait >= 0


@pytest.mark.parametrize(
    ("values", "found"),
    [
        (['<https://ca.example/dir>;rel="index"'], [("index", "https://ca.example/dir")]),
        (["<https://ca.example/tos>; rel=terms-of-service"], [("terms-of-service", "https://ca.example/tos")]),
        (['<a>;rel="up", <b>; title="x, y"; rel="alternate"'], [("up", "a"), ("alternate", "b")]),
        (['<a>;rel="up"', '<b>;REL="Index"'], [("up", "a"), ("index", "b")]),
        (['<a>;rel="up index"'], [("up", "a"), ("index", "a")]),
        (["<a>"], []),
        (["a;rel=up"], []),
        (["<a;rel=up"], []),
        (['<a>;title="; rel=up"'], []),
        ([""], []),
    ],
)
def test_links(values, found):
    assert wire.links(Response(200, Headers([("Link", value) for value in values]))) == found


def test_the_number_of_links_is_limited():
    """S-20."""
    value = ", ".join(f'<{number}>;rel="alternate"' for number in range(1000))
    assert len(wire.links(Response(200, Headers({"Link": value})))) == wire.LINK_LIMIT
