"""What ``doctor`` makes of what is seen: which finding stands in the way, and which is as it should be."""

from pathlib import Path
from typing import cast

import pytest

from tegata.acme.caa import CaaRecord
from tegata.cli.errors import WildcardNeedsDns
from tegata.cli.grammar.words import parse
from tegata.cli.plans import material
from tegata.cli.plans.making import make
from tegata.cli.plans.plan import DnsPersist, Doctor
from tegata.cli.verbs import doctor
from tegata.cli.verbs.doctor import _Ca, _look
from tegata.client.dnserrors import LookupFailed
from tegata.client.precheck import Door, Permission, Precheck
from tegata.pki import csr
from tegata.pki.key_types import KeyType
from tegata.pki.keys import generate
from tegata.text.catalogue import Sentence
from tegata.text.language import Language

CA = _Ca(("ca.example",), "https://ca.example/account/1")
OTHER = CaaRecord(0, "issue", b"other.example")


class Seen:
    """A look that saw this."""

    def __init__(
        self,
        *,
        door: Door = Door.OPEN,
        records: tuple[CaaRecord, ...] = (),
        bogus: bool | None = None,
        addressless: bool = False,
    ) -> None:
        self._door, self._records, self._bogus, self._addressless = door, records, bogus, addressless

    def permission(self, name: str) -> Permission:
        if self._bogus is not None:
            raise LookupFailed(name=name, type="CAA", reason="127.0.0.1:53: SERVFAIL")
        return Permission(name, self._records)

    def is_bogus(self, _: str) -> bool:
        return self._bogus is True

    def addresses(self, name: str) -> list[str]:
        if self._addressless:
            raise LookupFailed(name=name, type="AAAA", reason="127.0.0.1:53: SERVFAIL")
        return ["2001:db8::1"]

    def door(self, _address: str, _port: int) -> Door:
        return self._door


def plan(line: str) -> Doctor:
    made = make(parse([*line.split(), "doctor"], {}), {}, None, Path("/"))
    assert isinstance(made, Doctor)
    return made


def found(seen: Seen, line: str, ca: _Ca = CA) -> list[tuple[bool, str]]:
    wanted = plan(line)
    findings = [each for name in wanted.names for each in _look(cast("Precheck", seen), ca, wanted.ways, name)]
    return [(each.is_obstacle, each.sentence.fill(Language.EN, each.facts)) for each in findings]


@pytest.mark.parametrize(("said", "seconds"), [("", 0), ("--outage-wait 30", 30)])
def test_an_outage_is_told_at_once(said: str, seconds: int) -> None:
    """Whoever asks what is wrong does not wait for it to pass, unless that was said."""
    assert plan(f"-d a.example {said}").account.wire.outage == seconds


@pytest.mark.parametrize(
    ("line", "door", "obstacle", "told"),
    [
        ("--http", Door.CLOSED, False, "port 80: nobody listens, as it should be"),
        ("--http", Door.OPEN, False, "port 80: somebody listens, who must pass http-01 on"),
        ("--http", Door.SILENT, True, "2001:db8::1, port 80: no answer; open the firewall"),
        ("--http --http.webroot /srv", Door.OPEN, False, "port 80: somebody listens"),
        ("--http --http.webroot /srv", Door.CLOSED, True, "port 80: nobody listens"),
        ("--http --http.memcached-host x", Door.CLOSED, True, "port 80: nobody listens"),
        ("--tls", Door.CLOSED, False, "port 443: nobody listens, as it should be"),
        ("--tls", Door.SILENT, True, "port 443: no answer"),
        ("--http", Door.UNSEEN, False, "port 80: there is no way there from this machine"),
    ],
)
def test_doors(line: str, door: Door, obstacle: bool, told: str) -> None:
    """An own listener is not there yet; a web server must be; an address from which nothing comes is no use (C-23)."""
    *_, (is_obstacle, text) = found(Seen(door=door), f"-d www.example.com {line}")
    assert is_obstacle is obstacle
    assert told in text


def test_without_a_way_no_door_is_tried() -> None:
    """Nor for wildcards and names proved in the DNS."""
    for line in ("-d www.example.com", "-d www.example.com --dns exec", "-d *.example.com --http --dns exec"):
        assert not [text for _, text in found(Seen(door=Door.SILENT), line) if "port" in text]
    assert "192.0.2.1, port 80" in found(Seen(), "-d 192.0.2.1 --http")[0][1]


@pytest.mark.parametrize("command", ["doctor", "dnspersist"])
def test_a_certification_request_s_names(tmp_path: Path, command: str) -> None:
    """What the command with which it is ordered names in place of names."""
    file = tmp_path / "x.csr"
    file.write_bytes(csr.build(generate(KeyType.EC256), ["www.example.com", "*.example.com"], common_name=None))
    invocation = parse(["--csr", str(file), "--dns", "exec", command], {})
    made = make(invocation, {}, None, tmp_path, material.read(invocation))
    assert isinstance(made, Doctor | DnsPersist)
    assert made.names == ("www.example.com", "*.example.com")


