"""http-01 by a bucket: moto's S3 server on this machine, and what can be wrong."""

import os
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator

import boto3
import pytest
from moto.server import ThreadedMotoServer

from tegata.plugin_api.solver import Presentation, Solver
from tegata.plugins.solvers.s3 import S3Failed, S3NotInstalled, S3Solver

TOKEN = "t" * 22
SHOWN = Presentation("a.example", "http-01", TOKEN, f"{TOKEN}.thumb-print_1")


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The end point's URL."""
    moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    moto.start()
    host, port = moto.get_host_and_port()
    yield f"http://{host}:{port}"
    moto.stop()


@pytest.fixture
def endpoint(server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The same, in the environment as boto3 looks for it, with credentials that nobody checks."""
    for name in ("HTTP_PROXY", "http_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ENDPOINT_URL", server)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "topsecret")
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    return server


def fetch(endpoint: str) -> bytes | None:
    """What anybody gets who asks for the challenge's path."""
    try:
        with urllib.request.urlopen(f"{endpoint}/bucket/.well-known/acme-challenge/{TOKEN}", timeout=60) as answer:
            content: bytes = answer.read()
            return content
    except urllib.error.HTTPError as error:
        error.close()
        return None


def test_anybody_can_read_it_until_it_is_gone(endpoint: str) -> None:
    """Under the path that the CA asks for."""
    boto3.client("s3").create_bucket(Bucket="bucket")
    solver: Solver = S3Solver("bucket", os.environ)
    solver.present(SHOWN)
    assert fetch(endpoint) == SHOWN.key_authorization.encode()
    solver.cleanup(SHOWN)
    assert fetch(endpoint) is None
    solver.cleanup(SHOWN)


def test_variables_of_one_certificate(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of variables counts for its certificate, whatever this process's environment says; a region by lego's."""
    boto3.client("s3").create_bucket(Bucket="own")
    own = {name: os.environ[name] for name in ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")}
    for name in ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name)
    solver = S3Solver("own", {**own, "AWS_REGION": "eu-west-1"})
    assert solver._client.meta.region_name == "eu-west-1"
    solver.present(SHOWN)
    solver.cleanup(SHOWN)


def test_a_bucket_that_there_is_not(endpoint: str) -> None:
    """What the service says is told, the credentials are not."""
    with pytest.raises(S3Failed) as caught:
        S3Solver("nothing", os.environ).present(SHOWN)
    assert caught.value.facts["bucket"] == "nothing"
    assert "NoSuchBucket" in str(caught.value.facts["reason"])
    assert "topsecret" not in str(caught.value.facts)


def test_a_service_that_is_down(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Presenting and cleaning up say so."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    solver = S3Solver("bucket", os.environ)
    with pytest.raises(S3Failed):
        solver.present(SHOWN)
    with pytest.raises(S3Failed):
        solver.cleanup(SHOWN)


def test_without_boto3(monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra is named before anything is ordered."""
    monkeypatch.setitem(sys.modules, "boto3", None)
    with pytest.raises(S3NotInstalled):
        S3Solver("bucket", os.environ)
