"""What an order is to bring: the wishes that the machine in ``flow`` works towards. A value only."""

import msgspec

from tegata.pki.keys import PublicKey


class Wanted(msgspec.Struct, frozen=True):
    """The certificate to order: names as ``pki.names`` writes them, each once, and a request for them in DER."""

    names: tuple[str, ...]
    csr: bytes
    public_key: PublicKey
    replaces: str | None = None
    """The identifier (RFC 9773 §4.1) of the certificate it takes the place of."""
    not_before: str | None = None
    not_after: str | None = None
    profile: str | None = None
    preferred_chain: str | None = None
    release: bool = False
    """Whether every authorization is given up at the end, whatever the end is."""
    issuing_seconds: float | None = None
    """How long the CA may take once the certificate is requested."""
    ancestors: dict[str, str] = {}
    """The domain above a name that may be proved in its place, for names that have one (RFC 9444)."""
