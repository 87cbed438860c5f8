"""The command ``list``: lego 4's words, addresses apart from names, and what is damaged named and passed over."""

import json
import os
import re
import subprocess
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from prometheus_client.parser import text_string_to_metric_families

from tegata.host.accounts import AccountFolder
from tegata.host.files import Tree
from tegata.pki.certs import to_pem
from tests.host import issued
from tests.peers.tegata import Tegata

COMMAND_LINE = Path(__file__).parents[3] / "docs" / "command-line.md"
END = datetime(2031, 11, 23, 14, 48, 46, tzinfo=UTC)


@pytest.fixture
def certificates(tegata: Tegata) -> Path:
    """A folder with a certificate without common name and with an address, its issuer, and one that is none."""
    folder = tegata.path / "certificates"
    folder.mkdir(parents=True)
    names = [x509.DNSName("a.example"), x509.DNSName("b.example"), x509.IPAddress(ip_address("192.0.2.1"))]
    leaf = (
        x509.CertificateBuilder()
        .issuer_name(issued.CA_NAME)
        .subject_name(x509.Name([]))
        .public_key(issued.new_key().public_key())
        .serial_number(1)
        .not_valid_before(issued.NOW)
        .not_valid_after(END)
        .add_extension(x509.SubjectAlternativeName(names), critical=True)
        .sign(issued.CA_KEY, SHA256())
    )
    (folder / "a.example.crt").write_bytes(to_pem([leaf]))
    (folder / "a.example.issuer.crt").write_bytes(to_pem([issued.issuer()]))
    (folder / "broken.example.crt").write_bytes(b"rubbish")
    return folder


def test_certificates(tegata: Tegata, certificates: Path) -> None:
    """Line by line as lego 4 prints them (C-15)."""
    done = tegata.run("list").check()
    assert done.stdout == (
        "Found the following certs:\n"
        "  Certificate Name: a.example\n"
        "    Domains: a.example, b.example\n"
        "    IPs: 192.0.2.1\n"
        "    Expiry Date: 2031-11-23 14:48:46 +0000 UTC\n"
        f"    Certificate Path: {certificates}/a.example.crt\n"
        "\n"
    )
    assert f"[WARN] The certificate's file {certificates}/broken.example.crt cannot be used" in done.stderr


def test_json_of_a_directory_whose_name_is_no_text(tegata: Tegata, certificates: Path, tmp_path: Path) -> None:
    """Another encoding's letters, say: they are escaped."""
    path = tmp_path / os.fsdecode(b"caf\xe9")
    certificates.parent.rename(path)
    [listed] = json.loads(tegata.run("--path", str(path), "list", "--json").check().stdout)
    assert listed["path"].endswith("/caf\\udce9/certificates/a.example.crt")


def test_names(tegata: Tegata, certificates: Path) -> None:
    """One a line, for scripts."""
    assert tegata.run("list", "--names").check().stdout == "a.example\n"


def test_certificates_by_v5_s_words(tegata: Tegata, certificates: Path) -> None:
    """As lego 5 prints them."""
    assert tegata.run("certificates", "list").check().stdout == (
        "Found the following certificates:\n"
        "a.example\n"
        "├── Domains: a.example, b.example\n"
        "├── IPs: 192.0.2.1\n"
        "├── Expiration Date: 2031-11-23 14:48:46 +0000 UTC\n"
        f"├── Issuer: {issued.CA_NAME.rfc4514_string()}\n"
        f"└── Certificate Path: {certificates}/a.example.crt\n"
        "\n"
    )
    (certificates / "a.example.crt").unlink()
    assert tegata.run("certificates", "list").check().stdout == "No certificates were found.\n"


def test_an_expired_certificate(tegata: Tegata) -> None:
    """lego 5 says so."""
    folder = tegata.path / "certificates"
    folder.mkdir(parents=True)
    begin = datetime.now(UTC) - timedelta(days=400)
    leaf = issued.certificate(issued.new_key(), "old.example", not_before=begin)
    (folder / "old.example.crt").write_bytes(to_pem([leaf]))
    assert "├── Status: this certificate is expired.\n" in tegata.run("certificates", "list").check().stdout
    [listed] = json.loads(tegata.run("list", "--json").check().stdout)
    assert (listed["expired"], listed["renewalDue"], listed["renewalOverdue"]) == (True, True, True)


