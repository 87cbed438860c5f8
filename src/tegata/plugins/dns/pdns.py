"""DNS records by the HTTP API of PowerDNS's authoritative server: the provider ``pdns``.

PowerDNS from 4.9.12 and 5.0.2 on adds and takes away single values (EXTEND, PRUNE). Before that it replaces record sets
as a whole: what else stands at a name is read first and written back. Processes of one machine take turns at that;
whoever does so elsewhere at the same moment writes over what the other has just written, so what was written is read
again after a while.
"""

import random
import time
from collections.abc import Callable
from typing import TypeVar
from urllib.parse import quote

import msgspec

from tegata.plugin_api.dns import About, ProviderFailed, ProviderRefused, Surroundings, TxtRecord, Variable
from tegata.plugins.dns import _words
from tegata.plugins.dns._http import Answer, Api
from tegata.plugins.dns._turns import turn
from tegata.text.catalogue import Sentence

T = TypeVar("T")

_CODE = "pdns"
# The zones whose server tells others of a change; their names before and since PowerDNS 4.5.
_TELLING = {"master", "slave", "primary", "secondary"}
# How long others may have held what they read before they write it: this, or twice what it took here.
_SETTLING_SECONDS = 0.1
_LONGEST_SETTLING = 0.5
_CHANCE = random.SystemRandom()
_MOST_ROUNDS = 20
_MOST_TRIES = 5


class _Version(msgspec.Struct):
    version: int


class _Record(msgspec.Struct):
    content: str
    disabled: bool = False


class _RecordSet(msgspec.Struct):
    name: str
    type: str
    ttl: int
    records: list[_Record]


class _Zone(msgspec.Struct):
    kind: str
    rrsets: list[_RecordSet] = []


