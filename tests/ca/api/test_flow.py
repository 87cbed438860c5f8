"""The whole way of a certificate over the ACME interface, and what every answer on it must carry."""

import asyncio
import json
import time
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from tegata.acme import ari, b64, jwk
from tegata.acme.challenges import http01_path, key_authorization
from tegata.acme.wire import links
from tegata.pki import csr
from tegata.pki.certs import load_chain
from tegata.pki.key_types import KeyType
from tegata.pki.keys import generate
from tests.ca.api.asgi import BASE, Client, body, call, issue, kind, prove

pytestmark = pytest.mark.anyio


async def test_the_directory(world):
    """A-01: exactly what there is, all of it https, for anybody; no index link on itself (A-27, X-20, B-98)."""
    response = await call(world.app, "GET", "/acme/")
    directory = body(response)
    wanted = ["keyChange", "meta", "newAccount", "newAuthz", "newNonce", "newOrder", "renewalInfo", "revokeCert"]
    assert sorted(directory) == wanted
    assert all(url.startswith(BASE + "/acme/") for name, url in directory.items() if name != "meta")
    assert directory["meta"] == {
        "termsOfService": f"{BASE}/terms",
        "externalAccountRequired": True,
    }
    assert links(response) == []
    assert response.headers.get("Content-Type") == "application/json"


async def test_new_nonce(world):
    """A-19: HEAD 200, GET 204, both with a nonce that no cache keeps."""
    for method, status in (("HEAD", 200), ("GET", 204)):
        response = await call(world.app, method, "/acme/new-nonce")
        assert (response.status, response.headers.get("Cache-Control")) == (status, "no-store")
        assert len(b64.decode(response.headers.get("Replay-Nonce") or "")) >= 16
        assert ("index", f"{BASE}/acme/") in links(response)


async def test_directory_and_nonce_by_post_as_get(world):
    """RFC 8555 §6.3: both answer a signed read as well as GET; anything in its payload is refused."""
    client = Client(world.app)
    _, kid, mac = await world.contract()
    await client.register(kid, mac)
    directory = await client.post("/acme/", None)
    assert directory.body == (await call(world.app, "GET", "/acme/")).body
    nonce = await client.post("/acme/new-nonce", None)
    assert (nonce.status, nonce.headers.get("Cache-Control")) == (204, "no-store")
    assert nonce.headers.get("Replay-Nonce") != directory.headers.get("Replay-Nonce")
    assert (await client.post("/acme/", {})).status == 400


async def test_an_account_is_made_once(world):
    """A-33, A-35, A-39: 201, then 200 with the same URL; what the client sends beyond its fields is dropped."""
    client = Client(world.app)
    contract, kid, mac = await world.contract()
    first = await client.register(kid, mac, contact=["mailto:a@example.com"], orders="x", status="revoked", more=1)
    account = body(first)
    assert first.status == 201
    assert account["externalAccountBinding"]["protected"] == b64.encode(
        json.dumps({"alg": "HS256", "kid": kid, "url": f"{BASE}/acme/new-account"}, separators=(",", ":")).encode()
    )
    assert (account["status"], account["contact"]) == ("valid", ["mailto:a@example.com"])
    assert account["termsOfServiceAgreed"] is True
    assert account["tegata"]["contract"] == contract
    assert account["tegata"]["contractEnds"].endswith("Z")
    assert set(account["externalAccountBinding"]) == {"protected", "payload", "signature"}
    assert account["orders"].startswith(f"{BASE}/acme/orders/")
    assert not {"onlyReturnExisting", "more"} & set(account)
    url, client.kid = client.kid, None
    for payload in ({}, {"onlyReturnExisting": True}, {"contact": ["mailto:b@example.com"]}):
        again = await client.post("/acme/new-account", payload)
        assert (again.status, again.headers.get("Location")) == (200, url)
        assert body(again)["contact"] == ["mailto:a@example.com"]


