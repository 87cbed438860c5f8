"""``tegata-ca check``: a sound CA has nothing but ok; each fault is told with what it is, and the others still."""

import ctypes
import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from cryptography import x509

from tegata.ca.cli import checking, checking_clock, checking_ends
from tegata.ca.issuing import hierarchy, keys
from tegata.ca.issuing.key_uri import BadKeyUri
from tegata.ca.issuing.loglist import LogList
from tegata.ca.issuing.logs import PublicLogs
from tegata.ca.model import Revocation
from tegata.ca.services.clocks import Clocks
from tegata.ca.settings import Acme, Perspective, Policy, Public, Retention, Settings, Validation
from tegata.ca.store import migrate, migrations
from tegata.pki.certs import serial_hex, to_pem
from tegata.text.language import Language
from tests.ca.issuing import crossing
from tests.peers.ca import TegataCA
from tests.peers.ctlog import CtLog, write_list

pytestmark = pytest.mark.peer("openssl")


@pytest.fixture(scope="module")
def ca(tmp_path_factory):
    with TegataCA(tmp_path_factory.mktemp("ca")) as server:
        yield server


def found(ca):
    """The exit code, and status and detail of each matter."""
    done = ca.run("check", "--json")
    return done.code, {one["check"]: (one["status"], one["detail"]) for one in json.loads(done.stdout)}


@pytest.fixture
def settings(ca):
    """The settings' file, put back afterwards."""
    file = ca.home / "settings.toml"
    before = file.read_text("utf-8")
    yield file
    file.write_text(before, "utf-8")


@pytest.fixture
def offline(ca):
    """The root's key somewhere else."""
    key = ca.home / "keys" / "root.key"
    key.rename(ca.home.parent / "root.key")
    yield
    (ca.home.parent / "root.key").rename(key)


def test_a_sound_ca(ca, settings, offline):
    settings.write_text(settings.read_text("utf-8").replace("issuer_domains = []", 'issuer_domains = ["ca.example"]'))
    code, matters = found(ca)
    assert code == 0
    for changing in ("public suffixes", "clock"):  # which are other tests'
        del matters[changing]
    assert {status for status, _ in matters.values()} == {"ok"}
    assert "without pkilint" in matters["lint"][1]
    assert {"settings", "files", "database", "CRL", "issuing CA", "CAA", "resolvers", "ACME"} <= set(matters)
    assert {"services CA", "root's CRL", "root's key"} <= set(matters)


def test_the_roots_key_beside_the_others(ca):
    """Serve does not need it, and whoever takes the machine has it: an error where the root is public (B-95)."""
    code, matters = found(ca)
    assert (code, matters["root's key"][0]) == (0, "warning")
    assert "keys/root.key" in matters["root's key"][1]
    settings = Settings(acme=Acme(url="https://ca.example"), public=Public(url="http://ca.example"))
    public = msgspec.structs.replace(settings, policy=Policy(public=True))
    assert checking._root_key(ca.home, public, Language.EN).status == "error"


@pytest.mark.parametrize(
    ("state", "status"),
    [(0, "ok"), (1, "ok"), (5, "warning"), (-1, "ok")],
    ids=["kept", "a second will be inserted", "free-running", "the system does not say"],
)
def test_whether_anybody_keeps_the_clock(monkeypatch, state, status):
    """B-03: As the kernel has been told; what it is asked with sets nothing."""

    class Kernel:
        def adjtimex(self, asked):
            assert len(asked) >= 208
            assert not any(asked.raw)
            return state

    monkeypatch.setattr(ctypes, "CDLL", lambda _: Kernel())
    found = checking_clock.finding(Language.EN)
    assert (found.check, found.status) == ("clock", status)
    assert ("does not say" in found.detail) == (state < 0)


def test_a_system_that_cannot_be_asked_for_its_clock(monkeypatch):
    """B-03: It has no such call."""
    monkeypatch.setattr(ctypes, "CDLL", lambda _: object())
    assert checking_clock.is_kept() is None


