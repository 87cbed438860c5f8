"""The command ``conformance``: hold an ACME server against the standards, and say check by check how it does.

What is checked, and how, is ``tegata.conformance``'s matter. Keeps nothing on the disk.
"""

import json
from collections import Counter
from collections.abc import Iterable

from tegata.cli.console import WARN, shown
from tegata.cli.context import Context
from tegata.cli.errors import UnknownCheck
from tegata.cli.plans.plan import Conformance
from tegata.cli.steps.connection import network_for
from tegata.cli.steps.proving import solvers_for
from tegata.cli.steps.registering import credential_of
from tegata.client.transport import HttpTransport
from tegata.conformance.bench import Bench, Means
from tegata.conformance.check import Verdict
from tegata.conformance.suite import CHECKS, Result, results

_DIFFERS = 1


def conformance(context: Context, plan: Conformance) -> int:
    """Make the checks and show each result as it comes; 1 where the server differs in more than it is known to."""
    _check_names((*plan.only, *plan.known))
    credential = credential_of(plan.account)
    means = Means(
        binding=(credential.kid, credential.mac) if credential else None,
        terms_agreed=plan.account.accept_terms,
        names=plan.names,
        solvers=solvers_for(context, plan.ways),
        key_type=plan.key_type,
    )
    done: list[Result] = []
    with HttpTransport(network_for(context, plan.account)) as transport:
        bench = Bench(plan.account.server, transport, context.clock, means)
        for result in results(bench, plan.only):
            done.append(result)
            if not plan.json:
                _show(context, result)
    if plan.json:
        context.console.say(json.dumps([_as_json(result) for result in done], ensure_ascii=False, indent=2))
    return _sum_up(context, plan, done)


def _check_names(names: Iterable[str]) -> None:
    known = {check.name for check in CHECKS}
    for name in names:
        if name not in known:
            raise UnknownCheck(name=name, known=", ".join(sorted(known)))


def _show(context: Context, result: Result) -> None:
    check, say = result.check, context.console.say
    says = check.says.fill(context.language, {})
    say(f"{result.verdict.value:<13} {check.name:<28} {says} ({check.clauses})")
    if result.verdict is Verdict.DIFFERS:
        say(f"{'':<13} expected: {shown(result.expected)}")
        say(f"{'':<13} seen:     {shown(result.seen)}")
    elif result.verdict is Verdict.NOT_POSSIBLE:
        say(f"{'':<13} because:  {shown(result.seen)}")


def _as_json(result: Result) -> dict[str, str]:
    return {
        "check": result.check.name,
        "clauses": result.check.clauses,
        "verdict": result.verdict.value,
        "expected": result.expected,
        "seen": result.seen,
    }


def _sum_up(context: Context, plan: Conformance, done: list[Result]) -> int:
    counts = Counter(result.verdict for result in done)
    different = {result.check.name for result in done if result.verdict is Verdict.DIFFERS}
    context.console.log(
        f"{len(done)} checks: {counts[Verdict.PASSED]} passed, {counts[Verdict.DIFFERS]} differ "
        f"({len(different & set(plan.known))} of them known), {counts[Verdict.NOT_POSSIBLE]} not possible"
    )
    better = {result.check.name for result in done if result.verdict is Verdict.PASSED} & set(plan.known)
    if better:
        context.console.log(f"Passed, though named by --except: {', '.join(sorted(better))}", WARN)
    return _DIFFERS if different - set(plan.known) else 0
