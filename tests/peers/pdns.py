"""The real PowerDNS (Debian's pdns-server on SQLite) as a name server that is changed by its HTTP API.

Needs no privilege but for port 53. Knows nothing of ACME.
"""

import json
import secrets
import sqlite3
import urllib.request
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

from tests.peers.command import absent, require, which
from tests.peers.ports import free_port
from tests.peers.process import Process
from tests.peers.zones import Zone

_SCHEMA = Path("/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql")

_SETTINGS = """\
launch=gsqlite3
gsqlite3-database={directory}/pdns.sqlite3
local-address={host}
local-port={port}
socket-dir={directory}
guardian=no
daemon=no
primary=yes
secondary=yes
webserver=yes
webserver-address={host}
webserver-port={api_port}
api=yes
api-key={key}
cache-ttl=0
query-cache-ttl=0
negquery-cache-ttl=0
"""


class PowerDns:
    """PowerDNS at ``host``, ``port`` (default: a free one), its files in ``directory``, with these zones of ``kind``.

    Of zones of the kind "Master" it tells the server at ``also_notify`` (HOST:PORT), besides those in NS records. Its
    API is at ``api_url``, for who has ``api_key``.
    """

    def __init__(
        self,
        directory: Path,
        *,
        zones: Iterable[Zone] = (),
        kind: str = "Native",
        also_notify: str | None = None,
        host: str = "127.0.0.1",
        port: int | None = None,
    ) -> None:
        self.directory = directory
        self.host = host
        self.port = port or free_port()
        self.address = f"{host}:{self.port}"
        self.api_key = secrets.token_urlsafe(16)
        self.log = directory / "pdns.log"
        self._zones = tuple(zones)
        self._kind = kind
        self._also_notify = also_notify
        self._api_port = free_port()
        self.api_url = f"http://{host}:{self._api_port}"

    def __enter__(self) -> Self:
        require("pdns_server")
        if not _SCHEMA.exists():
            absent("not installed: pdns-backend-sqlite3; as root, ci/peers.sh installs the test peers on Debian")
        self.directory.mkdir(parents=True, exist_ok=True)
        with sqlite3.connect(self.directory / "pdns.sqlite3") as database:
            database.executescript(_SCHEMA.read_text())
        database.close()
        facts = {"directory": self.directory, "host": self.host, "port": self.port, "key": self.api_key}
        (self.directory / "pdns.conf").write_text(_SETTINGS.format(**facts, api_port=self._api_port))
        with ExitStack() as stack:
            argv = [which("pdns_server") or "", f"--config-dir={self.directory}"]
            self.process = stack.enter_context(Process(argv, log=self.log))
            self.process.wait_for(self._answers, "an answer from PowerDNS's API")
            for zone in self._zones:
                self._create(zone)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def zone(self, name: str) -> dict[str, Any]:
        """What the API says of a zone."""
        zone: dict[str, Any] = self._request("GET", f"/zones/{name}.")
        return zone

    def texts(self, name: str) -> list[str]:
        """The TXT values of a name in the zone that has it, in quotes, as the API says them."""
        return sorted(record["content"] for records in self._sets(name) for record in records["records"])

    def ttl(self, name: str) -> int:
        """The TTL of a name's TXT values."""
        (found,) = self._sets(name)
        ttl: int = found["ttl"]
        return ttl

    def _sets(self, name: str) -> list[dict[str, Any]]:
        absolute = name.rstrip(".") + "."
        zone = next(zone for zone in self._zones if absolute.endswith(f".{zone.name}."))
        return [each for each in self.zone(zone.name)["rrsets"] if (each["name"], each["type"]) == (absolute, "TXT")]

    def _create(self, zone: Zone) -> None:
        self._request("POST", "/zones", {"name": f"{zone.name}.", "kind": self._kind, "zone": zone.text()})
        if self._also_notify:
            told = {"kind": "ALSO-NOTIFY", "metadata": [self._also_notify]}
            self._request("POST", f"/zones/{zone.name}./metadata", told)

    def _answers(self) -> bool:
        try:
            return bool(self._request("GET", ""))
        except OSError:
            return False

    def _request(self, method: str, path: str, content: object = None) -> Any:
        body = json.dumps(content).encode() if content is not None else None
        url = f"{self.api_url}/api/v1/servers/localhost{path}"
        headers = {"X-API-Key": self.api_key, "Content-Type": "application/json"}
        request = urllib.request.Request(url, body, headers, method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read() or b"null")
