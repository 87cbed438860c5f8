"""Where a PostgreSQL database is, and a connection to it. The password is in no message."""

from dataclasses import dataclass, field
from typing import Any

import asyncpg

from tegata.ca.store.errors import DatabaseUnusable

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


def arguments(place: Place) -> dict[str, Any]:
    """How to connect, for asyncpg."""
    return {
        "dsn": place.url,
        "password": place.password,
        "timeout": _CONNECT_SECONDS,
        "command_timeout": COMMAND_SECONDS,
        "server_settings": _SETTINGS,
    }


async def connect(place: Place) -> Any:  # noqa: ANN401 - asyncpg has no types
    """A connection of its own; raises DatabaseUnusable."""
    try:
        return await asyncpg.connect(**arguments(place))
    except (OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise DatabaseUnusable(path=place.url, reason=reason_of(error)) from error


def reason_of(error: BaseException) -> str:
    """What happened in one line; an exception without words is named."""
    return " ".join(str(error).split()) or type(error).__name__
