"""Which names a renewed certificate has."""

import pytest
from msgspec.structs import replace

from tegata.cli.plans.material import Material
from tegata.cli.steps.renewing import _names
from tegata.pki import csr, csr_file
from tests.cli.steps.test_timing import ordering
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
