"""Base64url without padding (RFC 4648 §5, RFC 8555 §6.1): the only spelling of binary in ACME's JSON."""

import binascii

from tegata.acme.codec import Malformed

_TO_URL = bytes.maketrans(b"+/", b"-_")
# The two characters that the other alphabet has in their place, and padding, become ones that no alphabet has.
_FROM_URL = bytes.maketrans(b"-_+/=", b"+/!!!")
# Where the last character holds bits that belong to no octet: those in which they are zero, by what is over of four.
_PADDING = (b"", b"", b"==", b"=")
_LAST = {2: frozenset("AQgw"), 3: frozenset("AEIMQUYcgkosw048")}


class BadBase64(Malformed):
    """Text that is not base64url without padding; facts: ``reason``."""

    code = "acme.base64"


def encode(data: bytes) -> str:
    """Write octets as base64url without padding."""
    return binascii.b2a_base64(data, newline=False).rstrip(b"=").translate(_TO_URL).decode("ascii")


def decode(text: str) -> bytes:
    """Read base64url; raises BadBase64 for padding, another alphabet, white space or loose bits at the end. A-04."""
    over = len(text) % 4
    if over == 1:
        raise BadBase64(reason="its length is not possible in base64url")
    try:
        octets = text.encode("ascii").translate(_FROM_URL)
        data = binascii.a2b_base64(octets + _PADDING[over], strict_mode=True)
    except (UnicodeEncodeError, binascii.Error):
        raise BadBase64(reason="it holds a character outside the base64url alphabet, such as padding") from None
    # Octets must have one spelling only: unused bits of the last character are zero.
    if over and text[-1] not in _LAST[over]:
        raise BadBase64(reason="its last character has bits that belong to no octet")
    return data
