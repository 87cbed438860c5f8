"""Which CRL a certificate is on: decided once, by its serial number, and written into it.

More or fewer shards later change nothing for a certificate that is there. Knows no URL and no store.
"""

from tegata.ca.settings import WHOLE_CRL


def names(shards: int) -> list[str]:
    """The CRLs that certificates are put on: one for all, or so many."""
    return [WHOLE_CRL] if shards == 1 else [f"{WHOLE_CRL}-{number}" for number in range(1, shards + 1)]


def name_for(serial: int, shards: int) -> str:
    """The CRL for a new certificate. Serial numbers are random, so shards grow alike."""
    return WHOLE_CRL if shards == 1 else f"{WHOLE_CRL}-{serial % shards + 1}"
