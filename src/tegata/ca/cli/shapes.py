"""The JSON shapes of ``tegata-ca``'s results: contracts, credentials, certificates.

The members and their order are fixed for those who script the command; a shape knows records, not how they came.
"""

import json
from datetime import datetime
from typing import Any

from tegata.ca.model import (
    BlockedKey,
    Certificate,
    Credential,
    Event,
    Examination,
    Failures,
    Operator,
    Organization,
    ProblemReport,
)
from tegata.ca.policy import baseline, certificates, contracts, reports
from tegata.ca.ports import Usage
from tegata.ca.services.contracts import ContractView
from tegata.ca.services.evidence import Proof
from tegata.ca.services.inbox import Waiting
from tegata.ca.services.relinting import Judged, Signed
from tegata.ca.services.reports import Concerned
from tegata.clock import rfc3339

Shape = dict[str, Any]


def contract(view: ContractView, *, eab: Shape | None, password: str | None) -> Shape:
    """A contract; ``eab`` is its newest credential's shape, ``password`` that of a customer made just now."""
    record = view.contract
    return {
        "contract": record.id,
        "service": record.service,
        "status": view.status,
        "domains": list(record.domains),
        "organization": _organization(record.organization),
        "starts": rfc3339(record.starts),
        "ends": rfc3339(record.ends),
        "eab": eab and {name: eab[name] for name in ("kid", "hmac", "server", "status")},
        "user": {"login": view.customer.login, "password": password},
    }


def examination(record: Examination) -> Shape:
    """Who examined an organization, by what, who released it, and until when that counts."""
    return {
        "examination": record.id,
        "contract": record.contract_id,
        "organization": _organization(record.organization),
        "examined": rfc3339(record.examined_at),
        "counts_until": rfc3339(record.examined_at + baseline.EXAMINATION) if record.released_at else None,
        "examiner": record.examiner,
        "source": record.source,
        "evidence": record.evidence,
        "authority": record.authority,
        "releaser": record.releaser,
        "released": rfc3339(record.released_at) if record.released_at else None,
    }


def waiting(one: Waiting) -> Shape:
    """What waits to be done: since when an examination or its release is wanted, until when an application may be."""
    return {
        "waits_for": one.kind,
        "contract": one.contract.id,
        "service": one.contract.service,
        "name": one.organization.name,
        "at": rfc3339(one.at),
        "examination": one.examination.id if one.examination else None,
        "order": one.order.order.id if one.order else None,
        "status": one.order.status if one.order else None,
        "names": [identifier.value for identifier in one.order.order.identifiers] if one.order else [],
    }


def credential(record: Credential, mac: str, server: str, now: datetime) -> Shape:
    """An EAB credential with its MAC key in base64url, and the directory to use it at."""
    return {
        "kid": record.kid,
        "hmac": mac,
        "server": server,
        "status": contracts.credential_status(record, now),
        "contract": record.contract_id,
    }


def usage(record: Credential, found: Usage) -> Shape:
    """What a credential is called and limited to, who used it last, and what hangs on it."""
    return {
        "label": record.label,
        "domains": list(record.domains),
        "expires": record.expires_at and rfc3339(record.expires_at),
        "registers_until": record.superseded_at and rfc3339(record.superseded_at),
        "registered": found.registered,
        "most_accounts": record.most_accounts,
        "depending": {
            "accounts": found.accounts,
            "certificates": found.certificates,
            "first_end": found.first_end and rfc3339(found.first_end),
        },
        "last_used": found.last_use and rfc3339(found.last_use.at),
        "last_used_by": found.last_use and found.last_use.account_id,
    }


def report(record: ProblemReport, now: datetime) -> Shape:
    """A report with both its terms, and what is due next."""
    following = reports.due(record)
    return {
        "report": record.id,
        "cause": record.cause,
        "about": record.about,
        "reporter": record.reporter,
        "received": rfc3339(record.received_at),
        "answer_by": rfc3339(reports.answer_due(record)),
        "revoke_by": rfc3339(reports.revocation_due(record)),
        "next": following.what if following else None,
        "due": rfc3339(following.at) if following else None,
        "in_time": following is None or now <= following.at,
        "answer": record.answer,
        "answered": rfc3339(record.answered_at) if record.answered_at else None,
        "outcome": record.outcome,
        "closed": rfc3339(record.closed_at) if record.closed_at else None,
        "serials": list(record.serials),
    }


