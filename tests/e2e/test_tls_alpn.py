"""tls-alpn-01 end to end: tegata and lego with tegata-ca, tegata with Pebble."""

import pytest

from tests.e2e import customer, pebble_words
from tests.e2e.certificates import crt, names_of

pytestmark = pytest.mark.forked

NAMES = ("tls.example.com", "tls2.example.com")


def tls(port):
    """How the customer proves a name: by an own TLS listener."""
    return ["--tls", "--tls.port", f":{port}", "--key-type", "rsa2048"]


def order(ca, contract):
    """The manual's first run, with another way to prove the names."""
    words = ["-s", ca.directory_url, "-a", *customer.eab(contract), *customer.names(*NAMES), "-m", customer.MAIL]
    return [*words, *tls(ca.tls_port)]


def test_tegata_with_the_ca(ca, tegata):
    """Two names by one listener; --http beside it changes nothing, as lego prefers tls-alpn-01 (X-01, X-04)."""
    tegata = tegata.trusting(ca.ca_file)
    words = [*order(ca, ca.add_contract(*NAMES)), "--http", "--http.port", f":{ca.http_port}", "run"]
    done = tegata.run(*words).check()
    assert "use tls-alpn-01 solver" in done.stderr
    assert "use http-01 solver" not in done.stderr
    assert names_of(crt(tegata.path, NAMES[0])) == set(NAMES)


@pytest.mark.peer("lego")
def test_lego_with_the_ca(ca, lego):
    """lego's certificate is the one that is asked for (X-02)."""
    lego = lego.trusting(ca.ca_file)
    lego.run(*order(ca, ca.add_contract(*NAMES)), "run").check()
    assert names_of(crt(lego.path, NAMES[0])) == set(NAMES)


@pytest.mark.peer("pebble", "pebble-challtestsrv")
def test_tegata_with_pebble(pebble, tegata):
    """Another CA's validator takes ours (X-04)."""
    tegata = tegata.trusting(pebble.ca_file)
    words = [*pebble_words.account(pebble), *pebble_words.names(*NAMES), *tls(pebble.tls_port)]
    tegata.run(*words, "-a", "run").check()
    assert names_of(crt(tegata.path, NAMES[0])) == set(NAMES)
