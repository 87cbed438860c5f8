"""Which of the chains that a CA offers for one certificate is wanted (RFC 8555 §7.4.2).

Pure. Fetches nothing; how a chain is checked before it counts is ``pki.certs``' matter.
"""

from collections.abc import Sequence

from cryptography import x509
from cryptography.x509.oid import NameOID

from tegata.acme.wire import Response, links

# A CA has a handful of roots to chain to; a stranger may name any number of URLs.
_MOST_ALTERNATES = 10


def alternates(response: Response) -> list[str]:
    """The URLs of the other chains that a certificate's answer speaks of, each once."""
    found = (target for relation, target in links(response) if relation == "alternate")
    return list(dict.fromkeys(found))[:_MOST_ALTERNATES]


def is_preferred(chain: Sequence[x509.Certificate], issuer: str) -> bool:
    """Whether the topmost certificate of a chain was issued by this common name, as lego compares it."""
    names = chain[-1].issuer.get_attributes_for_oid(NameOID.COMMON_NAME)
    return any(name.value == issuer for name in names)
