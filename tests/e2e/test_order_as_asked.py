"""What the installed client sends of an order's wishes, to a CA that has profiles, which Debian's Pebble has not."""

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from tegata.acme import b64
from tests.e2e.acme_play import NAME, Play, acme_play
from tests.peers.command import Finished
from tests.peers.tegata import ForkedTegata, Tegata

pytestmark = pytest.mark.forked

TODAY = ["--not-before", "2026-12-01T00:00:00Z", "--not-after", "2026-12-02T09:00:00+09:00"]


@pytest.fixture
def play(tmp_path: Path) -> Iterator[Play]:
    with acme_play(tmp_path) as started:
        started.twist(
            "/dir", meta={"termsOfService": started.url("/terms"), "profiles": {"short": "six days", "long": "a year"}}
        )
        yield started


@pytest.fixture
def tegata(tmp_path: Path, play: Play) -> Tegata:
    return ForkedTegata(tmp_path, play.peer.root)


def run(tegata: Tegata, play: Play, *words: str) -> Finished:
    webroot = ["--http", "--http.webroot", str(play.webroot)]
    return tegata.run("-s", play.directory_url, "-a", "-d", NAME, "-k", "rsa2048", *webroot, *words, "run")


def sent(play: Play, path: str) -> dict[str, Any]:
    """The payload of the last request to this path."""
    bodies = [asked.body for asked in play.peer.asked if asked.path == path]
    payload: dict[str, Any] = json.loads(b64.decode(json.loads(bodies[-1])["payload"]))
    return payload


def request(play: Play) -> x509.CertificateSigningRequest:
    return x509.load_der_x509_csr(b64.decode(sent(play, "/finalize/1")["csr"]))


def test_dates_and_profile(tegata: Tegata, play: Play) -> None:
    """In UTC and by name."""
    run(tegata, play, *TODAY, "--profile", "short").check()
    order = sent(play, "/newOrder")
    assert (order["notBefore"], order["notAfter"]) == ("2026-12-01T00:00:00Z", "2026-12-02T00:00:00Z")
    assert order["profile"] == "short"


def test_a_profile_that_is_not_offered(tegata: Tegata, play: Play) -> None:
    """X-41: required, nothing is ordered and the error tells what there is; preferred, it is ordered without."""
    done = run(tegata, play, "--profile", "medium")
    assert done.code == 1
    assert "it offers: long (a year), short (six days)" in done.stderr
    assert not [asked for asked in play.peer.asked if asked.path == "/newOrder"]
    done = run(tegata, play, "--preferred-profile", "medium").check()
    assert "[WARN] The CA does not offer the profile medium" in done.stderr
    assert "profile" not in sent(play, "/newOrder")


@pytest.mark.parametrize("layout", ["v4", "v5"])
def test_another_profile_or_key_is_a_reason(tegata: Tegata, play: Play, layout: str) -> None:
    """By lego v5's run, however long the certificate still lives; a type of key only where it is asked for."""
    play.twist("/dir", renewalInfo=None, meta={"profiles": {"short": "six days", "long": "a year"}})
    play.start = datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)
    if layout == "v5":
        (tegata.path / "archives" / "certificates").mkdir(parents=True)
        (tegata.path / "archives" / "certificates" / "x_1.zip").touch()
    webroot = ["--http", "--http.webroot", str(play.webroot)]
    words = [
        "run",
        "--server",
        play.directory_url,
        "--accept-tos",
        "-d",
        NAME,
        *webroot,
        "--no-random-sleep",
        "--account-id",
        "a",
    ]
    keyed = [*words, "--key-type", "rsa2048"]

    def orders() -> int:
        return sum(asked.path == "/newOrder" for asked in play.peer.asked)

    tegata.run(*keyed, "--profile", "short").check()
    tegata.run(*keyed, "--profile", "short").check()
    assert orders() == 1
    if layout == "v5":  # lego 5 itself knows no more than stands beside the certificate
        shutil.rmtree(tegata.path / ".tegata" / "renewals")
    done = tegata.run(*keyed, "--profile", "long").check()
    assert "ordered by another profile than is wanted now" in done.stderr
    assert sent(play, "/newOrder")["profile"] == "long"
    done = tegata.run(*keyed).check()
    assert "profile" not in sent(play, "/newOrder")
    assert orders() == 3
    tegata.run(*words).check()  # ec256 is the default, which nobody has asked for
    assert orders() == 3
    done = tegata.run(*words, "--key-type", "rsa3072")
    assert "its key is of another type than is wanted now" in done.stderr
    assert orders() == 4