async def test_a_certificate_from_order_to_download(world):
    """A-50, A-55, A-56, A-60, A-70, A-80, A-86: each object as RFC 8555 has it; challenges link up (A-27)."""
    client = await world.client("www.example.com", "www2.example.com")
    wanted = [{"type": "dns", "value": "www.example.com"}, {"type": "dns", "value": "www2.example.com"}]
    response = await client.post("/acme/new-order", {"identifiers": wanted})
    order = body(response)
    assert response.status == 201
    assert response.headers.get("Location").startswith(f"{BASE}/acme/order/")
    assert (order["status"], len(order["authorizations"])) == ("pending", 2)
    assert sorted(one["value"] for one in order["identifiers"]) == ["www.example.com", "www2.example.com"]
    assert order["expires"].endswith("Z")
    authorization = body(await client.post(order["authorizations"][0]))
    assert authorization["status"] == "pending"
    assert "wildcard" not in authorization
    assert authorization["expires"].endswith("Z")
    challenge, *_ = authorization["challenges"]
    assert (challenge["type"], challenge["status"]) == ("http-01", "pending")
    assert not {"error", "validated"} & set(challenge)
    assert len(b64.decode(challenge["token"])) >= 16

    key = generate(KeyType.RSA2048)
    der = csr.build(key, ["www.example.com", "www2.example.com"], common_name="www.example.com")
    early = await client.post(order["finalize"], {"csr": b64.encode(der)})
    await prove(world, client, order)
    authorization = body(await client.post(order["authorizations"][0]))
    assert authorization["status"] == "valid"
    assert authorization["expires"] > order["expires"]  # it is good for later orders too
    [proved] = authorization["challenges"]  # of the three (RFC 8555 §7.1.4)
    assert (proved["url"], proved["status"]) == (challenge["url"], "valid")
    assert proved["validated"].endswith("Z")
    assert body(await client.post(response.headers.get("Location")))["status"] == "ready"

    assert (early.status, kind(early)) == (403, "orderNotReady")
    finished = await client.post(order["finalize"], {"csr": b64.encode(der)})
    assert (finished.status, body(finished)["status"]) == (200, "valid")
    assert finished.headers.get("Location") == response.headers.get("Location")
    assert body(finished)["authorizations"] == order["authorizations"]
    download = await client.post(body(finished)["certificate"])
    assert download.headers.get("Content-Type") == "application/pem-certificate-chain"
    assert b"\r" not in download.body
    leaf, issuer = load_chain(download.body)
    leaf.verify_directly_issued_by(issuer)
    assert leaf.public_key() == key.public_key()


async def test_a_node_whose_clock_is_wrong(world):
    """B-03: it changes nothing, and says when to come again; the directory is there, and others may be right."""
    client = await world.client()
    world.ca.clocks.ahead = timedelta(seconds=90)
    refused = await client.post("/acme/new-order", {"identifiers": [{"type": "dns", "value": "www.example.com"}]})
    assert (refused.status, refused.headers.get("Retry-After")) == (503, "2")
    assert (await call(world.app, "GET", "/acme/")).status == 200
    world.ca.clocks.ahead = timedelta(seconds=-1)
    again = await client.post("/acme/new-order", {"identifiers": [{"type": "dns", "value": "www.example.com"}]})
    assert again.status == 201


async def test_every_answer_carries_its_fields(world):
    """A-16, A-27, A-03: nonce, index and leave for browsers, in refusals too."""
    client = await world.client()
    answers = [
        await client.post(client.kid),
        await client.post("/acme/new-order", {"identifiers": []}),
        await client.post("/acme/order/none"),
        await client.post("/acme/nothing-here"),
        await client.send("/acme/new-order", b"{"),
    ]
    for answer in answers:
        assert len(b64.decode(answer.headers.get("Replay-Nonce"))) >= 16
        assert ("index", f"{BASE}/acme/") in links(answer)
        assert answer.headers.get("Access-Control-Allow-Origin") == "*"
        assert answer.headers.get("Access-Control-Expose-Headers") == "Replay-Nonce, Location, Link, Retry-After"
        assert answer.headers.get("Content-Length") == str(len(answer.body))


async def test_a_browser_may_ask_first(world):
    """A-03: the preflight of a signed request."""
    answer = await call(world.app, "OPTIONS", "/acme/new-account")
    assert (answer.status, answer.headers.get("Access-Control-Allow-Methods")) == (204, "POST, OPTIONS")
    assert answer.headers.get("Access-Control-Allow-Headers") == "Content-Type"


async def test_a_failed_validation_is_told_in_the_readers_language(world):
    """A-57, A-70: the challenge holds the reason, under one reference in either language; nothing was answered."""
    client = await world.client()
    order = body(await client.post("/acme/new-order", {"identifiers": [{"type": "dns", "value": "www.example.com"}]}))
    challenge, *_ = body(await client.post(order["authorizations"][0]))["challenges"]
    accepted = await client.post(challenge["url"], {})
    assert accepted.status == 200
    if body(accepted)["status"] == "processing":
        assert accepted.headers.get("Retry-After") == "1"
    for _ in range(200):
        authorization = body(await client.post(order["authorizations"][0]))
        if authorization["status"] == "invalid":
            break
        await asyncio.sleep(0.02)
    [failed] = authorization["challenges"]
    error = failed["error"]
    assert error["type"] == "urn:ietf:params:acme:error:incorrectResponse"
    assert error["detail"].endswith(f"(reference {error['reference']})")
    client.language = "ja"
    again = body(await client.post(order["authorizations"][0]))["challenges"][0]["error"]
    assert again["reference"] == error["reference"]
    assert again["detail"] != error["detail"]
    failed = body(await client.post(order["finalize"].removesuffix("/finalize")))
    assert failed["status"] == "invalid"
    assert failed["error"]["reference"] == error["reference"]