def concerned(one: Concerned) -> Shape:
    """Whose certificates a report is about."""
    serials = [certificate.serial for certificate in one.certificates]
    return {"contract": one.contract_id, "login": one.customer.login, "serials": serials}


def event(record: Event) -> Shape:
    """Something that happened."""
    return {"at": record.at.isoformat(), "kind": record.kind, "subject": record.subject, "facts": record.facts}


def operator(record: Operator) -> Shape:
    """Who may do in the portal what the operator's commands do."""
    return {"login": record.login, "name": record.name, "added": rfc3339(record.added_at)}


def paused(record: Failures) -> Shape:
    """A name that is paused for an account."""
    return {
        "name": record.name,
        "account": record.account_id,
        "failures": record.in_a_row,
        "paused_at": rfc3339(record.paused_at) if record.paused_at else None,
    }


def key(digest: bytes, blocked: BlockedKey | None, certificates: list[str]) -> Shape:
    """A key, and certificates of it."""
    return {
        "key": digest.hex(),
        "blocked_at": blocked and rfc3339(blocked.blocked_at),
        "cause": blocked and blocked.cause,
        "count": len(certificates),
        "certificates": certificates,
    }


def blocked_key(record: BlockedKey) -> Shape:
    """A key for which nothing is issued."""
    return {"key": record.spki_digest.hex(), "blocked_at": rfc3339(record.blocked_at), "cause": record.cause}


def proof(found: Proof) -> Shape:
    """How a name was proved: the CA's own evidence as it was kept, and what was seen besides."""
    authorization, challenge = found.authorization, found.challenge
    assert challenge.validated_at is not None, "only what was validated is a proof"
    return {
        "name": authorization.identifier.value,
        "certified": list(found.names),
        "wildcard": authorization.wildcard,
        "method": challenge.type,
        "validated": rfc3339(challenge.validated_at),
        "account": authorization.account_id,
        "evidence": json.loads(challenge.evidence or b"null"),
        "observations": [
            {
                "seen": rfc3339(one.seen_at),
                "look": one.look,
                "perspective": one.perspective,
                "region": one.region,
                "error": one.error,
                "evidence": json.loads(one.evidence),
            }
            for one in found.observations
        ],
    }


def certificate(record: Certificate, now: datetime) -> Shape:
    """A certificate."""
    return {
        "serial": record.serial,
        "contract": record.contract_id,
        "names": list(record.names),
        "not_before": rfc3339(record.not_before),
        "not_after": rfc3339(record.not_after),
        "status": certificates.status(record, now),
        "reason": record.reason,
        "revoked_at": rfc3339(record.revoked_at) if record.revoked_at else None,
    }


def to_be_replaced(record: Certificate, now: datetime) -> Shape:
    """A certificate that is to be replaced, and until when."""
    return {**certificate(record, now), "replace_by": rfc3339(record.replacement.ends) if record.replacement else None}


def signed(one: Signed) -> Shape:
    """Something the CA signs beside certificates that fault was found with, in the form of a certificate."""
    return {"serial": one.name, "contract": None, "names": [], "findings": one.findings}


def judged(one: Judged) -> Shape:
    """A certificate that fault was found with."""
    own = [f"{one.fault.facts['rule']}: {one.fault.facts['found']}"] if one.fault else []
    own += [f"the audit log says otherwise: {one.difference}"] if one.difference else []
    record = one.certificate
    return {
        "serial": record.serial,
        "contract": record.contract_id,
        "names": list(record.names),
        "findings": [*own, *one.findings],
    }


def gone(serial: str) -> Shape:
    """A certificate that the audit log knows and the table does not, in the form of one that is there."""
    findings = ["it is gone, and the audit log says that it was issued"]
    return {"serial": serial, "contract": None, "names": [], "findings": findings}


def _organization(record: Organization) -> Shape:
    return {"name": record.name, "country": record.country, "state": record.state, "locality": record.locality}
