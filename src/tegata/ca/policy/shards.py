"""Which CRL a certificate is on: decided once, by its issuer and its serial number, and written into it.

A CRL is named by its issuing CA, ``issuing`` or ``issuing2``, and a shard by a number more. More or fewer shards later
change nothing for a certificate that is there. Knows no URL and no store.
"""

from tegata.ca.settings import WHOLE_CRL


def names(shards: int, issuer: str = WHOLE_CRL) -> list[str]:
    """The CRLs that certificates are put on: one for all, or so many."""
    return [issuer] if shards == 1 else [f"{issuer}-{number}" for number in range(1, shards + 1)]


def name_for(serial: int, shards: int, issuer: str = WHOLE_CRL) -> str:
    """The CRL for a new certificate. Serial numbers are random, so shards grow alike."""
    return issuer if shards == 1 else f"{issuer}-{serial % shards + 1}"


def issuer_of(crl: str) -> str:
    """The name of the issuing CA whose CRL this is."""
    return crl.partition("-")[0]