def test_every_fault_is_told_at_once(ca, settings):
    """Warnings alone are no failure; errors are."""
    code, matters = found(ca)
    assert (code, matters["CAA"][0]) == (0, "warning")
    text = settings.read_text("utf-8").replace('smtp = ""', 'smtp = "smtp://127.0.0.1:9"')
    text = text.replace('endpoint = ""', 'endpoint = "http://127.0.0.1:9"')
    settings.write_text(text.replace("dnssec = false", "dnssec = true"), "utf-8")
    key = next((ca.home / "keys").glob("*.key"))
    key.chmod(0o644)
    key.parent.chmod(0o777)
    try:
        code, matters = found(ca)
    finally:
        key.chmod(0o600)
        key.parent.chmod(0o700)
    assert code == 1
    assert {name for name, (status, _) in matters.items() if status == "error"} == {"files", "mail", "resolvers"}
    assert f"keys, keys/{key.name}" in matters["files"][1]
    assert "127.0.0.1:9" in matters["mail"][1]
    assert matters["tracing"][0] == "warning"


def test_a_password_that_others_may_read(ca, settings, tmp_path):
    """Wherever the settings say that it is."""
    password = tmp_path / "password"
    password.write_text("secret")
    text = settings.read_text("utf-8")
    assert 'password_file = ""' in text
    settings.write_text(text.replace('password_file = ""', f'password_file = "{password}"', 1), "utf-8")
    for mode, status in ((0o644, "error"), (0o640, "ok"), (0o600, "ok")):
        password.chmod(mode)
        _, matters = found(ca)
        assert matters["files"][0] == status
        assert (str(password) in matters["files"][1]) == (status == "error")


def test_a_rule_that_comes_soon():
    """Five perspectives from 15 December 2026 on: said weeks before, for then nothing is validated (B-46, B-42)."""
    four = tuple(
        Perspective(name=region.lower(), address="192.0.2.1:1", region=region)
        for region in ("APNIC", "RIPE", "ARIN", "LACNIC")
    )
    settings = Settings(
        acme=Acme(url="https://ca.example", certificate="server.pem", certificate_key="server.key"),
        public=Public(url="http://ca.example"),
        validation=Validation(perspectives=four, dnssec=True),
        policy=Policy(public=True, blocked_keys="debian"),
        retention=Retention(abandoned_days=731),
    )
    soon = checking._rules(settings, datetime(2026, 11, 27, tzinfo=UTC), Language.EN)
    assert soon.status == "warning"
    assert "4 of at least 5" in soon.detail
    assert checking._rules(settings, datetime(2026, 10, 1, tzinfo=UTC), Language.EN).status == "ok"


def test_a_services_ca_below_a_publicly_trusted_root(ca):
    """It could certify a name that nobody proved: told until the root has revoked it, or it has ended (B-46)."""
    chain, now = hierarchy.load(ca.home), datetime.now(UTC)
    assert chain.services is not None
    assert checking_ends.is_trusted(chain, now)
    assert not checking_ends.is_trusted(chain, chain.services.not_valid_after_utc + timedelta(seconds=1))
    assert not checking_ends.is_trusted(chain._replace(services=None), now)
    root = keys.load_certificate(ca.home / "root.pem")
    key = keys.load(ca.home / "keys" / "root.key", root, ca._environment["TEGATA_CA_PASSPHRASE"].encode())
    listed = [Revocation(serial_hex(chain.services), now.replace(microsecond=0), 5)]
    revoked = hierarchy.root_list(hierarchy.CaWithKey(key, root), 2, listed, now.replace(microsecond=0))
    assert not checking_ends.is_trusted(chain._replace(root_crl=revoked), now)


def test_a_public_url_that_was_changed(ca, settings):
    """It stands in certificates; the CRLs that serve publishes now would count for none of them (B-89)."""
    text = settings.read_text("utf-8")
    settings.write_text(text.replace('url = "http://127.0.0.1', 'url = "http://127.0.0.2', 1), "utf-8")
    code, matters = found(ca)
    assert (code, matters["public files"][0]) == (1, "error")
    assert "http://127.0.0.2" in matters["public files"][1]


def test_files_that_others_may_read(ca):
    """Bundles with keys too, and an agent's key that was not moved to its place yet."""
    agent = ca.home / "perspectives" / "osaka" / "agent.key"
    agent.parent.mkdir(parents=True, exist_ok=True)
    agent.touch(0o600)
    for path in (ca.home / "keys" / "server.pem", agent):
        path.chmod(0o640)
        assert found(ca)[1]["files"][0] == "error"
        path.chmod(0o600)
        assert found(ca)[1]["files"][0] == "ok"


