"""Saying what went wrong: lego's words first, then why and what to do in the reader's language."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tegata.cli.console import shown
from tegata.cli.context import Context
from tegata.cli.phrases import phrase, says_all
from tegata.errors import TegataError
from tegata.text.catalogue import explain

if TYPE_CHECKING:
    from tegata.acme.problems import Problem
    from tegata.text.language import Language


def tell(context: Context, error: TegataError) -> None:
    """Say it on the log."""
    said = phrase(error)
    if said is not None:
        context.console.error(said)
    explained = explain(error, context.language)
    line = explained.remedy if says_all(error) else str(explained)
    reference = error.facts.get("reference")
    context.console.error(f"{line} [{shown(reference)}]" if reference else line)
    problem = getattr(error, "problem", None)
    if problem is not None:
        for more in _parts(problem, context.language, explained.remedy):
            context.console.error(more)


def _parts(problem: "Problem", language: "Language", said: str) -> Iterator[str]:
    """What to do about each kind of subproblem, with the names it is about (RFC 8555 §6.7.1)."""
    from tegata.client.refusals import remedies  # only where there is something to explain

    for refused in remedies(problem).values():
        remedy = explain(refused[0], language).remedy
        names = ", ".join(shown(each.problem.identifier.value) for each in refused if each.problem.identifier)
        if remedy != said:
            yield f"[{names}] {remedy}" if names else remedy
