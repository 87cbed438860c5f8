"""Where a validation request goes, and where a redirect may lead."""

import pytest

from tegata.ca.errors import RedirectRefused
from tegata.ca.validation import targets
from tegata.ca.validation.targets import Target
from tegata.text.errors_validation import REASONS

TOKEN = "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA"
FIRST = targets.first("www.example.com", 80, TOKEN)
PORTS = {80, 443, 5002}


def test_the_first_target():
    """GET http://{name}/.well-known/acme-challenge/{token} on port 80, Host is the name (A-67)."""
    path = f"/.well-known/acme-challenge/{TOKEN}"
    assert Target("http", "www.example.com", 80, path, "www.example.com") == FIRST
    assert FIRST.url == f"http://www.example.com{path}"


def test_a_moved_port_is_not_in_the_host_header():
    """The server sees the request a public CA would send."""
    moved = targets.first("www.example.com", 5002, TOKEN)
    assert (moved.port, moved.host_header) == (5002, "www.example.com")
    assert moved.url.startswith("http://www.example.com:5002/")


@pytest.mark.parametrize(
    ("location", "url", "host_header"),
    [
        ("https://www.example.com/x", "https://www.example.com/x", "www.example.com"),
        ("http://other.example.net", "http://other.example.net/", "other.example.net"),
        ("HTTP://OTHER.example.NET/A?b=C#frag", "http://other.example.net/A?b=C", "other.example.net"),
        ("//other.example.net/y", "http://other.example.net/y", "other.example.net"),
        ("/elsewhere", "http://www.example.com/elsewhere", "www.example.com"),
        ("sibling", "http://www.example.com/.well-known/acme-challenge/sibling", "www.example.com"),
        ("http://www.example.com:443/", "http://www.example.com:443/", "www.example.com:443"),
        ("https://www.example.com:5002/", "https://www.example.com:5002/", "www.example.com:5002"),
        ("http://192.0.2.1/", "http://192.0.2.1/", "192.0.2.1"),
        ("http://[2001:DB8::1]/", "http://[2001:db8::1]/", "[2001:db8::1]"),
    ],
)
def test_a_redirect_is_resolved_like_a_browser_does(location, url, host_header):
    """Relative and absolute; the host normalised; the fragment gone (B-30)."""
    target = targets.redirected(FIRST, location, PORTS)
    assert (target.url, target.host_header) == (url, host_header)


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        (None, "it has not exactly one Location header"),
        ("ftp://www.example.com/", "it leads to something else than http or https"),
        ("javascript:alert(1)", "it leads to something else than http or https"),
        ("http://www.example.com:8080/", "it leads to another port than 80 and 443"),
        ("http://www.example.com:0/", "it leads to another port than 80 and 443"),
        ("https://www.example.com:22/", "it leads to another port than 80 and 443"),
        ("http://www.example.com:99999/", "it leads to a malformed URL"),
        ("http://[::1/", "it leads to a malformed URL"),
        ("http://user:secret@www.example.com/", "it leads to a URL with a user name"),
        ("http://user@www.example.com/", "it leads to a URL with a user name"),
        ("http://127.1/", "it leads to a host that is no valid name"),
        ("http://2130706433/", "it leads to a host that is no valid name"),
        ("http://under_score.example.com/", "it leads to a host that is no valid name"),
        ("http://www.example.com/\r\nHost: x", "it leads to a malformed URL"),
        *((f"http://www.example.com/a{c}b", "it leads to a malformed URL") for c in (" ", "\r\n", "\t", "\0", "\x7f")),
        ("http://www.example.com/\u00e9", "it leads to a malformed URL"),
        ("/" + "x" * 2000, "it leads to a malformed URL"),
    ],
)
def test_a_redirect_that_is_refused(location, reason):
    """Other schemes and ports, and everything that is not plainly a URL (B-30)."""
    with pytest.raises(RedirectRefused) as refusal:
        targets.redirected(FIRST, location, PORTS)
    assert refusal.value.facts["reason"] == reason
    assert reason in REASONS, "every reason has its Japanese"
    assert len(str(refusal.value.facts["url"])) <= 200


def test_a_url_that_grows_from_hop_to_hop():
    """S-20: each Location is within its limit, to the character, what they come to is too."""
    longest = "http://www.example.com/".ljust(targets.LOCATION_LIMIT, "x")
    assert targets.redirected(FIRST, longest, PORTS).url == longest
    with pytest.raises(RedirectRefused):
        targets.redirected(FIRST, longest + "x", PORTS)
    with pytest.raises(RedirectRefused):
        targets.redirected(FIRST, "/".ljust(targets.LOCATION_LIMIT - len("http://www.example.com") + 1, "x"), PORTS)
    target = targets.redirected(FIRST, "/" + "x" * 1000 + "/y", PORTS)
    with pytest.raises(RedirectRefused):
        targets.redirected(target, "z" * 1000, PORTS)
