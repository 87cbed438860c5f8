"""The only HTTP of the client: sends one request, with limits on everything that comes back.

Knows no ACME; a status code is not an error here. Imported late, because TLS and h11 cost some hundredths of a second.
"""

import contextlib
import platform
import socket
import ssl
import sys
from collections.abc import Iterator
from typing import Self

import h11

from tegata import __version__
from tegata.acme.problems import DOCUMENT_LIMIT
from tegata.acme.wire import Headers, Request, Response
from tegata.client.alarm import Alarm
from tegata.client.connection import Connection
from tegata.client.errors import AnswerTooLarge, CaUnreachable, TlsNotTrusted, TlsOutOfDate
from tegata.client.network import Network
from tegata.client.proxies import Proxies
from tegata.client.trust import context_for
from tegata.client.tunnel import ProxyRefused
from tegata.client.urls import Url, split
from tegata.clock import SystemClock, rfc3339

# A request whose answer drips in octet by octet is never silent; this ends it.
_WHOLE_REQUEST = 4
# OpenSSL's X509_V_ERR_CERT_NOT_YET_VALID and X509_V_ERR_CERT_HAS_EXPIRED.
_OUT_OF_DATE = (9, 10)


class HttpTransport:
    """Connections to CAs, one to each host, kept open between requests until ``close``; for one thread at a time.

    https only (A-01), no redirects, no compression (S-20), User-Agent and Accept-Language on every request (A-02).
    """

    def __init__(self, network: Network) -> None:
        """Raises BadRoots when a file of ``network.roots`` cannot be used, BadProxy for the environment's proxy."""
        self._network = network
        self._proxies = Proxies()
        self._trust = context_for(network)
        self._most = network.timeout * _WHOLE_REQUEST
        self._free: dict[str, Connection] = {}
        self._at: Connection | None = None
        self._is_late = False
        # A head can be without an end as well as a body: whatever a request is at, this ends it.
        self._alarm = Alarm(self._hang_up)
        self._headers = [
            ("User-Agent", user_agent(network.product)),
            ("Accept", "*/*"),
            ("Accept-Language", network.accept_language),
            ("Accept-Encoding", "identity"),
        ]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextlib.contextmanager
    def hurried(self, seconds: float) -> Iterator[None]:
        """Give each request so many seconds at most, to connect and be answered, instead of what ``Network`` says."""
        before = self._most
        self._most = min(seconds, before)
        try:
            yield
        finally:
            self._most = before

    def close(self) -> None:
        """Close all connections; it can be used again and opens new ones."""
        self._alarm.close()
        for connection in self._free.values():
            connection.close()
        self._free.clear()

    def send(self, request: Request, limit: int) -> Response:
        """Send once and read the answer; see ``exchange.Transport``.

        Raises InsecureUrl, CaUnreachable, TlsNotTrusted or AnswerTooLarge. Of an answer that is an error only as much
        is read as a problem document may have.
        """
        url = split(request.url)
        connection = self._at = self._connection(url)
        self._is_late = False
        allowed = self._most
        try:
            with self._alarm.set(allowed):
                connection.begin(self._head(request, url), request.body)
                response = _read(connection, request.url, limit)
            if self._is_late:  # the end of an answer without a length was our own hanging up
                raise TimeoutError
        except (OSError, ValueError, h11.ProtocolError) as error:
            if self._is_late:
                reason = f"the answer was not complete after {allowed:g} seconds"
                raise CaUnreachable(url=request.url, reason=reason) from None
            raise _explain(error, connection.peer, request.url) from error
        finally:
            if connection.reset():
                self._free[url.authority] = connection
            else:
                connection.close()
        return response

    def _connection(self, url: Url) -> Connection:
        free = self._free.pop(url.authority, None)
        if free is not None and free.is_quiet():
            return free
        if free is not None:
            free.close()
        proxy = self._proxies.towards(url.host, url.port)
        return Connection(url, self._network, self._trust, proxy, dialing=min(self._network.timeout, self._most))

    def _head(self, request: Request, url: Url) -> h11.Request:
        headers = [("Host", url.authority), *self._headers, *request.headers]
        if request.body or request.method == "POST":
            headers.append(("Content-Length", str(len(request.body))))
        octets = [(name.encode("ascii"), value.encode()) for name, value in headers]
        return h11.Request(method=request.method, target=url.target, headers=octets)

    def _hang_up(self) -> None:
        self._is_late = True
        if self._at is not None:
            self._at.hang_up()


def user_agent(product: str = "") -> str:
    """``product`` if there is one, then ourselves, the HTTP library and the system (RFC 8555 §6.1, A-02)."""
    ours = f"tegata/{__version__} {h11.PRODUCT_ID} ({sys.platform}; {platform.machine()})"
    plain = "".join(character if character.isprintable() else " " for character in product)
    return f"{plain.strip()} {ours}".strip()


def _read(connection: Connection, url: str, limit: int) -> Response:
    while not isinstance(head := connection.next_event(), h11.Response):
        pass  # interim answers (RFC 9110 §15.2)
    refused = head.status_code >= 300
    limit = DOCUMENT_LIMIT if refused else limit
    body = bytearray()
    while isinstance(piece := connection.next_event(), h11.Data):
        body += piece.data
        if len(body) > limit:
            if not refused:
                raise AnswerTooLarge(url=url, limit=limit)
            del body[limit:]
            break
    headers = Headers((name.decode("ascii"), value.decode("latin-1")) for name, value in head.headers)
    return Response(head.status_code, headers, bytes(body))


def _explain(error: Exception, peer: str, url: str) -> TlsNotTrusted | CaUnreachable:
    """Why a request failed: because of somebody's certificate, which no retry will change, or anything else."""
    if isinstance(error, ssl.SSLCertVerificationError):
        if error.verify_code in _OUT_OF_DATE:
            return TlsOutOfDate(host=peer, reason=error.verify_message, now=rfc3339(SystemClock().now()))
        return TlsNotTrusted(host=peer, reason=error.verify_message)
    if isinstance(error, TimeoutError):
        return CaUnreachable(url=url, reason="no answer in time")
    reason = error.strerror if isinstance(error, OSError) else ""
    return CaUnreachable(url=url, reason=reason or str(error) or type(error).__name__, passes=_passes(error))


def _passes(error: Exception) -> bool:
    """Whether it is what is met while a server, a proxy or the network is being started, and may be over in a minute.

    A name that the DNS does not know, and answers that are no TLS or no HTTP, come of a wrong address.
    """
    match error:
        case ProxyRefused(status=status):
            return status in (502, 503, 504)
        case socket.gaierror():
            return error.errno == socket.EAI_AGAIN
        case ssl.SSLError():
            return isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError)
        case _:
            return isinstance(error, OSError)
