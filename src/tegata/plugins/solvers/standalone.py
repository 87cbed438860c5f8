"""http-01 by an own web server, open only while names are being validated.

It answers live tokens for the right Host, and everything else with 404. Knows no ACME beyond the path; connections and
their limits are ``_listener``'s matter, addresses are ``_address``'s.
"""

from collections.abc import Mapping

import h11

from tegata.acme.challenges import http01_path
from tegata.plugin_api.solver import Presentation
from tegata.plugins.solvers._address import ListenAddress
from tegata.plugins.solvers._host_header import host_of
from tegata.plugins.solvers._listener import Listener

REQUEST_OCTETS = 8 * 1024


class StandaloneSolver:
    """One listener for all names: opened for the first, closed after the last.

    ``address`` is lego's ``--http.port``, see ``ListenAddress``; raises BadListenAddress. ``host_header`` is where a
    proxy in front leaves the host that was asked for.
    """

    challenge_type = "http-01"

    def __init__(self, address: str = ":80", host_header: str = "Host") -> None:
        self._address = ListenAddress(address, "http")
        self._host_header = host_header
        self._live: dict[str, Presentation] = {}
        self._listener: Listener | None = None

    def present(self, presentation: Presentation) -> None:
        """Serve it; raises PortInUse, PortDenied or AddressUnavailable."""
        if self._listener is None:
            self._listener = Listener(self._address.listen(), self._converse, self.challenge_type)
        self._live[http01_path(presentation.token)] = presentation

    def _converse(self) -> "_Exchange":
        return _Exchange(self._live, self._host_header)

    def cleanup(self, presentation: Presentation) -> None:
        """Serve it no more."""
        self._live.pop(http01_path(presentation.token), None)
        if self._listener is not None and not self._live:
            self._listener.stop()
            self._listener = None
            self._address.leave()


class _Exchange:
    """One request and its answer; ``live`` are the presentations by their paths."""

    def __init__(self, live: Mapping[str, Presentation], host_header: str) -> None:
        self.is_over = False
        self._host_header = host_header
        self._live = live
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=REQUEST_OCTETS)

    def hear(self, octets: bytes) -> bytes:
        """Read on; answer once the request is complete. Whatever is no HTTP is closed without a word."""
        try:
            self._http.receive_data(octets)
            event = self._http.next_event()
        except h11.ProtocolError:
            event = None
        self.is_over = event is not h11.NEED_DATA
        return self._answer(event) if isinstance(event, h11.Request) else b""

    def _answer(self, request: h11.Request) -> bytes:
        """The key authorization, exactly, to a GET of a live token's path with the validated name as Host (A-68, S-21).

        The Host is compared so that nobody can fetch it through a name of his own that leads here (DNS rebinding).
        """
        presentation = self._live.get(request.target.decode("ascii", "replace"))
        host = host_of(request.headers, self._host_header)
        body = b""
        if request.method == b"GET" and presentation is not None and host == presentation.name:
            body = presentation.key_authorization.encode("ascii")
        headers = [
            ("Content-Type", "application/octet-stream"),
            ("Content-Length", str(len(body))),
            ("Connection", "close"),
        ]
        answer = h11.Response(status_code=200 if body else 404, headers=headers)
        try:
            parts = [self._http.send(each) for each in (answer, h11.Data(data=body), h11.EndOfMessage())]
        except h11.LocalProtocolError:  # the request was of a kind that takes no such answer
            return b""
        return b"".join(part or b"" for part in parts)


PLUGIN = StandaloneSolver
