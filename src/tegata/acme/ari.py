"""ACME renewal information (RFC 9773): certificate identifiers, and what a server's answer says.

Asking the server, waiting and deciding belong to the client's renewal.
"""

from cryptography import x509

from tegata.acme import b64
from tegata.acme.codec import Malformed
from tegata.acme.messages import RenewalInfo
from tegata.acme.window import Window
from tegata.clock import parse_rfc3339
from tegata.pki.certs import authority_key_id

# RFC 9773 §4.3.2, in seconds: ask not more often than each minute, not less than each day; unasked, each six hours.
_RETRY_MINIMUM = 60.0
_RETRY_MAXIMUM = 86_400.0
_RETRY_DEFAULT = 21_600.0

# RFC 5280 §4.1.2.2 allows 20 octets of serial number; an identifier is text from outside.
_SERIAL_OCTETS = 20
_KEY_ID_OCTETS = 64


def cert_id(certificate: x509.Certificate) -> str | None:
    """The identifier of a certificate; None where it has no authority key identifier. RFC 9773 §4.1, X-11."""
    key_id = authority_key_id(certificate)
    return None if key_id is None else cert_id_of(key_id, certificate.serial_number)


def cert_id_of(aki: bytes, serial: int) -> str:
    """The identifier from the issuer's key identifier and the serial number, whose sign octet is kept."""
    return f"{b64.encode(aki)}.{b64.encode(_der_integer(serial))}"


def parse_cert_id(text: str) -> tuple[bytes, int]:
    """Split an identifier into key identifier and serial number; raises Malformed (BadBase64 included)."""
    key_text, dot, serial_text = text.partition(".")
    if not dot:
        raise Malformed(reason="it is not a certificate identifier of two parts")
    aki, octets = b64.decode(key_text), b64.decode(serial_text)
    serial = int.from_bytes(octets, "big")
    if not 0 < len(aki) <= _KEY_ID_OCTETS or len(octets) > _SERIAL_OCTETS:
        raise Malformed(reason="a part of the certificate identifier has an impossible length")
    if not serial or octets != _der_integer(serial):
        raise Malformed(reason="the serial number is not written as in a certificate")
    return aki, serial


def suggested(info: RenewalInfo) -> Window | None:
    """The window of an answer; None, as if there were no answer, where it is not in order (RFC 9773 §4.2)."""
    try:
        window = Window(parse_rfc3339(info.suggested_window.start), parse_rfc3339(info.suggested_window.end))
    except ValueError:
        return None
    return window if window.start < window.end else None


def clamp_retry_after(seconds: float | None) -> float:
    """How long to wait before asking again, in seconds: what the server said, within a minute and a day."""
    if seconds is None:
        return _RETRY_DEFAULT
    return min(max(seconds, _RETRY_MINIMUM), _RETRY_MAXIMUM)


def _der_integer(number: int) -> bytes:
    """The content octets of a DER INTEGER, for a number from 0 up."""
    return number.to_bytes(number.bit_length() // 8 + 1, "big")
