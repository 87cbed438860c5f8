"""Where requests to a server are made, right ones and wrong ones: every part of a signed request can be another.

Knows how to get a nonce, an account and a signature; what a server should answer is the checks' matter.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tegata.acme import b64, codec, eab, jwk, jws
from tegata.acme.problems import PREFIX
from tegata.acme.wire import Headers, Request, Response
from tegata.client.exchange import Transport
from tegata.client.session import Session
from tegata.clock import Clock
from tegata.conformance.answers import document, has_status, is_refusal, problem, said
from tegata.conformance.check import NotPossible, expect
from tegata.errors import TegataError
from tegata.pki.key_types import KeyType
from tegata.pki.keys import PrivateKey, generate
from tegata.plugin_api.solver import Solver

if TYPE_CHECKING:
    from tegata.conformance.walk import Issued

# A signed body, ready to be sent; what changes it makes it wrong.
Body = dict[str, object]
Change = Callable[[Body], Mapping[str, object]]

# As often a fresh nonce may be refused before a server counts as one without nonces; Pebble refuses some on purpose.
NONCE_TRIES = 50
TOO_MANY_REQUESTS = 429


@dataclass(frozen=True)
class Means:
    """What the checks may use beside the server's URL."""

    binding: tuple[str, bytes] | None = None
    """KID and MAC key, for a server that wants an external account binding."""
    terms_agreed: bool = False
    """Whether a human agreed to the server's terms of service."""
    names: tuple[str, ...] = ()
    """Names that the server would issue for."""
    solvers: Mapping[str, Solver] = field(default_factory=dict)
    """How they can be proved, by type of challenge."""
    key_type: KeyType = KeyType.RSA2048
    """Of the certificates' keys."""
    patience: float = 120.0
    """Seconds that an order or a challenge may stay at work."""