def test_a_services_ca_that_serve_could_not_use(ca, settings):
    """It is for another host than the URL's, or its key is gone: serve would not start."""
    text = settings.read_text("utf-8")
    settings.write_text(text.replace('url = "https://127.0.0.1', 'url = "https://127.0.0.2', 1), "utf-8")
    code, matters = found(ca)
    assert (code, matters["services CA"][0]) == (1, "error")
    assert "another host" in matters["services CA"][1]
    settings.write_text(text, "utf-8")
    key = ca.home / "keys" / "services.key"
    key.rename(key.with_suffix(".away"))
    try:
        code, matters = found(ca)
    finally:
        key.with_suffix(".away").rename(key)
    assert (code, matters["services CA"][0]) == (1, "error")


def test_a_resolver_that_does_not_answer(ca, settings):
    """Whether it is to validate DNSSEC or not: without one nothing is issued."""
    text = settings.read_text("utf-8")
    settings.write_text(text.replace("resolvers = [", 'resolvers = ["127.0.0.1:9", '), "utf-8")
    code, matters = found(ca)
    assert (code, matters["resolvers"][0]) == (0, "warning")
    assert "Do53:127.0.0.1@9:" in matters["resolvers"][1]


def test_the_second_lint(ca, settings):
    """It works, where there is one; a service whose certificates would fail it is an error of its own."""
    text = settings.read_text("utf-8").replace("pkilint = false", "pkilint = true")
    settings.write_text(text.replace("accepted = [", 'accepted = ["cabf.internal_domain_name"] #'), "utf-8")
    code, matters = found(ca)
    assert matters["lint"] == ("ok", "")
    assert code == 1
    assert {name for name, (status, _) in matters.items() if status == "error"} == {
        *("lint ov-acme-1y", "lint ov-acme-6m", "lint ov-csr-6m")
    }
    assert "common_name_attribute_present" in matters["lint ov-acme-1y"][1]


@pytest.mark.parametrize(
    ("change", "matter"),
    [
        (("[acme]", "[acme]\nnonsense = 1"), "settings"),
        (("public = false", "public = true"), "settings"),
        (('passphrase_file = "keys/passphrase"', 'passphrase_file = "keys/nowhere"'), "keys and database"),
    ],
)
def test_what_stands_in_the_way_of_everything_is_the_last_word(ca, settings, change, matter, monkeypatch):
    settings.write_text(settings.read_text("utf-8").replace(*change), "utf-8")
    monkeypatch.delitem(ca._environment, "TEGATA_CA_PASSPHRASE")
    code, matters = found(ca)
    assert code == 1
    assert list(matters)[-1] == matter
    assert matters[matter][0] == "error"
    assert matters[matter][1]


def test_a_ca_that_does_not_serve(tmp_path):
    """Its addresses do not answer, which may be as it should be."""
    with TegataCA(tmp_path / "ca", serves=False) as ca:
        code, matters = found(ca)
    assert code == 0
    assert [matters[name][0] for name in ("ACME", "public files", "CRL")] == ["warning"] * 3


