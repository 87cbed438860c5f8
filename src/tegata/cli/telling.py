"""Saying what went wrong: lego's words first, then why and what to do in the reader's language."""

from tegata.cli.console import shown
from tegata.cli.context import Context
from tegata.cli.phrases import phrase, says_all
from tegata.errors import TegataError
from tegata.text.catalogue import explain


def tell(context: Context, error: TegataError) -> None:
    """Say it on the log."""
    said = phrase(error)
    if said is not None:
        context.console.error(said)
    explained = explain(error, context.language)
    line = explained.remedy if says_all(error) else str(explained)
    reference = error.facts.get("reference")
    context.console.error(f"{line} [{shown(reference)}]" if reference else line)
