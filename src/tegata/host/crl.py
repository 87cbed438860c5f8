"""Whether a certificate stands in its CA's certificate revocation list (RFC 5280 §5).

Asked beside the CA's renewal information, for CAs that have none. A list that cannot be had, is out of date or is not
signed by the issuer says nothing: a renewal must never fail because of it.
"""

import threading
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from tegata.pki.certs import UNREADABLE
from tegata.pki.keys import PublicKey

# For all of it, finding the host's address included: this is a courtesy, not a duty.
TIMEOUT_SECONDS = 3.0
SIZE_LIMIT = 16 * 1024 * 1024
_LISTS_KEPT = 8


def is_revoked(certificate: x509.Certificate, issuer: x509.Certificate, now: datetime) -> bool:
    """Ask the list the certificate names, over plain HTTP as such lists are; false where it does not say so."""
    url = next(_addresses(certificate), None)
    content = _fetch(url) if url else None
    return content is not None and says_revoked(content, certificate, issuer, now)


def says_revoked(content: bytes, certificate: x509.Certificate, issuer: x509.Certificate, now: datetime) -> bool:
    """Whether this list (DER) is the issuer's, is in force and has the certificate's serial number."""
    key = issuer.public_key()
    try:
        crl = x509.load_der_x509_crl(content)
        in_force = crl.next_update_utc is None or now < crl.next_update_utc
        if crl.issuer != certificate.issuer or not in_force or not isinstance(key, PublicKey):
            return False
        # A key of another kind than the signature's raises TypeError.
        return crl.is_signature_valid(key) and (
            crl.get_revoked_certificate_by_serial_number(certificate.serial_number) is not None
        )
    except (*UNREADABLE, UnsupportedAlgorithm):
        return False


def _addresses(certificate: x509.Certificate) -> Iterator[str]:
    try:
        points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except (x509.ExtensionNotFound, *UNREADABLE):
        return
    for point in points:
        for name in point.full_name or ():
            if isinstance(name, x509.UniformResourceIdentifier) and name.value.startswith("http://"):
                yield name.value


@lru_cache(maxsize=_LISTS_KEPT)
def _fetch(url: str) -> bytes | None:
    """The list, or None; once in a run, whose certificates have the same one for the most part.

    The thread is left behind when it takes too long, for nothing can stop a slow resolver.
    """
    import httpx2  # noqa: F401 - which may take as long as the answer, and is not to count

    found: list[bytes] = []
    thread = threading.Thread(target=_download, args=(url, found), daemon=True)
    thread.start()
    thread.join(TIMEOUT_SECONDS)
    return found[0] if found else None


def _download(url: str, found: list[bytes]) -> None:
    import httpx2

    content = bytearray()
    try:
        # By http://, without redirects, and the list is signed: the roots of TLS, which take time to load, have no use.
        with httpx2.stream("GET", url, timeout=TIMEOUT_SECONDS, verify=False) as response:
            if response.status_code != 200:
                return
            for part in response.iter_raw():
                content += part
                if len(content) > SIZE_LIMIT:
                    return
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError, ImportError):
        return  # the last two are of a proxy in the environment that is none, or one by SOCKS
    found.append(bytes(content))
