"""What an OpenTelemetry collector gets from a CA: spans of requests, jobs, validations, signatures, and no secret."""

from collections.abc import Iterator

import pytest

from tests.e2e.customer import first_run
from tests.peers.ca import TegataCA
from tests.peers.collector import Collector

pytestmark = pytest.mark.forked

NAME = "traced.example.com"


@pytest.fixture
def collector() -> Iterator[Collector]:
    with Collector() as started:
        yield started


@pytest.fixture
def ca(tmp_path, collector):
    with TegataCA(tmp_path / "ca") as server:
        settings = server.home / "settings.toml"
        text = settings.read_text("utf-8").replace('endpoint = ""', f'endpoint = "{collector.endpoint}"')
        settings.write_text(text, "utf-8")
        server.restart()
        yield server


def test_an_order_from_the_request_to_the_signature(ca, collector, tegata):
    """All of it is there once the CA has ended; nothing in it says who the customer is or may do what."""
    contract = ca.add_contract(NAME)
    tegata.trusting(ca.ca_file).run(*first_run(ca, contract, NAME)).check()
    assert ca.stop() == 0
    outcomes = {span.name: span.attributes[0].value.string_value for span in collector.spans}
    assert outcomes["request acme/new-order"] == "2xx"
    assert outcomes["job validate"] == "done"
    assert outcomes["validation http-01"] == "proved"
    assert outcomes["signature certificate"] == "done"
    sent = b"".join(collector.raw)
    for secret in (contract["eab"]["hmac"], contract["eab"]["kid"], contract["user"]["login"], NAME):
        assert secret.encode() not in sent
