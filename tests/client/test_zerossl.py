"""A credential by a mail address: what is sent, what is taken, what is refused."""

import json
from typing import Any

import pytest

from tegata.acme.wire import Headers, Request, Response
from tegata.client import zerossl
from tegata.client.errors import MailCredentialRefused

MAC = "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W"


class Line:
    """A transport that answers one thing and keeps what was sent."""

    def __init__(self, body: Any, status: int = 200) -> None:
        self.sent: list[Request] = []
        self._response = Response(status, Headers(), body if isinstance(body, bytes) else json.dumps(body).encode())

    def send(self, request: Request, limit: int) -> Response:
        assert limit > 0
        self.sent.append(request)
        return self._response


def test_a_credential() -> None:
    """The address goes as a form's field, and the answer's two values are the credential."""
    line = Line({"success": True, "eab_kid": "kid", "eab_hmac_key": MAC})
    got = zerossl.credential(line, "a+b@x.example")
    assert got.kid == "kid"
    assert MAC not in repr(got)
    (request,) = line.sent
    assert (request.method, request.url) == ("POST", "https://api.zerossl.com/acme/eab-credentials-email")
    assert request.body == b"email=a%2Bb%40x.example"


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        ({"success": False, "error": {"code": 2900, "type": "invalid_email"}}, 200, "2900 invalid_email"),
        ({"success": False}, 200, "status 200"),
        ({"success": False, "eab_kid": "kid", "eab_hmac_key": MAC}, 200, "status 200"),
        ({"success": True, "eab_kid": "kid"}, 200, "status 200"),
        ({"success": True, "eab_kid": "kid", "eab_hmac_key": "short"}, 200, "its MAC key is none"),
        (b"<html>", 503, "status 503, it is not JSON"),
        (b"[]", 200, "status 200, Expected"),
        ({"success": True, "eab_kid": "k" * 2000, "eab_hmac_key": MAC}, 200, "status 200, Expected"),
    ],
)
def test_refusals(body: Any, status: int, reason: str) -> None:
    """Each says what the service said, and nothing secret."""
    with pytest.raises(MailCredentialRefused) as caught:
        zerossl.credential(Line(body, status), "a@x.example")
    assert str(caught.value.facts["reason"]).startswith(reason)
    assert MAC not in str(caught.value.facts)
