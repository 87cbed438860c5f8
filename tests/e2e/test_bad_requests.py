"""Bad requests to a serving CA, octet by octet over its TLS: each gets the right problem, and nothing is stored."""

import http.client
import json
import sqlite3
import ssl
from contextlib import closing
from urllib.parse import urlsplit

import pytest

from tegata.acme import codec, eab, jwk, jws
from tegata.pki.key_types import KeyType
from tegata.pki.keys import generate

NAME = "bad.example.com"


class Sender:
    """Somebody with a key, and perhaps an account."""

    def __init__(self, ca):
        self._ca, self.key, self.kid = ca, generate(KeyType.EC256), None
        self._tls = ssl.create_default_context(cafile=str(ca.ca_file))
        self.directory = json.loads(self.send("GET", ca.directory_url)[1])

    def send(self, method, url, body=None, kind=jws.CONTENT_TYPE):
        """Status, body and header fields of one request; the path goes out as it is written."""
        parts = urlsplit(self._ca.url)
        path = url.removeprefix(self._ca.url)
        with closing(http.client.HTTPSConnection(parts.hostname, parts.port, context=self._tls)) as connection:
            connection.request(method, path, body, {"Content-Type": kind})
            answer = connection.getresponse()
            return answer.status, answer.read(), answer.headers

    def nonce(self):
        return self.send("HEAD", self.directory["newNonce"])[2]["Replay-Nonce"]

    def signed(self, url, payload, *, nonce=None):
        content = None if payload is None else codec.encode(payload)
        return jws.sign(self.key, content, url=url, nonce=nonce or self.nonce(), kid=self.kid)

    def post(self, url, payload):
        return self.send("POST", url, self.signed(url, payload))

    def register(self, contract):
        url = self.directory["newAccount"]
        credential = contract["eab"]
        binding = eab.bind(
            jwk.from_public(self.key.public_key()), credential["kid"], eab.decode_mac(credential["hmac"]), url
        )
        status, _, fields = self.post(url, {"termsOfServiceAgreed": True, "externalAccountBinding": binding})
        assert status == 201
        self.kid = fields["Location"]
        return self


@pytest.fixture(scope="module")
def contract(ca):
    return ca.add_contract(NAME)


@pytest.fixture(scope="module")
def owner(ca, contract):
    return Sender(ca).register(contract)


@pytest.fixture(scope="module")
def order(owner):
    """The URL of an order of the owner's."""
    status, _, fields = owner.post(owner.directory["newOrder"], {"identifiers": [{"type": "dns", "value": NAME}]})
    assert status == 201
    return fields["Location"]


@pytest.fixture
def stored(ca, order):
    """The rows of what ACME requests make; what the CA does by itself goes on meanwhile."""

    def rows():
        with closing(sqlite3.connect(f"file:{ca.home}/tegata-ca.db?mode=ro", uri=True)) as database:
            return {
                table: database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
                for table in ("accounts", "orders", "authorizations", "challenges", "certificates")
            }

    before = rows()
    yield before
    assert rows() == before


def refused(answer, status, kind):
    """The problem document says so, and has a reference."""
    assert answer[0] == status, answer
    problem = json.loads(answer[1])
    assert problem["type"] == f"urn:ietf:params:acme:error:{kind}"
    assert problem["reference"].startswith("T-")


@pytest.mark.parametrize("body", [b"", b"no JSON", b"[]", b'{"protected":"","payload":"","signature":""}', b"\xff\x00"])
def test_a_malformed_jws(owner, stored, body):
    refused(owner.send("POST", owner.directory["newOrder"], body), 400, "malformed")


def test_a_replayed_request(owner, stored):
    """The second time the same octets are refused, and bring no second order."""
    url = owner.directory["newOrder"]
    body = owner.signed(url, {"identifiers": [{"type": "dns", "value": "foreign.example.net"}]})
    refused(owner.send("POST", url, body), 400, "rejectedIdentifier")
    refused(owner.send("POST", url, body), 400, "badNonce")


def test_another_accounts_object(ca, contract, owner, order):
    """A stranger's order looks like one that does not exist; the owner may read it."""
    stranger = Sender(ca).register(contract)
    refused(stranger.post(order, None), 404, "malformed")
    assert owner.post(order, None)[0] == 200


def test_a_body_without_measure(owner, stored):
    url = owner.directory["newOrder"]
    refused(owner.send("POST", url, b"x" * (codec.REQUEST_LIMIT + 1)), 413, "malformed")


@pytest.mark.parametrize("path", ["../../etc/passwd", "..%2f..%2fsettings.toml", "x/../../../portal/login", "\\..\\x"])
def test_a_path_that_leads_elsewhere(ca, owner, stored, path):
    url = f"{ca.directory_url}order/{path}"
    refused(owner.send("POST", url, owner.signed(url, None)), 404, "malformed")


def test_a_request_for_another_url(owner, order, stored):
    """Signed for the order, sent to newOrder."""
    refused(owner.send("POST", owner.directory["newOrder"], owner.signed(order, None)), 403, "unauthorized")