def test_what_the_request_asks_for(tegata: Tegata, play: Play) -> None:
    """Must-staple and a common name or none; without a flag no extension but the names (C-13, C-15)."""
    run(tegata, play).check()
    assert [extension.oid for extension in request(play).extensions] == [x509.SubjectAlternativeName.oid]
    assert request(play).subject.rfc4514_string() == f"CN={NAME}"
    run(tegata, play, "--must-staple", "--disable-cn").check()
    feature = request(play).extensions.get_extension_for_class(x509.TLSFeature).value
    assert list(feature) == [x509.TLSFeatureType.status_request]
    assert len(request(play).subject) == 0


def test_a_ca_that_does_not_give_the_binding_back(tegata: Tegata, play: Play) -> None:
    """It is remembered all the same; where nobody could, that is said, and nothing is ignored silently."""
    binding = ["--kid", "kid-1", "--hmac", "A" * 43]
    run(tegata, play, *binding).check()
    done = run(tegata, play, "--kid", "kid-2", "--hmac", "A" * 43)
    assert done.code == 1
    assert "registered with kid-1" in done.stderr
    [file] = tegata.path.glob("accounts/*/*/account.json")
    account = json.loads(file.read_text())
    del account["registration"]["body"]["externalAccountBinding"]
    file.write_text(json.dumps(account))
    done = run(tegata, play, *binding).check()
    assert "[WARN] Whether the account noemail@example.com belongs to --kid kid-1 is not known" in done.stderr


def test_the_log_as_json(tegata: Tegata, play: Play) -> None:
    """Every line of standard error is an object, the refusal's included."""
    done = run(tegata, play, "--log.format", "json", "--tls-skip-verify", "--profile", "medium")
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert {line["level"] for line in lines} == {"info", "warn", "error"}
    assert "it offers" in lines[-1]["msg"]


def test_who_asks(tegata: Tegata, play: Play) -> None:
    """--user-agent stands in front of our own, on every request."""
    run(tegata, play, "--user-agent", "acme-robot/7").check()
    assert all(asked.headers["user-agent"].startswith("acme-robot/7 tegata/") for asked in play.peer.asked)


def test_a_pfx_file_that_cannot_be_made(tegata: Tegata, play: Play) -> None:
    """It is found out before the order and any hook, told with file and line, and holds no later run back."""
    hooked = tegata.directory / "hooked"
    (tegata.directory / ".lego.yml").write_text(
        f"""\
servers: {{ca: {{url: "{play.directory_url}"}}}}
accounts: {{main: {{server: ca, acceptsTermsOfService: true}}}}
challenges: {{web: {{http: {{webroot: "{play.webroot}"}}}}}}
hooks: {{pre: {{command: "touch {hooked}"}}}}
certificates:
  {NAME}:
    domains: [{NAME}]
    pfx: {{password: "a\\0b"}}
"""
    )
    for _ in range(2):
        done = tegata.run()
        assert done.code == 1
        assert "No PKCS#12 (PFX) file of the form DES can be made here: there is a NUL in the password." in done.stderr
        assert ".lego.yml, line 8, " in done.stderr
        assert "a\0b" not in done.output
        assert not hooked.exists()
    assert not [asked for asked in play.peer.asked if asked.path == "/newOrder"]


def test_a_link_that_is_not_followed(tegata: Tegata, play: Play) -> None:
    """It is found out before the hook that stops a web server, say, is started."""
    hooked, certificates = tegata.directory / "hooked", tegata.directory / ".lego" / "certificates"
    certificates.mkdir(parents=True)
    (certificates / f"{NAME}.key").symlink_to(tegata.directory / "nowhere" / "key")
    done = run(tegata, play, "--pre-hook", f"touch {hooked}")
    assert done.code == 1
    assert "it is a link that leads nowhere" in done.stderr
    assert not hooked.exists()
    assert not [asked for asked in play.peer.asked if asked.path == "/newOrder"]
