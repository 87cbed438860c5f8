"""One remote perspective as the CA sees it: asked over mutually authenticated TLS, within limits of time and size.

Knows neither quorum nor what is asked.
"""

import asyncio
import ssl
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tegata.ca.model import Look
from tegata.ca.ports import Question, Verdict
from tegata.ca.settings import Perspective
from tegata.ca.validation import messages
from tegata.ca.validation.messages import BadMessage

if TYPE_CHECKING:
    import httpx2


class Silent(Exception):
    """The perspective gave no report: ``reason``. What it says about the site is unknown."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class RemotePerspective:
    """The agent of one perspective; ``tls`` trusts the perspectives' own CA alone and shows the CA's certificate.

    The agent must show the certificate of its name, wherever its address leads.
    """

    def __init__(self, settings: Perspective, server_name: str, tls: ssl.SSLContext) -> None:
        self.name, self.region, self.address = settings.name, settings.region, settings.address
        self._base = f"https://{settings.address}"
        self._extensions = {"sni_hostname": server_name}
        self._tls = tls
        self._client: httpx2.AsyncClient | None = None
        self._ends = datetime.min.replace(tzinfo=UTC)

    async def ask(self, look: Look, question: Question, seconds: float) -> Verdict:
        """What it saw; raises Silent if there is no report within so many seconds."""
        body = await self._within(seconds, "POST", messages.PATH, messages.errand(look, question))
        try:
            return messages.read_report(body, self.name, question)
        except BadMessage as error:
            raise Silent(f"it sent {error}") from None

    async def reach(self, seconds: float) -> datetime:
        """When the agent's certificate ends, if it is there and both sides know each other; raises Silent."""
        await self._within(seconds, "GET", messages.READY_PATH)
        return self._ends

    async def close(self) -> None:
        """Let go of connections."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    async def _within(self, seconds: float, method: str, path: str, content: bytes = b"") -> bytes:
        import httpx2  # noqa: PLC0415 - only a CA that has perspectives waits for it

        try:
            async with asyncio.timeout(seconds):
                return await self._request(method, path, content)
        except TimeoutError:
            raise Silent("there was no answer in time") from None
        except httpx2.HTTPError as error:
            raise Silent(str(error) or type(error).__name__) from None

    async def _request(self, method: str, path: str, content: bytes) -> bytes:
        import httpx2  # noqa: PLC0415 - as above

        if self._client is None:
            self._client = httpx2.AsyncClient(verify=self._tls, trust_env=False, timeout=None)
        headers = {"Content-Type": messages.CONTENT_TYPE, "Accept-Encoding": "identity"}
        async with self._client.stream(
            method, self._base + path, content=content, headers=headers, extensions=self._extensions
        ) as response:
            # Asked for now: once an answer was read the connection may be another's.
            shown = response.extensions["network_stream"].get_extra_info("ssl_object").getpeercert()
            self._ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(shown["notAfter"]), UTC)
            body = b""
            async for piece in response.aiter_raw():
                body += piece
                if len(body) > messages.REPORT_LIMIT:
                    raise Silent("its answer is too large")
        if response.status_code != 200:
            raise Silent(f"it answered with HTTP status {response.status_code}")
        return body
