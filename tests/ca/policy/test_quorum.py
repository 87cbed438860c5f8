"""How many places must agree, by their number, their regions and the date."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from tegata.ca.policy import baseline, quorum
from tegata.ca.policy.quorum import Outcome
from tegata.ca.settings import (
    Acme,
    Lint,
    Perspective,
    Policy,
    Portal,
    Profile,
    Public,
    Retention,
    Service,
    Settings,
    Validation,
)
from tegata.pki.key_types import KeyType

BEFORE = datetime(2026, 12, 14, 23, 59, 59, tzinfo=UTC)
AFTER = BEFORE + timedelta(seconds=1)
PUBLIC, PRIVATE = Policy(public=True, blocked_keys="debian"), Policy()
OPEN, REACHED, MISSED = Outcome.OPEN, Outcome.REACHED, Outcome.MISSED


@pytest.mark.parametrize(("remotes", "allowed"), [(0, 0), (1, 0), (2, 1), (4, 1), (5, 1), (6, 2), (12, 2)])
def test_allowed_failures(remotes, allowed):
    """One of up to five, two of six and more (B-42)."""
    assert quorum.allowed_failures(remotes) == allowed


@pytest.mark.parametrize(
    ("agreeing", "failed", "remotes", "outcome"),
    [
        (["APNIC", "RIPE", "ARIN"], 0, 4, REACHED),
        (["APNIC", "RIPE", "ARIN"], 1, 4, REACHED),
        (["APNIC", "RIPE"], 0, 4, OPEN),
        (["APNIC", "RIPE"], 1, 4, OPEN),
        (["APNIC", "RIPE"], 2, 4, MISSED),
        ([], 2, 4, MISSED),
        (["APNIC"] * 3, 0, 4, OPEN),
        (["APNIC"] * 3 + ["RIPE"], 0, 4, REACHED),
        (["APNIC"] * 4, 0, 4, MISSED),
        (["APNIC"] * 3, 1, 4, MISSED),
        (["APNIC", "RIPE"], 0, 3, MISSED),
        ([], 0, 0, MISSED),
        (["APNIC", "RIPE", "ARIN", "RIPE"], 2, 6, REACHED),
        (["APNIC", "RIPE", "ARIN"], 3, 6, MISSED),
    ],
)
def test_a_publicly_trusted_ca(agreeing, failed, remotes, outcome):
    """Enough places in two regions; too few of them never do (B-42)."""
    assert quorum.count(agreeing, failed, remotes, PUBLIC, BEFORE) is outcome


def test_the_number_of_perspectives_by_date():
    """Four are enough until the last second of 14 December 2026 (B-42, B-06)."""
    regions = ["APNIC", "RIPE", "ARIN", "RIPE", "APNIC"]
    assert quorum.count(regions[:4], 0, 4, PUBLIC, BEFORE) is REACHED
    assert quorum.count(regions[:4], 0, 4, PUBLIC, AFTER) is MISSED
    assert quorum.count(regions[:4], 1, 5, PUBLIC, AFTER) is REACHED


@pytest.mark.parametrize(
    ("agreeing", "failed", "remotes", "outcome"),
    [
        ([], 0, 0, REACHED),
        (["APNIC"], 0, 1, REACHED),
        ([], 1, 1, MISSED),
        (["APNIC"], 1, 2, REACHED),
        (["APNIC"] * 3, 1, 4, REACHED),
        (["APNIC"] * 2, 2, 4, MISSED),
    ],
)
def test_any_other_ca(agreeing, failed, remotes, outcome):
    """Any number in any region, by the same count (B-46)."""
    assert quorum.count(agreeing, failed, remotes, PRIVATE, AFTER) is outcome


def settings(*regions, policy=PUBLIC, dnssec=True, **more):
    places = tuple(
        Perspective(name=f"p{number}", address="192.0.2.1:1", region=region) for number, region in enumerate(regions)
    )
    return Settings(
        acme=Acme(url="https://ca.example", certificate="server.pem", certificate_key="server.key"),
        public=Public(url="http://ca.example"),
        validation=Validation(perspectives=places, dnssec=dnssec, **more),
        policy=policy,
        retention=Retention(abandoned_days=731),
    )


def test_settings_of_a_publicly_trusted_ca():
    """Too few perspectives for today, one region, other ports, log-ins by password: refused (B-46, B-96)."""
    four = ("APNIC", "RIPE", "ARIN", "LACNIC")
    assert baseline.shortcomings(settings(*four), BEFORE) == []
    assert "4 of at least 5" in baseline.shortcomings(settings(*four), AFTER)[0]
    assert baseline.shortcomings(settings(*four, "APNIC"), AFTER) == []
    assert "regions" in baseline.shortcomings(settings(*["APNIC"] * 5), AFTER)[0]
    assert baseline.shortcomings(settings(*["APNIC"] * 4, "RIPE"), AFTER) == []
    assert "dnssec" in baseline.shortcomings(settings(*four, dnssec=False), BEFORE)[0]
    assert "port 80" in baseline.shortcomings(settings(*four, http01_port=8080), BEFORE)[0]
    assert "port 443" in baseline.shortcomings(settings(*four, tlsalpn01_port=8443), BEFORE)[0]
    with_pages = msgspec.structs.replace(settings(*four), portal=Portal(operator_networks=("10.0.0.0/8",)))
    assert "operator_networks" in baseline.shortcomings(with_pages, BEFORE)[0]
    assert baseline.shortcomings(settings(policy=PRIVATE, http01_port=8080), AFTER) == []


def test_no_keys_that_the_requirements_do_not_know():
    """RSA and three curves (B-51); any other CA may certify Ed25519 too."""
    types = (KeyType.RSA2048, KeyType.EC521, KeyType.ED25519)
    service, profile = (
        Service(label="x", key_types=types),
        Profile(description="x", certificate_days=9, key_types=types),
    )
    for more in ({"services": {"dv": service}}, {"profiles": {"dv": profile}}):
        offering = msgspec.structs.replace(settings("APNIC"), **more)
        [kind] = more
        assert f"{kind}.dv: key_types has ed25519 (BR 6.1.5)" in baseline.shortcomings(offering, BEFORE)
        assert baseline.shortcomings(msgspec.structs.replace(offering, policy=PRIVATE), BEFORE) == []


def test_evidence_is_kept_for_two_years():
    """B-94: of what was issued and of what was refused; a publicly trusted CA cannot serve with less, any other can."""
    for name in ("evidence_days", "abandoned_days"):
        for days, said in ((730, True), (731, False)):
            retention = Retention(**{"evidence_days": 731, "abandoned_days": 731, name: days})
            kept = msgspec.structs.replace(settings("APNIC"), retention=retention)
            assert any(name in reason for reason in baseline.shortcomings(kept, BEFORE)) == said
            private = msgspec.structs.replace(kept, policy=PRIVATE)
            assert baseline.shortcomings(private, BEFORE) == []


def test_the_servers_own_certificate():
    """No CA below a publicly trusted root certifies a name that nobody has proved, and without logs (B-46)."""
    by_itself = msgspec.structs.replace(
        settings("APNIC", "RIPE", "ARIN", "LACNIC"), acme=Acme(url="https://ca.example")
    )
    [reason] = baseline.shortcomings(by_itself, BEFORE)
    assert "acme.certificate" in reason
    assert baseline.shortcomings(msgspec.structs.replace(by_itself, policy=PRIVATE), BEFORE) == []


def test_a_list_of_weak_keys():
    """B-52: Debian's are known by a list alone, and a publicly trusted CA has to refuse them."""
    [reason] = baseline.shortcomings(settings("APNIC", "RIPE", "ARIN", "LACNIC", policy=Policy(public=True)), BEFORE)
    assert "policy.blocked_keys" in reason
    assert baseline.shortcomings(settings(policy=Policy()), BEFORE) == []


def test_a_publicly_trusted_ca_lints_everything_or_nothing_twice():
    """A share is for private profiles."""
    for lint, said in ((Lint(percent=99), False), (Lint(pkilint=True), False), (Lint(pkilint=True, percent=99), True)):
        linted = msgspec.structs.replace(settings("APNIC"), lint=lint)
        assert any("lint.percent" in reason for reason in baseline.shortcomings(linted, BEFORE)) == said
        private = msgspec.structs.replace(linted, policy=PRIVATE)
        assert baseline.shortcomings(private, BEFORE) == []
