"""Which names a renewed certificate has, and that what is waited for is done."""

import io
from pathlib import Path
from typing import Any, cast

import pytest
from msgspec.structs import replace

from tegata.cli.console import Console
from tegata.cli.context import Context
from tegata.cli.plans.material import Material
from tegata.cli.sharing import Shared
from tegata.cli.steps import renewing
from tegata.cli.steps.renewing import _delay, _Later, _names
from tegata.host.certificates import CertificateFiles
from tegata.host.files import Tree
from tegata.pki import csr, csr_file
from tegata.text.language import Language
from tests.cli.steps.test_timing import ordering
from tests.client.clock import SteppingClock
from tests.host import issued

BEFORE = ("a.example", "b.example", "c.example")
CERTIFICATE = issued.certificate(issued.new_key(), *BEFORE)


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ((), BEFORE),
        (("b.example",), ("b.example", "a.example", "c.example")),
        (("b.example", "d.example", "a.example"), ("b.example", "a.example", "c.example", "d.example")),
    ],
)
def test_no_name_is_lost(given: tuple[str, ...], names: tuple[str, ...]) -> None:
    """Who forgets a -d keeps its site; the first given comes first, as files and common name go by it."""
    assert _names(ordering(*given), CERTIFICATE) == names


def test_unless_exactly_the_given_are_wanted() -> None:
    """By a word of their own, or by a request that can be for no others."""
    assert _names(ordering("b.example", exact_names=True), CERTIFICATE) == ("b.example",)
    request = csr_file.read(csr.build(issued.new_key(), ("b.example",), common_name="b.example"))
    wanted = ordering("b.example")
    wanted = replace(wanted, issue=replace(wanted.issue, material=Material(csr=request)))
    assert _names(wanted, CERTIFICATE) == ("b.example",)


@pytest.mark.parametrize(
    ("outcomes", "renewed"),
    [
        ([True], True),
        ([_Later(60), True], True),
        # The clock was put back by a second while it was waited for.
        ([_Later(60), _Later(1), True], True),
        ([_Later(60), False], False),
        ([_Later(60)] * 100, False),
    ],
)
def test_what_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, outcomes: list[bool | _Later], renewed: bool
) -> None:
    """Is done then, however often it takes; but a CA that moves its window again and again holds nobody for ever."""
    left, clock = list(outcomes), SteppingClock()
    monkeypatch.setattr(renewing._Renewal, "attempt", lambda _self, *, may_delay: left.pop(0))  # noqa: ARG005 - its name is the keyword
    console = Console(io.StringIO(), io.StringIO(), io.StringIO(), clock.now)
    context = Context(console, clock, {}, Language.EN, lambda: 0.0)
    files, anything = CertificateFiles(Tree(tmp_path), "a.example"), cast("Any", None)
    assert renewing.renew_if_due(context, ordering("a.example"), anything, files, hooks=anything) is renewed
    assert len(clock.slept) < 10


def test_the_delay_by_chance_is_one_for_all_certificates_of_a_file() -> None:
    """Else five hundred, of which eight are at work at once, would take hours of waiting."""
    clock = SteppingClock()
    console = Console(io.StringIO(), io.StringIO(), io.StringIO(), clock.now)
    chances = iter([0.5, 0.9, 0.1, 1.0])
    alone = Context(console, clock, {}, Language.EN, lambda: next(chances))
    with Shared() as shared:
        together = replace(alone, shared=shared)
        assert _delay(together) == 240
        clock.sleep(100)
        assert _delay(together) == 140
        clock.sleep(1000)
        assert _delay(together) == 0
    assert _delay(alone) == 480
