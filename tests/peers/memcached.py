"""Debian's memcached on a free port of 127.0.0.1; knows nothing of what is kept in it."""

import socket
from pathlib import Path
from typing import Self

from tests.peers.command import require
from tests.peers.ports import free_port
from tests.peers.process import Process


class Memcached:
    """One server, empty at first."""

    def __init__(self, directory: Path) -> None:
        self._log = directory / "memcached.log"
        self.port = free_port()

    @property
    def host(self) -> str:
        """As flags name it."""
        return f"127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        require("memcached")
        words = ["memcached", "-l", "127.0.0.1", "-p", str(self.port), "-U", "0", "-m", "4", "-u", "nobody"]
        self._process = Process(words, log=self._log)
        self._process.wait_for(self._answers, "an answer from memcached")
        return self

    def __exit__(self, *_: object) -> None:
        self._process.stop()

    def get(self, key: str) -> bytes | None:
        """A value by its key."""
        lines = self._say(f"get {key}\r\n").split(b"\r\n")
        return lines[1] if lines[0].startswith(b"VALUE ") else None

    def _answers(self) -> bool:
        try:
            return self._say("version\r\n").startswith(b"VERSION")
        except OSError:
            return False

    def _say(self, command: str) -> bytes:
        with socket.create_connection(("127.0.0.1", self.port), timeout=60) as connection:
            connection.sendall(command.encode())
            return connection.recv(65536)
