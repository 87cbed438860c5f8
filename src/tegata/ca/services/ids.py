"""Random names and numbers from the system's random source (``ports.Ids``).

The only place of the CA's services that rolls dice; knows no record.
"""

import secrets
from os import urandom

from tegata.acme import b64
from tegata.clock import SystemClock

# Digits and consonants that are not mistaken for each other, and spell no words.
_LETTERS = "0123456789BCDFGHJKMNPQRSTVWXYZ"
_ALPHANUMERIC = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_READABLE = "abcdefghjkmnpqrstuvwxyz23456789"

# The first six bits of an octet in this range are written "-" in base64url.
_DASH = range(0xF8, 0xFC)


_now = SystemClock().now


class SystemIds:
    """Names nobody can guess."""

    def object_id(self) -> str:
        """The second in hexadecimal and 128 random bits as base64url, for the URL of an ACME object (A-28).

        What is made at one time lies side by side in the store's indexes: the same few pages are written, not as many
        as there are names.
        """
        return f"{int(_now().timestamp()):08x}{b64.encode(urandom(16))}"

    def token(self) -> str:
        """256 bits as base64url: a challenge's token (RFC 8555 §8, A-65) or a session's."""
        return b64.encode(urandom(32))

    def contract_id(self) -> str:
        """``C`` and eight characters, to be read out on the telephone."""
        return "C" + _pick(_LETTERS, 8)

    def kid(self) -> str:
        """An EAB key identifier: 16 letters and digits, so that no program takes it for an option."""
        return _pick(_ALPHANUMERIC, 16)

    def mac(self) -> bytes:
        """An EAB key of 256 bits whose base64url does not begin with ``-``, which programs take for an option."""
        while (mac := secrets.token_bytes(32))[0] in _DASH:
            pass
        return mac

    def password(self) -> str:
        """A first password of 79 bits: four groups of four characters."""
        return "-".join(_pick(_READABLE, 4) for _ in range(4))

    def reference(self) -> str:
        """A reference number: ``T-`` and eight characters."""
        return "T-" + _pick(_LETTERS, 8)

    def serial(self) -> int:
        """A serial number of 127 bits, 126 of them random: positive and of one length (BR 7.1.2.7)."""
        return 1 << 126 | int.from_bytes(urandom(16)) >> 2


def _pick(letters: str, length: int) -> str:
    return "".join(secrets.choice(letters) for _ in range(length))
