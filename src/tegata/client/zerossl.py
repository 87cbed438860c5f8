"""ZeroSSL's own way to a credential for an EAB credential: by a mail address, without a customer's account there.

Sends one request and reads its answer. When it is asked for is the caller's matter; the MAC key is never shown.
"""

from typing import Annotated
from urllib.parse import urlencode

import msgspec

from tegata.acme import codec
from tegata.acme.wire import Headers, Request
from tegata.client.accounts import EabCredential
from tegata.client.errors import MailCredentialRefused
from tegata.client.exchange import Transport
from tegata.errors import TegataError

URL = "https://api.zerossl.com/acme/eab-credentials-email"

_Text = Annotated[str, msgspec.Meta(max_length=1000)]


class _Error(msgspec.Struct):
    code: int | None = None
    type: _Text | None = None


class _Answer(msgspec.Struct):
    success: bool | int = False
    eab_kid: _Text | None = None
    eab_hmac_key: _Text | None = None
    error: _Error | None = None


def credential(transport: Transport, email: str) -> EabCredential:
    """A new credential for a mail address; raises MailCredentialRefused, and what the transport raises."""
    request = Request(
        "POST",
        URL,
        Headers({"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}),
        urlencode({"email": email}).encode(),
    )
    response = transport.send(request, codec.RESPONSE_LIMIT)
    try:
        answer = codec.decode(response.body, _Answer, codec.RESPONSE_LIMIT)
    except codec.Malformed as error:
        raise MailCredentialRefused(url=URL, reason=f"status {response.status}, {error.facts['reason']}") from None
    if not answer.success or not answer.eab_kid or not answer.eab_hmac_key:
        told = answer.error or _Error()
        reason = " ".join(str(each) for each in (told.code, told.type) if each) or f"status {response.status}"
        raise MailCredentialRefused(url=URL, reason=reason)
    try:
        return EabCredential.parse(answer.eab_kid, answer.eab_hmac_key)
    except TegataError as error:
        raise MailCredentialRefused(url=URL, reason=f"its MAC key is none: {error.facts['reason']}") from None
