"""The server to write to, where a database's URL names several: the first one and those that follow it, its standbys.

All are asked at once, so that one that is gone without a word keeps nobody waiting. One that only reads is none. A
server that was replaced and has come back takes writes too, and what is written there is lost, or a second truth: of
two, the one whose history (timeline) is the later counts, for it was promoted after the other, and none that is older
than what this process has once seen. Connections to one that was replaced are cut. With two of the same age nothing is
done at all.
"""

import asyncio
from contextlib import suppress
from dataclasses import replace
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit
from weakref import WeakKeyDictionary

import asyncpg

from tegata.ca.journal import Journal
from tegata.ca.store.errors import DatabaseUnusable
from tegata.ca.store.postgresql.connecting import LOST, Connection, Place, arguments, reason_of

ANSWER_SECONDS = 3.0
"""How long one of several servers is waited for."""
OTHERS_SECONDS = 0.5
"""How long the others are waited for once one has answered that takes writes."""
_HISTORY = "SELECT pg_walfile_name(pg_current_wal_insert_lsn()), pg_postmaster_start_time()"
_TIMELINE_DIGITS = 8
_DURABILITY = "SELECT current_setting('synchronous_commit'), current_setting('synchronous_standby_names')"
_LOCAL = ("off", "local")

log = Journal("database")


class NoServerWrites(OSError):
    """None of the servers can be written to; its words say what each answered."""


class _Found(NamedTuple):
    """A server that takes writes."""

    url: str
    connection: Connection
    timeline: int
    started: object


class Servers:
    """Those of a place; it knows the latest history that it has met. For one event loop."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._urls = one_by_one(place.url)
        self._timeline = 0
        self._given: WeakKeyDictionary[Connection, int] = WeakKeyDictionary()
        self._told: set[tuple[str, int]] = set()

    async def connect(self, **more: object) -> Connection:
        """A connection to the one that is written to; raises as ``asyncpg.connect``, and NoServerWrites."""
        if len(self._urls) == 1:
            alone: Connection = await asyncpg.connect(**arguments(self._place), **more)
            return alone
        asked = [asyncio.create_task(self._ask(url, more)) for url in self._urls]
        chosen: Connection | None = None
        try:
            await _first_and_who_answers_soon_after(asked)
            chosen = self._newest(_answers(asked), self._troubles(asked))
        finally:
            for task in asked:
                task.cancel()
            await asyncio.wait(asked)
            for found in _answers(asked):
                if found.connection is not chosen:
                    found.connection.terminate()
        return chosen

    async def look(self) -> None:
        """Have connections to a server cut that was replaced since; nothing, where there is one server."""
        if len(self._urls) > 1:
            with suppress(asyncpg.PostgresError, *LOST):
                (await self.connect()).terminate()

    async def _ask(self, url: str, more: dict[str, object]) -> _Found:
        """Connect to one server, if it takes writes, and learn its history."""
        words = arguments(replace(self._place, url=url)) | {"timeout": ANSWER_SECONDS} | more
        connection: Connection = await asyncpg.connect(**words)
        try:
            ((file, started),) = await connection.fetch(_HISTORY)
        except BaseException:
            connection.terminate()
            raise
        return _Found(url, connection, int(str(file)[:_TIMELINE_DIGITS], 16), started)

    def _newest(self, found: list[_Found], troubles: list[str]) -> Connection:
        """The connection to the server with the latest history; raises NoServerWrites."""
        self._timeline = max([self._timeline, *(one.timeline for one in found)])
        for one in found:
            if one.timeline < self._timeline:
                self._tell_once("database.replaced-server", one)
        newest = [one for one in found if one.timeline == self._timeline]
        if len({one.started for one in newest}) > 1:
            for one in newest:
                self._tell_once("database.two-first-servers", one)
            raise NoServerWrites("two servers take writes, and neither was promoted after the other")
        if not newest:
            older = [f"{server(one.url)}: it was replaced by another" for one in found]
            raise NoServerWrites("; ".join([*older, *troubles]))
        for connection, timeline in list(self._given.items()):
            if timeline < self._timeline:
                connection.terminate()
        self._given[newest[0].connection] = self._timeline
        return newest[0].connection

    def _troubles(self, asked: list[asyncio.Task[_Found]]) -> list[str]:
        """Why those that have answered otherwise are none to write to."""
        troubles = []
        for url, task in zip(self._urls, asked, strict=True):
            if task.done() and not task.cancelled() and (error := task.exception()) is not None:
                only_reads = isinstance(error, asyncpg.TargetServerAttributeNotMatched)
                troubles.append(f"{server(url)}: {'it only reads' if only_reads else reason_of(error)}")
        return troubles

    def _tell_once(self, event: str, one: _Found) -> None:
        if (one.url, one.timeline) not in self._told:
            self._told.add((one.url, one.timeline))
            log.error(event, server=server(one.url), timeline=one.timeline, newest=self._timeline)


async def connect(place: Place) -> Connection:
    """A connection of its own; raises DatabaseUnusable."""
    try:
        return await Servers(place).connect()
    except (OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError) as error:
        raise DatabaseUnusable(path=place.url, reason=reason_of(error)) from error


async def durability(place: Place) -> tuple[bool, bool]:
    """Whether a commit waits for the disk, and whether for a standby where the URL names several servers.

    Raises DatabaseUnusable.
    """
    connection = await connect(place)
    try:
        ((level, standbys),) = await connection.fetch(_DURABILITY)
    except (asyncpg.PostgresError, *LOST) as error:
        raise DatabaseUnusable(path=place.url, reason=reason_of(error)) from error
    finally:
        connection.terminate()
    waits = bool(standbys) and level not in _LOCAL
    return level != "off", waits or len(one_by_one(place.url)) == 1


def one_by_one(url: str) -> list[str]:
    """A URL of each server that a URL names, of several for one that takes writes; raises ValueError.

    They are in the authority or in the query (as for sockets), with commas between (libpq's "multiple hosts").
    """
    parts = urlsplit(url)
    user, at, authority = parts.netloc.rpartition("@")
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    hosts = query.get("host", "").split(",")
    if "," not in authority and len(hosts) == 1:
        return [url]
    query["target_session_attrs"] = "read-write"
    if "," in authority:
        rest = f"{parts.path}?{urlencode(query, safe='/')}"
        return [f"{parts.scheme}://{user}{at}{host}{rest}" for host in authority.split(",")]
    ports = query.get("port", "").split(",")
    if len(ports) == 1:
        ports *= len(hosts)
    if len(ports) != len(hosts):
        raise ValueError("it has more hosts than ports, or fewer")
    each = [query | {"host": host} | ({"port": port} if port else {}) for host, port in zip(hosts, ports, strict=True)]
    return [f"{parts.scheme}://{parts.netloc}{parts.path}?{urlencode(one, safe='/')}" for one in each]


def server(url: str) -> str:
    """Where one server is, for people."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    return parts.netloc.rpartition("@")[2] or ":".join(query[key] for key in ("host", "port") if key in query)


async def _first_and_who_answers_soon_after(asked: list[asyncio.Task[_Found]]) -> None:
    """Wait for one that takes writes, then a little for the others."""
    pending = set(asked)
    while pending and not _answers(asked):
        _, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
    if pending:
        await asyncio.wait(pending, timeout=OTHERS_SECONDS)


def _answers(asked: list[asyncio.Task[_Found]]) -> list[_Found]:
    return [task.result() for task in asked if task.done() and not task.cancelled() and task.exception() is None]
