"""A tiny ACME client for tests: signs what it is told to, well or badly, and calls the application without a network.

Built on the protocol core only; every part of a request can be overridden.
"""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any, cast

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from tegata.acme import b64, challenges, eab, jwk, jws
from tegata.acme.problems import PREFIX
from tegata.acme.wire import Headers, Response, links
from tegata.pki import csr
from tegata.pki.certs import load_chain
from tegata.pki.key_types import KeyType
from tegata.pki.keys import PrivateKey, generate

JOSE = ("content-type", "application/jose+json")
BASE = "https://127.0.0.1:8443"


async def call(app, method, target, *, headers=(), chunks=(b"",)) -> Response:
    """One HTTP request at the application, its body in these chunks."""
    path, _, query = target.partition("?")
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode("latin-1"),
        "query_string": query.encode(),
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in headers],
    }
    incoming = [
        {"type": "http.request", "body": chunk, "more_body": number < len(chunks)}
        for number, chunk in enumerate(chunks, 1)
    ]
    sent: list[dict[str, Any]] = []

    async def receive():
        return incoming.pop(0) if incoming else {"type": "http.disconnect"}

    async def send(message):
        sent.append(message)

    await app(scope, receive, send)
    if not sent:
        raise ConnectionError("the application sent no answer")
    start, *bodies = sent
    fields = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in start["headers"]]
    return Response(start["status"], Headers(fields), b"".join(body.get("body", b"") for body in bodies))


def flattened(key: PrivateKey, header: dict[str, Any] | bytes, payload: bytes) -> dict[str, str]:
    """The three members of a JWS with exactly this header, signed by the key's own algorithm."""
    protected = b64.encode(header if isinstance(header, bytes) else json.dumps(header).encode())
    text = b64.encode(payload)
    kinds = ((RSAPrivateKey, RSAKey), (Ed25519PrivateKey, OKPKey), (EllipticCurvePrivateKey, ECKey))
    own = next(kind.import_key(cast("Any", key)) for private, kind in kinds if isinstance(key, private))
    signature = JWSRegistry.algorithms[jws.algorithm_for(key.public_key())].sign(f"{protected}.{text}".encode(), own)
    return {"protected": protected, "payload": text, "signature": b64.encode(signature)}


@dataclass
class Client:
    """An ACME client at the application; ``kid`` is its account's URL once it has one."""

    app: Any
    key: PrivateKey = field(default_factory=lambda: generate(KeyType.EC256))
    kid: str | None = None
    language: str = "en"

    async def nonce(self) -> str:
        """A fresh nonce."""
        nonce = (await call(self.app, "HEAD", "/acme/new-nonce")).headers.get("Replay-Nonce")
        assert nonce is not None
        return nonce

    async def header(self, to: str, /, **changes: Any) -> dict[str, Any]:
        """The right protected header for a URL, with changes; None takes a member away."""
        public = self.key.public_key()
        sender = {"jwk": jwk.from_public(public)} if self.kid is None else {"kid": self.kid}
        header = {"alg": jws.algorithm_for(public), "nonce": await self.nonce(), "url": to, **sender, **changes}
        return {name: value for name, value in header.items() if value is not None}

    async def send(self, target: str, body: bytes, headers=(JOSE,)) -> Response:
        """A body as it is."""
        return await call(
            self.app, "POST", target, headers=[*headers, ("accept-language", self.language)], chunks=(body,)
        )

    async def post(self, target: str, payload: Any = None, **changes: Any) -> Response:
        """A signed request; no payload is a POST-as-GET. ``changes`` are to the protected header."""
        target = target.removeprefix(BASE)
        raw = b"" if payload is None else json.dumps(payload).encode()
        header = await self.header(BASE + target, **changes)
        return await self.send(target, json.dumps(flattened(self.key, header, raw)).encode())

    async def register(self, kid: str, mac: str, **more: Any) -> Response:
        """A new account by an EAB; its URL is kept."""
        url = f"{BASE}/acme/new-account"
        binding = eab.bind(jwk.from_public(self.key.public_key()), kid, eab.decode_mac(mac), url)
        bound = {name: getattr(binding, name) for name in ("protected", "payload", "signature")}
        payload = {"termsOfServiceAgreed": True, "externalAccountBinding": bound, **more}
        response = await self.post(url, payload)
        if response.status in (200, 201):
            self.kid = response.headers.get("Location")
        return response


def body(response: Response) -> Any:
    """The answer's JSON."""
    return json.loads(response.body)


def kind(response: Response) -> str:
    """The ACME error type of a problem document, after what every one of them must have was checked."""
    assert response.headers.get("Content-Type") == "application/problem+json"
    document = body(response)
    assert document["status"] == response.status
    assert document["reference"].startswith("T-")
    assert document["detail"].endswith(f" (reference {document['reference']})")
    problem: str = document["type"]
    assert problem.startswith(PREFIX)
    return problem.removeprefix(PREFIX)


async def prove(world, client, order):
    """Answer every challenge of an order, and wait until the CA has seen it."""
    thumbprint = jwk.thumbprint(jwk.from_public(client.key.public_key()))
    for url in order["authorizations"]:
        authorization = body(await client.post(url))
        challenge, *_ = authorization["challenges"]
        token = challenge["token"]
        world.site.answers[challenges.http01_path(token)] = challenges.key_authorization(token, thumbprint)
        response = await client.post(challenge["url"], {})
        assert ("up", url) in links(response)
        for _ in range(200):
            if body(await client.post(url))["status"] != "pending":
                break
            await asyncio.sleep(0.01)


async def issue(world, client, *names):
    """A certificate for these names: its URL and its chain."""
    response = await client.post("/acme/new-order", {"identifiers": [{"type": "dns", "value": name} for name in names]})
    assert response.status == 201, response.body
    await prove(world, client, body(response))
    der = csr.build(generate(KeyType.RSA2048), names, common_name=names[0])
    finished = await client.post(body(response)["finalize"], {"csr": b64.encode(der)})
    assert body(finished)["status"] == "valid", finished.body
    url = body(finished)["certificate"]
    return url, load_chain((await client.post(url)).body)
