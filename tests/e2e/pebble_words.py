"""The words of an order at Pebble, in the manual's style, for the end-to-end tests with that server."""

from tests.peers.pebble import Pebble

MAIL = "test@example.com"


def account(pebble: Pebble) -> list[str]:
    """Which CA and which account."""
    return ["-s", pebble.directory_url, "-m", MAIL]


def eab(pebble: Pebble) -> list[str]:
    """The external account binding that Pebble knows."""
    return ["--eab", "--hmac", pebble.eab_mac, "--kid", pebble.eab_kid]


def names(*each: str) -> list[str]:
    """One -d for each name."""
    return [word for name in each for word in ("-d", name)]


def http(pebble: Pebble) -> list[str]:
    """http-01 by an own listener, where Pebble asks."""
    return ["--http", "--http.port", f":{pebble.http_port}", "--key-type", "rsa2048"]


def order(pebble: Pebble, *each: str) -> list[str]:
    """All of it, for these names."""
    return [*account(pebble), *names(*each), *http(pebble)]
