"""http-01 by memcached: the key authorization is put where a web server's memcached module looks it up by path.

Speaks the few words of memcached's text protocol that this takes. Knows no web server.
"""

import contextlib
import socket
from collections.abc import Sequence

from tegata.acme.challenges import http01_path
from tegata.errors import TegataError
from tegata.plugin_api.solver import Presentation

DEFAULT_PORT = 11211
# Longer than an order may take; cleaning up comes first, unless the process is killed.
EXPIRES_SECONDS = 600
_TIMEOUT_SECONDS = 5.0
_LONGEST_ANSWER = 512


class BadMemcachedHost(TegataError):
    """``host`` is not ``HOST`` or ``HOST:PORT``."""

    code = "solver.memcached-host"


class MemcachedFailed(TegataError):
    """No memcached server has taken the key authorization; ``reason`` tells of each."""

    code = "solver.memcached"


class MemcachedSolver:
    """Sets a key, the path of the challenge, on each of ``hosts``; one of them is enough. Raises BadMemcachedHost."""

    challenge_type = "http-01"

    def __init__(self, hosts: Sequence[str]) -> None:
        self._hosts = [(host, _split(host)) for host in hosts]

    def present(self, presentation: Presentation) -> None:
        """Set it everywhere; raises MemcachedFailed if nowhere it could be."""
        value = presentation.key_authorization.encode("ascii")
        head = f"set {http01_path(presentation.token)} 0 {EXPIRES_SECONDS} {len(value)}\r\n".encode("ascii")
        troubles = self._everywhere(head + value + b"\r\n", b"STORED")
        if len(troubles) == len(self._hosts):
            raise MemcachedFailed(reason="; ".join(troubles))

    def cleanup(self, presentation: Presentation) -> None:
        """Delete it everywhere it can be reached; elsewhere it expires."""
        self._everywhere(f"delete {http01_path(presentation.token)}\r\n".encode("ascii"), b"DELETED")

    def _everywhere(self, command: bytes, expected: bytes) -> list[str]:
        """Say it to every server; what those answered that did not say what was expected."""
        troubles = []
        for host, address in self._hosts:
            try:
                answer = _say(address, command)
            except OSError as error:
                troubles.append(f"{host}: {error.strerror or error}")
                continue
            if answer != expected:
                troubles.append(f"{host}: {answer.decode('ascii', 'replace') or 'no answer'}")
        return troubles


def _say(address: tuple[str, int], command: bytes) -> bytes:
    """One command and the first line of its answer."""
    with socket.create_connection(address, timeout=_TIMEOUT_SECONDS) as connection:
        connection.sendall(command)
        answer = b""
        while not answer.endswith(b"\r\n") and len(answer) < _LONGEST_ANSWER:
            piece = connection.recv(_LONGEST_ANSWER)
            if not piece:
                break
            answer += piece
        with contextlib.suppress(OSError):
            connection.sendall(b"quit\r\n")
    return answer.rstrip(b"\r\n")


def _split(text: str) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    if not colon or text.endswith("]") or ("]" not in text and text.count(":") > 1):
        host, port = text, str(DEFAULT_PORT)
    if not host.strip("[]") or not port.isascii() or not port.isdigit() or not 0 < int(port[:6]) < 65536:
        raise BadMemcachedHost(host=text)
    return host.strip("[]"), int(port)


PLUGIN = MemcachedSolver
