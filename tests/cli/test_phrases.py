"""lego's own words for errors, and problem documents in lego's one line."""

import pytest

from tegata.acme.identifiers import dns
from tegata.acme.problems import Problem
from tegata.cli.phrases import PHRASES, during, phrase
from tegata.client.errors import CaUnreachable, OrderInvalid, ProblemReceived, ValidationFailed
from tegata.errors import TegataError
from tegata.host.errors import CertificateNotFound
from tegata.plugin_api.dns import AliasesNeeded, AliasNeeded
from tegata.text.catalogue import entries

REFUSED = Problem(type="urn:ietf:params:acme:error:unauthorized", detail="no\x1b[2J", status=403)
DOWN = Problem(type="urn:ietf:params:acme:error:connection", detail="refused", status=400)


def test_each_phrase_belongs_to_an_error() -> None:
    """A phrase for a code that nobody raises would never be seen."""
    assert set(PHRASES) <= set(entries())


COMPOUND = Problem(
    type="urn:ietf:params:acme:error:compound",
    detail="two",
    status=400,
    instance="https://ca.example/help",
    subproblems=(Problem(type="urn:ietf:params:acme:error:caa", detail="x", status=403, identifier=dns("a.example")),),
)
REFUSED_LINE = (
    "acme: error: 403 :: POST :: https://ca.example/new :: urn:ietf:params:acme:error:unauthorized :: no\\x1b[2J"
)
DOWN_LINE = "acme: error: 400 :: urn:ietf:params:acme:error:connection :: refused"
COMPOUND_LINE = (
    "acme: error: 400 :: POST :: https://ca.example/new :: urn:ietf:params:acme:error:compound :: two, "
    'problem: "urn:ietf:params:acme:error:caa" :: [a.example] x, url: https://ca.example/help'
)
FAILURES = f"error: one or more domains had a problem:\n[a.example] {DOWN_LINE}\n[b.example] {DOWN_LINE}"


ALIASES = (
    'acme: error presenting token: acme-dns: new accounts created for "a, b\\x1b[2J". To complete setup you must '
    "provision the following CNAMEs in your DNS zone and re-run this provider when they are in place:\n"
    "_acme-challenge.a. CNAME x.example.\n_acme-challenge.b\\x1b[2J. CNAME x.example."
)


def alias_needed(domain: str) -> AliasNeeded:
    return AliasNeeded(provider="acme-dns", domain=domain, name=f"_acme-challenge.{domain}.", target="x.example")


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (ProblemReceived(REFUSED, "POST", "https://ca.example/new"), REFUSED_LINE),
        (ProblemReceived(COMPOUND, "POST", "https://ca.example/new"), COMPOUND_LINE),
        (ValidationFailed([("b.example", DOWN), ("a.example", DOWN)]), FAILURES),
        (OrderInvalid("https://ca.example/o/1", DOWN), DOWN_LINE),
        (OrderInvalid("https://ca.example/o/1", None), None),
        (CaUnreachable(url="https://ca.example/", reason="refused"), 'Get "https://ca.example/": refused'),
        (CertificateNotFound(name="x", file="/l/x.crt", path="/l"), "open /l/x.crt: no such file or directory"),
        (AliasesNeeded([alias_needed("a"), alias_needed("b\x1b[2J")]), ALIASES),
        (TegataError(), None),
    ],
)
def test_errors(error: TegataError, line: str | None) -> None:
    """Type, detail, every subproblem with its name, and the instance (A-24); control characters made visible (S-37)."""
    assert phrase(error) == line


def test_what_was_going_on_comes_first() -> None:
    """As lego wraps its errors."""
    error = OrderInvalid("https://ca.example/o/1", DOWN)
    with pytest.raises(OrderInvalid), during("Could not obtain certificates:\n\t"):
        raise error
    said = phrase(error)
    assert said is not None
    assert said.startswith("Could not obtain certificates:\n\tacme: error: 400 :: ")
