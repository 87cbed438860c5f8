"""What Prometheus reads from a CA: counted as it happened, on a listener of its own, and only where one is set."""

import re
import urllib.error

import pytest

from tests.e2e.customer import first_run
from tests.peers.ca import TegataCA
from tests.peers.ports import free_port

pytestmark = pytest.mark.forked

NAME = "metrics.example.com"


@pytest.fixture
def listen():
    return f"127.0.0.1:{free_port()}"


@pytest.fixture
def ca(tmp_path, listen):
    with TegataCA(tmp_path / "ca") as server:
        settings = server.home / "settings.toml"
        text = settings.read_text("utf-8").replace('listen = ""\n\n[mail]', f'listen = "{listen}"\n\n[mail]')
        settings.write_text(text, "utf-8")
        server.restart()
        yield server


def series(ca, listen):
    """The value of each series."""
    text = ca.get(f"http://{listen}/metrics").decode()
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in text.splitlines() if line[0] != "#"}


def test_an_order_is_counted_from_the_request_to_the_signature(ca, listen, tegata):
    """And a scanner's path makes no series of its own; the page is on no public listener."""
    contract = ca.add_contract(NAME)
    tegata.trusting(ca.ca_file).run(*first_run(ca, contract, NAME)).check()
    with pytest.raises(urllib.error.HTTPError):
        ca.get(f"{ca.url}/acme/wp-login.php")
    found = series(ca, listen)
    assert found['tegata_requests_total{outcome="2xx",what="acme/new-order"}'] == 1
    assert found['tegata_requests_total{outcome="4xx",what="other"}'] == 1
    assert found['tegata_validations_total{outcome="proved",what="http-01"}'] == 1
    assert found['tegata_signatures_total{outcome="done",what="certificate"}'] == 1
    assert found['tegata_jobs_total{outcome="done",what="validate"}'] == 1
    assert found['tegata_signature_seconds_count{what="certificate"}'] == 1
    assert found["tegata_crl_number"] >= 1
    assert found["tegata_job_waiting_seconds"] == 0
    assert (found["tegata_problem_reports"], found["tegata_problem_report_due_timestamp_seconds"]) == (0, 0)
    assert not [name for name in found if re.search("wp-login", name)]
    for url in (f"{ca.url}/metrics", f"{ca.public_url}/metrics"):
        with pytest.raises(urllib.error.HTTPError):
            ca.get(url)
