"""What one http-01 request goes to: the first URL, and the one a redirect leads to (B-30).

Pure: parses and judges URLs; resolves and connects to nothing.
"""

from collections.abc import Collection
from typing import NamedTuple
from urllib.parse import SplitResult, urljoin, urlsplit

from tegata.acme import challenges
from tegata.ca.errors import RedirectRefused
from tegata.pki import names

DEFAULT_PORTS = {"http": 80, "https": 443}
LOCATION_LIMIT = 2000
# Enough of a foreign URL to recognise it in a message.
_EXCERPT = 200


class Target(NamedTuple):
    """One request's destination; ``host`` is a normalised name or IP address, ``path`` has the query with it."""

    scheme: str
    host: str
    port: int
    path: str
    host_header: str

    @property
    def url(self) -> str:
        """The URL as a person would write it."""
        return f"{self.scheme}://{_authority(self.scheme, self.host, self.port)}{self.path}"


def first(name: str, port: int, token: str) -> Target:
    """Where a key authorization is looked for first (RFC 8555 §8.3).

    The Host header is the bare name also when a setting has moved the port: the server must see what a public
    validation would show it.
    """
    return Target("http", name, port, challenges.http01_path(token), _authority("http", name, 80))


def redirected(current: Target, location: str | None, ports: Collection[int]) -> Target:
    """Where a Location header leads; raises RedirectRefused unless it is an http or https URL on one of the ports."""
    if location is None:
        raise RedirectRefused(url=current.url, reason="it has not exactly one Location header")
    if len(location) > LOCATION_LIMIT or not location.isascii() or not location.isprintable() or " " in location:
        raise _refused(location, "it leads to a malformed URL")
    try:
        url = urljoin(current.url, location)
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _refused(location, "it leads to a malformed URL") from None
    if len(url) > LOCATION_LIMIT:  # by one relative piece after the other
        raise _refused(location, "it leads to a malformed URL")
    if parts.scheme not in DEFAULT_PORTS:
        raise _refused(location, "it leads to something else than http or https")
    if parts.username is not None or parts.password is not None:
        raise _refused(location, "it leads to a URL with a user name")
    port = DEFAULT_PORTS[parts.scheme] if port is None else port
    if port not in ports:
        raise _refused(location, "it leads to another port than 80 and 443")
    host = _host(parts, location)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host, port, path, _authority(parts.scheme, host, port))


def _host(parts: SplitResult, location: str) -> str:
    try:
        return names.normalise(parts.hostname or "")
    except names.BadName:
        raise _refused(location, "it leads to a host that is no valid name") from None


def _authority(scheme: str, host: str, port: int) -> str:
    bracketed = f"[{host}]" if ":" in host else host
    return bracketed if port == DEFAULT_PORTS[scheme] else f"{bracketed}:{port}"


def _refused(location: str, reason: str) -> RedirectRefused:
    return RedirectRefused(url=location[:_EXCERPT], reason=reason)
