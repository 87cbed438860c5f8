"""Several ``tegata-ca serve`` on one PostgreSQL behind one address, each with its copy of the CA's directory.

Knows the command line, nothing of what is behind.
"""

import shutil
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Self

from tests.peers.balancer import Balancer
from tests.peers.ca import TegataCA
from tests.peers.ports import free_port
from tests.peers.postgresql import PostgreSQL, name_of
from tests.peers.process import Process


class Node:
    """One ``serve`` with its own copy of the CA's directory, on ports of its own."""

    def __init__(self, ca: TegataCA, number: int) -> None:
        self.port = free_port()
        self.home = ca.directory / f"node-{number}"
        self.log = ca.directory / f"node-{number}.log"
        self._ca, self._public_port = ca, free_port()
        self.process: Process | None = None

    def start(self) -> None:
        """Serve, again after ``kill``."""
        listen, public_listen = (f"127.0.0.1:{port}" for port in (self.port, self._public_port))
        self.process = self._ca.serve(self.home, listen, public_listen, self.log)

    def kill(self) -> None:
        """SIGKILL."""
        assert self.process is not None, "it was never started"
        self.process.kill()

    def stop(self) -> None:
        """SIGTERM, if it was started."""
        if self.process is not None:
            self.process.stop(30)


class Nodes:
    """Nodes of one CA; ``ca`` is for the operator's commands, and its URL is the balancer's."""

    def __init__(self, directory: Path, postgresql: PostgreSQL, count: int) -> None:
        self.postgresql = postgresql
        self.database = postgresql.database()
        self.ca = TegataCA(directory, init=("--database", self.database), serves=False, limits_orders=False)
        self.nodes = [Node(self.ca, number) for number in range(count)]

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            stack.enter_context(self.ca)
            address = int(self.ca.url.rpartition(":")[2])
            stack.enter_context(Balancer(address, [node.port for node in self.nodes]))
            for node in self.nodes:
                shutil.copytree(self.ca.home, node.home)
            pool = stack.enter_context(ThreadPoolExecutor(len(self.nodes)))
            stack.callback(lambda: list(pool.map(Node.stop, self.nodes)))
            list(pool.map(Node.start, self.nodes))
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def rows(self, query: str) -> list[list[str]]:
        """Rows of the shared database, as text."""
        return self.postgresql.sql(query, name_of(self.database))
