"""OCSP over HTTP (RFC 6960 appendix A, RFC 5019 §5): a request in a POST's body or in a GET's path.

An answer's own signature protects it, so plain HTTP is enough. Knows no certificate.
"""

import base64
import binascii
import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import format_datetime

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from tegata.ca.public import files
from tegata.ca.public.files import Version
from tegata.ca.services.ocsp import OcspAnswer, OcspService

REQUEST = "application/ocsp-request"
RESPONSE = "application/ocsp-response"
MOST_OCTETS = 4096
"""A request for one certificate takes about a hundred."""

# A revocation is answered at once; no cache shall keep what was said before for long.
_LONGEST = timedelta(hours=1)


class OcspPages:
    """The two ways to ask."""

    def __init__(self, service: OcspService, now: Callable[[], datetime]) -> None:
        self._service, self._now = service, now

    async def post(self, request: Request) -> Response:
        """A request in the body; answers are not cached on the way."""
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != REQUEST:
            return PlainTextResponse("Unsupported Media Type", 415)
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > MOST_OCTETS:
                return PlainTextResponse("Content Too Large", 413)
        answer = await self._service.answer(body)
        return Response(answer.der, media_type=RESPONSE, headers={"Cache-Control": "no-store"})

    async def get(self, request: Request) -> Response:
        """A request in the path, in base64; who has the answer already is told so."""
        text = request.path_params["request"]
        try:
            der = base64.b64decode(text[: 2 * MOST_OCTETS], validate=True)
        except (ValueError, binascii.Error):
            der = b""
        answer = await self._service.answer(der)
        if answer.this_update is None or answer.next_update is None:
            return Response(answer.der, media_type=RESPONSE, headers={"Cache-Control": "no-store"})
        return self._cached(request, answer)

    def _cached(self, request: Request, answer: OcspAnswer) -> Response:
        assert answer.next_update is not None, "it says something"
        version = Version(hashlib.sha256(answer.der).hexdigest(), answer.this_update)
        # Never beyond the answer's own end (RFC 5019 §6.2): one that cannot be made anew is given until then.
        kept = max(min(_LONGEST, answer.next_update - self._now()), timedelta(0))
        fields = {
            "Cache-Control": f"max-age={kept // timedelta(seconds=1)}, public, no-transform, must-revalidate",
            "Expires": format_datetime(answer.next_update, usegmt=True),
        }
        return files.not_modified(request, version, fields) or Response(
            answer.der, media_type=RESPONSE, headers=files.headers(version, fields)
        )
