"""lego's own words for what went wrong: the lines that scripts look for, always in English.

Data and a little formatting; the explanation in the reader's language, which follows them, is the catalogue's.
"""

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tegata.cli.console import shown
from tegata.errors import TegataError

if TYPE_CHECKING:
    from tegata.acme.problems import Problem

# By code; facts in braces.
PHRASES: dict[str, str] = {
    "cli.unknown-command": "No help topic for '{word}'",
    "cli.unknown-flag": "flag provided but not defined: -{flag}",
    "cli.mistyped-flag": "flag provided but not defined: -{flag}",
    "cli.misplaced-flag": "flag provided but not defined: -{flag}",
    "cli.missing-value": "flag needs an argument: -{flag}",
    "cli.bad-reason": 'invalid value "{value}" for flag {source}: parse error',
    "cli.bad-duration": 'invalid value "{value}" for flag {source}: parse error',
    "cli.bad-time": 'invalid value "{value}" for flag {source}: parse error',
    "cli.bad-switch": 'invalid boolean value "{value}" for {source}: parse error',
    "cli.bad-number": 'invalid value "{value}" for flag {source}: parse error',
    "cli.bad-natural": 'invalid value "{value}" for flag {source}: parse error',
    "cli.no-names": "Please specify --domains/-d",
    "cli.no-challenge": "No challenge selected. You must specify at least one challenge: `--http`, `--tls`, `--dns`.",
    "cli.unknown-provider": "unrecognized DNS provider: {word}",
    "cli.no-such-help": '"{word}" is not yet supported',
    "cli.negative-wait": "'{flag}' cannot be negative",
    "cli.exclusive-flags": "'{flag}' and '{other}' are mutually exclusive",
    "cli.incomplete-eab": "Requires arguments --kid and --hmac.",
    "cli.terms-refused": "You did not accept the TOS. Unable to proceed.",
    "cli.no-answer": "Could not read from console: EOF",
    "cli.unanswered": "Could not read from console: EOF",
    "cli.nothing-chosen": "Could not read from console: EOF",
    "pki.key-type": "Unsupported KeyType: {word}",
    "host.account-not-found": "Account {email} is not registered. Use 'run' to register a new account.",
    "host.certificate-not-found": "open {file}: no such file or directory",
    "host.hook-timed-out": "hook timed out",
    "host.hook-failed": "exit status {status}",
    "client.eab-required": "Server requires External Account Binding. Use --eab with --kid and --hmac.",
    "client.unreachable": 'Get "{url}": {reason}',
    "client.no-solver": (
        "error: one or more domains had a problem:\n[{name}] [{name}] acme: could not determine solvers"
    ),
    "acme.mac": "acme: could not decode hmac key: {reason}",
    "dns.missing-settings": "{provider}: some credentials information are missing: {names}",
    "dns.program-failed": "acme: error presenting token: {provider}: wait command: exit status {status}",
    "dns.nobody-answers": "acme: error presenting token: EOF",
    "dns.cname-needed": (
        'acme: error presenting token: acme-dns: new account created for "{domain}". To complete setup for "{domain}" '
        "you must provision the following CNAME in your DNS zone and re-run this provider when it is in place:\n"
        "{name} CNAME {target}."
    ),
    "dns.cnames-needed": (
        'acme: error presenting token: acme-dns: new accounts created for "{domains}". To complete setup you must '
        "provision the following CNAMEs in your DNS zone and re-run this provider when they are in place:\n{records}"
    ),
    "dns.not-propagated": "propagation: time limit exceeded: last error: {missing} [fqdn: {name}]",
    "dns.zone-not-found": "could not find the start of authority for {name}",
    "solver.port-in-use": (
        "acme: error presenting token: could not start {server} server for challenge: "
        "listen tcp {address}: bind: address already in use"
    ),
    "solver.bad-address": "The --{flag} switch only accepts interface:port or :port for its argument.",
    "solver.webroot-missing": "webroot path does not exist",
}


def phrase(error: TegataError) -> str | None:
    """What lego says of an error, what was going on first; None where it says nothing worth keeping."""
    said = _said(error)
    return None if said is None else "".join([*getattr(error, "__notes__", ()), said])


def says_all(error: TegataError) -> bool:
    """Whether the phrase holds all that the CA said: what is left to say is what to do."""
    from tegata.client.errors import ProblemReceived, ValidationFailed

    return isinstance(error, ProblemReceived | ValidationFailed)


def _said(error: TegataError) -> str | None:
    # Loaded by whoever raised one of these; most runs raise nothing.
    from tegata.acme.problems import Problem
    from tegata.client.errors import OrderInvalid, ProblemReceived, ValidationFailed

    match error:
        case ProblemReceived():
            return problem_line(error.problem, f"{error.method} :: {shown(error.url)}")
        case ValidationFailed():
            lines = [f"[{shown(name)}] {problem_line(problem)}" for name, problem in error.failures]
            return "\n".join(["error: one or more domains had a problem:", *lines])
        case OrderInvalid(problem=Problem() as problem):
            return problem_line(problem)
    template = PHRASES.get(error.code)
    return template and template.format_map({name: _lines(value) for name, value in error.facts.items()})


def _lines(fact: object) -> str:
    """A fact, safe for a screen; of several values each in a line of its own."""
    return "\n".join(map(shown, fact)) if isinstance(fact, tuple) else shown(fact)


@contextlib.contextmanager
def during(words: str) -> Iterator[None]:
    """Say what was going on when an error passes through here: what lego writes in front of it."""
    try:
        yield
    except TegataError as error:
        error.add_note(words)
        raise


def problem_line(problem: "Problem", request: str = "") -> str:
    """A problem document in one line, as lego writes it (A-24)."""
    parts = [f"acme: error: {problem.status}", request, shown(problem.type), shown(problem.detail)]
    line = " :: ".join(part for part in parts if part)
    for each in problem.subproblems:
        name = f"[{shown(each.identifier.value)}] " if each.identifier else ""
        line += f', problem: "{shown(each.type)}" :: {name}{shown(each.detail)}'
    return f"{line}, url: {shown(problem.instance)}" if problem.instance else line