async def test_a_verdict_is_waited_for(world, monkeypatch):
    """A-60: whoever looks at once is answered when the verdict is there; saying it again then changes nothing."""
    monkeypatch.setattr("tegata.ca.api.authorizations.HOLD_SECONDS", 60)
    client = await world.client()
    order = body(await client.post("/acme/new-order", {"identifiers": [{"type": "dns", "value": "www.example.com"}]}))
    challenge, *_ = body(await client.post(order["authorizations"][0]))["challenges"]
    thumbprint = jwk.thumbprint(jwk.from_public(client.key.public_key()))
    world.site.answers[http01_path(challenge["token"])] = key_authorization(challenge["token"], thumbprint)
    assert (await client.post(challenge["url"], {})).status == 200
    assert body(await client.post(order["authorizations"][0]))["status"] == "valid"
    before = world.stored()
    again = await client.post(challenge["url"], {})
    assert (again.status, body(again)["status"]) == (200, "valid")
    assert world.stored() == before


async def test_a_slow_verdict_is_not_waited_for(world):
    """After half a second the answer is what is known, with the time to come again (A-61)."""
    client = await world.client()
    order = body(await client.post("/acme/new-order", {"identifiers": [{"type": "dns", "value": "www.example.com"}]}))
    challenge, *_ = body(await client.post(order["authorizations"][0]))["challenges"]
    with world.site.silent():
        await client.post(challenge["url"], {})
        started = time.monotonic()
        answer = await client.post(order["authorizations"][0])
        assert 0.4 < time.monotonic() - started < 8
        taken = await client.post(challenge["url"])
    assert (body(answer)["status"], answer.headers.get("Retry-After")) == ("pending", "1")
    assert (body(taken)["status"], taken.headers.get("Retry-After")) == ("processing", "1")
    assert "error" not in body(taken)


async def test_nothing_is_waited_for_that_is_not_under_way(world):
    """Who is to do something is not told to come again."""
    client = await world.client()
    made = await client.post("/acme/new-order", {"identifiers": [{"type": "dns", "value": "www.example.com"}]})
    [url] = body(made)["authorizations"]
    shown = await client.post(url)
    challenge = await client.post(body(shown)["challenges"][0]["url"])
    order = await client.post(made.headers.get("Location"))
    assert {one.headers.get("Retry-After") for one in (made, order, shown, challenge)} == {None}


async def test_reading_a_challenge_starts_nothing(world):
    """A-14: a POST-as-GET is a read; only a payload is the client's word."""
    client = await world.client()
    order = body(await client.post("/acme/new-order", {"identifiers": [{"type": "dns", "value": "www.example.com"}]}))
    challenge, *_ = body(await client.post(order["authorizations"][0]))["challenges"]
    before = world.stored()
    assert body(await client.post(challenge["url"]))["status"] == "pending"
    assert world.stored() == before


async def test_a_wildcard_is_said_to_be_one(world):
    """A-56, A-71: its authorization has the base name and the member, and only the DNS proves it."""
    client = await world.client(".example.net")
    order = body(await client.post("/acme/new-order", {"identifiers": [{"type": "dns", "value": "*.example.net"}]}))
    authorization = body(await client.post(order["authorizations"][0]))
    assert authorization["wildcard"] is True
    assert authorization["identifier"] == {"type": "dns", "value": "example.net"}
    assert {one["type"] for one in authorization["challenges"]} == {"dns-01"}


async def test_any_object_takes_a_challenge_up(world):
    """As clients of the drafts send it, with the key authorization in it."""
    client = await world.client()
    order = body(await client.post("/acme/new-order", {"identifiers": [{"type": "dns", "value": "www.example.com"}]}))
    challenge, *_ = body(await client.post(order["authorizations"][0]))["challenges"]
    taken = await client.post(challenge["url"], {"keyAuthorization": f"{challenge['token']}.x"})
    assert (taken.status, body(taken)["status"] != "pending") == (200, True)


