"""What an answer of the CA means for the request: it is done, it is to be sent again, or it is refused.

Pure. How often and how long to try is decided in ``exchange``; what an accepted answer says, by whoever asked.
"""

from datetime import datetime
from typing import TypeAlias

import msgspec

from tegata.acme import problems
from tegata.acme.problems import ErrorType
from tegata.acme.wire import Request, Response, retry_after
from tegata.client.errors import ClientError, Redirected
from tegata.client.refusals import refusal

# What servers and the proxies in front of them answer when they are out of order for a while.
_OUTAGES = (502, 503, 504)
# A fault that the next try may miss; more often it is met every time.
_FAULT = 500


class Ok(msgspec.Struct, frozen=True):
    """The request was accepted."""

    response: Response


class RetryNow(msgspec.Struct, frozen=True):
    """The nonce was not accepted: sign again with a new one, at once (RFC 8555 §6.5)."""

    error: ClientError


class RetryLater(msgspec.Struct, frozen=True):
    """Not now. ``seconds`` is what Retry-After says, if anything (A-26)."""

    error: ClientError
    seconds: float | None
    is_outage: bool = False
    """Whether it is what is met where a server, or what stands before it, is just being started."""


class Failed(msgspec.Struct, frozen=True):
    """Refused for good."""

    error: ClientError


Verdict: TypeAlias = Ok | RetryNow | RetryLater | Failed


def judge(request: Request, response: Response, now: datetime) -> Verdict:
    """Classify a response by its status and its problem document.

    429 is tried again only where the CA says when: without Retry-After nothing says that waiting would help.
    """
    if 200 <= response.status < 300:
        return Ok(response)
    if 300 <= response.status < 400:
        return Failed(Redirected(url=request.url, location=response.headers.get("Location") or "?"))
    problem = problems.decode(response.body, response.status)
    seconds = retry_after(response, now)
    error = refusal(problem, request.method, request.url, seconds)
    if problem.kind is ErrorType.BAD_NONCE:
        return RetryNow(error)
    is_outage = response.status in _OUTAGES
    if is_outage or response.status == _FAULT or (response.status == 429 and seconds is not None):
        return RetryLater(error, seconds, is_outage)
    return Failed(error)
