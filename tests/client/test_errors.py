"""The client's exceptions: what they carry, and that each can be explained in both languages."""

import string

import pytest

from tegata.acme import identifiers, problems
from tegata.acme.problems import ErrorType, Problem
from tegata.client import ancestors, errors, refusals
from tegata.errors import TegataError
from tegata.plugin_api import registry
from tegata.plugins.solvers import _address, memcached, s3, tlsalpn, webroot
from tegata.text import errors_client, errors_refusals, errors_solving
from tegata.text.catalogue import explain
from tegata.text.language import Language

ENTRIES = errors_client.ENTRIES | errors_refusals.ENTRIES | errors_solving.ENTRIES
SUB = problems.problem(ErrorType.CAA, "CAA forbids", identifier=identifiers.dns("b.example"))
WRONG = problems.problem(ErrorType.INCORRECT_RESPONSE, "another value")
PROBLEM = problems.problem(
    ErrorType.COMPOUND,
    "two names failed",
    403,
    instance="https://ca.example/help",
    subproblems=(SUB, SUB),
    reference="T-12345678",
)


@pytest.mark.parametrize(
    ("kind", "method", "expected"),
    [
        (ErrorType.CAA, "http-01", errors.CaaForbids),
        (ErrorType.CAA, "dns-01", errors.CaaForbids),
        (ErrorType.CONNECTION, "http-01", errors.NotConnected),
        (ErrorType.CONNECTION, "tls-alpn-01", errors.NotConnected),
        (ErrorType.DNS, "http-01", errors.NotResolved),
        (ErrorType.DNS, "dns-01", errors.DnsValidationFailed),
        (ErrorType.INCORRECT_RESPONSE, "http-01", errors.ValidationFailed),
        (ErrorType.TLS, "tls-alpn-01", errors.TlsValidationFailed),
    ],
)
def test_why_names_failed_is_explained(kind: ErrorType, method: str, expected: type[errors.ValidationFailed]):
    """What is to be done depends on the cause, where all names have the same one."""
    failure = ("a.example", problems.problem(kind, "because"))
    assert type(errors.validation_failed([failure, failure], {method})) is expected
    other = ("b.example", problems.problem(ErrorType.RATE_LIMITED, "because"))
    assert type(errors.validation_failed([failure, other], {"http-01"})) is errors.ValidationFailed


# The types of RFC 8555 §6.7.
_RFC8555 = (
    "accountDoesNotExist alreadyRevoked badCSR badNonce badPublicKey badRevocationReason badSignatureAlgorithm caa "
    "compound connection dns externalAccountRequired incorrectResponse invalidContact malformed orderNotReady "
    "rateLimited rejectedIdentifier serverInternal tls unauthorized unsupportedContact unsupportedIdentifier "
    "userActionRequired"
)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("word", _RFC8555.split())
def test_every_type_of_the_rfc_has_its_own_remedy(word: str, language: Language):
    """What the CA said, what it means, what to do (A-22); the general advice is for types that nobody knows."""
    refused = refusals.refusal(problems.problem(ErrorType(word), "because"), "POST", "https://ca.example/x")
    told = explain(refused, language)
    unknown = explain(refusals.refusal(Problem(type="urn:x"), "POST", "https://ca.example/x"), language)
    assert "because" in told.what
    assert told.remedy not in ("", unknown.remedy)
    assert told.remedy.isascii() is (language is Language.EN)


@pytest.mark.parametrize("language", Language)
def test_the_algorithms_that_a_ca_takes_are_told(language: Language):
    """A-09: so that the next key is one of them; a CA that does not say has none to tell, and an endless list ends."""
    kind = ErrorType.BAD_SIGNATURE_ALGORITHM
    told = refusals.refusal(
        problems.problem(kind, "no", algorithms=("ES384", "EdDSA\x1b")), "POST", "https://ca.example/x"
    )
    assert "ES384, EdDSA" in explain(told, language).remedy
    assert explain(told, language).remedy.isprintable()
    assert refusals.refusal(problems.problem(kind, "no"), "POST", "u").facts["algorithms"] == "-"
    many = refusals.refusal(problems.problem(kind, "no", algorithms=("ES256",) * 5000), "POST", "u")
    assert len(str(many.facts["algorithms"])) < 200