def test_for_prometheus(tegata: Tegata) -> None:
    """The end of each, and what is due and overdue, to be told of by a monitor (C-14)."""
    folder = tegata.path / "certificates"
    folder.mkdir(parents=True)
    now = datetime.now(UTC).replace(microsecond=0)
    ends = []
    for name, days in (("due.example", 62), ("new.example", 1), ("over.example", 80)):
        leaf = issued.certificate(issued.new_key(), name, not_before=now - timedelta(days=days))
        ends.append(int(leaf.not_valid_after_utc.timestamp()))
        (folder / f"{name}.crt").write_bytes(to_pem([leaf]))
    done = tegata.run("list", "--prometheus").check()
    lines = [line for line in done.stdout.splitlines() if not line.startswith("#")]
    assert lines == [
        f'tegata_certificate_{gauge}{{name="{name}.example"}} {value}'
        for gauge, values in (
            ("not_after_timestamp_seconds", ends),
            ("renewal_due", [1, 0, 1]),
            ("renewal_overdue", [0, 0, 1]),
        )
        for name, value in zip(("due", "new", "over"), values, strict=True)
    ]
    families = [(family.name, family.type) for family in text_string_to_metric_families(done.stdout)]
    assert [kind for _, kind in families] == ["gauge"] * 3


def test_the_line_for_prometheus_in_cron(tmp_path: Path) -> None:
    """As docs/command-line.md prints it, by the shell that cron has: nobody ever reads half a file (C-14)."""
    [line] = re.findall("^ {4}(cd .* --prometheus .*)$", COMMAND_LINE.read_text("utf-8"), re.MULTILINE)
    folder = tmp_path / "node-exporter"
    folder.mkdir()
    program = tmp_path / "tegata"
    program.write_text('#!/bin/sh\necho "$@"\n')
    program.chmod(0o755)
    line = line.replace("/var/lib/prometheus/node-exporter", str(folder))
    for _ in range(2):
        subprocess.run(["/bin/sh", "-c", line], env={"PATH": f"{tmp_path}:{os.defpath}"}, check=True)
    assert [file.name for file in folder.iterdir()] == ["tegata.prom"]
    assert (folder / "tegata.prom").read_text() == "list --path /etc/tegata --prometheus\n"


def test_json(tegata: Tegata, certificates: Path) -> None:
    """lego 5's members, also after v4's words; with the accounts an object of both."""
    AccountFolder(Tree(tegata.path), "https://ca.example/dir", "a@x").save(
        "a@x", "https://ca.example/a", b'{"status":"valid"}'
    )
    certificate = {
        "name": "a.example",
        "domains": ["a.example", "b.example"],
        "ips": ["192.0.2.1"],
        "expirationDate": "2031-11-23 14:48:46 +0000 UTC",
        "expired": False,
        "issuer": issued.CA_NAME.rfc4514_string(),
        "path": f"{certificates}/a.example.crt",
        "renewalDue": False,
        "renewalOverdue": False,
    }
    account = {
        "id": "a@x",
        "email": "a@x",
        "server": "ca.example",
        "keyType": "",
        "path": f"{tegata.path}/accounts/ca.example/a@x/account.json",
    }
    for words, expected in (
        (["certificates", "list"], [certificate]),
        (["list"], [certificate]),
        (["accounts", "list"], [account]),
        (["list", "-a"], {"accounts": [account], "certificates": [certificate]}),
    ):
        assert json.loads(tegata.run(*words, "--json").check().stdout) == expected
    assert tegata.run("--path", "nowhere", "accounts", "list", "--json").check().stdout == "[]\n"


def test_accounts(tegata: Tegata) -> None:
    """Those first, then the certificates."""
    folder = AccountFolder(Tree(tegata.path), "https://ca.example:14000/dir", "test@example.com")
    folder.save("test@example.com", "https://ca.example:14000/acct/1", b'{"status": "valid"}')
    assert tegata.run("list", "-a", env={"TEGATA_EAB_FILE": "nowhere"}).check().stdout == (
        "Found the following accounts:\n"
        "  Email: test@example.com\n"
        "  Server: ca.example:14000\n"
        f"  Path: {folder.folder}\n"
        "\n"
        "No certificates found.\n"
    )
    assert tegata.run("accounts", "list").check().stdout == (
        "Found the following accounts:\n"
        "test@example.com\n"
        "├── Email: test@example.com\n"
        "├── Server: ca.example:14000\n"
        f"└── Path: {folder.folder}/account.json\n"
        "\n"
    )
    assert tegata.run("--path", "nowhere", "accounts", "list").check().stdout == "No accounts were found.\n"
