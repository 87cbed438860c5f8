"""A question with yes or no at the terminal, in lego's words; Enter means yes.

What the answer leads to is the asker's matter.
"""

from tegata.cli.console import Console
from tegata.cli.errors import Unanswered


def is_agreed(console: Console, question: str) -> bool | None:
    """Whether the operator says yes; None: the input ended without an answer."""
    while True:
        console.say(f"{question} Y/n")
        answer = console.answer()
        if answer is None:
            return None
        if answer in ("", "y", "Y"):
            return True
        if answer in ("n", "N"):
            return False
        console.say("Your input was invalid. Please answer with one of Y/y, n/N or by pressing enter.")


def may_go_on(console: Console, question: str, *, agreed: bool) -> bool:
    """Whether to go on with something that changes much; ``agreed``: by --yes. Raises Unanswered."""
    if agreed:
        return True
    answer = is_agreed(console, question)
    if answer is None:
        raise Unanswered(question=question)
    if not answer:
        console.log("Aborting.")
    return answer