async def test_revocation(world):
    """A-96, A-92, A-93, A-91: empty 200, then alreadyRevoked; a strange reason is refused with the allowed ones."""
    client = await world.client()
    _, (leaf, *_) = await issue(world, client, "www.example.com")
    certificate = b64.encode(leaf.public_bytes(Encoding.DER))
    refused = await client.post("/acme/revoke-cert", {"certificate": certificate, "reason": 6})
    assert kind(refused) == "badRevocationReason"
    assert "0, 1, 3, 4, 5" in body(refused)["detail"]
    done = await client.post("/acme/revoke-cert", {"certificate": certificate, "reason": 5})
    assert (done.status, done.body) == (200, b"")
    again = await client.post("/acme/revoke-cert", {"certificate": certificate})
    assert (again.status, kind(again)) == (400, "alreadyRevoked")
    other = b64.encode(world.ca.hierarchy.issuing.public_bytes(Encoding.DER))
    assert kind(await client.post("/acme/revoke-cert", {"certificate": other})) == "malformed"


async def test_revocation_by_the_certificates_key(world):
    """A-11, A-90: jwk in place of kid; another key may not."""
    client = await world.client()
    key = generate(KeyType.RSA2048)
    response = await client.post("/acme/new-order", {"identifiers": [{"type": "dns", "value": "www.example.com"}]})
    await prove(world, client, body(response))
    der = csr.build(key, ["www.example.com"], common_name=None)
    finished = await client.post(body(response)["finalize"], {"csr": b64.encode(der)})
    leaf = load_chain((await client.post(body(finished)["certificate"])).body)[0]
    payload = {"certificate": b64.encode(leaf.public_bytes(Encoding.DER)), "reason": 1}
    stranger = Client(world.app)
    assert kind(await stranger.post("/acme/revoke-cert", payload)) == "unauthorized"
    assert (await Client(world.app, key=key).post("/acme/revoke-cert", payload)).status == 200


async def test_renewal_info(world):
    """B-98, X-10, X-12: for anybody, with Retry-After; unknown 404, malformed 400."""
    client = await world.client()
    _, (leaf, *_) = await issue(world, client, "www.example.com")
    answer = await call(world.app, "GET", f"/acme/renewal-info/{ari.cert_id(leaf)}")
    window = body(answer)["suggestedWindow"]
    assert answer.status == 200
    assert window["start"] < window["end"]
    assert int(answer.headers.get("Retry-After") or 0) > 0
    unknown = ari.cert_id_of(b"\x01" * 20, leaf.serial_number)
    for certificate_id, status in ((unknown, 404), ("abc", 400), ("a.b.c", 400), ("%2e%2e", 400), ("=.=", 400)):
        answer = await call(world.app, "GET", f"/acme/renewal-info/{certificate_id}")
        assert (kind(answer), answer.status) == ("malformed", status)


async def test_an_order_says_what_it_replaces(world):
    """X-17: echoed; another order that replaces the same certificate gets 409 alreadyReplaced."""
    client = await world.client()
    _, (leaf, *_) = await issue(world, client, "www.example.com")
    wanted = {"identifiers": [{"type": "dns", "value": "www.example.com"}], "replaces": ari.cert_id(leaf)}
    first = await client.post("/acme/new-order", wanted)
    assert (first.status, body(first)["replaces"]) == (201, wanted["replaces"])
    second = await client.post("/acme/new-order", wanted)
    assert (kind(second), second.status) == ("alreadyReplaced", 409)


async def test_an_unforeseen_error_is_bare(world, monkeypatch):
    """A fault of ours is told by its reference only, and the next request is answered (S-19)."""

    async def broken(cert_id):
        raise RuntimeError("secret")

    monkeypatch.setattr(world.ca.certificates, "renewal_info", broken)
    answer = await call(world.app, "GET", "/acme/renewal-info/a.b")
    assert (kind(answer), answer.status) == ("serverInternal", 500)
    assert b"secret" not in answer.body
    assert (await call(world.app, "GET", "/acme/")).status == 200


async def test_an_authorization_before_any_order(world):
    """201 with its URL, as an order's; a name that cannot be had is 403, and so is a wildcard (A-64)."""
    client = await world.client("www.example.com", ".example.net")
    wanted = {"identifier": {"type": "dns", "value": "www.example.com"}}
    created = await client.post("/acme/new-authz", wanted)
    assert created.status == 201
    assert body(created)["status"] == "pending"
    assert body(await client.post(created.headers.get("Location"))) == body(created)
    for name in ("*.example.net", "www.example.org"):
        refusal = await client.post("/acme/new-authz", {"identifier": {"type": "dns", "value": name}})
        assert (refusal.status, kind(refusal)) == (403, "rejectedIdentifier")
        assert body(refusal)["subproblems"][0]["identifier"]["value"] == name
