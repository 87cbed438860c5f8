"""The provider ``pdns`` with a real PowerDNS, and with answers that PowerDNS does not give."""

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tegata.plugin_api.dns import MissingSettings, ProviderFailed, ProviderRefused, ProviderUnreachable
from tegata.plugin_api.registry import load
from tegata.plugins.dns import _turns
from tegata.plugins.dns.pdns import PdnsProvider
from tegata.testing.providers import check, record, surroundings
from tests.peers.bind import Bind, Secondary
from tests.peers.pdns import PowerDns
from tests.peers.ports import free_port
from tests.peers.zones import Zone
from tests.plugins.dns.web import Asked, Service

NAME = "_acme-challenge.www.example.com."
VALUE = "-fCS1lh6WLuBWbvkmdEhdymEvTR8MuI63XqlRVleM9Q"
OTHERS = ['"v=something else"', '"two" "strings"']

needs_pdns = pytest.mark.peer("pdns_server")


@pytest.fixture(scope="module")
def pdns(tmp_path_factory: pytest.TempPathFactory):
    records = [f"others 777 TXT {value}" for value in OTHERS] + ["alias CNAME elsewhere"]
    zone = Zone("example.com", {"ns1": "127.0.0.1"}, records)
    with PowerDns(tmp_path_factory.mktemp("pdns"), zones=[zone]) as server:
        yield server


def provider(server: PowerDns, zone: str = "example.com.", **variables: str) -> PdnsProvider:
    settings = {"PDNS_API_URL": server.api_url, "PDNS_API_KEY": server.api_key, **variables}
    return PdnsProvider(surroundings("pdns", settings, zone=zone))


def test_it_is_found_by_its_code():
    assert load("dns", "pdns") is PdnsProvider


@needs_pdns
def test_it_conforms(pdns: PowerDns):
    check(provider(pdns), lambda name: [value.strip('"') for value in pdns.texts(name)], NAME)


@needs_pdns
@pytest.mark.parametrize("version", ["", "0", "1"])
def test_other_records_at_the_name_stay_as_they_are(pdns: PowerDns, version: str):
    """With their TTL, which is one for a whole record set."""
    there = provider(pdns, PDNS_API_VERSION=version, PDNS_TTL="60")
    there.add(record(VALUE, "others.example.com."))
    assert pdns.texts("others.example.com") == sorted([*OTHERS, f'"{VALUE}"'])
    assert pdns.ttl("others.example.com") == 777
    there.remove(record(VALUE, "others.example.com."))
    assert pdns.texts("others.example.com") == sorted(OTHERS)


@needs_pdns
def test_two_programs_that_write_at_the_same_moment(pdns: PowerDns, tmp_path: Path):
    """Neither loses a value of its own, and neither takes away or brings back one of the other's or of a third.

    They are on two machines, that is, share no folder for lock files.
    """
    name, sets = "at-once.example.com.", (("a1", "a2"), ("b1", "b2"))
    provider(pdns).add(record("third", name))
    with contextlib.ExitStack() as stack:
        machines = [tmp_path / values[0] for values in sets]
        for machine in machines:
            machine.mkdir()
        writers = [
            stack.enter_context(writer(pdns, name, *values, TMPDIR=str(machine)))
            for values, machine in zip(sets, machines, strict=True)
        ]
        for _ in range(5):
            step(writers)
            assert pdns.texts(name) == sorted(f'"{value}"' for value in ("third", *sets[0], *sets[1]))
            step(writers)
            assert pdns.texts(name) == ['"third"']
        for each in writers:
            each.communicate(timeout=60)


@needs_pdns
def test_two_programs_of_one_machine_take_turns(pdns: PowerDns):
    """So many rounds that without turns values would be lost: nobody looks again here at what he has written."""
    name, sets = "in-turn.example.com.", (("a1", "a2"), ("b1", "b2"))
    with contextlib.ExitStack() as stack:
        writers = [stack.enter_context(writer(pdns, name, *values, WRITING="alone")) for values in sets]
        for _ in range(20):
            step(writers)
            assert pdns.texts(name) == sorted(f'"{value}"' for value in (*sets[0], *sets[1]))
            step(writers)
            assert pdns.texts(name) == []
        for each in writers:
            each.communicate(timeout=60)


