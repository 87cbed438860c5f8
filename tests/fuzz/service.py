"""The CA that generated requests go to: real processes of ``tegata-ca`` and its agent, and what must hold of them.

Nothing is answered by a 5xx, every answer comes within seconds, no error stands in a log, neither memory nor open files
grow. Knows connections and octets; what is sent is the tests' matter.
"""

import http.client
import json
import os
import socket
import ssl
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple, Self

from tegata.ca.issuing import perspectives
from tests.peers.ca import TegataCA
from tests.peers.ports import free_port
from tests.peers.process import Process

# What a loaded machine needs is far below; what hangs never answers.
ANSWER_SECONDS = 45
MOST_ANSWER = 4 * 1024 * 1024
MOST_GROWTH_KIB = 64 * 1024
MOST_FILES = 40
AGENT = "osaka"
_PASSPHRASE = b"correct horse battery staple"


class Answer(NamedTuple):
    """A whole answer."""

    status: int
    headers: Sequence[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str:
        """A field's value, the first of several; empty where it is not there."""
        return next((value for key, value in self.headers if key.lower() == name), "")


class Listener:
    """One of the service's doors; every request is a connection of its own."""

    def __init__(self, port: int, tls: ssl.SSLContext | None = None, server_name: str = "127.0.0.1") -> None:
        self.port, self._tls, self._name = port, tls, server_name
        self.requests = 0
        self.asked: dict[tuple[str, str], set[int]] = defaultdict(set)
        """The status codes that each method got at each path."""

    @contextmanager
    def connection(self) -> Iterator[socket.socket]:
        """A connection, TLS done."""
        with ExitStack() as stack:
            plain = stack.enter_context(socket.create_connection(("127.0.0.1", self.port), timeout=ANSWER_SECONDS))
            if self._tls is None:
                yield plain
            else:
                yield stack.enter_context(self._tls.wrap_socket(plain, server_hostname=self._name))

    def ask(
        self,
        method: str,
        target: bytes,
        headers: Sequence[tuple[bytes, bytes]] = (),
        body: bytes = b"",
        *,
        may_be: int | None = None,
    ) -> Answer:
        """One well-formed request, whatever stands in its parts; an AssertionError for a 5xx, unless it is this one."""
        lines = [method.encode() + b" " + target + b" HTTP/1.1", b"Host: 127.0.0.1", b"Connection: close"]
        lines += [name + b": " + value for name, value in headers]
        if body or method == "POST":
            lines.append(b"Content-Length: %d" % len(body))
        self.requests += 1
        with self.connection() as connection:
            connection.sendall(b"\r\n".join([*lines, b"", b""]) + body)
            response = http.client.HTTPResponse(connection, method=method)
            response.begin()
            answer = Answer(response.status, response.getheaders(), response.read(MOST_ANSWER))
        self.asked[method, target.partition(b"?")[0].decode("latin-1")].add(answer.status)
        assert answer.status < 500 or answer.status == may_be, (method, target, headers, body, answer)
        return answer

    def send(self, octets: bytes) -> bytes:
        """Anything at all, and the end of it; what came back until the other side had enough."""
        self.requests += 1
        received = b""
        with self.connection() as connection:
            try:
                connection.sendall(octets)
                connection.shutdown(socket.SHUT_WR)
                while len(received) < MOST_ANSWER and (part := connection.recv(65_536)):
                    received += part
            except TimeoutError:
                raise AssertionError(f"no end within {ANSWER_SECONDS} s after {octets!r}") from None
            except OSError:
                # It was cut: as good an answer as any.
                return received
        return received


class Service:
    """A CA and one of its agents, both real processes."""

    def __init__(self, directory: Path, init: tuple[str, ...] = ()) -> None:
        self.ca = TegataCA(directory, init=init, serves=False, limits_orders=False)
        self._agent_port = free_port()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            stack.enter_context(self.ca)
            all_of_it = self.ca.home / "settings.toml"
            all_of_it.write_text(all_of_it.read_text().replace("ocsp = false", "ocsp = true"))
            self.ca.start()
            stack.callback(self.ca.stop)
            words = ["--address", f"127.0.0.1:{self._agent_port}", "--region", "APNIC"]
            self.ca.run("perspective", "add", AGENT, *words).check()
            home = self.ca.home / "perspectives" / AGENT
            settings = home / "agent.toml"
            text = settings.read_text().replace("resolvers = []", f'resolvers = ["{self.ca.dns.address}"]')
            settings.write_text(text)
            argv = [str(Path(sys.executable).with_name("tegata-ca")), "--dir", str(home), "perspective", "serve"]
            self.agent_process = stack.enter_context(Process(argv, log=self.ca.directory / "agent.log"))
            self.agent_process.wait_for_line("^ready perspective=", 30)
            trust = ssl.create_default_context(cafile=str(self.ca.root_pem))
            tls = perspectives.primary_context(self.ca.home, _PASSPHRASE)
            self.acme = Listener(int(self.ca.url.rpartition(":")[2]), trust)
            self.public = Listener(int(self.ca.public_url.rpartition(":")[2]))
            self.agent = Listener(self._agent_port, tls, perspectives.server_name(AGENT))
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @property
    def processes(self) -> tuple[Process, Process]:
        """The CA's and the agent's."""
        return self.ca.process, self.agent_process

    @contextmanager
    def watched(self) -> Iterator[None]:
        """While this lasts nothing may go wrong that no answer tells of."""
        before = [(memory(one.pid), len(one.text)) for one in self.processes]
        yield
        for process, (had, told) in zip(self.processes, before, strict=True):
            assert process.returncode is None, process.text[-4000:]
            for line in process.text[told:].splitlines():
                assert json.loads(line)["level"] in ("info", "warning"), line
            grown = memory(process.pid) - had
            assert grown < MOST_GROWTH_KIB, f"{process.argv} has grown by {grown} KiB"
            # A connection that was cut is closed in the loop's next turns.
            process.wait_for(partial(_has_few_files, process.pid), "connections to be closed")


def memory(pid: int) -> int:
    """What a process has in memory, in KiB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 1024


def _has_few_files(pid: int) -> bool:
    """Whether a process has no more files and connections open than it should."""
    return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir()) < MOST_FILES
