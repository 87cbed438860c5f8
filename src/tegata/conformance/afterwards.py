"""What is looked at when all other checks have been made: how the server refused, whatever it refused.

Makes no request of its own.
"""

from tegata.acme.problems import PREFIX, ErrorType
from tegata.conformance.answers import problem, said
from tegata.conformance.bench import TOO_MANY_REQUESTS, Bench
from tegata.conformance.check import Checklist, NotPossible, expect

# What is registered besides, and of no use to this program (RFC 9799 §8.4).
_REGISTERED = {*ErrorType, "onionCAARequired"}

check = Checklist()


@check("RFC 8555 §6.7, A-21, A-22", "拒否のエラーの種類は、すべて登録されたものである。")
def registered_types(bench: Bench) -> None:
    """Every type of ACME's that the server refused with is a registered one."""
    found = {problem(answer).type for answer in bench.refusals}
    if not found:
        raise NotPossible(reason="the server has refused nothing yet")
    strange = sorted(each for each in found if each.startswith(PREFIX) and each.removeprefix(PREFIX) not in _REGISTERED)
    expect("registered types", ", ".join(strange), holds=not strange)


@check("RFC 8555 §6.6, A-25", "制限による拒否は 429 の rateLimited であり、Retry-After がある。")
def limits(bench: Bench) -> None:
    """A request that met a limit is told so: rateLimited, with 429, and when it will pass."""
    kind = f"{PREFIX}rateLimited"
    found = [one for one in bench.refusals if one.status == TOO_MANY_REQUESTS or problem(one).type == kind]
    if not found:
        raise NotPossible(reason="the server has limited no request, and is not asked so often that it must")
    for answer in found:
        is_whole = answer.status == TOO_MANY_REQUESTS and problem(answer).type == kind
        expect(f"429 {kind} and a Retry-After", said(answer), holds=is_whole and "Retry-After" in answer.headers)
