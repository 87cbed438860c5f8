"""A CA whose root is offline and whose keys are in a token, from the ceremony to issue, revocation and CRL."""

import json

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from tests.e2e.certificates import crt, serial
from tests.e2e.customer import first_run, renewal
from tests.peers import openssl
from tests.peers.ca import TegataCA, change

pytestmark = [pytest.mark.peer("softhsm2-util"), pytest.mark.forked]
NAME = "token.example.com"
BY = ("--by", "Alice Example")


@pytest.fixture(scope="module")
def rooted(tmp_path_factory, softhsm):
    """A serving CA: the root's key in a token, the issuing key made there by the ceremony."""
    softhsm.make_ec("root", "secp384r1")
    directory = tmp_path_factory.mktemp("rooted")
    root, environment = directory / "root", {"SOFTHSM2_CONF": str(softhsm.configuration)}
    ca = TegataCA(directory / "ca", init=("--root", str(root)), env=environment, serves=False)
    key = ("--key", softhsm.uri("root"))

    def at_root(*words):
        return json.loads(ca.run("--dir", str(root), "ceremony", *words, *key, *BY, "--json").check().stdout)

    def ceremony(name):
        asked = ca.json("ceremony", "request", name, *BY)
        signed = at_root("sign", asked["file"], "--sha256", asked["sha256"])
        ca.json("ceremony", "install", signed["file"], *BY)

    directory.joinpath("ca").mkdir()
    at_root("root", "--name", "Example CA")
    with ca:
        settings = ca.home / "settings.toml"
        text = settings.read_text().replace('"file:keys/issuing.key"', json.dumps(softhsm.uri("issuing")))
        settings.write_text(f"{text}\n[keys.issuers]\nissuing2 = {json.dumps(softhsm.uri('issuing2'))}\n")
        ceremony("issuing")
        ceremony("services")
        ca.start()
        yield ca, ceremony
        ca.stop()


def crl(ca, name):
    return x509.load_der_x509_crl(ca.get(f"{ca.public_url}/crl/{name}.crl"))


def test_serving_by_keys_in_a_token(rooted, tegata, tmp_path):
    """Issued, renewed under the next issuing CA, revoked, on the CRL of each one's issuer; OpenSSL agrees (B-95)."""
    ca, ceremony = rooted
    client = tegata.trusting(ca.ca_file)
    contract = ca.add_contract(NAME)
    client.run(*first_run(ca, contract, NAME)).check()
    old = serial(crt(client.path, NAME))
    first = x509.load_pem_x509_certificate((ca.home / "issuing.pem").read_bytes())

    ceremony("issuing2")
    ca.restart()
    client.run(*renewal(ca, NAME, more=("--days", "999"))).check()
    new = serial(crt(client.path, NAME))
    second = x509.load_pem_x509_certificate((ca.home / "issuing2.pem").read_bytes())
    chain = x509.load_pem_x509_certificates((client.path / "certificates" / f"{NAME}.crt").read_bytes())
    assert chain[1] == second
    assert x509.load_der_x509_certificate(ca.get(f"{ca.public_url}/issuing2.cer")) == second
    root = x509.load_pem_x509_certificate(ca.root_pem.read_bytes())
    assert isinstance(root.public_key(), EllipticCurvePublicKey)
    openssl.verify(ca.home / "issuing2.pem", root=ca.root_pem).check()

    for number in (old, new):
        ca.run("cert", "revoke", number, "--reason", "4").check()
    for name, issuer, number in (("issuing", first, old), ("issuing2", second, new)):
        listed = crl(ca, name)
        assert listed.is_signature_valid(issuer.public_key())
        assert [format(entry.serial_number, "x") for entry in listed] == [number]
    assert not list((ca.home / "keys").glob("issuing*")), "the keys are in the token"


def test_a_token_that_is_away_when_the_ca_starts(rooted, softhsm, tegata, tmp_path):
    """It serves what was signed, tells of it, takes orders, and signs them once the token is back (B-95)."""
    ca, _ = rooted
    client = tegata.trusting(ca.ca_file)
    contract = ca.add_contract(NAME)
    client.run(*first_run(ca, contract, NAME)).check()
    ca.stop()
    change(ca.home / "settings.toml", {"crl_shards = 1": "crl_shards = 2"})  # so that a CRL is due
    folder = softhsm.configuration.with_name("tokens")
    aside = folder.rename(folder.with_name("aside"))
    try:
        ca.start()
        state = json.loads(ca.get(f"{ca.public_url}/readyz"))
        assert state == {"store": "ok", "crl": "outdated", "keys": "away", "clock": "right"}
        assert crl(ca, "issuing").issuer
        checked = {one["check"]: one for one in json.loads(ca.run("check", "--json").stdout)}
        assert "token=tegata" in checked["key of issuing"]["detail"]
        assert "-1" in checked["CRL"]["detail"]
        with client.start(*renewal(ca, NAME, more=("--days", "999", "--cert.timeout", "120"))) as waiting:
            ca.process.wait_for_line("signing.postponed", 60)
            aside.rename(folder)
            assert waiting.wait(150) == 0
    finally:
        if aside.exists():
            aside.rename(folder)
    ready = {"store": "ok", "crl": "current", "keys": "ready", "clock": "right"}
    ca.process.wait_for(lambda: json.loads(ca.get(f"{ca.public_url}/readyz")) == ready or None, "current CRLs", 90)
    assert crl(ca, "issuing2-1").issuer
