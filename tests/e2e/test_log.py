"""A whole run's log: each line a JSON object that says when, what and about whom, and in none of them a secret."""

import json
import urllib.error
import urllib.parse
import urllib.request

import pytest

from tests.e2e.customer import first_run
from tests.peers.ca import TegataCA

NAME = "logged.example.com"


@pytest.fixture
def ca(tmp_path):
    with TegataCA(tmp_path / "ca") as server:
        settings = server.home / "settings.toml"
        settings.write_text(settings.read_text("utf-8").replace("requests = false", "requests = true"), "utf-8")
        server.restart()
        yield server


def entries(ca):
    """The lines of the running process, but for the one on standard output."""
    return [json.loads(line) for line in ca.process.text.splitlines() if not line.startswith("ready ")]


def test_every_line_of_a_run(ca, tegata):
    """A certificate, one that is refused, a wrong password, and the end."""
    contract = ca.add_contract(NAME)
    client = tegata.trusting(ca.ca_file)
    client.run(*first_run(ca, contract, NAME)).check()
    refused = client.run(*first_run(ca, contract, "other.example.com"))
    assert refused.code == 1
    password = "the customer's wrong password"
    form = urllib.parse.urlencode({"login": contract["user"]["login"], "password": password}).encode()
    with pytest.raises(urllib.error.HTTPError) as wrong:
        urllib.request.urlopen(f"{ca.portal_url}login", form, timeout=60, context=client_tls(ca))
    wrong.value.close()
    assert ca.stop() == 0

    found = entries(ca)
    for entry in found:
        assert {"timestamp", "level", "event", "logger"} <= entry.keys()
        assert entry["timestamp"].endswith("Z")
        assert entry["level"] in ("info", "warning")
    answered = [entry for entry in found if entry["event"] == "answered"]
    assert all(entry["reference"].startswith("T-") and entry["ms"] >= 0 for entry in answered)
    assert {"/acme/new-account", "/acme/new-order"} <= {entry["path"] for entry in answered if entry["status"] == 201}
    [account] = {entry["account"] for entry in found if "account" in entry}
    finalized = [entry for entry in answered if entry["path"].endswith("/finalize")]
    assert finalized
    assert [(one["account"], one["path"]) for one in finalized] == [
        (account, f"/acme/order/{one['order']}/finalize") for one in finalized
    ]
    assert finalized
    [refusal] = [entry for entry in found if entry["event"] == "refused"]
    assert refusal["reference"] in refused.stderr
    assert (refusal["account"], refusal["status"], refusal["path"]) == (account, 400, "/acme/new-order")

    text = ca.process.text
    secrets = [contract["eab"]["hmac"], contract["user"]["password"], password, "__Host-tegata"]
    for secret in secrets:
        assert secret not in text


def client_tls(ca):
    import ssl

    return ssl.create_default_context(cafile=str(ca.root_pem))