class PdnsProvider:
    """Changes zones at ``PDNS_API_URL``; the zone is found by the DNS, as everybody sees it."""

    about = About(
        "PowerDNS",
        _CODE,
        "v0.4.0",
        (
            Variable("PDNS_API_KEY", Sentence("Key of the API", "API キー")),
            Variable("PDNS_API_URL", Sentence("URL of the API's web server", "API の Web サーバーの URL")),
        ),
        (
            Variable(
                "PDNS_API_VERSION",
                Sentence(
                    "Version of the API; 0 asks the server (default: 0)",
                    "API のバージョン（0 の場合はサーバーに問い合わせます。既定値 0）",
                ),
            ),
            _words.http_timeout("PDNS"),
            _words.polling_interval("PDNS"),
            _words.propagation_timeout("PDNS", 120),
            Variable(
                "PDNS_SERVER_NAME",
                Sentence(
                    "Name of the server in the API (default: localhost)", "API でのサーバー名（既定値 localhost）"
                ),
            ),
            _words.ttl("PDNS"),
        ),
    )
    # Between reading a record set and writing it nobody else may change it.
    side_by_side = False

    def __init__(self, surroundings: Surroundings) -> None:
        environment = surroundings.environment
        key, url = environment.needed("PDNS_API_KEY", "PDNS_API_URL")
        seconds = environment.seconds("PDNS_HTTP_TIMEOUT", default=30)
        self._api = Api(_CODE, "PDNS_API_URL", url, seconds=seconds, headers={"X-API-Key": key})
        self._server = environment.text("PDNS_SERVER_NAME", default="localhost")
        self._version = environment.seconds("PDNS_API_VERSION", default=0)
        self._turn = f"{url} {self._server}"
        self._zone_of = surroundings.zone_of
        self.timing = environment.timing("PDNS", timeout=120)
        self._added: dict[TxtRecord, None] = {}
        self._slowest = 0.0
        self._single_values = True

    def add(self, record: TxtRecord) -> None:
        """Write the set with the value, if it is not there already."""
        self._added[record] = None
        self._change(record, _with)

    def confirm(self) -> None:
        """Read all sets again when whoever wrote at the same moment has done so, until all values have stayed."""
        for _ in range(_MOST_ROUNDS):
            self._settle()
            written = [self._change(record, _with) for record in self._added]
            if all(each is None for each in written):
                return
        names = ", ".join(dict.fromkeys(record.name for record in self._added))
        raise ProviderFailed(provider=_CODE, reason=f"others keep writing over what was added at {names}")

    def remove(self, record: TxtRecord) -> None:
        """Write the set without the value, or delete it when nothing else stands there.

        Where others' values stand beside it, it is seen that they have not brought it back.
        """
        self._added.pop(record, None)
        for _ in range(_MOST_ROUNDS):
            left = self._change(record, _without)
            own = {each.quoted for each in self._added if each.name == record.name}
            if not left or own.issuperset(each.content for each in left):
                return
            self._settle()

    def _settle(self) -> None:
        seconds = min(max(_SETTLING_SECONDS, 2 * self._slowest), _LONGEST_SETTLING)
        time.sleep(seconds * _CHANCE.uniform(0.75, 1.5))  # two that wait alike would meet again

    def _change(
        self, record: TxtRecord, change: Callable[[list[_Record], _Record], list[_Record]]
    ) -> list[_Record] | None:
        """Write the changed set and give what is in it then; None where nothing was to be changed.

        A server whose database is locked by another's writing answers 500: then it is read and written once more.
        """
        for _ in range(_MOST_TRIES - 1):
            try:
                with turn(self._turn):
                    return self._try_to_change(record, change)
            except ProviderRefused as refused:
                if refused.facts["status"] != 500:
                    raise
            self._settle()
        with turn(self._turn):
            return self._try_to_change(record, change)

    def _try_to_change(
        self, record: TxtRecord, change: Callable[[list[_Record], _Record], list[_Record]]
    ) -> list[_Record] | None:
        begun = time.monotonic()
        path = self._zone_path(record.name)
        zone = self._read(f"{path}?rrset_name={quote(record.name, safe='')}&rrset_type=TXT", _Zone)
        # Servers before 4.6 give the whole zone whatever is asked for.
        found = [each for each in zone.rrsets if each.name.lower() == record.name and each.type == "TXT"]
        before = found[0] if found else _RecordSet(record.name, "TXT", self.timing.ttl, [])
        after = change(before.records, _Record(record.quoted))
        if after == before.records:
            return None
        if not self._changed_alone(path, before, after):
            kind = "REPLACE" if after else "DELETE"
            self._api.send("PATCH", path, {"rrsets": [_patch(kind, before, after)]})
        if zone.kind.lower() in _TELLING:
            self._api.send("PUT", f"{path}/notify")
        self._slowest = max(self._slowest, time.monotonic() - begun)
        return after

    def _changed_alone(self, path: str, before: _RecordSet, after: list[_Record]) -> bool:
        """Whether the server could change the one value by itself, so that nobody's is written over.

        It would drop what is disabled beside it.
        """
        if not self._single_values or any(each.disabled for each in (*before.records, *after)):
            return False
        gone = [each for each in before.records if each not in after]
        kind, own = ("PRUNE", gone) if gone else ("EXTEND", after[-1:])
        try:
            self._api.send("PATCH", path, {"rrsets": [_patch(kind, before, own)]})
        except ProviderRefused as refused:
            if refused.facts["status"] != 422 or "changetype" not in str(refused.facts["answer"]).lower():
                raise
            self._single_values = False
            return False
        return True

    def _zone_path(self, name: str) -> str:
        if not self._version:
            self._version = max((each.version for each in self._read("/api", list[_Version])), default=0)
        if not self._version:
            raise ProviderFailed(provider=_CODE, reason="it has no API of a known version; PowerDNS 4 and later have")
        zone = self._zone_of(name)
        return f"/api/v{self._version}/servers/{quote(self._server, safe='')}/zones/{quote(zone, safe='')}"

    def _read(self, path: str, kind: type[T]) -> T:
        answer: Answer = self._api.send("GET", path)
        try:
            return msgspec.json.decode(answer.content, type=kind)
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise self._api.refused(path, answer) from None


def _patch(kind: str, records: _RecordSet, contents: list[_Record]) -> dict[str, object]:
    patch: dict[str, object] = {"name": records.name, "type": "TXT", "changetype": kind}
    if contents:
        patch |= {"ttl": records.ttl, "records": [msgspec.to_builtins(each) for each in contents]}
    return patch


def _with(contents: list[_Record], own: _Record) -> list[_Record]:
    return contents if own in contents else [*(each for each in contents if each.content != own.content), own]


def _without(contents: list[_Record], own: _Record) -> list[_Record]:
    return [each for each in contents if each.content != own.content]


PLUGIN = PdnsProvider
