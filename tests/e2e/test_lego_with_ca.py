"""Real lego 4.9.1 with tegata-ca: register, issue, renew, revoke; and what the CA refuses, in lego's own words."""

import socket
import sqlite3
from contextlib import closing

import pytest
from cryptography import x509

from tests.e2e import customer
from tests.e2e.certificates import crt, names_of, serial

NAME = "lego.example.com"
pytestmark = pytest.mark.peer("lego", "openssl")


def words(ca, contract, *command, names=(NAME,), hmac=None, key_type="rsa2048"):
    """lego's command line for a contract; 4.9.1 wants ``--eab`` at every command."""
    credential = customer.eab(contract, hmac)
    challenge = customer.http(ca, key_type=key_type)
    return [
        "-s",
        ca.directory_url,
        "-a",
        "-m",
        customer.MAIL,
        *credential,
        *customer.names(*names),
        *challenge,
        *command,
    ]


@pytest.fixture
def contract(ca):
    return ca.add_contract(NAME, "second.example.com")


@pytest.fixture
def lego(lego, ca):
    return lego.trusting(ca.ca_file)


def test_issue_renew_revoke(ca, contract, lego):
    """The life of a certificate: two names, verified by openssl, replaced by force, revoked and listed in the CRL."""
    lego.run(*words(ca, contract, "run", names=(NAME, "second.example.com"))).check()
    assert names_of(crt(lego.path, NAME)) == {NAME, "second.example.com"}
    first = serial(crt(lego.path, NAME))

    lego.run(*words(ca, contract, "renew", "--days", "999", "--no-random-sleep")).check()
    second = serial(crt(lego.path, NAME))
    assert second != first

    lego.run(*words(ca, contract, "revoke", "--reason", "5")).check()
    assert ca.json("cert", "show", second)["status"] == "revoked"
    assert ca.json("cert", "show", second)["reason"] == 5
    revocations = x509.load_der_x509_crl(ca.get(f"{ca.public_url}/crl/issuing.crl"))
    entry = revocations.get_revoked_certificate_by_serial_number(int(second, 16))
    assert entry is not None
    reason = entry.extensions.get_extension_for_class(x509.CRLReason).value.reason
    assert reason is x509.ReasonFlags.cessation_of_operation


def test_wrong_mac_is_refused(ca, contract, lego):
    """A wrong MAC key registers nothing (A-39)."""
    done = lego.run(*words(ca, contract, "run", hmac="AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"))
    assert done.code == 1
    assert "urn:ietf:params:acme:error:unauthorized" in done.output


def test_foreign_name_is_refused(ca, contract, lego):
    """A name of nobody's contract is refused with a problem that names it."""
    done = lego.run(*words(ca, contract, "run", names=("foreign.example.net",)))
    assert done.code == 1
    assert "rejectedIdentifier" in done.output
    assert "foreign.example.net" in done.output
    assert ca.json("cert", "list", "--contract", contract["contract"]) == []


def test_ec_key_is_refused(ca, contract, lego):
    """The product's key rule is the CA's: an EC key gets a badCSR that names RSA 2048 (M12)."""
    done = lego.run(*words(ca, contract, "run", key_type="ec256"))
    assert done.code == 1
    assert "badCSR" in done.output
    assert "RSA 2048" in done.output


def test_what_a_failed_order_leaves_is_given_up(ca, contract, lego):
    """lego cannot open its listener: it deactivates the order's pending authorizations (A-63)."""
    command = words(ca, contract, "run", names=(NAME, "second.example.com"))
    with socket.create_server(("127.0.0.1", ca.http_port)):
        done = lego.run(*command)
    assert done.code == 1
    assert "Deactivating auth:" in done.output
    assert "Unable to deactivate" not in done.output
    query = """SELECT a.deactivated_at IS NOT NULL FROM authorizations AS a JOIN accounts AS c ON c.id = a.account_id
        WHERE c.contract_id = ?"""
    with closing(sqlite3.connect(f"file:{ca.home}/tegata-ca.db?mode=ro", uri=True)) as database:
        assert database.execute(query, (contract["contract"],)).fetchall() == [(1,), (1,)]
    lego.run(*command).check()
