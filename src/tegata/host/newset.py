"""A certificate as it comes from an order: the content of each of its files, in either generation's form."""

from collections.abc import Sequence

import msgspec
from cryptography import x509

from tegata.host.certificates import CERTIFICATE, FACTS, ISSUER, KEY, KEYLESS, PEM, PFX
from tegata.host.facts import CertificateFacts, key_word
from tegata.host.layout import Layout
from tegata.host.layout_v4 import V4
from tegata.pki.certs import names_of, to_pem
from tegata.pki.keys import PrivateKey
from tegata.pki.keys import to_pem as key_to_pem


class NewSet(msgspec.Struct, frozen=True):
    """What came of an order, ready to be kept: the intermediates are those the CA sent with it (C-05)."""

    name: str
    key: PrivateKey | None
    """None: it is with whoever made the certification request."""
    chain: Sequence[x509.Certificate]
    url: str
    pfx: bytes | None
    bundle: bool = True
    """Whether the certificate's file holds its issuers too."""
    pem: bool = False
    """Whether there is a file with certificate and key in one."""
    preferred_chain: str | None = None
    """The issuer that was asked for; like the profile, lego 5 remembers it."""
    profile: str | None = None

    def files(self, form: Layout = V4, called: str = "", origin: str = "") -> dict[str, bytes]:
        """The content of each file, by its ending; ``origin`` is how the certificate came here, by lego 5's words."""
        certificate = to_pem(self.chain if self.bundle else self.chain[:1])
        key = key_to_pem(self.key, form.key_form) if self.key else None
        files = {
            KEY: key,
            KEYLESS: b"" if key is None else None,
            CERTIFICATE: certificate,
            ISSUER: to_pem(self.chain[1:]),
            PEM: certificate + key if self.pem and key else None,
            PFX: self.pfx,
            FACTS: form.certificate_text(self._facts(called or self.name, origin)),
        }
        return {ending: content for ending, content in files.items() if content is not None}

    def _facts(self, called: str, origin: str) -> CertificateFacts:
        leaf = self.chain[0]
        return CertificateFacts(
            called=called,
            names=tuple(dict.fromkeys((self.name, *names_of(leaf)))),
            key_type=key_word(leaf.public_key()),
            preferred_chain=self.preferred_chain or "",
            profile=self.profile or "",
            url=self.url,
            stable_url=self.url,
            origin=origin,
        )
