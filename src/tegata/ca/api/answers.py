"""Responses with ACME's JSON objects. Which object, and with which headers, is its resource's matter."""

from tegata.acme import codec
from tegata.acme.wire import Headers, Response

# Seconds after which a client that has nothing better to do may look again; work in hand takes a fraction of that.
RETRY_AFTER = ("Retry-After", "1")


def of(body: object, status: int = 200, *headers: tuple[str, str]) -> Response:
    """A response with this message as its JSON."""
    return Response(status, Headers([("Content-Type", "application/json"), *headers]), codec.encode(body))