def test_records_that_forbid_one_way_only() -> None:
    """Where another is left, it is told and stands in nobody's way, as the other is tried then (C-10)."""
    record = CaaRecord(0, "issue", b"ca.example; validationmethods=dns-01")
    lines = found(Seen(records=(record,)), "-d www.example.com --http --dns exec")
    assert (False, "CAA at www.example.com: this CA may issue, the names proved by dns-01") in lines
    assert any("not by http-01" in text and not is_obstacle for is_obstacle, text in lines)
    assert any(is_obstacle for is_obstacle, _ in found(Seen(records=(record,)), "-d www.example.com --http"))


def test_wildcards_go_by_records_of_their_own() -> None:
    records = (CaaRecord(0, "issue", b"ca.example"), CaaRecord(0, "issuewild", b"other.example"))
    assert found(Seen(records=records), "-d example.com") == [
        (False, "CAA at example.com: this CA may issue, the names proved by http-01, dns-01, tls-alpn-01")
    ]
    (refused, _), (_, advice) = found(Seen(records=records), "-d *.example.com --dns exec")
    assert refused
    assert 'CAA 0 issuewild "ca.example; accounturi=' in advice
    with pytest.raises(WildcardNeedsDns):
        plan("-d *.example.com --http")


def test_a_ca_that_does_not_say_its_name() -> None:
    """Then nothing can be told of the records, and nothing is in the way for all that is known."""
    nameless = _Ca((), "")
    assert found(Seen(records=(OTHER,)), "-d example.com", nameless) == [
        (False, 'CAA at example.com: the CA does not say what it is called in such records: 0 issue "other.example"')
    ]
    assert found(Seen(), "-d example.com", nameless) == [(False, "CAA: no records, every CA may issue")]


def test_what_is_so_for_every_ca() -> None:
    """Is told though the CA does not say its name: records that permit nobody, and those that forbid nothing (C-23)."""
    nameless = _Ca((), "")
    nobody = Seen(records=(CaaRecord(0, "issue", b";"),))
    for ca in (nameless, CA):
        (is_obstacle, text), *_ = found(nobody, "-d example.com --dns exec", ca)
        assert is_obstacle
        assert text == 'CAA at example.com: not by dns-01, they permit no CA at all: 0 issue ";"'
    (is_obstacle, text), *_ = found(Seen(records=(CaaRecord(128, "new", b""),)), "-d example.com --dns exec", nameless)
    assert is_obstacle
    assert "a critical property in them is unknown to this CA" in text
    assert found(
        Seen(records=(CaaRecord(0, "iodef", b"mailto:a@example.com"),)), "-d example.com --dns exec", nameless
    ) == [(False, "CAA at example.com: this CA may issue, the names proved by dns-01")]
    wild = Seen(records=(CaaRecord(0, "issue", b"other.example"), CaaRecord(0, "issuewild", b";")))
    (is_obstacle, text), *_ = found(wild, "-d *.example.com --dns exec", nameless)
    assert is_obstacle


@pytest.mark.parametrize(("bogus", "number"), [(True, 2), (False, 1)])
def test_what_cannot_be_looked_up(bogus: bool, number: int) -> None:
    lines = found(Seen(bogus=bogus), "-d example.com --http")
    assert [is_obstacle for is_obstacle, _ in lines] == [True] * number
    assert ("DNSSEC" in lines[-1][1]) is bogus


def test_addresses_that_cannot_be_looked_up() -> None:
    """It is told of them, and not of CAA records, which there were answers about."""
    assert found(Seen(addressless=True), "-d example.com --http")[-1] == (
        True,
        "addresses: they cannot be looked up: 127.0.0.1:53: SERVFAIL",
    )


def test_every_finding_has_a_code_of_its_own() -> None:
    """By which a program knows it."""
    sentences = {
        value
        for name, value in vars(doctor).items()
        if isinstance(value, Sentence) and name not in ("_WELL", "_NOT_WELL")
    }
    assert set(doctor._CODES) == sentences
    assert len({*doctor._CODES.values()}) == len(sentences)


def test_hostile_records_are_shown_safely() -> None:
    """No terminal obeys them, and no flood fills the screen (S-37)."""
    flood = (CaaRecord(0, "issue\x1b[2J", b"\x1b[2J" + b"x" * 5000),) * 50
    lines = found(Seen(records=(*flood, OTHER)), "-d example.com")
    assert all(text.isprintable() and len(text) < 2000 for _, text in lines)
