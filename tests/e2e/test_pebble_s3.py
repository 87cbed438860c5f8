"""http-01 by a bucket, from the command line to Pebble: a web server sends the CA to the bucket, or asks it itself."""

import http.server
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from tests.e2e.certificates import crt, names_of
from tests.e2e.pebble_words import account, names
from tests.peers.pebble import Pebble
from tests.peers.ports import free_port
from tests.peers.tegata import Tegata

NAMES = ["s3a.example.com", "s3b.example.com"]
BUCKET = "challenges"


@pytest.fixture
def tegata(tegata: Tegata, pebble: Pebble) -> Tegata:
    return tegata.trusting(pebble.ca_file)


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    moto.start()
    host, port = moto.get_host_and_port()
    url = f"http://{host}:{port}"
    client(url).create_bucket(Bucket=BUCKET)
    yield url
    moto.stop()


def client(endpoint: str) -> Any:
    words = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "us-east-1"}
    return boto3.client("s3", endpoint_url=endpoint, **words)


def environment(endpoint: str) -> dict[str, str]:
    keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "topsecret", "AWS_REGION": "us-east-1"}
    return {**keys, "AWS_ENDPOINT_URL": endpoint}


@contextmanager
def web_server(port: int, endpoint: str, *, redirects: bool, asked: list[str]) -> Iterator[None]:
    class Respond(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = f"{endpoint}/{BUCKET}{self.path}"
            asked.append(self.path)
            if redirects:
                self.send_response(302)
                self.send_header("Location", url)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            try:
                with urllib.request.urlopen(url, timeout=60) as answer:
                    body, status = answer.read(), 200
            except urllib.error.HTTPError as error:
                body, status = b"", error.code
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    class Server(http.server.ThreadingHTTPServer):
        request_queue_size = 64  # Pebble asks three times for each name, all at once

    with Server(("127.0.0.1", port), Respond) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield
        server.shutdown()


@pytest.mark.parametrize("redirects", [True, False], ids=["redirected", "proxied"])
def test_the_ca_reads_from_the_bucket(tegata: Tegata, pebble: Pebble, endpoint: str, redirects: bool) -> None:
    """What is put there is found by the CA, and nothing is left; the credentials are said nowhere."""
    asked: list[str] = []
    words = [*account(pebble), *names(*NAMES), "--http", "--http.s3-bucket", BUCKET, "-a", "run"]
    with web_server(pebble.http_port, endpoint, redirects=redirects, asked=asked):
        done = tegata.run(*words, env=environment(endpoint)).check()
    assert names_of(crt(tegata.path, NAMES[0])) == set(NAMES)
    assert len(set(asked)) == 2
    assert "Contents" not in client(endpoint).list_objects_v2(Bucket=BUCKET)
    assert "topsecret" not in done.output


def test_nothing_is_left_where_the_ca_refuses(tegata: Tegata, pebble: Pebble, endpoint: str) -> None:
    """Nobody serves the bucket."""
    words = [*account(pebble), *names("s3c.example.com"), "--http", "--http.s3-bucket", BUCKET, "-a", "run"]
    assert tegata.run(*words, env=environment(endpoint)).code == 1
    assert "Contents" not in client(endpoint).list_objects_v2(Bucket=BUCKET)


def test_which_way_wins(tegata: Tegata, pebble: Pebble, endpoint: str, tmp_path: Path) -> None:
    """As lego: a web root before memcached, that before the bucket, that before a listener."""
    root = tmp_path / "www"
    root.mkdir()
    line = [*account(pebble), *names("s3d.example.com"), "--http", "-a", "run", "--http.port", f":{pebble.http_port}"]
    s3 = ["--http.s3-bucket", "there-is-none"]
    memcached = ["--http.memcached-host", f"127.0.0.1:{free_port()}"]
    for ways, told in (
        ([*s3, *memcached, "--http.webroot", str(root)], "s3d.example.com"),  # asked for on nobody's port
        ([*s3, *memcached], "memcached"),
        (s3, "NoSuchBucket"),
    ):
        done = tegata.run(*line, *ways, env={**environment(endpoint), "TEGATA_LANG": "en"})
        assert done.code == 1
        assert told in done.stderr
    assert (root / ".well-known" / "acme-challenge").is_dir()


def test_variables_of_the_configuration_file(tegata: Tegata, pebble: Pebble, endpoint: str) -> None:
    """A certificate's envFile holds the bucket's credentials."""
    (tegata.directory / "s3.env").write_text(
        "".join(f"{name}={value}\n" for name, value in environment(endpoint).items())
    )
    (tegata.directory / ".lego.yml").write_text(
        f"servers: {{ca: {{url: '{pebble.directory_url}'}}}}\n"
        "accounts: {main: {server: ca, acceptsTermsOfService: true}}\n"
        f"challenges: {{s3: {{http: {{s3Bucket: {BUCKET}}}}}}}\n"
        "certificates: {s3e.example.com: {domains: [s3e.example.com], envFile: s3.env}}\n"
    )
    with web_server(pebble.http_port, endpoint, redirects=False, asked=[]):
        tegata.run().check()
    assert "Contents" not in client(endpoint).list_objects_v2(Bucket=BUCKET)
