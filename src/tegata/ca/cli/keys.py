"""``tegata-ca key``: keys that are known to others, and what was issued for them.

What a key is, is read from whatever file holds it: a certificate, a request, a public or a private key.
"""

import re
from collections.abc import Callable
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from tegata.ca import configuration
from tegata.ca.bootstrap import Ca
from tegata.ca.cli import shapes
from tegata.ca.cli.answers import Answer
from tegata.ca.cli.grammar import Asked
from tegata.ca.errors import Refused
from tegata.ca.policy.keys import PUBLISHED
from tegata.pki import keys
from tegata.pki.keys import PublicKey, spki_digest

_DIGEST = re.compile(r"[0-9a-f]{64}")
_READERS: dict[bytes, Callable[[bytes], object]] = {
    b"CERTIFICATE": lambda pem: x509.load_pem_x509_certificate(pem).public_key(),
    b"CERTIFICATE REQUEST": lambda pem: x509.load_pem_x509_csr(pem).public_key(),
    b"NEW CERTIFICATE REQUEST": lambda pem: x509.load_pem_x509_csr(pem).public_key(),
    b"PUBLIC KEY": load_pem_public_key,
}


async def show(ca: Ca, asked: Asked) -> Answer:
    """A key: whether it is blocked, and the certificates that would be revoked with it."""
    digest = _digest(asked["key"])
    certificates = [one.serial for one in await ca.certificates.of_key(digest)]
    blocked = await ca.certificates.blocked_key(digest)
    shape = shapes.key(digest, blocked, certificates)
    return Answer(shape if blocked else shape | {"cause": _listed(ca, asked).get(digest)})


async def block(ca: Ca, asked: Asked) -> Answer:
    """Block a key and revoke its certificates; which those were."""
    digest = _digest(asked["key"])
    revoked = await ca.certificates.block_key(digest, asked["revoking"])
    return Answer(
        shapes.key(digest, await ca.certificates.blocked_key(digest), [certificate.serial for certificate in revoked])
    )


async def listing(ca: Ca, asked: Asked) -> Answer:
    """The keys that are blocked: those that were, the newest first, then those of the list in the settings."""
    blocked = [shapes.blocked_key(one) for one in await ca.certificates.blocked_keys()]
    known = {one["key"] for one in blocked}
    listed = [
        {"key": digest.hex(), "blocked_at": None, "cause": cause}
        for digest, cause in sorted(_listed(ca, asked).items())
        if digest.hex() not in known and digest not in PUBLISHED
    ]
    return Answer(blocked + listed, ("key", "blocked_at", "cause"))


def _listed(ca: Ca, asked: Asked) -> dict[bytes, str]:
    """The keys that nobody may have without anybody's doing, and where that is said."""
    file = ca.settings.policy.blocked_keys
    digests = configuration.blocked_keys(asked.home, ca.settings.policy)
    return {digest: "an RFC" if digest in PUBLISHED else file for digest in digests}


def _digest(text: str) -> bytes:
    """The digest that was given, or that of the key in the file; raises Refused, BadKey."""
    if _DIGEST.fullmatch(text):
        return bytes.fromhex(text)
    try:
        content = Path(text).read_bytes()[: keys.PEM_LIMIT + 1]
    except OSError as error:
        raise Refused(reason=f"{text}: {error.strerror}") from None
    label = re.search(rb"-----BEGIN ([A-Z0-9 ]+)-----", content)
    if label is None or label[1] not in _READERS:
        return spki_digest(keys.from_pem(content).public_key())
    try:
        key = _READERS[label[1]](content)
    except (ValueError, UnsupportedAlgorithm, x509.InvalidVersion):
        key = None
    if not isinstance(key, PublicKey):
        raise Refused(reason="the file holds no key that a certificate can have")
    return spki_digest(key)