class Bench:
    """One server."""

    def __init__(self, directory_url: str, transport: Transport, clock: Clock, means: Means) -> None:
        self.directory_url = directory_url
        self.clock = clock
        self.means = means
        self.certificate: Issued | TegataError | None = None
        """The certificate that checks share, or why there is none; None until one is asked for."""
        self.refusals: list[Response] = []
        """What has been refused so far, in the order in which it came."""
        self._transport = transport
        self._urls = Session(directory_url, generate(KeyType.EC256))

    @cached_property
    def directory(self) -> dict[str, Any]:
        """The directory, once it has been read; raises Differs where it is none."""
        return document(self.send("GET", self.directory_url))

    @property
    def meta(self) -> dict[str, Any]:
        """The directory's ``meta``; empty where there is none."""
        meta = self.directory.get("meta")
        return meta if isinstance(meta, dict) else {}

    @cached_property
    def account(self) -> "Account":
        """An account that checks may use, but not change or end."""
        return self.new_account()

    @cached_property
    def stranger(self) -> "Account":
        """An account that owns nothing."""
        return self.new_account()

    def url(self, resource: str) -> str:
        """A resource's URL by the directory; raises NotPossible where it does not name one."""
        url = self.directory.get(resource)
        if not isinstance(url, str):
            raise NotPossible(reason=f"the directory has no {resource}")
        return url

    def names(self) -> Sequence[str]:
        """The names to order for; raises NotPossible where none was given."""
        if not self.means.names:
            raise NotPossible(reason="no name to order for was given (-d)")
        return self.means.names

    def send(self, method: str, url: str, body: bytes = b"", headers: dict[str, str] | None = None) -> Response:
        """Any request. Raises what the transport does, and NotPossible where the server says that it is too much."""
        request = Request(method, self._urls.check_url(url), Headers(headers or {}), body)
        answer = self._transport.send(request, codec.RESPONSE_LIMIT)
        if is_refusal(answer):
            self.refusals.append(answer)
        if answer.status == TOO_MANY_REQUESTS:
            raise NotPossible(reason=f"the server limits requests: {said(answer)}")
        return answer

    def nonce(self) -> str:
        """A fresh nonce; raises Differs where there is none."""
        answer = self.send("HEAD", self.url("newNonce"))
        nonce = answer.headers.get("Replay-Nonce")
        expect("a Replay-Nonce from newNonce", said(answer), holds=bool(nonce))
        return nonce or ""

    def sign(
        self, key: PrivateKey, url: str, payload: object, kid: str | None, /, without: str = "", **members: object
    ) -> Body:
        """A flattened JWS; ``members`` stand in the header in place of the right ones, ``without`` is not in it.

        ``payload`` None is a POST-as-GET; without ``kid`` the key is sent along.
        """
        header: dict[str, object] = {"alg": jws.algorithm_for(key.public_key()), "url": url}
        header["nonce"] = members.pop("nonce", None) or self.nonce()
        header.update({"kid": kid} if kid else {"jwk": jwk.from_public(key.public_key())})
        header.update(members)
        header.pop(without, None)
        protected = b64.encode(codec.encode(header))
        text = "" if payload is None else b64.encode(codec.encode(payload))
        signature = jws.signature(key, f"{protected}.{text}".encode("ascii"))
        return {"protected": protected, "payload": text, "signature": b64.encode(signature)}

    def post(
        self,
        key: PrivateKey,
        url: str,
        payload: object,
        kid: str | None = None,
        /,
        *,
        change: Change = dict,
        content_type: str = jws.CONTENT_TYPE,
        accept: str = "",
        **members: Any,  # noqa: ANN401 - members of the header, whatever they are, and ``without``
    ) -> Response:
        """Sign, change, send; where a fresh nonce is refused, again with another, unless the nonce was the check's."""
        headers = {"Content-Type": content_type, **({"Accept": accept} if accept else {})}
        is_about_nonces = "nonce" in members or members.get("without") == "nonce"
        for _ in range(NONCE_TRIES):
            body = codec.encode(change(self.sign(key, url, payload, kid, **members)))
            answer = self.send("POST", url, body, headers)
            if is_about_nonces or problem(answer).type != f"{PREFIX}badNonce":
                break
        return answer

    def registration(self, key: PrivateKey, **members: object) -> dict[str, object]:
        """The payload of a newAccount that the server should take."""
        payload: dict[str, object] = {"termsOfServiceAgreed": True}
        if self.means.binding:
            kid, mac = self.means.binding
            payload["externalAccountBinding"] = eab.bind(
                jwk.from_public(key.public_key()), kid, mac, self.url("newAccount")
            )
        return {**payload, **members}

    def register(self, key: PrivateKey, payload: Mapping[str, object] | None = None) -> Response:
        """The answer to a newAccount for this key, with a right payload or another."""
        if self.meta.get("externalAccountRequired") is True and self.means.binding is None:
            raise NotPossible(reason="the server wants an external account binding (--kid, --hmac)")
        if "termsOfService" in self.meta and not self.means.terms_agreed:
            raise NotPossible(
                reason=f"the server has terms to be agreed to (--accept-tos): {self.meta['termsOfService']}"
            )
        return self.post(key, self.url("newAccount"), self.registration(key) if payload is None else payload)

    def new_account(self, **members: object) -> "Account":
        """A new account of its own key; raises Differs where the server does not make it."""
        key = generate(KeyType.EC256)
        answer = self.register(key, self.registration(key, **members))
        has_status(answer, 201)
        return Account(self, key, answer.headers.get("Location") or "", answer)


class Account:
    """An account at the server, and requests signed for it."""

    def __init__(self, bench: Bench, key: PrivateKey, url: str, answer: Response) -> None:
        self.bench = bench
        self.key = key
        self.url = url
        self.answer = answer
        """What newAccount answered."""

    @property
    def thumbprint(self) -> str:
        """Of its key (RFC 7638)."""
        return jwk.thumbprint(jwk.from_public(self.key.public_key()))

    def post(self, url: str, payload: object, /, **others: Any) -> Response:  # noqa: ANN401 - as Bench.post's
        """A signed request; None is a POST-as-GET. ``others`` as ``Bench.post`` takes them."""
        return self.bench.post(self.key, url, payload, self.url, **others)

    def read(self, url: str) -> dict[str, Any]:
        """The document at a URL; raises Differs where there is none."""
        return document(self.post(url, None))
