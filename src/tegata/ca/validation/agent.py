"""The agent of a remote perspective as an ASGI application: one errand in, one report out.

Runs in another network than the CA, with a resolver and an address of its own; whoever gets here has shown the CA's
certificate. Keeps nothing between errands; the checks are those of the CA itself.
"""

import asyncio
from typing import Protocol

from starlette.types import Message, Receive, Scope, Send

from tegata.ca.errors import Refused
from tegata.ca.journal import Journal
from tegata.ca.model import Look
from tegata.ca.ports import Validator
from tegata.ca.validation import messages, openmpic
from tegata.ca.validation.check import UnknownCheck
from tegata.ca.validation.messages import BadMessage
from tegata.ca.validation.openmpic import Parts

# Looks side by side; the CA asks for no more than it does itself.
MOST_AT_ONCE = 256

log = Journal("perspective")


class Place(Validator, Parts, Protocol):
    """What an agent looks by, whole or in parts."""


class Agent:
    """Answers the CA's errands as the perspective ``name``, by ``validator``."""

    def __init__(self, name: str, validator: Place) -> None:
        self._name, self._validator = name, validator
        self._places = asyncio.Semaphore(MOST_AT_ONCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["method"] == "GET" and scope["path"] == messages.READY_PATH:
            await _answer(send, 200)
            return
        answers = {messages.PATH: self._errand, openmpic.DCV_PATH: self._openmpic, openmpic.CAA_PATH: self._openmpic}
        answer = answers.get(scope["path"]) if scope["method"] == "POST" else None
        if answer is None:
            await _answer(send, 404)
            return
        body = await _body(receive)
        if body is None:
            await _answer(send, 413)
            return
        await answer(scope["path"], body, send)

    async def _openmpic(self, path: str, body: bytes, send: Send) -> None:
        """A look in the words of Open MPIC."""
        look = openmpic.dcv if path == openmpic.DCV_PATH else openmpic.caa
        try:
            async with self._places:
                response = await look(self._name, self._validator, body)
        except (BadMessage, Refused):
            await _answer(send, 400)
        except Exception:
            log.exception("look.failed", path=path)
            await _answer(send, 500)
        else:
            await _answer(send, 200, response)

    async def _errand(self, _: str, body: bytes, send: Send) -> None:
        """A look of the CA's own."""
        try:
            errand = messages.read_errand(body)
        except BadMessage:
            await _answer(send, 400)
            return
        looks = {Look.VALIDATION: self._validator.check, Look.CAA: self._validator.check_caa}
        try:
            async with self._places:
                verdict = await looks[errand.look](errand.question)
        except UnknownCheck:
            # A CA that is newer than this agent: it has nothing to say about a method that it does not know.
            await _answer(send, 501)
            return
        except Exception:
            log.exception("look.failed", look=errand.look, name=errand.question.identifier.value)
            await _answer(send, 500)
            return
        log.info(
            "looked",
            look=errand.look,
            name=errand.question.identifier.value,
            method=errand.question.challenge_type,
            error=verdict.error and verdict.error.code,
        )
        await _answer(send, 200, messages.report(self._name, errand.question, verdict))


async def _body(receive: Receive) -> bytes | None:
    """The body; None if it is too large."""
    body = b""
    while True:
        message: Message = await receive()
        piece: bytes = message.get("body", b"")
        body += piece
        if len(body) > messages.ERRAND_LIMIT:
            return None
        if not message.get("more_body", False):
            return body


async def _answer(send: Send, status: int, body: bytes = b"") -> None:
    headers = [(b"content-type", messages.CONTENT_TYPE.encode()), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
