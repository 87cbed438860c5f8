"""What looks at everything that was signed: joins the lints of today with an open CA's records.

As ``bootstrap`` joins services with adapters. Decides nothing.
"""

from collections.abc import AsyncIterator
from datetime import timedelta

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.ocsp import OCSPRequestBuilder

from tegata.ca.bootstrap import Ca
from tegata.ca.issuing.ocsp import Responders, unsigned
from tegata.ca.issuing.pkilint_pool import PkilintPool
from tegata.ca.issuing.relint import Relint
from tegata.ca.model import Certificate
from tegata.ca.policy import shards
from tegata.ca.ports import Linter
from tegata.ca.services.ocsp import OcspService
from tegata.ca.services.relinting import RelintService
from tegata.ca.settings import Settings


def second_lint(settings: Settings) -> Linter | None:
    """The second lint for what is there already, switched on or not; None where it is not installed."""
    return PkilintPool(settings.lint) if PkilintPool.is_installed() else None


def service(ca: Ca, linter: Linter | None) -> RelintService:
    """What looks at everything that was issued."""
    relint = Relint(
        issuers=ca.issuers.certificates,
        public_url=ca.settings.public.url,
        services=ca.settings.services,
        policy=ca.settings.policy,
    )
    kept_since = ca.now() - timedelta(days=ca.settings.retention.evidence_days)
    return RelintService(store=ca.store, relint=relint, linter=linter, kept_since=kept_since)


async def beside(ca: Ca, example: Certificate | None) -> AsyncIterator[tuple[str, bytes]]:
    """What the CA signs beside certificates, with a name for each: its CAs, its CRLs, and an answer for an example.

    The answer's responder is made for it and certified by nobody: an audit has nothing signed, and the certificates of
    those that were at work are on record. The CA of the server's own TLS is left out: it is bound to one host, and
    nobody else's certificates are below it.
    """
    for name, authority in {"root": ca.hierarchy.root, **ca.issuers.certificates}.items():
        yield name, authority.public_bytes(Encoding.DER)
    yield "root.crl", ca.hierarchy.root_crl
    for name in await ca.store.revocation_lists.heads():
        listed = await ca.store.revocation_lists.latest(name)
        if listed is not None:
            yield f"{name}.crl", listed.der
    if example is None or not ca.settings.public.ocsp:
        return
    issuer = ca.issuers.certificates[shards.issuer_of(example.crl)]
    leaf = x509.load_pem_x509_certificates(example.chain_pem or b"")[0]
    asked = OCSPRequestBuilder().add_certificate(leaf, issuer, SHA256()).build().public_bytes(Encoding.DER)
    responder = Responders(ca.issuers.certificates, unsigned(ca.issuers.certificates))
    answers = OcspService(store=ca.store, responder=responder, clock=ca.now, require_clock=ca.clocks.require)
    answer = await answers.answer(asked)
    if answer.this_update is not None:  # else its issuing CA has ended
        yield f"OCSP {example.serial}", answer.der
