"""A certificate's row beside what the audit log says of it: who changes only one of them is found out.

The log's chain shows that the log is what it was; this shows that the table is what the log says. Pure.
"""

from collections.abc import Sequence
from hashlib import sha256

from tegata.ca.model import Certificate, Event
from tegata.ca.policy.certificates import Reason


def difference(certificate: Certificate, events: Sequence[Event]) -> str | None:
    """What of an issued certificate the log does not say so, or None; ``events`` are all of its own, in order."""
    told = {event.kind: event.facts for event in events}
    if told.get("certificate.intended", {}).get("tbs") != sha256(certificate.tbs).hexdigest():
        return "what it was to be"
    issued = told.get("certificate.finished") or told.get("certificate.issued", {})
    if issued.get("chain") != sha256(certificate.chain_pem or b"").hexdigest():
        return "what was issued"
    revoked = told.get("certificate.revoked")
    if (revoked is None) != (certificate.revoked_at is None):
        return "whether it is revoked"
    if revoked is None:
        return None
    reason = str(int(Reason.KEY_COMPROMISE)) if "certificate.key-compromised" in told else revoked.get("reason")
    return None if reason == str(certificate.reason) else "why it is revoked"
