"""``run`` by lego v5's words, with Pebble: obtain, leave alone, renew by days, by force and for other names."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.e2e.certificates import crt, names_of
from tests.e2e.certificates import serial as serial_of
from tests.e2e.pebble_words import MAIL, names
from tests.peers.pebble import Pebble
from tests.peers.tegata import Tegata

NAME = "www.example.com"


@pytest.fixture
def tegata(tegata: Tegata, pebble: Pebble) -> Tegata:
    return tegata.trusting(pebble.ca_file)


def words(pebble: Pebble, *each: str) -> list[str]:
    """As lego v5 takes them: everything behind the command."""
    where = ["--server", pebble.directory_url, "--email", MAIL, "--http", "--http.address", f":{pebble.http_port}"]
    return ["run", *names(*each), *where, "--accept-tos", "--no-random-sleep"]


def serial(tegata: Tegata) -> str:
    return serial_of(crt(tegata.path, NAME))


def test_obtain_then_renew_when_it_is_time(tegata: Tegata, pebble: Pebble) -> None:
    """One line for cron: the first run obtains, the next ones do nothing until it is time."""
    tegata.run(*words(pebble, NAME)).check()
    first = serial(tegata)
    done = tegata.run(*words(pebble, NAME)).check()
    assert ": no renewal." in done.stderr
    assert serial(tegata) == first
    tegata.run(*words(pebble, NAME), "--renew-days", "9999").check()
    second = serial(tegata)
    assert second != first
    tegata.run(*words(pebble, NAME), "--renew-force").check()
    assert serial(tegata) not in (first, second)


def test_first_runs_at_once_order_once(tegata: Tegata, pebble: Pebble) -> None:
    """Containers that start together: who waited finds the certificate there, and that nothing is due."""
    before = pebble.log.read_text().count("POST /order-plz")
    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(lambda _: tegata.run(*words(pebble, NAME)).check().stderr, range(4)))
    assert pebble.log.read_text().count("POST /order-plz") - before == 1
    assert sum("Server responded with a certificate." in each for each in said) == 1


def test_a_container_made_for_lego_5(tegata: Tegata, pebble: Pebble) -> None:
    """All by variables and one word: the first start obtains, the next ones leave it alone."""
    env = {
        "LEGO_DOMAINS": NAME,
        "LEGO_SERVER": pebble.directory_url,
        "LEGO_EMAIL": MAIL,
        "LEGO_ACCEPT_TOS": "true",
        "LEGO_HTTP": "true",
        "LEGO_HTTP_ADDRESS": f":{pebble.http_port}",
    }
    tegata.run("run", env=env).check()
    first = serial(tegata)
    assert ": no renewal." in tegata.run("run", env=env).check().stderr
    assert serial(tegata) == first


def test_other_names_are_a_reason(tegata: Tegata, pebble: Pebble) -> None:
    """One more is; one that is not repeated stays, as with lego v5, unless the given ones are said to be all."""
    other = "www2.example.com"
    tegata.run(*words(pebble, NAME)).check()
    tegata.run(*words(pebble, NAME, other)).check()
    assert names_of(crt(tegata.path, NAME)) == {NAME, other}
    first = serial(tegata)
    tegata.run(*words(pebble, other, NAME), "--cert.name", NAME).check()
    assert serial(tegata) == first
    tegata.run(*words(pebble, NAME)).check()
    tegata.run(*words(pebble), "--cert.name", NAME).check()
    assert serial(tegata) == first
    tegata.run(*words(pebble, NAME), "--renew-force").check()
    assert names_of(crt(tegata.path, NAME)) == {NAME, other}
    tegata.run(*words(pebble, NAME), "--force-cert-domains").check()
    assert names_of(crt(tegata.path, NAME)) == {NAME}


def test_a_certificate_named_by_its_files_alone(tegata: Tegata, pebble: Pebble) -> None:
    """It is renewed for the names it has; where there is none, names are needed."""
    assert tegata.run(*words(pebble), "--cert.name", "web").code == 1
    tegata.run(*words(pebble, NAME), "--cert.name", "web").check()
    first = serial_of(crt(tegata.path, "web"))
    tegata.run(*words(pebble), "--cert.name", "web", "--renew-force").check()
    assert serial_of(crt(tegata.path, "web")) != first
    assert names_of(crt(tegata.path, "web")) == {NAME}


def test_a_certificate_whose_account_is_not_here(tegata: Tegata, pebble: Pebble) -> None:
    """An account is made; the certificate stays as long as it is good."""
    tegata.run(*words(pebble, NAME)).check()
    first = serial(tegata)
    (tegata.path / "accounts").rename(tegata.path / "accounts.old")
    done = tegata.run(*words(pebble, NAME)).check()
    assert "Registering account" in done.stderr
    assert serial(tegata) == first


def test_an_account_whose_making_was_cut_off(tegata: Tegata, pebble: Pebble) -> None:
    """The key is there and the CA has never heard of it: the next run completes it, though nothing is due."""
    tegata.run(*words(pebble, NAME)).check()
    first = serial(tegata)
    (tegata.path / "accounts").rename(tegata.path / "accounts.old")
    unanswered = [word for word in words(pebble, NAME) if word != "--accept-tos"]
    assert tegata.run(*unanswered).code == 1
    assert list((tegata.path / "accounts").rglob("*.key"))
    assert not list((tegata.path / "accounts").rglob("account.json"))
    tegata.run(*words(pebble, NAME)).check()
    assert list((tegata.path / "accounts").rglob("account.json"))
    assert serial(tegata) == first
    tegata.run(*words(pebble, NAME), "--renew-force").check()
    assert serial(tegata) != first
