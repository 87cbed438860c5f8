"""``tegata-ca init``: a CA complete or not at all."""

import json
import stat

import pytest

from tegata.ca.settings import Settings
from tegata.ca.store.errors import DatabaseUnusable
from tegata.settings import load
from tests.ca.cli.conftest import JAPANESE, URLS, run


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_what_it_makes(home):
    """The files that others rely on; keys only for their owner."""
    made = {path.relative_to(home).as_posix() for path in home.rglob("*")}
    assert {"settings.toml", "root.pem", "issuing.pem", "keys", "tegata-ca.db"} <= made
    assert mode(home / "keys") == 0o700
    assert all(mode(path) == 0o600 for path in (home / "keys").iterdir())
    assert mode(home / "tegata-ca.db") == 0o600
    assert not any(
        b"PRIVATE KEY" in path.read_bytes() and b"ENCRYPTED" not in path.read_bytes()
        for path in home.rglob("*")
        if path.is_file()
    )
    assert [path.name for path in home.parent.iterdir()] == ["ca"]


def test_what_is_made_is_on_the_disk(called, tmp_path, synced):
    """Settings and keys with their names, and at last the directory's own."""
    home = tmp_path / "above" / "ca"
    assert called("init", *URLS, "--dir", str(home)).code == 0
    names = [path.name for path in synced]
    assert {"settings.toml", "root.key", "issuing.key", "sealing.key", "root.pem"} <= set(names)
    made = next(path.parent for path in synced if path.name == "settings.toml")
    assert names.index("settings.toml") < len(synced) - 1 - synced[::-1].index(made)
    assert home.parent in synced[synced.index(made / "settings.toml") :]


def test_its_options_are_the_first_settings(called, tmp_path):
    """Each under its name, Japanese too; the addresses to listen at come from the URLs."""
    home = tmp_path / "made" / "ca"
    line = "--tos https://ca.example/tos --resolver 127.0.0.1:5353 --http01-port 5002 --smtp smtp://127.0.0.1:2525"
    line += " --allow-network 127.0.0.0/8 --allow-network 10.0.0.0/8 init --name 認証局 --json --dir"
    done = called(*line.split(), str(home), *URLS)
    assert done.code == 0, done.stderr
    assert json.loads(done.stdout)["server"] == "https://127.0.0.1:8443/acme/"
    settings = load(home / "settings.toml", Settings)
    assert settings.name == "認証局"
    assert (settings.acme.url, settings.acme.listen) == ("https://127.0.0.1:8443", "127.0.0.1:8443")
    assert (settings.public.url, settings.public.listen) == ("http://127.0.0.1:8080", "127.0.0.1:8080")
    assert settings.acme.terms_of_service == "https://ca.example/tos"
    assert settings.validation.resolvers == ("127.0.0.1:5353",)
    assert settings.validation.http01_port == 5002
    assert settings.validation.allow_networks == ("127.0.0.0/8", "10.0.0.0/8")
    assert settings.mail.smtp == "smtp://127.0.0.1:2525"


@pytest.mark.parametrize(
    ("url", "is_internal"),
    [
        ("http://10.0.0.1", True),
        ("http://ca.corp.internal:8080", True),
        ("http://localhost", True),
        ("http://pki.example.com", False),
    ],
)
def test_a_closed_networks_own_host_is_no_fault(called, tmp_path, url, is_internal):
    """The second lint would find fault with every certificate, which names the host of CRL and issuer (B-81)."""
    home = tmp_path / "ca"
    assert called("--dir", str(home), "init", "--url", "https://ca.example.com", "--public-url", url).code == 0
    settings = load(home / "settings.toml", Settings)
    assert ("cabf.internal_domain_name" in settings.lint.accepted) is is_internal
    assert set(Settings(acme=settings.acme, public=settings.public).lint.accepted) <= set(settings.lint.accepted)


def test_a_pass_phrase_is_made_when_none_is_given(tmp_path):
    """Only its owner may read it, and the CA opens with it."""
    home, environ = tmp_path / "ca", {"PATH": "/usr/bin:/bin"}
    done = run("--dir", str(home), "init", *URLS, environ=environ)
    assert done.code == 0, done.stderr
    assert "keys/passphrase" in done.stdout
    assert mode(home / "keys" / "passphrase") == 0o600
    assert run("--dir", str(home), "contract", "list", environ=environ).code == 0
    wrong = run("--dir", str(home), "contract", "list", environ={**environ, "TEGATA_CA_PASSPHRASE": "x"})
    assert wrong.code == 1
    assert "pass phrase" in wrong.stderr


def test_a_directory_with_something_in_it(called, tmp_path):
    """Nothing in it is touched."""
    (tmp_path / "notes.txt").write_text("mine", "utf-8")
    done = called("--dir", str(tmp_path), "init", *URLS)
    assert done.code == 1
    assert "not empty" in done.stderr
    assert "ディレクトリが空ではありません" in called("--dir", str(tmp_path), "init", *URLS, environ=JAPANESE).stderr
    assert [path.name for path in tmp_path.rglob("*")] == ["notes.txt"]


def test_an_empty_directory(called, tmp_path):
    """It becomes the CA's."""
    assert called("--dir", str(tmp_path), "init", *URLS).code == 0
    assert (tmp_path / "root.pem").exists()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"--url": "http://ca.example"}, "https://HOST"),
        ({"--url": "ca.example"}, "https://HOST"),
        ({"--url": "https://ca.example/acme/"}, "https://HOST"),
        ({"--url": "https://ca.example:x"}, "https://HOST"),
        ({"--url": "https://ca.example/?a=b"}, "https://HOST"),
        ({"--url": "https://user@ca.example"}, "https://HOST"),
        ({"--url": "https://ca_example"}, "ca_example"),
        ({"--public-url": "https://ca.example"}, "http://HOST"),
        ({"--http01-port": "0"}, "no port number"),
        ({"--resolver": "dns.example"}, "dns.example"),
        ({"--allow-network": "10.0.0.0/99"}, "10.0.0.0/99"),
        ({"--name": "x" * 100}, "40"),
        ({"--name": f"{' ' * 40}x"}, "blanks"),
        ({"--name": "x "}, "blanks"),
        ({"--name": "a\nb"}, "control character"),
        ({"--tos": "see the manual"}, "--tos"),
        ({"--smtp": "http://mail.example"}, "smtp://HOST"),
    ],
)
def test_options_that_cannot_be_used(called, tmp_path, changes, told):
    """Refused with the reason, and nothing is left behind."""
    options = {**dict(zip(URLS[::2], URLS[1::2], strict=True)), **changes}
    done = called("--dir", str(tmp_path / "ca"), "init", *(word for option in options.items() for word in option))
    assert done.code == 1
    assert told in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_database_that_goes_away_at_the_end(called, tmp_path, monkeypatch):
    """The CA is there, and what is told says so: who made it is all that is not on record."""

    async def gone(*_, **__):
        raise DatabaseUnusable(path="postgresql://db/ca", reason="it is away")

    monkeypatch.setattr("tegata.ca.upkeep.commanded", gone)
    done = called("init", *URLS, "--dir", str(tmp_path / "ca"))
    assert (done.code, done.stderr) == (0, "")
    assert (tmp_path / "ca" / "settings.toml").exists()
