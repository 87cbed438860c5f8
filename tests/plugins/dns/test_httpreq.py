"""The provider ``httpreq``: lego's requests to a real service, and what comes of its answers."""

from collections import defaultdict
from pathlib import Path

import pytest

from tegata.plugin_api.dns import BadSetting, MissingSettings, ProviderRefused, ProviderUnreachable
from tegata.plugin_api.registry import load
from tegata.plugins.dns import _http
from tegata.plugins.dns.httpreq import HttpReqProvider
from tegata.testing.providers import check, record, surroundings
from tests.client.https_peer import Answer, https_peer
from tests.peers.ports import free_port
from tests.plugins.dns.web import Asked, Service

VALUE = "1fCS1lh6WLuBWbvkmdEhdymEvTR8MuI63XqlRVleM9Q"


def provider(url: str, **variables: str) -> HttpReqProvider:
    return HttpReqProvider(surroundings("httpreq", {"HTTPREQ_ENDPOINT": url, **variables}))


def test_it_is_found_by_its_code():
    assert load("dns", "httpreq") is HttpReqProvider


def test_the_requests():
    """lego's paths under the endpoint's own, its JSON, and no credentials unless both are given."""
    with Service(lambda _: 204) as service:
        provider(f"{service.url}/dns/", HTTPREQ_USERNAME="u").add(record(VALUE))
        provider(service.url, HTTPREQ_PASSWORD="p").remove(record(VALUE))
    first, second = service.asked
    assert (first.method, first.path) == ("POST", "/dns/present")
    assert first.body == {"fqdn": "_acme-challenge.www.example.com.", "value": VALUE}
    assert first.headers["content-type"] == first.headers["accept"] == "application/json"
    assert "authorization" not in {*first.headers, *second.headers}
    assert (second.method, second.path, second.body) == ("POST", "/cleanup", first.body)


def test_raw_mode_and_credentials():
    with Service(lambda _: (200, b"not JSON")) as service:
        asking = provider(service.url, HTTPREQ_MODE="RAW", HTTPREQ_USERNAME="u", HTTPREQ_PASSWORD="p")
        asking.add(record(VALUE))
    assert service.asked[0].body == {
        "domain": "www.example.com",
        "token": "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ",
        "keyAuth": "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ.key",
    }
    assert service.asked[0].headers["authorization"] == "Basic dTpw"


@pytest.mark.parametrize("status", [302, 400, 401, 500])
def test_a_refusal_says_what_was_answered(status: int):
    """At most the start of it, escapes made visible; the endpoint's own credentials are not told."""
    with Service(lambda _: (status, b"\x1b[2Jno such zone" + b"!" * 1000)) as service:
        url = service.url.replace("//", "//user:s3cret@")
        with pytest.raises(ProviderRefused) as caught:
            provider(url).add(record(VALUE))
    facts = caught.value.facts
    assert facts["status"] == status
    assert facts["url"] == f"{service.url}/present"
    assert str(facts["answer"]).startswith("\\x1b[2Jno such zone!")
    assert len(str(facts["answer"])) < 250


def test_a_giant_answer(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(_http, "ANSWER_LIMIT", 100_000)
    with Service(lambda _: (200, b"x" * 100_001)) as service, pytest.raises(ProviderUnreachable) as caught:
        provider(service.url).add(record(VALUE))
    assert caught.value.facts["reason"] == "the answer is too long"


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_roots_that_cannot_be_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: str | None):
    """Told as the service's trouble, not as the program's."""
    roots = tmp_path / "roots.pem"
    if content:
        roots.write_text(content)
    monkeypatch.setenv("SSL_CERT_FILE", str(roots))
    with pytest.raises(ProviderUnreachable) as caught:
        provider(f"https://127.0.0.1:{free_port()}").add(record(VALUE))
    assert "SSL_CERT_FILE" in str(caught.value.facts["reason"])


def test_a_service_by_tls_must_be_who_it_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """By the roots that are trusted, and no other: its credentials go to nobody else."""
    with https_peer(tmp_path) as peer:
        peer.answers = lambda _asked: Answer(200)
        there = provider(peer.url, HTTPREQ_USERNAME="u", HTTPREQ_PASSWORD="s3cret")
        with pytest.raises(ProviderUnreachable):
            there.add(record(VALUE))
        assert peer.asked == []
        monkeypatch.setenv("SSL_CERT_FILE", str(peer.root))
        provider(peer.url).add(record(VALUE))
        assert [asked.path for asked in peer.asked] == ["/present"]


def test_nobody_answers():
    with pytest.raises(ProviderUnreachable):
        provider(f"http://127.0.0.1:{free_port()}").add(record(VALUE))


@pytest.mark.parametrize("url", ["example.com", "ftp://example.com/", "http://", "http://[::1", "http://a:99999/"])
def test_what_is_no_endpoint(url: str):
    with pytest.raises(BadSetting) as caught:
        provider(url)
    assert caught.value.facts["variable"] == "HTTPREQ_ENDPOINT"


def test_without_an_endpoint():
    with pytest.raises(MissingSettings) as caught:
        HttpReqProvider(surroundings("httpreq", {}))
    assert caught.value.facts["names"] == "HTTPREQ_ENDPOINT"


def test_it_conforms():
    """With a service that keeps the values of each name."""
    values: dict[str, set[str]] = defaultdict(set)

    def answer(asked: Asked) -> int:
        at = values[asked.body["fqdn"]]
        (at.add if asked.path == "/present" else at.discard)(asked.body["value"])
        return 200

    with Service(answer) as service:
        check(provider(service.url), lambda name: values[name])
