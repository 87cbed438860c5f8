"""What is read out of a server's answers, whatever it sent: a document, a problem, a few words about it."""

from datetime import datetime
from typing import Any

from tegata.acme import codec
from tegata.acme.problems import PREFIX, Problem, decode
from tegata.acme.wire import Response
from tegata.clock import parse_rfc3339
from tegata.conformance.check import expect

_EXCERPT = 300
_FIRST_ERROR = 400


def is_refusal(answer: Response) -> bool:
    """Whether it is an error, of whatever kind."""
    return answer.status >= _FIRST_ERROR


def has_status(answer: Response, status: int) -> None:
    """Expect this HTTP status; raises Differs."""
    expect(str(status), said(answer), holds=answer.status == status)


def document(answer: Response) -> dict[str, Any]:
    """The JSON object of an answer that is no refusal; raises Differs where it is none."""
    expect("an answer, no refusal", said(answer), holds=not is_refusal(answer))
    return members(answer)


def members(answer: Response) -> dict[str, Any]:
    """The JSON object of any answer; raises Differs where it is none."""
    try:
        return codec.decode(answer.body, dict[str, Any], codec.RESPONSE_LIMIT)
    except codec.Malformed as error:
        expect("a JSON object", error.facts.get("reason"), holds=False)
        raise


def text(of: dict[str, Any], name: str) -> str:
    """A member that is text; raises Differs."""
    value = of.get(name)
    expect(f"the member {name}", value, holds=isinstance(value, str) and value != "")
    return str(value)


def instant(value: object) -> datetime | None:
    """What a member of RFC 3339 says; None where it is none."""
    try:
        return parse_rfc3339(str(value))
    except ValueError:
        return None


def is_ahead(value: object, now: datetime) -> bool:
    """Whether a member says an instant that is still to come."""
    found = instant(value)
    return found is not None and found > now


def same(before: object, now: object) -> bool:
    """Whether two lists hold the same, in whatever order: servers need keep none (RFC 8555 §7.1.3)."""
    if not (isinstance(before, list) and isinstance(now, list) and len(before) == len(now)):
        return False
    return all(each in now for each in before) and all(each in before for each in now)


def problem(answer: Response) -> Problem:
    """What an answer that refuses says."""
    return decode(answer.body, answer.status)


def said(answer: Response) -> str:
    """An answer in a few words."""
    if not is_refusal(answer):
        return str(answer.status)
    told = problem(answer)
    return f"{answer.status} {told.type}: {told.detail}"[:_EXCERPT]


def refused(answer: Response, *types: str, status: int | None = None, what: object = "") -> None:
    """Expect a problem of one of these types (none named: of any), with this status if one is said; raises Differs.

    ``what`` says what should have been refused, where a check tries several things.
    """
    told = problem(answer).type
    of_what = f" of {what!r}" if what != "" else ""
    wanted = f"a refusal{of_what}: {PREFIX + ' or '.join(types) if types else 'any'}"
    wanted += f" with {status}" if status else ""
    right_status = answer.status == status if status else _FIRST_ERROR <= answer.status < _FIRST_ERROR + 100
    expect(wanted, said(answer), holds=right_status and (not types or told in {PREFIX + each for each in types}))
