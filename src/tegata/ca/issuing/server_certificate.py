"""The server's own TLS certificate: made by the services CA for the host of the ACME URL, and renewed while it serves.

Short-lived, so that it needs no CRL (BR 7.1.2.11.2). Knows no order and never touches the issuing key.
"""

import os
import ssl
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import NoReturn

from cryptography import x509
from cryptography.exceptions import InvalidSignature

from tegata.ca.errors import TokenUnusable
from tegata.ca.issuing import algorithms, build, elsewhere, hierarchy, keys, layout, profiles
from tegata.ca.issuing.algorithms import IssuerKey
from tegata.ca.issuing.aside import Aside
from tegata.ca.issuing.hierarchy import CaWithKey, constraints_for, host_of
from tegata.ca.issuing.profiles import Issuer, Template
from tegata.ca.journal import Journal
from tegata.pki import certs
from tegata.pki import keys as pki_keys
from tegata.pki.key_types import KeyType

LIFE = timedelta(days=7)
SERVICES_KEY = f"file:{layout.SERVICES_KEY}"
_LAST_SECOND = timedelta(seconds=1)
_ENDED = "it has ended: see ceremony request services"
_REVOKED = "the root has revoked it: see ceremony request services"
# For clients whose clock is slow.
_BACKDATE = timedelta(minutes=5)

log = Journal("server-certificate")


def services_ca(
    directory: Path,
    *,
    url: str,
    secret: bytes,
    now: datetime,
    uri: str = SERVICES_KEY,
    environ: Mapping[str, str] = os.environ,
    at_once: bool = True,
) -> CaWithKey:
    """The CA that certifies the host of the ACME service's URL, its key where the URI says.

    One that has ended signs nothing: its key is not looked for, and may be destroyed (BR 6.2.10). Raises BadKeyUri,
    FileUnusable, and TokenUnusable, unless a token is not to be asked ``at_once``.
    """
    path = directory / layout.SERVICES_CERTIFICATE
    certificate = keys.load_ca_certificate(path)
    constraints = certificate.extensions.get_extension_for_class(x509.NameConstraints).value
    if constraints != constraints_for(host_of(url)):
        raise keys.FileUnusable(path=path, reason="it was made for another host than the one of acme.url")
    if certificate.not_valid_after_utc < now:
        return CaWithKey(elsewhere.key_of(algorithms.public_key_of(certificate), partial(_refuse, path)), certificate)
    key = keys.open_at(uri, certificate, directory=directory, secret=secret, environ=environ, at_once=at_once)
    return CaWithKey(key, certificate)


def _refuse(path: Path, *_: object) -> NoReturn:
    raise keys.FileUnusable(path=path, reason=_ENDED)


