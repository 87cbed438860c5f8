"""What a CA and its perspectives say to each other: one look as one question, one report as the answer.

Both sides read with limits and believe no shape: whatever does not decode is no report. Makes no connection.
"""

import msgspec

from tegata.acme import challenges, identifiers
from tegata.acme.challenges import BadToken
from tegata.ca.errors import Fault, ValidationFault, error_of, fault_of
from tegata.ca.model import Look
from tegata.ca.ports import Question, Verdict
from tegata.pki.names import BadName, is_wildcard

PATH = "/look"
READY_PATH = "/ready"
ERRAND_LIMIT = 64 * 1024
REPORT_LIMIT = 256 * 1024
# No fact of a fault is longer; it is shown to people.
_FACT_LIMIT = 4096
CONTENT_TYPE = "application/json"


class BadMessage(Exception):
    """What came is no errand or no report."""


class Errand(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is to be looked for; the question holds all that one look needs."""

    look: Look
    question: Question


class Report(msgspec.Struct, frozen=True):
    """What was seen from there: why it does not agree, or nothing, and the evidence."""

    perspective: str
    question: Question
    fault: Fault | None
    evidence: msgspec.Raw


def errand(look: Look, question: Question) -> bytes:
    """An errand on the wire."""
    return msgspec.json.encode(Errand(look, question))


def read_errand(body: bytes) -> Errand:
    """The errand in a request's body, its name and token such as a CA has them; raises BadMessage."""
    try:
        found = msgspec.json.decode(body, type=Errand)
        question = found.question
        name = question.identifier.value
        is_named = identifiers.of(name) == question.identifier and not is_wildcard(name)
        if question.token:
            challenges.check_token(question.token)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, BadName, BadToken):
        raise BadMessage("no errand") from None
    texts = (question.key_authorization, question.account_uri, *question.former_uris)
    if not is_named or not "".join((*texts, *question.thumbprints, *question.hash_prefixes)).isascii():
        raise BadMessage("no errand")
    return found


def report(perspective: str, question: Question, verdict: Verdict) -> bytes:
    """A verdict on the wire."""
    error = verdict.error
    fault = None if error is None else fault_of(error, reference="")
    return msgspec.json.encode(Report(perspective, question, fault, msgspec.Raw(verdict.evidence)))


def read_report(body: bytes, perspective: str, question: Question) -> Verdict:
    """The verdict of this perspective on this very question (B-44); raises BadMessage for anything else."""
    try:
        found = msgspec.json.decode(body, type=Report)
        evidence = bytes(found.evidence)
        msgspec.json.decode(evidence)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise BadMessage("no report") from None
    if found.perspective != perspective or found.question != question:
        raise BadMessage("a report from elsewhere or on another question")
    if found.fault and any(len(value) > _FACT_LIMIT for value in found.fault.facts.values()):
        raise BadMessage("a report of too many words")
    error = found.fault and error_of(found.fault)
    if error is not None and not isinstance(error, ValidationFault):
        raise BadMessage("a report of something that no look can find")
    return Verdict(error, evidence)
