"""What a run loads: the version nothing, a renewal that is not due no network and no signatures."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tegata.acme.window import Window
from tegata.host.accounts import AccountFolder
from tegata.host.certificates import CertificateFiles
from tegata.host.due import WatchFile, answered, unknown
from tegata.host.files import Tree
from tegata.host.newset import NewSet
from tegata.pki.certs import life_of
from tegata.pki.key_types import KeyType
from tegata.pki.keys import generate
from tests.host import issued

SERVER = "https://ca.example/acme/"
NAME = "www.example.com"


def modules_after(directory: Path, *words: str) -> tuple[str, set[str]]:
    """What the command prints, and what is loaded when it has ended well."""
    script = (
        "import sys\n"
        f"sys.argv = ['tegata', *{words!r}]\n"
        "from tegata.cli.main import main\n"
        "code = main()\n"
        "print('MODULES', *sys.modules)\n"
        "sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=directory, env={"HOME": "/"}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    output, _, modules = done.stdout.partition("MODULES")
    return output + done.stderr, set(modules.split())


@pytest.mark.parametrize("spelling", ["--version", "-version", "-v"])
def test_the_version_loads_nothing(tmp_path: Path, spelling: str) -> None:
    """Nothing of ours but the entry, and nothing that takes time."""
    output, modules = modules_after(tmp_path, spelling)
    assert output.startswith("tegata version ")
    assert {name for name in modules if name.startswith("tegata")} == {"tegata", "tegata.cli", "tegata.cli.main"}
    assert not modules & {"argparse", "asyncio", "dataclasses", "json", "logging", "pathlib", "re", "ssl", "typing"}


@pytest.fixture
def lego_path(tmp_path: Path) -> Path:
    """A directory with an account, a certificate and a fresh answer about its renewal."""
    tree = Tree(tmp_path / ".lego")
    account = AccountFolder(tree, SERVER, "test@example.com")
    account.save_key(generate(KeyType.EC256))
    account.save("test@example.com", "https://ca.example/acct/1", b'{"status": "valid"}')
    now = datetime.now(UTC)
    key = issued.new_key()
    leaf = issued.certificate(key, NAME, not_before=now - timedelta(days=1))
    files = CertificateFiles(tree, NAME)
    with files.prepared(key):
        files.save(NewSet(NAME, key, [leaf, issued.issuer()], "https://ca.example/cert/1", None))
    window = Window(now + timedelta(days=50), now + timedelta(days=52))
    watch = answered(unknown(life_of(leaf).digest), now, window, explanation=None, retry_after=21_600, fraction=0.5)
    WatchFile(tree, NAME).save(watch)
    return tmp_path


def test_a_renewal_that_is_not_due_loads_no_network(lego_path: Path) -> None:
    """No HTTP, no TLS, no JOSE, no X.509, no event loop, no processes; and lego's phrase says why nothing happened."""
    words = ("-s", SERVER, "-d", NAME, "-m", "test@example.com", "--http", "--key-type", "rsa2048", "renew")
    output, modules = modules_after(lego_path, *words)
    assert "renewalInfo endpoint indicates that renewal is not needed" in output
    assert ": no renewal." in output
    assert not modules & {
        "httpx2",
        "h11",
        "tegata.acme.signatures",
        "asyncio",
        "ssl",
        "filelock",
        "tegata.client.api",
        "argparse",
        "cryptography",
        "dataclasses",
        "subprocess",
    }
    assert "tegata.client.events" not in modules


def test_a_renewal_in_the_dns_that_is_not_due_loads_no_dns(lego_path: Path) -> None:
    """Neither dnspython nor the provider, whose code alone is looked up; its variables are not even there."""
    words = ("-s", SERVER, "-d", NAME, "-m", "test@example.com", "--dns", "exec", "--key-type", "rsa2048", "renew")
    output, modules = modules_after(lego_path, *words)
    assert ": no renewal." in output
    assert not modules & {"dns", "httpx2", "tegata.plugins.dns.exec", "tegata.client.dnssolver"}


def test_only_names_proved_in_the_dns_load_dns() -> None:
    """What ``run`` imports for http-01; dnspython costs a tenth of a second."""
    script = "import sys, tegata.cli.verbs.run; sys.exit('dns' in sys.modules or 'tegata.plugins.dns' in sys.modules)"
    subprocess.run([sys.executable, "-c", script], check=True)


def test_a_run_loads_one_http_library() -> None:
    """httpx2, which some DNS providers want, costs a tenth of a second; h11 answers challenges and asks the CA."""
    script = (
        "import sys, tegata.cli.verbs.run, tegata.client.transport as t, tegata.client.network as n;"
        "t.HttpTransport(n.Network()).close();"
        "sys.exit(', '.join({'httpx2', 'http.client', 'urllib.request', 'asyncio'} & set(sys.modules)) or 0)"
    )
    environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    subprocess.run([sys.executable, "-c", script], check=True, env=environment)


def test_help_on_dns_providers_loads_no_network(tmp_path: Path) -> None:
    """Data about them is all it needs."""
    output, modules = modules_after(tmp_path, "dnshelp", "-c", "httpreq")
    assert "HTTPREQ_ENDPOINT" in output
    assert not modules & {"dns", "httpx2", "h11", "ssl", "asyncio", "tegata.client.api"}


def test_a_list_loads_no_network(lego_path: Path) -> None:
    """It only reads files."""
    output, modules = modules_after(lego_path, "list")
    assert f"Certificate Name: {NAME}" in output
    assert not modules & {"httpx2", "h11", "tegata.acme.signatures", "asyncio", "filelock", "tegata.client.api"}