def test_a_problem_is_told_whole():
    """A-24: detail, type, each subproblem with its identifier, and the instance."""
    told = errors.tell(PROBLEM)
    assert told == (
        "two names failed (compound; b.example: CAA forbids (caa); b.example: CAA forbids (caa)) [https://ca.example/help]"
    )
    explained = explain(refusals.refusal(PROBLEM, "POST", "https://ca.example/x"), Language.EN)
    assert told in explained.what


def test_a_problem_without_detail_is_told_by_what_it_has():
    """A-24"""
    assert errors.tell(Problem(status=502)) == "HTTP 502"
    assert errors.tell(Problem(status=502, title="Bad gateway")) == "Bad gateway"
    assert errors.tell(Problem(type="https://x.test/odd", detail="no")) == "no (https://x.test/odd)"


def test_subproblems_are_told_up_to_a_limit():
    """S-20: the number of subproblems is limited."""
    crowd = problems.problem(ErrorType.COMPOUND, "many", subproblems=(SUB,) * 5000)
    assert errors.tell(crowd).count("CAA forbids") == 100


def test_control_characters_of_a_ca_reach_nobodys_terminal():
    """S-37: whatever the CA writes into its texts."""
    evil = problems.problem(ErrorType.UNAUTHORIZED, "\x1b[2Jgone\r\n[INFO] all well\x9b", instance="https://x/\x07")
    for language in Language:
        said = str(explain(refusals.refusal(evil, "POST", "https://ca.example/\x1b"), language))
        assert said.isprintable()


def test_the_reference_is_at_hand():
    assert refusals.refusal(PROBLEM, "POST", "u").facts["reference"] == "T-12345678"
    assert errors.ValidationFailed([("b.example", PROBLEM), ("a.example", PROBLEM)]).facts["reference"] == "T-12345678"
    assert errors.OrderInvalid("u", PROBLEM).facts["reference"] == "T-12345678"
    assert errors.OrderInvalid("u", None).facts["reference"] == ""


def test_failed_names_are_sorted():
    failed = errors.ValidationFailed([("b.example", PROBLEM), ("a.example", SUB)])
    assert [name for name, _ in failed.failures] == ["a.example", "b.example"]
    assert failed.facts["names"] == "a.example, b.example"


@pytest.mark.parametrize(
    ("methods", "code"),
    [
        (["http-01"], "client.validation"),
        (["dns-01"], "client.validation-dns"),
        (["tls-alpn-01"], "client.validation-tls"),
        (["dns-01", "http-01"], "client.validation"),
        ([""], "client.validation"),
    ],
)
def test_what_to_do_depends_on_the_challenge(methods: list[str], code: str):
    assert errors.validation_failed([("a.example", WRONG)], methods).code == code


def classes() -> list[type[TegataError]]:
    """Every exception with a code that this room and its plug-ins raise."""
    return [
        member
        for module in (ancestors, errors, refusals, registry, _address, memcached, s3, tlsalpn, webroot)
        for member in vars(module).values()
        if isinstance(member, type) and issubclass(member, TegataError) and member.__module__ == module.__name__
        if "code" in vars(member)
    ]


@pytest.mark.parametrize("exception", classes(), ids=lambda exception: exception.__name__)
def test_every_exception_has_its_sentences(exception: type[TegataError]):
    entry = ENTRIES[exception.code]
    for sentence in entry:
        assert fields(sentence.en) == fields(sentence.ja), "both languages tell the same facts"


def test_no_sentence_is_left_over():
    assert set(ENTRIES) == {exception.code for exception in classes()}


def examples() -> list[TegataError]:
    """One of each kind, as the code makes it; the plain ones by the facts their docstrings name."""
    made: list[TegataError] = [refusals.refusal(PROBLEM, "POST", "https://ca.example/x")]
    made += [kind(PROBLEM, "POST", "https://ca.example/x") for kind in errors.ProblemReceived.__subclasses__()]
    made += [errors.NoSolver("a.example", ["dns-01"], []), errors.OrderMismatch(["a.example"], ["b.example"])]
    made += [errors.OrderInvalid("https://ca.example/o", PROBLEM), errors.ValidationFailed([("a.example", SUB)])]
    made += [kind([("a.example", SUB)]) for kind in errors.ValidationFailed.__subclasses__()]
    return made


@pytest.mark.parametrize("error", examples(), ids=lambda error: type(error).__name__)
def test_sentences_find_their_facts(error: TegataError):
    entry = ENTRIES[error.code]
    for sentence in entry:
        assert fields(sentence.en) <= error.facts.keys()


def fields(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}
