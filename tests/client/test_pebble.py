"""The library against Pebble, the ACME project's test server, in its strict and its hardest settings."""

import functools
import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tegata.client import errors
from tegata.client.api import Client, EabCredential, Network
from tegata.pki import certs, keys
from tegata.pki.key_types import KeyType
from tegata.plugins.solvers.standalone import StandaloneSolver
from tegata.plugins.solvers.webroot import WebrootSolver
from tests.peers.pebble import Pebble

NAMES = ("one.example.com", "two.example.com", "three.example.com")
# Names without an authorization yet: told never to reuse one, Pebble still does now and then.
OTHERS = ("four.example.com", "five.example.com", "six.example.com")
KEY = keys.generate(KeyType.EC256)
CERTIFICATE_KEY = keys.generate(KeyType.RSA2048)


@contextmanager
def client_of(pebble: Pebble, key: keys.PrivateKey = KEY) -> Iterator[Client]:
    with Client(pebble.directory_url, key, network=Network(roots=(pebble.ca_file,))) as client:
        yield client


@contextmanager
def web_server(directory: Path, port: int) -> Iterator[None]:
    """Somebody's web server that runs already."""

    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Say nothing."""

    class Server(http.server.ThreadingHTTPServer):
        request_queue_size = 64  # Pebble asks three times for each name, all at once

    with Server(("", port), functools.partial(Handler, directory=str(directory))) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield
        server.shutdown()


@pytest.mark.peer("pebble", "pebble-challtestsrv")
def test_three_names_while_nine_nonces_of_ten_are_refused(tmp_path: Path):
    """A-20: Pebble's 90 %, and with it every request of an account, an order and a revocation."""
    with Pebble(tmp_path, nonce_reject=90) as pebble, client_of(pebble) as client:
        registration = client.register(contacts=["a@example.com"], terms_agreed=True)
        assert client.read_account().url == registration.url
        solver = StandaloneSolver(f":{pebble.http_port}")
        issued = client.obtain(NAMES, CERTIFICATE_KEY, solvers={"http-01": solver})
        leaf = certs.load_chain(issued.chain_pem)[0]
        assert set(certs.names_of(leaf)) == set(NAMES)
        client.revoke(leaf, 5)
        status = pebble.status(leaf.serial_number)
        assert (status["Status"], str(status["Reason"])) == ("Revoked", "5")
        with pytest.raises(errors.AlreadyRevoked):
            client.revoke(leaf, 5)


@pytest.mark.peer("pebble", "pebble-challtestsrv")
def test_webroot_eab_and_what_goes_wrong(tmp_path: Path):
    with Pebble(tmp_path / "pebble", eab=True, nonce_reject=20) as pebble, client_of(pebble) as client:
        with pytest.raises(errors.EabRequired):
            client.register(contacts=[], terms_agreed=True)
        wrong = EabCredential.parse(pebble.eab_kid, "A" * 64)
        unknown = EabCredential.parse("kid-99", pebble.eab_mac)
        for credential in (wrong, unknown):
            with pytest.raises(errors.WrongEab):
                client.register(contacts=[], terms_agreed=True, eab=credential)
        assert client.find_account() is None
        credential = EabCredential.parse(pebble.eab_kid, pebble.eab_mac)
        registration = client.register(contacts=["a@example.com"], terms_agreed=True, eab=credential)
        with client_of(pebble) as later:
            found = later.find_account()
            assert found is not None
            assert found.url == registration.url

        root = tmp_path / "web"
        root.mkdir()
        solvers = {"http-01": WebrootSolver(root)}
        with web_server(root, pebble.http_port):
            issued = client.obtain(NAMES, CERTIFICATE_KEY, solvers=solvers)
        leaf = certs.load_chain(issued.chain_pem)[0]
        client.revoke(leaf, with_key=CERTIFICATE_KEY)
        assert pebble.status(leaf.serial_number)["Status"] == "Revoked"

        with pytest.raises(errors.ValidationFailed) as caught:
            client.obtain(OTHERS, CERTIFICATE_KEY, solvers=solvers)
        assert {name for name, _ in caught.value.failures} == set(OTHERS)
        with pytest.raises(errors.NoSolver):
            client.obtain(["*.example.com"], CERTIFICATE_KEY, solvers=solvers)
        assert [path for path in root.rglob("*") if path.is_file()] == []
