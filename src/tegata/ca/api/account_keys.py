"""The public keys of accounts, ready to verify with: made of their JWKs once, not at every request.

A key is kept under its thumbprint, which stands for that key and no other (RFC 7638), so that nothing kept here can be
out of date: an account with another key has another thumbprint. Knows no request.
"""

from tegata.acme import jwk
from tegata.ca.model import Account
from tegata.pki.keys import PublicKey

MOST = 10_000
"""Keys kept, of some two kilobytes; beyond, those made longest ago are made anew."""


class AccountKeys:
    """Keys by thumbprint; of one event loop."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._keys: dict[str, PublicKey] = {}

    def of(self, account: Account) -> PublicKey:
        """The account's key; raises acme's BadPublicKey for a JWK that is none."""
        key = self._keys.get(account.thumbprint)
        if key is None:
            key = jwk.to_public(account.jwk)
            if len(self._keys) >= self._most:
                del self._keys[next(iter(self._keys))]
            self._keys[account.thumbprint] = key
        return key
