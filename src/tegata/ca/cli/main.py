"""The command ``tegata-ca``: reads the line, runs the command, prints its answer, ends with its exit code.

The one place where an exception becomes a line on standard error and a number: 1 refused or failed, 2 wrong usage.
"""

import asyncio
import contextlib
import json
import os
import sys
import traceback
from collections.abc import Awaitable, Callable

from tegata.ca import bootstrap
from tegata.ca.bootstrap import Ca
from tegata.ca.cli import (
    auditing,
    ceremony,
    certificates,
    checking,
    commands,
    contracts,
    credentials,
    customers,
    database,
    grammar,
    initialise,
    keys,
    operators,
    paused,
    perspectives,
    reports,
)
from tegata.ca.cli.answers import Answer, AnswerLost, show, write
from tegata.ca.cli.grammar import Asked, BadUsage
from tegata.ca.issuing import transcript
from tegata.ca.services.ids import SystemIds
from tegata.errors import TegataError
from tegata.text.catalogue import explain
from tegata.text.language import Language, from_environment

DONE, FAILED, MISUSED, INTERRUPTED = 0, 1, 2, 130
READER_GONE = 141
"""As a program that the signal for it ends (128 and SIGPIPE)."""

_REPORTS = {
    "add": reports.add,
    "list": reports.listing,
    "show": reports.show,
    "answer": reports.answer,
    "replace": reports.replace,
    "customers": reports.customers,
    "revoke": reports.revoke,
    "close": reports.close,
}

# What is done on a CA that is there; ``init`` makes one and ``serve`` runs it.
_COMMANDS: dict[tuple[str, ...], Callable[[Ca, Asked], Awaitable[Answer]]] = {
    ("contract", "add"): contracts.add,
    ("contract", "list"): contracts.listing,
    ("contract", "show"): contracts.show,
    ("contract", "renew"): contracts.renew,
    ("contract", "suspend"): contracts.suspend,
    ("contract", "resume"): contracts.resume,
    ("contract", "end"): contracts.end,
    ("contract", "revoke"): contracts.revoke,
    ("contract", "examine"): contracts.examine,
    ("contract", "release"): contracts.release,
    ("contract", "examinations"): contracts.examinations,
    ("customer", "password"): customers.password,
    ("customer", "rename"): customers.rename,
    ("operator", "add"): operators.add,
    ("operator", "list"): operators.listing,
    ("operator", "remove"): operators.remove,
    ("paused", "list"): paused.listing,
    ("paused", "resume"): paused.resume,
    ("eab", "list"): credentials.listing,
    ("eab", "add"): credentials.add,
    ("eab", "label"): credentials.label,
    ("eab", "show"): credentials.show,
    ("eab", "rotate"): credentials.rotate,
    ("eab", "disable"): credentials.disable,
    ("eab", "file"): credentials.file,
    ("perspective", "list"): perspectives.listing,
    ("audit", "verify"): auditing.verify,
    ("audit", "export"): auditing.export,
    ("audit", "show"): auditing.show,
    ("audit", "certificates"): auditing.certificates,
    ("cert", "list"): certificates.listing,
    ("cert", "show"): certificates.show,
    ("cert", "evidence"): certificates.evidence,
    ("cert", "revoke"): certificates.revoke,
    ("cert", "replace"): certificates.replace,
    **{("report", verb): command for verb, command in _REPORTS.items()},
    ("key", "show"): keys.show,
    ("key", "block"): keys.block,
    ("key", "list"): keys.listing,
}
# What each is about, as the grammar calls it.
_COMMAND_ARGUMENTS = {one.words: one.argument.lower() for one in commands.COMMANDS if one.argument}
_READING = frozenset(
    {"list", "show", "file", "examinations", "customers", "verify", "export", "certificates", "evidence"}
)
"""Verbs that change nothing; before any other it is put on record who runs it."""


def _serve(asked: Asked) -> None:
    from tegata.ca.cli import serving  # noqa: PLC0415 - only who serves waits for what serves

    serving.run(asked)


def _serve_perspective(asked: Asked) -> None:
    from tegata.ca.cli import agent  # noqa: PLC0415 - as above

    agent.run(asked)


_SERVERS = {("serve",): _serve, ("perspective", "serve"): _serve_perspective}

# What is done without opening the CA; some of it makes one.
_WITHOUT_CA: dict[tuple[str, ...], Callable[[Asked], Answer]] = {
    ("init",): initialise.run,
    ("perspective", "add"): perspectives.add,
    **{("ceremony", step): ceremony.run for step in ceremony.STEPS},
    ("migrate",): database.migrate,
    ("backup",): database.back_up,
    ("restore",): database.restore,
}


def main() -> int:
    """Run the command line of this process; its exit code."""
    language = from_environment(os.environ)
    as_json = "--json" in sys.argv[1:]
    try:
        asked = grammar.parse(sys.argv[1:], os.environ)
        answer = _run(asked, language)
        if answer is not None:
            show(answer.as_json() if asked.json else answer.as_text(language))
            if answer.failed:
                return FAILED
    except TegataError as error:
        if isinstance(error, AnswerLost) and isinstance(error.__cause__, BrokenPipeError):
            return READER_GONE  # it had enough, as head has
        _tell(error, language, as_json=as_json)
        return MISUSED if isinstance(error, BadUsage) else FAILED
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception:  # noqa: BLE001 - the edge: whatever happened becomes a line and a number
        if not as_json:
            traceback.print_exc()
        _tell(TegataError(), language, as_json=as_json)
        return FAILED
    return DONE


def _run(asked: Asked, language: Language) -> Answer | None:
    if asked.words == ("check",):
        return asyncio.run(checking.check(asked, language))
    if asked.words in _WITHOUT_CA:
        return _WITHOUT_CA[asked.words](asked)
    if asked.words in _SERVERS:
        _SERVERS[asked.words](asked)
        return None
    return asyncio.run(_on_ca(_COMMANDS[asked.words], asked))


async def _on_ca(command: Callable[[Ca, Asked], Awaitable[Answer]], asked: Asked) -> Answer:
    # Most commands sign nothing, and a revocation counts though its CRL has to wait for a token that is away.
    ca = bootstrap.open_ca(asked.home, os.environ)
    try:
        if asked.words[-1] not in _READING:
            await ca.clocks.compare()
            ca.clocks.require()  # what it changes is dated by this machine's clock (B-03)
            of = _COMMAND_ARGUMENTS.get(asked.words)
            await ca.audit.commanded(transcript.operator(os.environ), " ".join(asked.words), asked[of] if of else None)
        return await command(ca, asked)
    finally:
        await ca.close()


def _tell(error: TegataError, language: Language, *, as_json: bool) -> None:
    """Say on standard error what is wrong and what to do, for a person or for a program."""
    detail = str(explain(error, language))
    if as_json:
        problem = {"code": error.code, "detail": detail, "reference": SystemIds().reference()}
        detail = json.dumps({"error": problem}, ensure_ascii=False)
    with contextlib.suppress(OSError):
        write(sys.stderr, detail + "\n")
