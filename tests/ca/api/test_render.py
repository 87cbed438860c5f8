"""Problem documents: the one table is complete, and each document says what its reader needs."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tegata.acme.identifiers import Identifier
from tegata.acme.jws import BadAlgorithm
from tegata.acme.problems import ErrorType
from tegata.ca import errors
from tegata.ca.api import render
from tegata.errors import TegataError
from tegata.text.catalogue import entries
from tegata.text.language import Language

NOW = datetime(2026, 11, 24, tzinfo=UTC)

# Errors of the operator's and the portal's edges, of tokens and of the store: ACME never tells them.
ELSEWHERE = ("issuing.", "keys.", "notice.", "operator.", "portal.", "store.")


def leaves(base: type[TegataError]) -> Iterator[type[TegataError]]:
    """The error classes that can be raised: those with a code of their own."""
    for child in base.__subclasses__():
        if "code" in vars(child) and child.__module__ == "tegata.ca.errors":
            yield child
        yield from leaves(child)


@pytest.mark.parametrize("error", list(leaves(errors.CaError)), ids=lambda error: error.code)
def test_every_error_has_its_row_and_its_sentences(error):
    """A-21: each refusal of ours has an IANA-registered type, and is told in both languages."""
    if not error.code.startswith(ELSEWHERE):
        kind, status = render.KINDS[error]
        assert kind in ErrorType
        assert 400 <= status <= 500
    assert error.code in entries()


def document(error, language=Language.EN):
    response = render.answer(error, language, "T-12345678", NOW)
    assert response.headers.get("Content-Type") == "application/problem+json"
    found = json.loads(response.body)
    assert found["status"] == response.status
    return found, response


def test_a_document_tells_what_happened_and_what_to_do():
    """A-21: type, detail and status; the reference stands in the detail and as a member."""
    found, response = document(errors.MethodNotAllowed(method="PUT", allowed="POST, OPTIONS"))
    assert found["type"] == "urn:ietf:params:acme:error:malformed"
    assert found["detail"].startswith("This URL does not take PUT, only POST, OPTIONS. Please")
    assert found["detail"].endswith(" (reference T-12345678)")
    assert found["reference"] == "T-12345678"
    assert (response.status, response.headers.get("Allow")) == (405, "POST, OPTIONS")
    assert "subproblems" not in found


def test_a_document_is_in_the_readers_language():
    """And says in which."""
    found, response = document(errors.BadNonce(), Language.JA)
    assert "ノンス" in found["detail"]
    assert found["detail"].endswith(" (reference T-12345678)")
    assert response.headers.get("Content-Language") == "ja"


@pytest.mark.parametrize("error", [RuntimeError("the pass phrase is swordfish"), TegataError(secret="swordfish")])
def test_an_unmapped_error_is_bare(error):
    """Its text is for the log only."""
    found, response = document(error)
    assert found["type"].endswith(":serverInternal")
    assert response.status == 500
    assert "swordfish" not in response.body.decode()
    assert found["reference"] == "T-12345678"


def test_names_of_one_kind_share_it():
    """A-23: one subproblem for each bad name, and identifiers nowhere else."""
    refused = [Identifier("dns", "a.example"), Identifier("dns", "b.example")]
    found, _ = document(errors.NamesRefused([(one, errors.ForeignName(name=one.value)) for one in refused]))
    assert found["type"].endswith(":rejectedIdentifier")
    assert [one["identifier"]["value"] for one in found["subproblems"]] == ["a.example", "b.example"]
    assert all(one["type"].endswith(":rejectedIdentifier") for one in found["subproblems"])
    assert "identifier" not in found


def test_names_of_several_kinds_are_compound():
    """A-23."""
    foreign, odd = Identifier("dns", "a.example"), Identifier("onion", "b")
    found, _ = document(
        errors.NamesRefused(
            [(foreign, errors.ForeignName(name="a.example")), (odd, errors.UnsupportedIdentifier(type="onion"))]
        )
    )
    assert found["type"].endswith(":compound")
    assert [one["type"].rpartition(":")[2] for one in found["subproblems"]] == [
        "rejectedIdentifier",
        "unsupportedIdentifier",
    ]


def test_a_bad_algorithm_lists_the_good_ones():
    """RFC 8555 §6.2."""
    found, _ = document(BadAlgorithm(algorithm="HS256", supported="ES256, RS256"))
    assert found["type"].endswith(":badSignatureAlgorithm")
    assert found["algorithms"] == ["ES256", "RS256"]


@pytest.mark.parametrize(("wait", "seconds"), [(timedelta(seconds=89.2), "90"), (timedelta(days=-1), "1")])
def test_a_rate_limit_says_when(wait, seconds):
    """A-25: 429 with the time from which the same request would pass."""
    found, response = document(errors.ReissueLimited(ends=NOW + timedelta(days=9), retry_at=NOW + wait))
    assert found["type"].endswith(":rateLimited")
    assert response.status == 429
    assert response.headers.get("Retry-After") == seconds
    assert "2026-12-03" in found["detail"]


@pytest.mark.parametrize("kind", [errors.TermsNotAgreed, errors.TermsChanged])
def test_terms_are_linked_to(kind):
    """RFC 8555 §6.7, §7.3.3: where they are, and the page on which a person agrees to what has changed."""
    error = kind(url="https://ca.example/terms", page="https://ca.example/portal/terms")
    answer = render.answer(error, Language.EN, "T-1", NOW)
    assert answer.headers.get("Link") == '<https://ca.example/terms>;rel="terms-of-service"'
    page = "https://ca.example/portal/terms" if kind is errors.TermsChanged else "https://ca.example/terms"
    assert json.loads(answer.body).get("instance") == page


def test_a_stored_fault_keeps_its_reference():
    """It is told again in whatever language it is read."""
    fault = errors.fault_of(errors.NameNotResolved(name="a.example", reason="NXDOMAIN"), "T-ABCDEFGH")
    for language in Language:
        found = render.stored(fault, language)
        assert found is not None
        assert found.kind is ErrorType.DNS
        assert "a.example" in found.detail
        assert found.reference == "T-ABCDEFGH"
    assert render.stored(None, Language.EN) is None


def test_names_that_were_refused_after_finalize_have_no_parts_left():
    """RFC 8555 §6.7: compound is a type of subproblems, and a stored refusal has none."""
    identifier = Identifier("dns", "www.example.com")
    refused = errors.NamesRefused([(identifier, errors.ForeignName(name="www.example.com", contract="C1"))])
    found = render.stored(errors.fault_of(refused, "T-ABCDEFGH"), Language.EN)
    assert found is not None
    assert (found.kind, found.subproblems) == (ErrorType.REJECTED_IDENTIFIER, ())
    assert "www.example.com" in found.detail


@pytest.mark.parametrize("error", [errors.StoreFailed(reason="secret host"), errors.CommitFailed(reason="secret host")])
def test_a_store_that_is_away_is_asked_again_later(error):
    """503 with Retry-After, and nothing of what is behind; the log has it."""
    response = render.answer(error, Language.EN, "T-7KM2Q9XZ", NOW)
    assert response.status == 503
    assert response.headers.get("Retry-After") == "2"
    assert b"secret" not in response.body
    assert not render.is_foreseen(error)
