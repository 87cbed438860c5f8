"""A CA gets another base URL: accounts made under the former one go on, with tegata and with lego (X-51)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e import customer
from tests.e2e.certificates import crt, serial
from tests.peers.ca import TegataCA
from tests.peers.lego import Lego
from tests.peers.ports import free_port
from tests.peers.tegata import Tegata

pytestmark = pytest.mark.forked

NAME, OTHER = "www.example.com", "lego.example.com"


@pytest.fixture
def moving(tmp_path: Path) -> Iterator[TegataCA]:
    with TegataCA(tmp_path / "ca", serves=False) as ca:
        ca.start()
        yield ca
        ca.stop()


@pytest.fixture
def elsewhere(tmp_path: Path) -> Lego:
    """lego in another folder than tegata."""
    directory = tmp_path / "elsewhere"
    directory.mkdir()
    return Lego(directory)


def move(ca: TegataCA) -> None:
    """To another port, as the operator does it: the new URL in the settings, the former one beside it."""
    ca.stop()
    former, listen = ca.url, f"127.0.0.1:{free_port()}"
    settings = ca.home / "settings.toml"
    text = settings.read_text().replace(f'url = "{former}"', f'url = "https://{listen}"')
    assert "former_urls = []" in text
    settings.write_text(text.replace("former_urls = []", f'former_urls = ["{former}"]'))
    ca._listen, ca.url, ca.directory_url = listen, f"https://{listen}", f"https://{listen}/acme/"
    ca.start()


def rename(tree: Path, ca: TegataCA) -> None:
    """A client's folder of the CA, which is called by host and port."""
    [folder] = (tree / "accounts").iterdir()
    folder.rename(folder.with_name(ca.url.removeprefix("https://").replace(":", "_")))


@pytest.mark.peer("lego")
def test_accounts_go_on_where_the_ca_is_now(moving: TegataCA, tegata: Tegata, elsewhere: Lego):
    """Renewed and revoked after the folder is named for the new address; lego keeps the account's former URL (X-51)."""
    ca = moving
    contract = ca.add_contract(NAME, OTHER)
    client, other = tegata.trusting(ca.ca_file), elsewhere.trusting(ca.ca_file)
    client.run(*customer.first_run(ca, contract, NAME)).check()
    base = ["-a", "-m", customer.MAIL, *customer.eab(contract), "-d", OTHER, *customer.http(ca)]
    other.run("-s", ca.directory_url, *base, "run").check()
    first, second = serial(crt(client.path, NAME)), serial(crt(other.path, OTHER))
    before = ca.json("eab", "show", contract["eab"]["kid"])["registered"]

    former = ca.url
    move(ca)
    rename(client.path, ca)
    rename(other.path, ca)

    client.run(*customer.renewal(ca, NAME, more=("--days", "999"))).check()
    assert serial(crt(client.path, NAME)) != first
    other.run("-s", ca.directory_url, *base, "renew", "--days", "999", "--no-random-sleep").check()
    assert serial(crt(other.path, OTHER)) != second
    last = serial(crt(client.path, NAME))
    client.run("-s", ca.directory_url, "-d", NAME, "-m", customer.MAIL, "revoke").check()
    assert ca.json("cert", "show", last)["status"] == "revoked"
    assert ca.json("eab", "show", contract["eab"]["kid"])["registered"] == before, "nobody has registered anew"
    [account] = client.path.glob(f"accounts/*/{customer.MAIL}/account.json")
    assert f'"{ca.url}/acme/account/' in account.read_text(), "it goes by the new one from here on"
    [kept] = other.path.glob(f"accounts/*/{customer.MAIL}/account.json")
    assert f'"{former}/acme/account/' in kept.read_text(), "and lego by the former"


@pytest.mark.peer("lego")
def test_without_the_former_url_accounts_are_unknown(moving: TegataCA, elsewhere: Lego):
    """What the setting is for: the same move without it leaves behind who knows the account by its URL alone."""
    ca = moving
    lego = elsewhere.trusting(ca.ca_file)
    base = ["-a", "-m", customer.MAIL, *customer.eab(ca.add_contract(OTHER)), "-d", OTHER, *customer.http(ca)]
    lego.run("-s", ca.directory_url, *base, "run").check()
    move(ca)
    ca.stop()
    settings = ca.home / "settings.toml"
    lines = [line for line in settings.read_text().splitlines() if not line.startswith("former_urls")]
    settings.write_text("\n".join(lines) + "\n")
    ca.start()
    rename(lego.path, ca)
    refused = lego.run("-s", ca.directory_url, *base, "renew", "--days", "999", "--no-random-sleep")
    assert refused.code == 1
    assert "accountDoesNotExist" in refused.stderr
