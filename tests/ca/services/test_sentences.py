"""Every fixed phrase that the rules and services give as a reason or kind is told in Japanese too."""

import ast
from collections.abc import Iterator
from pathlib import Path

import tegata.ca
from tegata.ca.errors import UnknownObject
from tegata.text import catalogue, errors_contract, errors_order
from tegata.text.language import Language

CA = Path(tegata.ca.__file__).parent
CALLS_WITH_A_REASON = {"_change", "_commit"}


def phrases() -> Iterator[str]:
    """Literal reasons and kinds of raised errors, and of the two functions that raise with the one they are given."""
    for room in ("policy", "services"):
        for path in sorted((CA / room).glob("*.py")):
            tree = ast.parse(path.read_text("utf-8"))
            # A phrase that is raised in several places has a name where it is made.
            named = {
                target.id: statement.value
                for statement in tree.body
                if isinstance(statement, ast.Assign)
                for target in statement.targets
                if isinstance(target, ast.Name)
            }
            for node in ast.walk(tree):
                if isinstance(node, ast.Call):
                    values = [keyword.value for keyword in node.keywords if keyword.arg in ("reason", "kind")]
                    reasons = [keyword.value for keyword in node.keywords if keyword.arg == "reason"]
                    values += [
                        named[value.id] for value in reasons if isinstance(value, ast.Name) and value.id in named
                    ]
                    if getattr(node.func, "attr", "") in CALLS_WITH_A_REASON:
                        values.append(node.args[-1])
                elif isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "reason":
                    values = [node.value]
                else:
                    continue
                yield from (str(value.value) for value in values if isinstance(value, ast.Constant))


def test_every_phrase_is_translated():
    """And none is left over; what other rooms translate is found there."""
    found = set(phrases())
    assert found - set(catalogue.reasons()) - {"EAB"} == set()
    assert {*errors_contract.REASONS, *errors_order.REASONS} - found == set()


def test_a_kind_in_japanese():
    """As the command line prints it."""
    error = UnknownObject(kind="contract", name="C0")
    assert catalogue.explain(error, Language.JA).what == "契約 C0 はありません。"
    assert catalogue.explain(error, Language.EN).what == "There is no contract C0."
