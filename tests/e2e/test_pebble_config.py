"""The configuration file with Pebble: certificates side by side, one that fails, hooks and variables of one alone."""

import json
import signal
import socket
import time
from pathlib import Path

import pytest

from tests.e2e.certificates import crt, names_of, serial
from tests.peers.pebble import Pebble
from tests.peers.tegata import Tegata


@pytest.fixture
def tegata(tegata: Tegata, pebble: Pebble) -> Tegata:
    return tegata.trusting(pebble.ca_file)


def head(pebble: Pebble) -> str:
    return (
        f"servers: {{ca: {{url: '{pebble.directory_url}'}}}}\n"
        "accounts: {main: {server: ca, email: test@example.com, acceptsTermsOfService: true}}\n"
        f"challenges: {{web: {{http: {{address: ':{pebble.http_port}'}}}}}}\n"
    )


def test_side_by_side(tegata: Tegata, pebble: Pebble) -> None:
    """Bare tegata processes the file that is there; all share one listener; the next run finds nothing to do."""
    text = head(pebble) + "certificates:\n"
    text += "".join(f"  c{number}.example.com: {{domains: [c{number}.example.com]}}\n" for number in range(5))
    text += "  both: {domains: [x.example.com, y.example.com], renew: {disableRandomSleep: true}}\n"
    (tegata.directory / ".lego.yml").write_text(text)
    done = tegata.run().check()
    assert "6 of 6 certificates are in order, 0 failed" in done.stderr
    assert names_of(crt(tegata.path, "both")) == {"x.example.com", "y.example.com"}
    before = [serial(crt(tegata.path, f"c{number}.example.com")) for number in range(5)]
    assert list((tegata.path / "accounts").glob("*/main/account.json"))
    done = tegata.run().check()
    assert done.stderr.count(": no renewal.") == 6
    assert "AuthURL" not in done.stderr
    assert [serial(crt(tegata.path, f"c{number}.example.com")) for number in range(5)] == before
    assert {each.name for each in tegata.path.iterdir()} == {"accounts", "certificates", ".tegata"}


def test_one_that_fails_stops_no_other(tegata: Tegata, pebble: Pebble) -> None:
    """Of three, one has a name that cannot be, one a hook that fails; the third is there, and the code is 1."""
    text = (
        "certificates:\n"
        "  wrong: {domains: [x..example.com]}\n"
        "  hooked: {domains: [h.example.com], hooks: {deploy: {command: 'sh -c \"exit 7\"'}}}\n"
        "  right: {domains: [r.example.com]}\n"
    )
    (tegata.directory / "many.yml").write_text(head(pebble) + text)
    done = tegata.run("--config", "many.yml", env={"TEGATA_LANG": "en"})
    assert done.code == 1
    assert "1 of 3 certificates are in order, 2 failed: wrong, hooked" in done.stderr
    line = len(head(pebble).splitlines()) + 2
    at = f"{tegata.directory}/many.yml, line {line}, certificates.wrong.domains"
    assert f"[wrong] This certificate failed ({at}):" in done.stderr
    assert "x..example.com" in done.stderr
    assert "exit status 7" in done.stderr
    assert crt(tegata.path, "right").is_file()
    assert crt(tegata.path, "hooked").is_file()


def test_a_provider_that_nobody_has(tegata: Tegata, pebble: Pebble) -> None:
    """Found out only when names are to be proved; the message names the key of the challenge even so."""
    text = (
        head(pebble).replace("{http: {", "{dns: {provider: nobody")
        + "certificates: {one: {domains: [a.example.com]}}\n"
    )
    (tegata.directory / ".lego.yml").write_text(text.replace(f"address: ':{pebble.http_port}'", ""))
    done = tegata.run(env={"TEGATA_LANG": "en"})
    assert done.code == 1
    assert f"({tegata.directory}/.lego.yml, line 3, challenges.web.dns.provider):" in done.stderr


def test_variables_and_hooks_of_one_certificate(tegata: Tegata, pebble: Pebble) -> None:
    """What a certificate's file of variables says, its own hook is told, and no other's."""
    (tegata.directory / "one.env").write_text("SECRET='of one'\n")
    hook = "{deploy: {command: 'sh -c \"echo ${SECRET:-none} > %s.told\"'}}"
    text = (
        f"hooks: {hook % 'general'}\n"
        "certificates:\n"
        f"  one: {{domains: [one.example.com], envFile: one.env, hooks: {hook % 'one'}}}\n"
        "  two: {domains: [two.example.com]}\n"
    )
    (tegata.directory / ".lego.yaml").write_text(head(pebble) + text)
    tegata.run().check()
    assert (tegata.directory / "one.told").read_text() == "of one\n"
    assert (tegata.directory / "general.told").read_text() == "none\n"


def test_a_wrong_file_does_nothing(tegata: Tegata, pebble: Pebble) -> None:
    """Every fault with file, line and key; no account is made."""
    (tegata.directory / ".lego.yml").write_text(head(pebble) + "certificates:\n  a: {domain: [x]}\n  b: {}\n")
    done = tegata.run(env={"TEGATA_LANG": "ja"})
    assert done.code == 1
    assert f"{tegata.directory}/.lego.yml の 5 行目、certificates.a.domain: このキーはありません。" in done.stderr
    assert not tegata.path.exists()


def test_log_lines_as_json(tegata: Tegata, pebble: Pebble) -> None:
    """By the file's section log; the command line's word counts more."""
    (tegata.directory / "x.yml").write_text(
        head(pebble) + "log: {format: json, level: warn}\ncertificates: {a: {domains: [x..y]}}\n"
    )
    lines = [json.loads(line) for line in tegata.run("--config", "x.yml").stderr.splitlines()]
    assert {line["level"] for line in lines} == {"error"}
    told = tegata.run("--config", "x.yml", "--log.format", "text", "--log.level", "info").stderr
    assert "0 of 1 certificates are in order" in told
    assert not told.startswith("{")


