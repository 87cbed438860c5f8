"""An ACME client for generated requests over real connections: it signs whatever payload it is told to, and remembers
every URL that it was ever given. What must hold of every answer is looked at here.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

from tegata.acme import eab, jwk
from tegata.acme.problems import PREFIX
from tests.ca.api.asgi import flattened
from tests.fuzz.service import Answer, Service

JOSE = (b"Content-Type", b"application/jose+json")


@dataclass
class Actor:
    """One key, an account once it has one, and what it has seen; ``url`` is the CA's base."""

    service: Service
    key: EllipticCurvePrivateKey
    kid: str | None = None
    seen: list[str] = field(default_factory=list)
    """The CA's URLs, in the order in which they were told."""
    chains: list[bytes] = field(default_factory=list)
    """Certificates that were downloaded."""
    _nonce: str = ""

    @property
    def url(self) -> str:
        return self.service.ca.url

    def register(self, kid: str, mac: str) -> None:
        """A new account by an EAB, or the account that the key has."""
        url = f"{self.url}/acme/new-account"
        binding = eab.bind(jwk.from_public(self.key.public_key()), kid, eab.decode_mac(mac), url)
        bound = {name: getattr(binding, name) for name in ("protected", "payload", "signature")}
        self.kid = None
        answer = self.post(url, {"termsOfServiceAgreed": True, "externalAccountBinding": bound})
        assert answer.status in (200, 201), answer
        self.kid = answer.header("location")

    def post(self, url: str, payload: Any = None) -> Answer:
        """A signed request with this payload; none is a POST-as-GET."""
        return self.sign_and_send(url, b"" if payload is None else json.dumps(payload).encode(), {})

    def sign_and_send(self, url: str, payload: bytes, header: Mapping[str, Any]) -> Answer:
        """A request with these very octets signed; ``header`` changes its header, None takes a member away."""
        public = jwk.from_public(self.key.public_key())
        sender: dict[str, Any] = {"jwk": public} if self.kid is None else {"kid": self.kid}
        whole = {"alg": "ES256", "nonce": self.nonce(), "url": url, **sender} | dict(header)
        protected = {name: value for name, value in whole.items() if value is not None}
        return self.send(url, json.dumps(flattened(self.key, protected, payload)).encode())

    def send(self, url: str, body: bytes) -> Answer:
        """A body as it is, at a URL of the CA's."""
        target = url.removeprefix(self.url).encode("utf-8", "surrogatepass")
        answer = self.service.acme.ask("POST", target, (JOSE,), body)
        self._nonce = answer.header("replay-nonce")
        assert self._nonce or not target.startswith(b"/acme"), answer
        self._learn(answer)
        return answer

    def nonce(self) -> str:
        """A nonce that is good."""
        if not self._nonce:
            self._nonce = self.service.acme.ask("HEAD", b"/acme/new-nonce").header("replay-nonce")
        nonce, self._nonce = self._nonce, ""
        return nonce

    def _learn(self, answer: Answer) -> None:
        """Keep each URL; an answer that refuses is a problem document, whole."""
        if answer.header("content-type").startswith("application/pem"):
            self.chains.append(answer.body)
            return
        document = json.loads(answer.body or b"{}")
        if answer.status >= 400:
            assert answer.header("content-type") == "application/problem+json", answer
            assert document["type"].startswith(PREFIX), answer
            assert document["reference"].startswith("T-"), answer
            return
        told = [answer.header("location")]
        _walk(document, told.append)
        self.seen += [text for text in told if text.startswith(f"{self.url}/acme/") and text not in self.seen]


def _walk(value: Any, tell: Callable[[str], None]) -> None:
    """Tell every text in a JSON value."""
    if isinstance(value, str):
        tell(value)
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _walk(inner, tell)
