"""Debian's PostgreSQL as a cluster of the tests' own: its files in a temporary folder, in memory where there is room,
on loopback and a Unix socket.

It runs as the user ``postgres`` when the tests run as root, which the server refuses. Knows no schema.
"""

import itertools
import os
import pwd
import secrets
import shutil
import tempfile
from pathlib import Path
from typing import Self

from tests.peers.command import Finished, environment, require, run
from tests.peers.ports import free_port
from tests.peers.process import Process

_USER = "postgres"
_DEBIAN = Path("/usr/lib/postgresql")
# What a test cluster need not survive is the machine's end: no commit waits for the disk.
_SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "max_connections": "300",
    "max_wal_size": "128MB",
    "min_wal_size": "32MB",
    "timezone": "UTC",
}
_MEMORY = Path("/dev/shm")
_ROOM = 1 << 30  # a cluster has a hundred megabytes, and two workers one each


class PostgreSQL:
    """A running server with one superuser, ``postgres``, whose password is ``password`` by TCP; none by the socket."""

    def __init__(self) -> None:
        self.password = secrets.token_urlsafe(12)
        self.port = free_port()
        self._numbers = itertools.count(1)

    def __enter__(self) -> Self:
        programs = sorted(_DEBIAN.glob("*/bin"), key=lambda path: int(path.parent.name))
        self._programs = programs[-1] if programs else _DEBIAN
        require(str(self._programs / "postgres"))
        self.directory = Path(tempfile.mkdtemp(prefix="tegata-postgresql-", dir=_in_memory()))
        self._data = self.directory / "data"
        self.log = self.directory / "postgresql.log"
        if os.geteuid() == 0:
            user = pwd.getpwnam(_USER)
            os.chown(self.directory, user.pw_uid, user.pw_gid)
        try:
            self._make()
            self.start()
        except BaseException:
            shutil.rmtree(self.directory, ignore_errors=True)
            raise
        return self

    def _make(self) -> None:
        """The cluster's files."""
        password_file = self.directory / "password"
        password_file.write_text(self.password)
        if os.geteuid() == 0:
            user = pwd.getpwnam(_USER)
            os.chown(password_file, user.pw_uid, user.pw_gid)
        words = ["--pgdata", self._data, "--username", _USER, "--pwfile", password_file, "--no-sync"]
        words += ["--auth-local", "trust", "--auth-host", "scram-sha-256", "--encoding", "UTF8", "--locale", "C.UTF-8"]
        self._run("initdb", *words).check()

    def __exit__(self, *_: object) -> None:
        if self.process.returncode is None:
            self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)

    def start(self) -> None:
        """Start the server, after ``stop`` too, and wait until it takes connections."""
        argv = [*self._as_user(), self._programs / "postgres", "-D", self._data, "-p", self.port]
        settings = {**_SETTINGS, "listen_addresses": "127.0.0.1", "unix_socket_directories": self.directory}
        for name, value in settings.items():
            argv += ["-c", f"{name}={value}"]
        self.process = Process([str(word) for word in argv], log=self.log, cwd=self.directory)
        ready = ("--host", self.directory, "--port", self.port)
        try:
            self.process.wait_for(lambda: self._run("pg_isready", *ready).code == 0, "PostgreSQL to take connections")
        except BaseException:
            self.process.kill()
            raise

    def stop(self) -> None:
        """End it at once: every connection is cut (its "immediate" mode, as after a crash)."""
        self._run("pg_ctl", "stop", "--pgdata", self._data, "--mode", "immediate").check()
        self.process.wait()

    def kill(self) -> None:
        """SIGKILL of the server and of all that it has started, as when the machine is lost."""
        self.process.kill()

    def database(self, like: str = "") -> str:
        """A new database: its URL by the Unix socket, where no password is asked for.

        It is empty, or a copy of the one whose URL is ``like``, to which nobody may be connected.
        """
        name = f"test{next(self._numbers)}"
        self.sql(f"CREATE DATABASE {name} TEMPLATE {name_of(like) if like else 'template0'}", "postgres")
        return f"postgresql:///{name}?host={self.directory}&port={self.port}&user={_USER}"

    def drop(self, url: str) -> None:
        """Be rid of a database: each has hundreds of files, and to delete all at the end takes minutes."""
        self.sql(f"DROP DATABASE {name_of(url)} WITH (FORCE)", "postgres")

    def set(self, name: str, value: str) -> None:
        """Change a setting of the running server; a standby that is made afterwards has it too."""
        self.sql(f"ALTER SYSTEM SET {name} = '{value}'", "postgres")
        self.sql("SELECT pg_reload_conf()", "postgres")

    def by_tcp(self, url: str) -> str:
        """The same database by TCP, where the password is asked for."""
        return f"postgresql://{_USER}@127.0.0.1:{self.port}/{name_of(url)}"

    def sql(self, text: str, database: str) -> list[list[str]]:
        """The rows of a statement by psql, as text."""
        words = ["--host", self.directory, "--port", self.port, "--username", _USER, "--no-psqlrc", "--quiet"]
        words += ["--tuples-only", "--no-align", "--set", "ON_ERROR_STOP=1", "--command", text, database]
        return [line.split("|") for line in self._run("psql", *words).check().stdout.splitlines()]

    def by_sockets(self, url: str, *others: "PostgreSQL") -> str:
        """The same database with several servers to try, this one first."""
        servers = (self, *others)
        hosts, ports = (
            ",".join(map(str, each)) for each in zip(*((s.directory, s.port) for s in servers), strict=True)
        )
        return f"postgresql:///{name_of(url)}?host={hosts}&port={ports}&user={_USER}"

    def _run(self, program: str, *words: object) -> Finished:
        argv = [*self._as_user(), str(self._programs / program), *map(str, words)]
        return run(argv, cwd=self.directory, env=environment(self.directory))

    def _as_user(self) -> list[str]:
        if os.geteuid() != 0:
            return []
        return ["setpriv", f"--reuid={_USER}", f"--regid={_USER}", "--init-groups"]


class Standby(PostgreSQL):
    """A server that follows another by streaming, is read only, and may be promoted; there it is called ``NAME``."""

    NAME = "standby"

    def __init__(self, first: PostgreSQL) -> None:
        super().__init__()
        self.password, self._first = first.password, first

    def _make(self) -> None:
        first = f"host={self._first.directory} port={self._first.port} user={_USER} application_name={self.NAME}"
        self._run(
            "pg_basebackup", "--pgdata", self._data, "--dbname", first, "-R", "-X", "stream", "-c", "fast"
        ).check()

    def promote(self) -> None:
        """Make it a first server that takes writes."""
        self._run("pg_ctl", "promote", "--pgdata", self._data).check()


def _in_memory() -> Path | None:
    try:
        return _MEMORY if shutil.disk_usage(_MEMORY).free > _ROOM and os.access(_MEMORY, os.W_OK) else None
    except OSError:
        return None


def name_of(url: str) -> str:
    """The database's name in a URL."""
    return url.partition("?")[0].rpartition("/")[2]