def test_variables_name_a_file(tegata: Tegata, pebble: Pebble) -> None:
    """LEGO_CONFIG, where no command is given."""
    (tegata.directory / "x.yml").write_text("bogus: 1")
    done = tegata.run(env={"LEGO_CONFIG": "x.yml"})
    assert "line 1, bogus: there is no such key." in done.stderr
    assert tegata.run("list", env={"LEGO_CONFIG": "x.yml"}).check().stdout == "No certificates found.\n"
    assert "nowhere.yml" in tegata.run("--config", "nowhere.yml").stderr


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_while_the_ca_looks(
    tegata: Tegata, pebble: Pebble, tmp_path: Path, number: signal.Signals, code: int
) -> None:
    """All that is at work is ended and cleaned up."""
    root = tmp_path / "htdocs"
    root.mkdir()
    text = head(pebble).replace(f"address: ':{pebble.http_port}'", f"webroot: '{root}'") + "certificates:\n"
    text += "".join(f"  c{number}: {{domains: [c{number}.example.com]}}\n" for number in range(3))
    (tegata.directory / ".lego.yml").write_text(text)
    silent = socket.create_server(("127.0.0.1", pebble.http_port))  # accepts and never answers
    with silent, tegata.start() as process:
        for each in range(3):
            process.wait_for_line(rf"\[c{each}\.example\.com\] acme: Trying to solve HTTP-01")
        process.signal(number)
        assert process.wait() == code
        assert "Traceback" not in process.text
    assert not [file for file in root.rglob("*") if file.is_file()]
    assert not list((tegata.path / "certificates").iterdir())


def test_the_version_of_ip(tegata: Tegata, pebble: Pebble) -> None:
    """networkStack: a CA at an IPv4 address cannot be reached by IPv6 alone, and by IPv4 alone it can."""
    certificates = "certificates: {www.example.com: {domains: [www.example.com]}}\n"
    (tegata.directory / "six.yml").write_text("networkStack: ipv6only\n" + head(pebble) + certificates)
    done = tegata.run("--config", "six.yml", env={"TEGATA_LANG": "en"})
    assert done.code == 1
    assert "cannot be reached" in done.stderr
    (tegata.directory / "four.yml").write_text("networkStack: ipv4only\n" + head(pebble) + certificates)
    tegata.run("--config", "four.yml").check()
    (tegata.directory / "both.yml").write_text("networkStack: both\n" + head(pebble) + certificates)
    done = tegata.run("--config", "both.yml", env={"TEGATA_LANG": "en"})
    assert "networkStack: it must be ipv4only or ipv6only" in done.stderr


def test_revoked_by_the_file(tegata: Tegata, pebble: Pebble) -> None:
    """certificates revoke --config: storage, account and CA are the file's; -k keeps the files, as --keep."""
    text = "storage: tree\n" + head(pebble)
    text += "certificates: {one: {domains: [one.example.com]}, two: {domains: [two.example.com]}}\n"
    (tegata.directory / "many.yml").write_text(text)
    tegata.run("--config", "many.yml").check()
    tree = tegata.directory / "tree"
    listed = tegata.run("certificates", "list", "--json", "--config", "many.yml").check().stdout
    assert len(json.loads(listed)) == 2
    number = serial(crt(tree, "one"))
    tegata.run("certificates", "revoke", "-k", "--config", "many.yml", "-c", "one", "--reason", "4").check()
    assert pebble.status(number)["Status"] == "Revoked"
    assert crt(tree, "one").is_file()
    done = tegata.run("certificates", "revoke", "--config", "many.yml", "-c", "one", "-c", "two").check()
    assert "already revoked" in done.stderr
    assert not crt(tree, "one").exists()
    assert not crt(tree, "two").exists()
    assert not tegata.path.exists()
    assert tegata.run("certificates", "revoke", "--config", "many.yml", "-c", "three").code == 1


def test_a_signal_while_hooks_run(tegata: Tegata, pebble: Pebble) -> None:
    """Those that deploy end with all they have started, the last ones still run, and nobody waits for the time-out."""
    slow = tegata.directory / "slow"
    slow.write_text("#!/bin/sh\nsleep 61 &\necho $! > $LEGO_HOOK_CERT_NAME.pid\necho begun\nwait\n")
    slow.chmod(0o755)
    text = head(pebble) + "certificates:\n"
    for number in range(2):
        hooks = f"{{deploy: {{command: ./slow}}, post: {{command: 'touch after-{number}'}}}}"
        text += f"  h{number}: {{domains: [h{number}.example.com], hooks: {hooks}}}\n"
    (tegata.directory / ".lego.yml").write_text(text)
    with tegata.start() as process:
        process.wait_for(lambda: process.text.count("begun") == 2, "both hooks")
        started = time.monotonic()
        process.signal(signal.SIGTERM)
        assert process.wait() == 143
        assert time.monotonic() - started < 40
    for number in range(2):
        child = int((tegata.directory / f"h{number}.pid").read_text())
        status = Path(f"/proc/{child}/stat")
        assert not status.exists() or status.read_text().split()[2] == "Z"
        assert (tegata.directory / f"after-{number}").exists()
    slow.write_text("#!/bin/sh\ntouch deployed-$LEGO_HOOK_CERT_NAME\n")
    tegata.run().check()
    assert (tegata.directory / "deployed-h0").exists()
    assert (tegata.directory / "deployed-h1").exists()
