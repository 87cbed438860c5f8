"""Small secrets encrypted for the store (``ports.Sealer``), each bound to the name it is stored under.

Is handed its key; knows neither where the key is kept nor what the secrets are.
"""

import secrets

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_OCTETS = 32
_NONCE_OCTETS = 12
# Says how the rest was made, should that ever change.
_FORM = b"\x01"


class AesGcmSealer:
    """AES-256-GCM with a random nonce; the name is authenticated, so that a secret cannot be moved to another row."""

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_OCTETS:
            raise ValueError(f"a sealing key has {KEY_OCTETS} octets")
        self._cipher = AESGCM(key)

    def seal(self, name: str, secret: bytes) -> bytes:
        """Encrypt a secret under its name."""
        nonce = secrets.token_bytes(_NONCE_OCTETS)
        return _FORM + nonce + self._cipher.encrypt(nonce, secret, name.encode())

    def open(self, name: str, sealed: bytes) -> bytes:
        """Decrypt; raises cryptography's InvalidTag if the bytes, the name or the key are not the same."""
        nonce, ciphertext = sealed[1 : 1 + _NONCE_OCTETS], sealed[1 + _NONCE_OCTETS :]
        return self._cipher.decrypt(nonce, ciphertext, name.encode())
