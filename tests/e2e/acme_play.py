"""A CA that answers on real TLS as the protocol wants it, but for the one answer that a test twists.

It believes every signature and validates nothing: here only its answers matter. What it was shown for a challenge is
read from the web root, at the moment when a CA would look.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from tegata.acme import b64
from tegata.pki import certs
from tests.client.https_peer import Answer, Asked, Peer, https_peer
from tests.pki import issued

TOKEN = "t" * 22
NAME = "www.example.com"


@dataclass
class Play:
    """``twists`` are by path, or by it without its last part: each gets the honest answer and gives the one sent."""

    peer: Peer
    webroot: Path
    twists: dict[str, Callable[[Answer], Answer]] = field(default_factory=dict)
    shown: list[str] = field(default_factory=list)
    chain: bytes = b""
    start: datetime = issued.START
    """When the life of its certificates begins: the beginning of 2026, unless a test wants one that is valid."""

    @property
    def directory_url(self) -> str:
        return self.url("/dir")

    def url(self, path: str) -> str:
        return self.peer.url + path

    def twist(self, path: str, **members: Any) -> None:
        """Other members in the JSON of this path's answer."""
        self.twists[path] = lambda honest: json_answer(
            {**json.loads(honest.body), **members}, honest.status, honest.headers
        )

    def answer(self, asked: Asked) -> Answer:
        """The honest answer, twisted if it is the one."""
        honest = self._honest(asked)
        honest.headers.setdefault("Replay-Nonce", f"bm9uY2U{len(self.peer.asked)}")
        twist = self.twists.get(asked.path) or self.twists.get(asked.path.rpartition("/")[0])
        return twist(honest) if twist else honest

    def _honest(self, asked: Asked) -> Answer:
        match asked.path.split("/")[1]:
            case "dir":
                return json_answer(
                    {
                        **{name: self.url(f"/{name}") for name in ("newNonce", "newAccount", "newOrder", "revokeCert")},
                        "renewalInfo": self.url("/ari"),
                        "meta": {"termsOfService": self.url("/terms")},
                    }
                )
            case "newAccount" | "account" as resource:
                status = 201 if resource == "newAccount" else 200
                return json_answer({"status": "valid"}, status, {"Location": self.url("/account/1")})
            case "newOrder":
                return self._order("pending", 201)
            case "order":
                return self._order("valid" if self.chain else "ready")
            case "authz":
                return self._authorization()
            case "chall":
                self.shown = [str(path.relative_to(self.webroot)) for path in self.webroot.rglob("*") if path.is_file()]
                return json_answer(self._challenge("processing"))
            case "finalize":
                return self._issue(asked)
            case "cert":
                return Answer(200, self.chain, {"Content-Type": "application/pem-certificate-chain"})
            case "ari":
                return json_answer(
                    {"suggestedWindow": {"start": "2020-01-01T00:00:00Z", "end": "2020-01-02T00:00:00Z"}}
                )
        return Answer(200, b"")  # newNonce

    def _order(self, status: str, code: int = 200) -> Answer:
        if code == 201:
            self.chain, self.shown = b"", []
        order = {
            "status": status,
            "identifiers": [{"type": "dns", "value": NAME}],
            "authorizations": [self.url("/authz/1")],
            "finalize": self.url("/finalize/1"),
            **({"certificate": self.url("/cert/1")} if self.chain else {}),
        }
        return json_answer(order, code, {"Location": self.url("/order/1")})

    def _challenge(self, status: str) -> dict[str, Any]:
        return {"type": "http-01", "url": self.url("/chall/1"), "status": status, "token": TOKEN}

    def _authorization(self) -> Answer:
        status = "valid" if self.shown else "pending"
        return json_answer(
            {
                "status": status,
                "identifier": {"type": "dns", "value": NAME},
                "challenges": [self._challenge(status)],
            }
        )

    def _issue(self, asked: Asked) -> Answer:
        request = json.loads(b64.decode(json.loads(asked.body)["payload"]))
        key = x509.load_der_x509_csr(b64.decode(request["csr"])).public_key()
        assert isinstance(key, RSAPublicKey)
        root = issued.root()
        self.chain = certs.to_pem([root.issue(key, (NAME,), start=self.start), root.certificate])
        return self._order("valid")


def json_answer(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Answer:
    """An answer of JSON."""
    return Answer(status, json.dumps(value).encode(), {"Content-Type": "application/json", **(headers or {})})


def endless(head: bytes, piece: bytes) -> Iterator[bytes]:
    """A head, and then the same piece for ever."""
    yield head
    while True:
        yield piece


@contextmanager
def acme_play(directory: Path) -> Iterator[Play]:
    """The CA on a free port; the web root is a new folder in ``directory``."""
    webroot = directory / "webroot"
    webroot.mkdir()
    with https_peer(directory) as peer:
        play = Play(peer, webroot)
        peer.answers = play.answer
        yield play
