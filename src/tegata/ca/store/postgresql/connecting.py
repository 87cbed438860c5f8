"""Where a PostgreSQL database is, and what a connection to it can. The password is in no message."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol

import asyncpg

from tegata.ca.store.engine import Row

COMMAND_SECONDS = 10.0
"""No statement of ours takes so long, unless the server hangs."""
_CONNECT_SECONDS = 10.0
_SETTINGS = {
    "application_name": "tegata-ca",
    "jit": "off",
    # A node that vanished without a word holds its locks no longer than this.
    "idle_in_transaction_session_timeout": "10000",
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "3",
    "tcp_keepalives_count": "3",
}

LOST = (OSError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError, asyncpg.InternalClientError)
"""What says that a connection could not be had or is gone; TimeoutError is among them.

An internal error is what asyncpg makes of a server's farewell between two messages of one statement.
"""


@dataclass(frozen=True)
class Place:
    """A database: its URL (without password), the password if it takes one, and how many connections a node opens."""

    url: str
    password: str | None = field(default=None, repr=False)
    connections: int = 10


class Connection(Protocol):
    """What is used of asyncpg's connection, which has no types; ``timeout`` is in seconds."""

    async def fetch(self, query: str, *values: object) -> list[Row]:
        """The rows of a statement."""

    async def fetchval(self, query: str, *values: object) -> object:
        """The first value of the first row, None where there is none."""

    def execute(self, query: str, *values: object, timeout: float | None = None) -> Awaitable[str]:
        """Do a statement, or several without values."""

    def transaction(self) -> AbstractAsyncContextManager[object]:
        """Within it all is done or nothing."""

    async def add_listener(self, channel: str, callback: Callable[["Connection", int, str, str], None]) -> None:
        """Have the notices of a channel handed over, with the process at the server that sent each."""

    def add_termination_listener(self, callback: Callable[["Connection"], None]) -> None:
        """Have it told when the connection ends."""

    def get_server_pid(self) -> int:
        """The process at the server that serves it."""

    def is_closed(self) -> bool:
        """Whether it has ended."""

    def terminate(self) -> None:
        """Cut it."""

    def close(self, *, timeout: float | None = None) -> Awaitable[None]:
        """Say goodbye, then end it."""


def arguments(place: Place) -> dict[str, Any]:
    """How to connect, for asyncpg."""
    return {
        "dsn": place.url,
        "password": place.password,
        "timeout": _CONNECT_SECONDS,
        "command_timeout": COMMAND_SECONDS,
        "server_settings": _SETTINGS,
    }


def reason_of(error: BaseException) -> str:
    """What happened in one line; an exception without words is named."""
    return " ".join(str(error).split()) or type(error).__name__
