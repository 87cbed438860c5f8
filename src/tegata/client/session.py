"""One account's conversation with one CA: which URLs it may use, its nonces, its signatures.

Pure: makes requests and reads headers of responses; sends nothing, waits for nothing.
"""

import re

from tegata.acme import jws
from tegata.acme.wire import Headers, Request, Response
from tegata.client import urls
from tegata.client.errors import ForeignUrl
from tegata.pki.keys import PrivateKey

# A nonce is text from outside: base64url, and shorter than any that a CA makes (RFC 8555 §6.5.1).
_NONCE = re.compile(r"[A-Za-z0-9_-]{1,512}")
_POOL_SIZE = 8


class Session:
    """URL rules, nonce pool and account key of one CA.

    ``kid`` is the account's URL once there is one. ``hosts`` are hosts that URLs may lead to beside the directory's.
    """

    def __init__(
        self, directory_url: str, key: PrivateKey, *, kid: str | None = None, hosts: frozenset[str] = frozenset()
    ) -> None:
        self.directory_url = directory_url
        self.key = key
        self.kid = kid
        self._hosts = frozenset(host.lower() for host in hosts)
        self._origin = urls.split(directory_url)
        self._nonces: list[str] = []

    def check_url(self, url: str) -> str:
        """The URL itself, if a request may go there; raises InsecureUrl (A-01, S-03) or ForeignUrl (S-10).

        A CA names URLs in its answers. Without the second rule, an evil one could send its clients into networks it
        cannot reach itself.
        """
        to = urls.split(url)
        if to.authority != self._origin.authority and to.host not in self._hosts:
            raise ForeignUrl(url=url, origin=f"https://{self._origin.authority}")
        return url

    def sign(self, url: str, payload: bytes | None, nonce: str, *, with_key: PrivateKey | None = None) -> Request:
        """A signed POST; without a payload, a POST-as-GET (RFC 8555 §6.2, §6.3).

        It is signed for the account. Before there is one, and with ``with_key``, the key itself is sent along instead
        of the account's URL.
        """
        self.check_url(url)
        kid = None if with_key else self.kid
        body = jws.sign(with_key or self.key, payload, url=url, nonce=nonce, kid=kid)
        return Request("POST", url, Headers({"Content-Type": jws.CONTENT_TYPE}), body)

    def take_nonce(self) -> str | None:
        """The newest nonce in the pool, which is the one least likely to have aged; None when there is none."""
        return self._nonces.pop() if self._nonces else None

    def keep_nonce(self, response: Response) -> None:
        """Put a response's nonce into the pool; one that is malformed is ignored (RFC 8555 §6.5.1, A-20)."""
        nonce = response.headers.get("Replay-Nonce")
        if nonce is not None and _NONCE.fullmatch(nonce):
            self._nonces = [*self._nonces, nonce][-_POOL_SIZE:]

    def drop_nonces(self) -> None:
        """Forget all nonces: when the CA refuses one, the older ones are no better (RFC 8555 §6.5)."""
        self._nonces.clear()