@needs_pdns
@pytest.mark.parametrize("trouble", ["no folder", "another's"])
def test_where_no_turn_can_be_had(
    pdns: PowerDns, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    """The work is done without."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "none" if trouble == "no folder" else tmp_path))
    monkeypatch.setattr(_turns, "_LONGEST_SECONDS", 0.1)
    there = provider(pdns)
    with contextlib.ExitStack() as stack:
        if trouble == "another's":
            stack.enter_context(_turns.turn(f"{pdns.api_url} localhost"))
        there.add(record(VALUE, "alone.example.com."))
        assert pdns.texts("alone.example.com") == [f'"{VALUE}"']
        there.remove(record(VALUE, "alone.example.com."))
        assert pdns.texts("alone.example.com") == []


def writer(pdns: PowerDns, name: str, *values: str, **variables: str) -> subprocess.Popen[str]:
    argv = [sys.executable, "-m", "tests.plugins.dns.pdns_writer", pdns.api_url, pdns.api_key, name, *values]
    env = {**os.environ, **variables}
    return subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env)


def step(writers: list[subprocess.Popen[str]]) -> None:
    """Have all of them do what comes next, at the same moment."""
    for each in writers:
        assert each.stdin is not None
        each.stdin.write("\n")
        each.stdin.flush()
    for each in writers:
        assert each.stdout is not None
        assert each.stdout.readline() == "done\n"


@needs_pdns
def test_a_long_value(pdns: PowerDns):
    """It is several strings, as DNS has it (X-50), and goes again."""
    long, place = "x" * 255 + "y" * 255 + "z", "_validation-persist.example.com."
    there = provider(pdns)
    there.add(record(long, place))
    there.confirm()
    assert pdns.texts(place) == [f'"{"x" * 255}" "{"y" * 255}" "z"']
    there.remove(record(long, place))
    assert pdns.texts(place) == []


@needs_pdns
def test_the_ttl(pdns: PowerDns):
    there = provider(pdns, PDNS_TTL="77")
    there.add(record(VALUE, NAME))
    assert pdns.ttl(NAME) == 77
    there.remove(record(VALUE, NAME))


@needs_pdns
@pytest.mark.peer("named")
def test_secondaries_are_told_of_a_change(tmp_path: Path):
    """A BIND that looks once a day by itself has the value at once, and loses it at once."""
    port = free_port()
    bind = Bind(tmp_path / "bind", secondaries=[Secondary("example.com", "127.0.0.1", port, every=86400)])
    zones = [Zone("example.com", {"ns1": "127.0.0.1"})]
    with PowerDns(tmp_path / "pdns", port=port, zones=zones, kind="Master", also_notify=bind.address) as pdns, bind:
        there = provider(pdns)
        there.add(record(VALUE, NAME))
        bind.process.wait_for(lambda: bind.texts(NAME) == {VALUE}, "the value")
        there.remove(record(VALUE, NAME))
        bind.process.wait_for(lambda: bind.texts(NAME) == set(), "its removal")


@needs_pdns
def test_what_the_api_refuses(pdns: PowerDns):
    """A wrong key, a zone that is not here, a name that has an alias, another server's name: in its own words."""
    for there, status, name in (
        (provider(pdns, PDNS_API_KEY="wrong"), 401, NAME),
        (provider(pdns, zone="example.org."), 404, "_acme-challenge.example.org."),
        (provider(pdns), 422, "alias.example.com."),
        (provider(pdns, PDNS_SERVER_NAME="elsewhere"), 404, NAME),
    ):
        with pytest.raises(ProviderRefused) as caught:
            there.add(record(VALUE, name))
        assert caught.value.facts["status"] == status
        assert pdns.api_key not in str(caught.value.facts)


def played(zone: object, versions: object) -> Callable[[Asked], tuple[int, object]]:
    """A server with one zone and these versions of its API."""
    return lambda asked: (200, versions if asked.path == "/api" else zone)


@pytest.mark.parametrize("kind", ["Slave", "Secondary", "Primary"])
def test_notify_by_the_kind_of_the_zone(kind: str):
    """Of the versions the newest is taken, and the server's name stands in every path."""
    zone = {"kind": kind, "rrsets": []}
    with Service(played(zone, [{"version": 1}, {"version": 2}])) as service:
        settings = {"PDNS_API_URL": f"{service.url}/", "PDNS_API_KEY": "k", "PDNS_SERVER_NAME": "ns 1"}
        PdnsProvider(surroundings("pdns", settings)).add(record(VALUE, NAME))
    path = "/api/v2/servers/ns%201/zones/example.com."
    assert [(asked.method, asked.path.partition("?")[0]) for asked in service.asked] == [
        ("GET", "/api"),
        ("GET", path),
        ("PATCH", path),
        ("PUT", f"{path}/notify"),
    ]


def test_a_server_that_gives_the_whole_zone():
    """As PowerDNS before 4.6: the record set is found by name and type, and the others are not written."""
    sets = [
        {"name": "example.com.", "type": "TXT", "ttl": 9, "records": [{"content": '"other"', "disabled": False}]},
        {"name": NAME.upper(), "type": "TXT", "ttl": 60, "records": [{"content": '"off"', "disabled": True}]},
        {"name": NAME, "type": "A", "ttl": 9, "records": [{"content": "192.0.2.1", "disabled": False}]},
    ]
    with Service(played({"kind": "Native", "rrsets": sets}, [])) as service:
        settings = {"PDNS_API_URL": service.url, "PDNS_API_KEY": "k", "PDNS_API_VERSION": "1"}
        PdnsProvider(surroundings("pdns", settings)).add(record(VALUE, NAME))
    records = [{"content": '"off"', "disabled": True}, {"content": f'"{VALUE}"', "disabled": False}]
    wanted = {"name": NAME.upper(), "type": "TXT", "changetype": "REPLACE", "ttl": 60, "records": records}
    assert service.asked[-1].body == {"rrsets": [wanted]}


class NewerPowerDns:
    """One record set as PowerDNS 5.0.2 keeps it: single values come and go by EXTEND and PRUNE."""

    def __init__(self, *values: str, ttl: int = 60, disabled: str | None = None) -> None:
        self.values = [f'"{value}"' for value in values]
        self.ttl = ttl
        self.disabled = disabled
        self.kinds: list[str] = []

    def answer(self, asked: Asked) -> tuple[int, object]:
        if asked.method == "GET":
            records = [{"content": value, "disabled": value == self.disabled} for value in self.values]
            sets = [{"name": NAME, "type": "TXT", "ttl": self.ttl, "records": records}] if records else []
            return 200, {"kind": "Native", "rrsets": sets}
        (patch,) = asked.body["rrsets"]
        self.kinds.append(patch["changetype"])
        contents = [each["content"] for each in patch.get("records", [])]
        if patch["changetype"] in ("EXTEND", "PRUNE"):
            (own,) = contents
            if self.values and patch["ttl"] != self.ttl:
                return 422, {"error": "TTL of the record differs"}
            others = [value for value in self.values if value not in (own, self.disabled)]
            contents = [*others, own] if patch["changetype"] == "EXTEND" else others
        self.values = contents
        return 204, b""


def newer(server: NewerPowerDns, service: Service) -> PdnsProvider:
    settings = {"PDNS_API_URL": service.url, "PDNS_API_KEY": "k", "PDNS_API_VERSION": "1", "PDNS_TTL": "30"}
    return PdnsProvider(surroundings("pdns", settings))


def test_a_server_that_changes_single_values():
    """Another's value that came between the look and the change stays, whoever adds or takes away."""
    server = NewerPowerDns("other")
    between = iter(['"one"', '"two"'])

    def answer(asked: Asked) -> tuple[int, object]:
        if asked.method == "PATCH":  # somebody else is faster
            server.values += [value for value in [next(between, "")] if value]
        return server.answer(asked)

    with Service(answer) as service:
        there = newer(server, service)
        there.add(record(VALUE))
        assert server.values == ['"other"', '"one"', f'"{VALUE}"']
        there.remove(record(VALUE))
        assert server.values == ['"other"', '"one"', '"two"']
    assert server.kinds == ["EXTEND", "PRUNE"]


def test_a_server_that_changes_single_values_and_one_that_is_off():
    """It would forget what is disabled beside it: then the set is written as a whole."""
    server = NewerPowerDns("off", disabled='"off"')
    with Service(server.answer) as service:
        there = newer(server, service)
        there.add(record(VALUE))
        assert server.values == ['"off"', f'"{VALUE}"']
        there.remove(record(VALUE))
        assert server.values == ['"off"']
    assert server.kinds == ["REPLACE", "REPLACE"]


@pytest.mark.parametrize("answer", [b"<html>", b"[]", b"\xff", {"kind": 1}, {"kind": "Native", "rrsets": [{}]}, [1]])
def test_answers_of_something_else(answer: object):
    with Service(lambda _: (200, answer)) as service:
        for version, expected in (("0", (ProviderRefused, ProviderFailed)), ("1", ProviderRefused)):
            settings = {"PDNS_API_URL": service.url, "PDNS_API_KEY": "k", "PDNS_API_VERSION": version}
            with pytest.raises(expected):
                PdnsProvider(surroundings("pdns", settings)).add(record(VALUE, NAME))


@pytest.mark.parametrize("key", ["secret\nword", "secret ", "secrét", "secret\0"])
def test_a_key_that_is_no_header_is_not_shown(key: str):
    """C-11."""
    with Service(lambda _: 200) as service:
        settings = {"PDNS_API_URL": service.url, "PDNS_API_KEY": key, "PDNS_API_VERSION": "1"}
        with pytest.raises(ProviderUnreachable) as caught:
            PdnsProvider(surroundings("pdns", settings)).add(record(VALUE, NAME))
    assert caught.value.facts["reason"] == "a setting holds a character that HTTP does not take"
    assert "secr" not in str(caught.value.facts)


def test_without_settings():
    with pytest.raises(MissingSettings) as caught:
        PdnsProvider(surroundings("pdns", {}))
    assert caught.value.facts["names"] == "PDNS_API_KEY,PDNS_API_URL"
