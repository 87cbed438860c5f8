"""One connection to a CA: TCP, perhaps a proxy's tunnel, TLS, and HTTP/1.1 on it.

Brings octets and events over; what an answer may be, and how long a request may take, is ``transport``'s matter.
"""

import contextlib
import select
import socket
import ssl
import sys

import h11

from tegata.client import tunnel
from tegata.client.dialing import dial
from tegata.client.network import Network
from tegata.client.proxies import Proxy
from tegata.client.urls import Url


class ClosedWithoutAnswer(OSError):
    """The other side closed the connection instead of answering."""


class Connection:
    """To the host of one URL, opened with the first request; the other ones of that host may follow on it.

    ``dialing``: seconds that the first has to find somebody there.
    """

    def __init__(
        self, to: Url, network: Network, trust: ssl.SSLContext, proxy: Proxy | None, *, dialing: float
    ) -> None:
        self.peer = to.authority
        """Whose certificate is judged just now: the host's, or the proxy's."""
        self._to = to
        self._network = network
        self._trust = trust
        self._proxy = proxy
        self._dialing = dialing
        self._tcp: socket.socket | None = None
        self._stream: tunnel.Stream | None = None
        self._http = h11.Connection(h11.CLIENT)

    def begin(self, request: h11.Request, body: bytes) -> None:
        """Send a request; opens the connection where it is new.

        Raises OSError, ssl.SSLError, h11.ProtocolError, and ValueError for a host that cannot be one.
        """
        stream = self._stream = self._stream or self._opened()
        parts = [self._http.send(request), self._http.send(h11.Data(data=body)), self._http.send(h11.EndOfMessage())]
        stream.sendall(b"".join(part for part in parts if part))

    def next_event(self) -> object:
        """The next of h11's events; raises OSError, ClosedWithoutAnswer, h11.RemoteProtocolError."""
        assert self._stream is not None
        while (event := self._http.next_event()) is h11.NEED_DATA:
            octets = self._stream.recv(tunnel.PIECE)
            if not octets and self._http.their_state is h11.SEND_RESPONSE:
                raise ClosedWithoutAnswer("it closed the connection without an answer")
            self._http.receive_data(octets)
        return event

    def reset(self) -> bool:
        """Make ready for the next request; False where there can be none, and it wants closing."""
        if self._http.our_state is h11.DONE and self._http.their_state is h11.DONE:
            self._http.start_next_cycle()
        return self._http.our_state is h11.IDLE and self._stream is not None

    def is_quiet(self) -> bool:
        """Whether nothing has come since: a server that closes an idle connection can be heard doing so."""
        assert self._tcp is not None
        if sys.platform == "win32":  # where select takes a socket of any number
            heard = select.select([self._tcp], [], [], 0)[0]
        else:
            poll = select.poll()
            poll.register(self._tcp, select.POLLIN)
            heard = poll.poll(0)
        return not heard

    def hang_up(self) -> None:
        """End whatever it is at, from another thread."""
        if self._tcp is not None:
            with contextlib.suppress(OSError):  # closed long ago
                # Not an SSLSocket's own, which would also take the TLS away under the thread that is at it.
                socket.socket.shutdown(self._tcp, socket.SHUT_RDWR)

    def close(self) -> None:
        """Close it."""
        if self._tcp is not None:
            self._tcp.close()

    def _opened(self) -> tunnel.Stream:
        host = self._to.host.strip("[]")
        name = self._network.server_name or host
        if self._proxy is None:
            return self._secured(self._dialled(host, self._to.port, self._network.family), name)
        tcp = self._dialled(self._proxy.host, self._proxy.port, None)
        if not self._proxy.is_https:
            self._lead(tcp, self._proxy)
            return self._secured(tcp, name)
        self.peer = f"{self._proxy.host}:{self._proxy.port}"
        outer = self._secured(tcp, self._proxy.host)
        self.peer = self._to.authority
        self._lead(outer, self._proxy)
        return tunnel.TlsWithinTls(outer, self._trust, name)

    def _dialled(self, host: str, port: int, family: int | None) -> socket.socket:
        tcp = self._tcp = dial(host, port, seconds=self._dialing, family=family)
        tcp.settimeout(self._network.timeout)
        return tcp

    def _lead(self, stream: tunnel.Stream, proxy: Proxy) -> None:
        tunnel.connect(stream, f"{self._to.host}:{self._to.port}", proxy.authorization)

    def _secured(self, tcp: socket.socket, name: str) -> ssl.SSLSocket:
        # Known before the handshake, so that it can be hung up.
        secured = self._tcp = self._trust.wrap_socket(tcp, server_hostname=name, do_handshake_on_connect=False)
        secured.do_handshake()
        return secured
