"""Base64url without padding (RFC 4648 §5, RFC 8555 §6.1): the only spelling of binary in ACME's JSON."""

import base64
import re

from tegata.acme.codec import Malformed

_ALPHABET = re.compile(r"[A-Za-z0-9_-]*")


class BadBase64(Malformed):
    """Text that is not base64url without padding; facts: ``reason``."""

    code = "acme.base64"


def encode(data: bytes) -> str:
    """Write octets as base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def decode(text: str) -> bytes:
    """Read base64url; raises BadBase64 for padding, another alphabet, white space or loose bits at the end. A-04."""
    if not _ALPHABET.fullmatch(text):
        raise BadBase64(reason="it holds a character outside the base64url alphabet, such as padding")
    if len(text) % 4 == 1:
        raise BadBase64(reason="its length is not possible in base64url")
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    # Octets must have one spelling only: unused bits of the last character are zero.
    if encode(data) != text:
        raise BadBase64(reason="its last character has bits that belong to no octet")
    return data
