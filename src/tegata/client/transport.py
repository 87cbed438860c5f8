"""The only HTTP of the client: sends one request, with limits on everything that comes back.

Imported late, because httpx2 costs a tenth of a second. Knows no ACME; a status code is not an error here.
"""

import contextlib
import platform
import socket
import ssl
import sys
import urllib.request
from collections.abc import Iterator
from typing import Any, Self

import httpx2

from tegata import __version__
from tegata.acme.problems import DOCUMENT_LIMIT
from tegata.acme.wire import Headers, Request, Response
from tegata.client.alarm import Alarm
from tegata.client.errors import AnswerTooLarge, BadProxy, BadRoots, CaUnreachable, InsecureUrl, TlsNotTrusted
from tegata.client.network import Network
from tegata.clock import Clock

# A request whose answer drips in octet by octet is never silent; this ends it.
_WHOLE_REQUEST = 4
# Connections that are remembered: to each of the few hosts of a CA, the newest.
_REMEMBERED = 8
# A socket bound to one of these reaches nobody of the other version of IP.
_ANY_ADDRESS = {4: "0.0.0.0", 6: "::"}  # noqa: S104 - nothing listens here


class HttpTransport:
    """Connections to CAs, kept open between requests until ``close``.

    https only (A-01), no redirects, no compression (S-20), User-Agent and Accept-Language on every request (A-02).
    """

    def __init__(self, network: Network, clock: Clock) -> None:
        """Raises BadRoots when a file of ``network.roots`` cannot be used, BadProxy for the environment's proxy."""
        self._network = network
        self._clock = clock
        self._sockets: list[socket.socket] = []
        # A head can be without an end as well as a body: whatever a request is at, this ends it.
        self._alarm = Alarm(self._hang_up)
        self._extensions: dict[str, Any] = {"trace": self._trace}
        if network.server_name:
            self._extensions["sni_hostname"] = network.server_name
        headers = {
            "User-Agent": user_agent(network.product),
            "Accept-Language": network.accept_language,
            "Accept-Encoding": "identity",
        }
        trust = _trust(network)
        try:
            self._client = httpx2.Client(
                verify=trust,
                timeout=network.timeout,
                follow_redirects=False,
                headers=headers,
                transport=_of_family(network.family, trust),
            )
        except ImportError:
            raise BadProxy(reason="SOCKS proxies are not supported") from None
        except (ValueError, httpx2.InvalidURL):
            raise BadProxy(reason="it is not the URL of an HTTP proxy") from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self._alarm.close()
        self._client.close()

    def send(self, request: Request, limit: int) -> Response:
        """Send once and read the answer; see ``exchange.Transport``.

        Raises InsecureUrl, CaUnreachable, TlsNotTrusted or AnswerTooLarge. Of an answer that is an error only as much
        is read as a problem document may have.
        """
        if not request.url.lower().startswith("https://"):
            raise InsecureUrl(url=request.url)
        try:
            with (
                self._alarm.set(self._network.timeout * _WHOLE_REQUEST),
                self._client.stream(
                    request.method,
                    request.url,
                    headers=list(request.headers),
                    content=request.body or None,
                    extensions=self._extensions,
                ) as answer,
            ):
                return Response(
                    answer.status_code, Headers(answer.headers.multi_items()), self._read(answer, request.url, limit)
                )
        except (httpx2.InvalidURL, httpx2.UnsupportedProtocol):
            raise InsecureUrl(url=request.url) from None
        except httpx2.TransportError as error:
            raise _explain(error, request.url) from error

    def _hang_up(self) -> None:
        for connection in self._sockets:
            with contextlib.suppress(OSError):  # closed long ago
                socket.socket.shutdown(connection, socket.SHUT_RDWR)

    def _trace(self, event: str, facts: dict[str, Any]) -> None:
        """Remember each new connection's socket; the library tells of them nowhere else before an answer is there."""
        if event.endswith(("connect_tcp.complete", "start_tls.complete")):
            self._sockets = [*self._sockets, facts["return_value"].get_extra_info("socket")][-_REMEMBERED:]

    def _read(self, answer: httpx2.Response, url: str, limit: int) -> bytes:
        refused = answer.status_code >= 300
        limit = DOCUMENT_LIMIT if refused else limit
        body = b""
        for chunk in self._in_time(answer, url):
            body += chunk
            if len(body) > limit:
                if refused:
                    return body[:limit]
                raise AnswerTooLarge(url=url, limit=limit)
        return body

    def _in_time(self, answer: httpx2.Response, url: str) -> Iterator[bytes]:
        allowed = self._network.timeout * _WHOLE_REQUEST
        end = self._clock.monotonic() + allowed
        for chunk in answer.iter_raw():
            if self._clock.monotonic() > end:
                raise CaUnreachable(url=url, reason=f"the answer was not complete after {allowed:g} seconds")
            yield chunk


def user_agent(product: str = "") -> str:
    """``product`` if there is one, then ourselves, the HTTP library and the system (RFC 8555 §6.1, A-02)."""
    ours = f"tegata/{__version__} httpx2/{httpx2.__version__} ({sys.platform}; {platform.machine()})"
    return f"{product} {ours}".strip()


def _of_family(family: int | None, trust: ssl.SSLContext) -> httpx2.HTTPTransport | None:
    """Connections from an address of one version of IP only; None: of either, or through a proxy."""
    if family is None or {"https", "all"} & urllib.request.getproxies().keys():
        return None
    return httpx2.HTTPTransport(verify=trust, local_address=_ANY_ADDRESS[family])


def _trust(network: Network) -> ssl.SSLContext:
    """Whom to trust: the system's roots, or the given ones instead of or beside them, or anybody."""
    if not network.verify:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE  # what was asked for, and said to whoever asked
        return context
    if not network.roots:
        return httpx2.create_ssl_context()
    context = httpx2.create_ssl_context() if network.system_pool else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    for path in network.roots:
        try:
            context.load_verify_locations(cafile=path)
        except ssl.SSLError:
            raise BadRoots(path=path, reason="it holds no PEM certificate") from None
        except OSError as error:
            raise BadRoots(path=path, reason=error.strerror or str(error)) from None
    return context


def _explain(error: httpx2.TransportError, url: str) -> TlsNotTrusted | CaUnreachable:
    """Why a connection failed: because of the CA's certificate, which no retry will change, or anything else."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return TlsNotTrusted(host=httpx2.URL(url).netloc.decode(), reason=cause.verify_message)
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, httpx2.TimeoutException):
        return CaUnreachable(url=url, reason="no answer in time")
    return CaUnreachable(url=url, reason=str(error) or type(error).__name__)
