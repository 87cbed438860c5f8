"""Names that nobody may have: a list of high risks, and names that are not the Internet's."""

import pytest

from tegata.acme.identifiers import Identifier
from tegata.ca.errors import NamesRefused
from tegata.ca.policy import barred
from tegata.ca.policy.barred import NOBODY, parse

LIST = parse(
    """
    www.example.com   # exactly
    .example.net
    Bank.Example.ORG
    /(?:.*\\.)?paypa[l1].*/
    /[a-z]+bank\\.jp/
    """
)


def dns(*names):
    return [Identifier("dns", name) for name in names]


@pytest.mark.parametrize(
    ("name", "held"),
    [
        ("www.example.com", True),
        ("*.www.example.com", True),
        ("example.com", False),
        ("a.www.example.com", False),
        ("example.net", True),
        ("a.b.example.net", True),
        ("*.example.net", True),
        ("badexample.net", False),
        ("bank.example.org", True),
        ("paypa1.jp", True),
        ("login.paypal-secure.example", True),
        ("my-paypal.jp", False),
        ("*.paypal.jp", True),
        ("mybank.jp", True),
        ("*.mybank.jp", True),
        ("www.mybank.jp", False),
        ("*.example.com", True),  # would be good for www.example.com
        ("*.example.org", True),
        ("*.org", False),
        ("*.a.example.com", False),
    ],
)
def test_a_list(name, held):
    """B-27: exact names, those with all below, expressions that a whole name matches; no wildcard evades them."""
    assert LIST.holds(name) == held


@pytest.mark.parametrize("text", ["www.example.com\n*", "www.example.com\n/(/", "www.example.com\na_b.example"])
def test_a_list_with_a_fault(text):
    """It says where."""
    with pytest.raises(ValueError, match="line 2"):
        parse(text)


def test_every_barred_name_is_told():
    """B-27."""
    with pytest.raises(NamesRefused) as caught:
        barred.check(dns("a.example.net", "www.example.jp", "www.example.com"), LIST, is_public=False)
    assert [identifier.value for identifier, _ in caught.value.refusals] == ["a.example.net", "www.example.com"]


@pytest.mark.parametrize(
    "name", ["host.internal", "www.local", "a.example", "www.xn--r8jz45g", "onion", "a.onion", "*.a.onion"]
)
def test_a_top_level_domain_that_is_not_there(name):
    """B-26: a publicly trusted CA certifies names of the Internet only, a private one any."""
    barred.check(dns(name), NOBODY, is_public=False)
    with pytest.raises(NamesRefused):
        barred.check(dns("www.example.co.jp", name), NOBODY, is_public=True)


def test_names_of_the_internet():
    """B-26: those of internationalized top-level domains too; an address has none."""
    good = [*dns("www.example.com", "*.example.co.jp", "a.xn--p1ai"), Identifier("ip", "8.8.8.8")]
    barred.check(good, NOBODY, is_public=True)
