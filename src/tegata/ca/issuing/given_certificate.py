"""A TLS certificate of the server's own that the operator gives, in files: taken anew when they change, its end told.

For servers below a public root, as ACME clients elsewhere know no other. Who renews it is the operator's matter, by
``tegata`` say; it makes none and knows no CA.
"""

import os
import ssl
import tempfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from cryptography import x509

from tegata.ca.issuing.keys import FileUnusable
from tegata.ca.journal import Journal
from tegata.clock import rfc3339
from tegata.pki import certs
from tegata.pki.life import life

WARN_SHARE = 5
"""It is told when less than so great a part of its life is left: whoever renews did so at a third of it."""
_TOLD_EACH = timedelta(days=1)

T = TypeVar("T")

log = Journal("server-certificate")


class GivenCertificate:
    """The live TLS context with the certificate and chain in one file and its key in another (PEM).

    ``secret`` opens a key that is encrypted. Raises FileUnusable for files that cannot be used, or a certificate for
    another ``host``; one that has ended is shown, as CRLs and the portal are to be served still, and told.
    """

    check_seconds = 60
    """How often it is looked whether the files have changed."""

    def __init__(self, certificate: Path, key: Path, *, host: str, secret: bytes) -> None:
        self._path, self._key_path, self._host, self._secret = certificate, key, host, secret
        self._told: datetime | None = None
        self.context = _new_context()
        self._seen = self._looked()
        self.certificate = self._taken()

    async def renew_if_due(self, now: datetime) -> bool:
        """Take the files if they are others than those in use, and tell of the end; whether they were taken.

        Raises FileUnusable for what cannot be used, as the key of another certificate while one of the two files is
        written; then the one in use stays, and the next look tries again.
        """
        seen = self._looked()
        is_new = seen != self._seen
        if is_new:
            self.certificate = self._taken()
            self._seen, self._told = seen, None
            log.info("server-certificate.taken", ends=rfc3339(self.certificate.not_valid_after_utc))
        if ends_soon(self.certificate, now) and (self._told is None or not self._told <= now < self._told + _TOLD_EACH):
            self._told = now
            log.error("server-certificate.ends", ends=rfc3339(self.certificate.not_valid_after_utc))
        return is_new

    def _looked(self) -> list[tuple[int, int, int]]:
        return [(one.st_ino, one.st_mtime_ns, one.st_size) for one in map(_stat, (self._path, self._key_path))]

    def _taken(self) -> x509.Certificate:
        """The certificate in the files, in use from now on.

        Both are read once, and tried apart first: a live context must not be left with one of them alone.
        """
        chain, key = _read(self._path), _read(self._key_path)
        certificate = _of_host(self._path, chain, self._host)
        with tempfile.NamedTemporaryFile(prefix="tegata-ca-") as both:  # readable by its owner alone
            both.write(chain + b"\n" + key)
            both.flush()
            for context in (_new_context(), self.context):
                try:
                    context.load_cert_chain(both.name, password=lambda: self._secret)
                except (ssl.SSLError, ValueError):
                    reason = "it is not the key of the certificate, or the pass phrase does not open it"
                    raise FileUnusable(path=self._key_path, reason=reason) from None
        return certificate


def _of_host(path: Path, chain: bytes, host: str) -> x509.Certificate:
    try:
        certificate = x509.load_pem_x509_certificate(chain)
        names = certs.names_of(certificate)
    except ValueError:
        raise FileUnusable(path=path, reason="it is not a PEM certificate") from None
    if not {host, f"*.{host.partition('.')[2]}"} & set(names):
        raise FileUnusable(path=path, reason="it is not for the host of acme.url")
    return certificate


def ends_soon(certificate: x509.Certificate, now: datetime) -> bool:
    """Whether less than a fifth of its life is left."""
    begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    return now > ends - life(begins, ends) / WARN_SHARE


def _new_context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _stat(path: Path) -> os.stat_result:
    return _of_disk(path, path.stat)


def _read(path: Path) -> bytes:
    return _of_disk(path, path.read_bytes)


def _of_disk(path: Path, ask: Callable[[], T]) -> T:
    try:
        return ask()
    except OSError as error:
        raise FileUnusable(path=path, reason=error.strerror) from None
