"""What an order may ask for besides names and a key.

Values only; whether a CA offers them is ``profiles``' question.
"""

from datetime import datetime

import msgspec


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """Wishes for one certificate; the defaults are right for most."""

    common_name: bool = True
    """Whether the first name becomes the common name too, if it fits. An IP address never does."""
    must_staple: bool = False
    not_before: datetime | None = None
    not_after: datetime | None = None
    profile: str | None = None
    """The CA's profile by name; nothing is ordered where the CA does not offer it (X-41)."""
    preferred_profile: str | None = None
    """The same, but where the CA does not offer it, its default will do."""
    preferred_chain: str | None = None
    """The common name of the issuer that the topmost certificate of the chain should have (C-05)."""
    ancestor_domains: tuple[str, ...] = ()
    """Domains to be proved once for all names below them; nothing is ordered where the CA does not offer it (X-60)."""
    release: bool = False
    """Whether authorizations are given up after the order, so that the next one proves the names again."""
    issuing_seconds: float | None = None
    """How long the CA may take from the certificate request to the certificate; None: as long as the order may."""
