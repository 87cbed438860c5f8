"""The Flattened JSON serialisation of a JWS as a value (RFC 7515 §7.2.2).

Shape only, and apart from ``jws`` so that whoever reads or writes messages does not load what signs them.
"""

import msgspec


class Flattened(msgspec.Struct, frozen=True):
    """The three members of a Flattened JSON JWS, in base64url."""

    protected: str
    payload: str
    signature: str

    @property
    def signing_input(self) -> bytes:
        """What is signed (RFC 7515 §5.1)."""
        return f"{self.protected}.{self.payload}".encode("ascii")