class ServerCertificate:
    """The live TLS context with its certificate, kept in ``keys/server.pem`` between runs.

    ``url`` is the ACME service's, ``secret`` the pass phrase, ``uri`` where the services CA's key is. Raises as
    ``services_ca`` if that cannot be used, for example because the URL has another host now. Where the services CA has
    ended, the root has revoked it (RFC 5280 §6.1.3) or its key is in a token that is away, the last certificate is
    shown on, as CRLs are to be served still; FileUnusable or TokenUnusable is raised where there is none.
    """

    check_seconds = 3600
    """How often it is looked whether the next one is due."""

    def __init__(
        self,
        directory: Path,
        *,
        url: str,
        public_url: str,
        secret: bytes,
        now: datetime,
        uri: str = SERVICES_KEY,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        self._path = directory / layout.SERVER_BUNDLE
        self._issuer_path = directory / layout.SERVICES_CERTIFICATE
        self._host, self._uri = host_of(url), uri
        self._secret = secret
        self._key, services = services_ca(
            directory, url=url, secret=secret, now=now, uri=uri, environ=environ, at_once=False
        )
        self._aside = Aside()
        self._is_revoked = hierarchy.RevokedByRoot(directory)
        self._issuer = Issuer(services, public_url.rstrip("/") + layout.SERVICES_URL_PATH, crl_url=None)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.minimum_version = ssl.TLSVersion.TLSv1_2
        self.certificate = self._first(now)

    async def renew_if_due(self, now: datetime) -> bool:
        """Make and use a new certificate once only a third of the life is left; whether that was done.

        Connections made from then on see the new one; it has a new key. A token may take its time to sign, and is
        waited for as long as for any signature. Raises as ``services_ca``, and FileUnusable where that CA has ended or
        is revoked.
        """
        if not self._is_due(self.certificate, now):
            return False
        key, tbs = self._prepared(now)
        try:
            signed = await self._aside.soon(partial(build.signed, tbs, self._key))
        except TimeoutError:
            raise self._silent() from None
        self.certificate = self._in_use(key, signed)
        return True

    def _is_due(self, certificate: x509.Certificate, now: datetime) -> bool:
        """Whether little of its life is left, or it is from the future because a clock was put back.

        None lives longer than the services CA: its last one stays to the end.
        """
        ends = certificate.not_valid_after_utc
        is_last = ends >= self._issuer.certificate.not_valid_after_utc
        return not certificate.not_valid_before_utc <= now < (ends if is_last else ends - LIFE / 3)

    def _first(self, now: datetime) -> x509.Certificate:
        """The certificate to begin with, in use: the one in the file, unless another is due and can be had."""
        kept = self._kept()
        if kept is not None and not self._is_due(kept, now):
            return kept
        try:
            key, tbs = self._prepared(now)
            try:
                signed = self._aside.now(partial(build.signed, tbs, self._key))
            except TimeoutError:
                raise self._silent() from None
        except (TokenUnusable, keys.FileUnusable) as failure:
            if kept is None:
                raise
            log.error("server-certificate.postponed", reason=str(failure))  # noqa: TRY400 - no fault of ours
            return kept
        return self._in_use(key, signed)

    def _silent(self) -> TokenUnusable:
        return TokenUnusable(uri=self._uri.partition("?")[0], reason="there was no answer in time")

    def _kept(self) -> x509.Certificate | None:
        """The certificate in the file, in use, if it is this host's and this services CA's."""
        try:
            certificate = x509.load_pem_x509_certificate(self._path.read_bytes())
            certificate.verify_directly_issued_by(self._issuer.certificate)
            if certs.names_of(certificate) != (self._host,):
                return None
            self._use_file()
        except (OSError, ValueError, TypeError, InvalidSignature):
            return None
        return certificate

    def _prepared(self, now: datetime) -> tuple[IssuerKey, bytes]:
        """A new key and the bytes to be signed for it; FileUnusable where the services CA may sign none."""
        if now > self._issuer.certificate.not_valid_after_utc:
            raise keys.FileUnusable(path=self._issuer_path, reason=_ENDED)
        if self._is_revoked(self._issuer.certificate):
            raise keys.FileUnusable(path=self._issuer_path, reason=_REVOKED)
        key = pki_keys.generate(KeyType.EC256)
        assert isinstance(key, IssuerKey)
        not_before = max(now - _BACKDATE, self._issuer.certificate.not_valid_before_utc)
        template = Template(
            subject=(),
            names=(self._host,),
            public_key=key.public_key(),
            not_before=not_before,
            not_after=min(not_before + LIFE - _LAST_SECOND, self._issuer.certificate.not_valid_after_utc),
            serial=x509.random_serial_number(),
            policy=profiles.DOMAIN_VALIDATED,
        )
        return key, build.lay_out(template, self._issuer)

    def _in_use(self, key: IssuerKey, signed: bytes) -> x509.Certificate:
        """The certificate (DER) with its key, in the file and shown from now on."""
        certificate = x509.load_der_x509_certificate(signed)
        chain = certs.to_pem([certificate, self._issuer.certificate])
        self._replace(chain + keys.to_pem(key, self._secret))
        self._use_file()
        return certificate

    def _replace(self, bundle: bytes) -> None:
        """Put a new file in the old one's place at once; a crash leaves one of the two."""
        fresh = self._path.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        keys.write_secret(fresh, bundle)
        fresh.replace(self._path)

    def _use_file(self) -> None:
        self.context.load_cert_chain(self._path, password=lambda: self._secret)