def test_an_older_database_is_left_as_it_is(tmp_path, monkeypatch):
    """What brings it up to date is told; its records cannot be looked at, and all else is."""
    with TegataCA(tmp_path / "ca", serves=False) as ca:
        file = ca.home / "tegata-ca.db"
        file.unlink()
        known = migrations.known()
        with closing(sqlite3.connect(file, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            migrate.migrate(connection, file, known[:-2])
        file.chmod(0o600)
        before = file.read_bytes()
        code, matters = found(ca)
        assert file.read_bytes() == before
        assert code == 0
        assert matters["database"][0] == "warning"
        assert all(step.name in matters["database"][1] for step in known[-2:])
        assert {"issuing CA", "resolvers", "ACME"} <= set(matters)
        assert not {"CRL", "problem reports"} & set(matters)
        ca.run("migrate").check()
        assert found(ca)[1]["database"] == ("ok", "")


@pytest.mark.parametrize(("year", "status"), [(2026, "ok"), (2100, "warning")])
def test_the_age_of_the_list_of_public_suffixes(year, status):
    """B-25: it comes with a package, which has to be kept new."""
    ca: Any = SimpleNamespace(now=lambda: datetime(year, 11, 1, tzinfo=UTC))  # all it asks a CA for
    assert checking._suffixes(ca, Language.EN).status == status


@pytest.mark.parametrize(("days", "status"), [(-1, "error"), (0, "error"), (59, "warning"), (61, "ok")])
def test_what_only_a_ceremony_renews(days, status):
    """BR 4.9.7: the root's CRL ends within a year, and the services CA like the issuing ones, while nothing fails."""
    now = datetime(2026, 11, 1, tzinfo=UTC)
    ca: Any = SimpleNamespace(now=lambda: now)
    found = checking_ends.ending("root's CRL", now + timedelta(days=days), checking_ends.ROOT_CRL, ca, Language.EN)
    assert found.status == status
    assert bool(found.detail) == (status != "ok")


@pytest.mark.parametrize(("days", "status"), [(55, "ok"), (57, "warning"), (70, "warning"), (71, "error")])
def test_a_list_of_logs_that_gets_old(tmp_path, days, status):
    """B-84: at seventy days nothing is issued any more; two weeks before it is told that nobody fetches the list."""
    now = datetime(2026, 11, 1, tzinfo=UTC)
    with CtLog("A") as first, CtLog("B") as second:
        write_list(tmp_path / "logs.json", first, second, made_at=now - timedelta(days=days))
    public = PublicLogs(LogList(tmp_path / "logs.json"), lambda: now)
    settings = Settings(acme=Acme(url="https://ca.example"), public=Public(url="http://ca.example"))
    of_them: Any = SimpleNamespace(now=lambda: now, settings=settings)
    assert checking._logs(public, of_them, Language.EN).status == status


def test_a_publicly_trusted_ca_without_logs():
    """Nothing else would say so before the first browser does (B-83)."""
    nobody: Any = None
    assert checking._logs(None, nobody, Language.EN).status == "warning"


@pytest.mark.anyio
async def test_agents_whose_certificates_end():
    """Each has one of its own: those from before may end sooner than the small CA, which was renewed since (B-43)."""
    now = datetime(2026, 11, 1, tzinfo=UTC)

    class Remote:
        def __init__(self, days):
            self.name, self._ends = f"days-{days}", now + timedelta(days=days)

        async def reach(self, _seconds):
            return self._ends

        async def close(self):
            pass

    class Network:
        async def require_dnssec(self):
            pass

        async def silent(self):
            return []

    ca: Any = SimpleNamespace(now=lambda: now, network=Network(), remotes=[Remote(59), Remote(61)])
    matters = {one.check: one async for one in checking._network(ca, Language.EN)}
    assert (matters["perspective days-59"].status, matters["perspective days-61"].status) == ("warning", "ok")
    assert "add every perspective again" in matters["perspective days-59"].detail


def test_the_small_ca_of_perspectives(ca, settings):
    """Nobody else says when it ends, and then all of them are silent at once (B-43)."""
    assert "perspectives CA" not in found(ca)[1]
    ca.run("perspective", "add", "osaka", "--address", "127.0.0.1:9", "--region", "APNIC").check()
    assert found(ca)[1]["perspectives CA"] == ("ok", "")


def test_a_ca_without_services():
    """Nothing is issued by it, so nothing of it ends too early."""
    now = datetime(2026, 11, 1, tzinfo=UTC)
    issuing = SimpleNamespace(not_valid_after_utc=now + timedelta(days=1))
    ca: Any = SimpleNamespace(now=lambda: now, hierarchy=SimpleNamespace(issuing=issuing))
    settings: Any = SimpleNamespace(services={})
    assert checking_ends.issuing(ca, settings, Language.EN).status == "ok"


@pytest.mark.parametrize(("left", "status"), [(-1, "error"), (30, "warning"), (61, "ok")])
def test_an_issuing_ca_of_short_lives(left, status):
    """B-74: another takes people some time, however short what it signs lives; the operators' alarm leads here."""
    now = datetime(2026, 11, 1, tzinfo=UTC)
    issuing = SimpleNamespace(not_valid_after_utc=now + timedelta(days=left))
    ca: Any = SimpleNamespace(now=lambda: now, hierarchy=SimpleNamespace(issuing=issuing))
    settings: Any = SimpleNamespace(services={"short": SimpleNamespace(certificate_days=7)})
    assert checking_ends.issuing(ca, settings, Language.EN).status == status


@pytest.mark.parametrize(("left", "status"), [(-1, "error"), (30, "warning"), (90, "ok")])
def test_an_alternate_chain_that_ends(ca, settings, left, status):
    """Clients may choose it for as long as it stands in the settings (A-88)."""
    issuing, root = (
        x509.load_pem_x509_certificate((ca.home / name).read_bytes()) for name in ("issuing.pem", "root.pem")
    )
    crossed = crossing.cross(root, datetime.now(UTC) + timedelta(days=left - 999, minutes=5))
    (ca.home / "crossed.pem").write_bytes(to_pem([issuing, *crossed]))
    text = settings.read_text("utf-8")
    settings.write_text(text.replace("alternate_chains = []", 'alternate_chains = ["crossed.pem"]'), "utf-8")
    _, matters = found(ca)
    assert matters["alternate chains"][0] == status


def test_organizations_that_were_not_examined(ca, settings):
    """B-64: where examinations are asked for, contracts without one, or whose end is near, are warned of."""
    words = ("--organization", "Example", "--country", "JP", "--service", "ov-acme-1y", "--domain", "www.example.com")
    made = json.loads(ca.run("contract", "add", *words, "--user", "x@example.com", "--json").stdout)["contract"]
    settings.write_text(settings.read_text("utf-8").replace("examinations = false", "examinations = true"), "utf-8")
    what = ("--source", "government", "--evidence", "register 17", "--authority", "called back")
    examined = (datetime.now(UTC) - timedelta(days=370)).strftime("%Y-%m-%dT%H:%M:%SZ")
    told = [found(ca)[1]["examinations"]]
    for more in (("--examined", examined), ()):
        ca.run("contract", "examine", made, "--by", "Aoki", *what, *more)
        ca.run("contract", "release", made, "--by", "Baba")
        told.append(found(ca)[1]["examinations"])
    assert [status for status, _ in told] == ["warning", "warning", "ok"]
    assert all(made in detail for _, detail in told[:2])


def test_organizations_that_are_nowhere(ca, settings):
    """B-63: contracts of before it had to be said where their organization is have no certificates."""
    words = ("--organization", "Example", "--country", "JP", "--domain", "www.example.com", "--user", "x@example.com")
    nowhere, named = (
        json.loads(ca.run("contract", "add", *words, "--service", service, *place, "--json").stdout)["contract"]
        for service, place in (("ov-acme-1y", ()), ("ov-acme-1y", ("--locality", "Mitaka-shi")))
    )
    ca.run("contract", "add", *words, "--service", "dv-acme-1y")
    assert "organizations" not in found(ca)[1]
    settings.write_text(settings.read_text("utf-8").replace("pkilint = false", "pkilint = true"), "utf-8")
    code, matters = found(ca)
    status, detail = matters["organizations"]
    assert (code, status) == (1, "error")
    assert nowhere in detail
    assert named not in detail


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("ahead", "status", "said"),
    [(0, "ok", ""), (30, "warning", " 30.0 s off"), (-3600, "error", "-3600.0 s off the database server's (below")],
)
async def test_a_clock_beside_the_databases(ahead, status, said):
    """B-03: seconds are a warning; an error is what nothing is dated by any more."""

    async def clock():
        return datetime.now(UTC) - timedelta(seconds=ahead)

    clocks: Any = Clocks(SimpleNamespace(clock=clock), lambda: datetime.now(UTC))
    found = await checking_clock.beside_the_databases(clocks, Language.EN)
    assert found.status == status
    assert ("NTP" in found.detail) == (status != "ok")
    assert said in found.detail


@pytest.mark.anyio
async def test_a_token_with_another_key_is_told_as_that_alone():
    """B-95: nothing says beside it that the issuing keys are well."""

    async def look():
        raise BadKeyUri(uri="pkcs11:token=a", reason="it is not the key of the CA's certificate")

    ca: Any = SimpleNamespace(issuers=SimpleNamespace(look=look, away={}))
    told = [one async for one in checking._keys(ca, Language.EN)]
    assert [(one.check, one.status) for one in told] == [("issuing keys", "error")]
