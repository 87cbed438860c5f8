"""What alarms look at beside the services: this machine's disk, the agents of perspectives, and what ends one day.

Reads the CA's directory and asks the network; what is told of it, and when, is the alarms' matter.
"""

import asyncio
import shutil
import socket
from collections.abc import Mapping
from datetime import datetime, timedelta

from cryptography import x509

from tegata.ca.adapters import Adapters
from tegata.ca.issuing import hierarchy
from tegata.ca.issuing.requests import SERVICES
from tegata.ca.services.alarms import Surroundings
from tegata.ca.validation.remote import RemotePerspective, Silent

ROOT_CRL = "root CRL"
_REACH_SECONDS = 10.0
_CEREMONY_AHEAD = timedelta(days=30)
"""What is made at the root's key takes people some time."""


def of(on: Adapters) -> Surroundings:
    """Those of an open CA."""

    async def silent() -> Mapping[str, str | None]:
        reasons = await asyncio.gather(*map(_silence, on.remotes))
        return {remote.name: reason for remote, reason in zip(on.remotes, reasons, strict=True)}

    return Surroundings(
        node=socket.gethostname(),
        free_octets=lambda: shutil.disk_usage(on.home).free,
        silent=silent,
        ends=lambda: _ends(on),
    )


async def _silence(remote: RemotePerspective) -> str | None:
    """Why an agent does not answer, if it does not."""
    try:
        await remote.reach(_REACH_SECONDS)
    except Silent as silence:
        return silence.reason
    return None


def _ends(on: Adapters) -> Mapping[str, tuple[datetime, timedelta]]:
    """An issuing CA that ends within the life of what it signs cuts it short."""
    longest = timedelta(days=max((one.certificate_days for one in on.settings.services.values()), default=0))
    ends = {on.issuers.name: (on.hierarchy.issuing.not_valid_after_utc, max(longest, _CEREMONY_AHEAD))}
    if on.hierarchy.services is not None and not on.settings.acme.certificate:
        ends[SERVICES] = on.hierarchy.services.not_valid_after_utc, _CEREMONY_AHEAD
    crl = x509.load_der_x509_crl(hierarchy.root_crl(on.home))
    if crl.next_update_utc is not None:
        ends[ROOT_CRL] = crl.next_update_utc, _CEREMONY_AHEAD
    return ends
