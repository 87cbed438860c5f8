"""The checks against a CA that believes everything: whatever they let pass there would pass anywhere."""

import itertools
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tegata.acme import challenges
from tegata.acme.problems import PREFIX
from tegata.acme.wire import Headers, Request, Response
from tegata.client.network import Network
from tegata.client.transport import HttpTransport
from tegata.clock import SystemClock
from tegata.conformance.answers import refused
from tegata.conformance.bench import Account, Bench, Means
from tegata.conformance.check import Differs, NotPossible, Verdict
from tegata.conformance.suite import CHECKS, Result, results
from tegata.conformance.walk import presentation
from tegata.errors import TegataError
from tegata.pki.key_types import KeyType
from tegata.pki.keys import generate
from tegata.plugins.solvers.webroot import WebrootSolver
from tegata.text.errors_conformance import ENTRIES
from tests.architecture.test_requirements import KNOWN, not_ours
from tests.client.https_peer import Answer
from tests.e2e.acme_play import NAME, Play, acme_play, json_answer

DOCUMENT = Path(__file__).parents[2] / "docs" / "conformance.md"
# "| A-01, A-02 | why no check shows it |"
UNSEEN = re.compile(r"^\| (?P<ids>A-\d\d(?:, A-\d\d)*) \| [^|]+ \|$", re.MULTILINE)

# What even a CA does that takes every signature and knows one account, one order and one challenge.
GRANTED = {
    "directory",
    "https",
    "nonce-after-success",
    "new-account",
    "foreign-members",
    "update",
    "order-object",
    "profile",
    "challenge-members",
    "upper-case",
    "chain",
    "alternate-chains",
    "revoked-by-its-key",
    "meta",
    "every-way",
    "more-than-names",
    # Each of these has a server of its own below that does it wrong.
    *("duplicates", "no-wildcard", "other-algorithms", "finalize-answer", "other-formats", "revoked-by-who-proved"),
    *("other-kinds-of-names", "no-contact"),
}
# What cannot be asked of it: it has neither keyChange nor newAuthz, wants no binding, and proves each name itself.
IMPOSSIBLE = {
    *("binding-required", "wrong-binding"),
    *("key-change", "key-change-conflict", "key-change-wrong"),
    "pre-authorization",
    *("record-of-another", "subproblems"),
    "ancestor-domain",
    *("binding-given-back", "order-after-key-change"),
    *("registered-types", "limits"),
}


def outcome(directory: Path, always: Answer | None = None) -> dict[str, Result]:
    """The results at the play; with ``always``, orders and the account are answered by that alone."""
    with acme_play(directory) as play:
        if always is not None:
            play.twists = dict.fromkeys(("/newOrder", "/account/1"), lambda _honest: always)
        means = Means(terms_agreed=True, names=(NAME,), solvers={"http-01": WebrootSolver(play.webroot)}, patience=2)
        with HttpTransport(Network(roots=(play.peer.root,))) as transport:
            return {
                result.check.name: result
                for result in results(Bench(play.directory_url, transport, SystemClock(), means))
            }


def test_a_server_without_rules_differs_in_every_rule(tmp_path: Path) -> None:
    """Each check that is no mere form fails where nothing is refused, and says what was expected and seen."""
    found = outcome(tmp_path)
    by_verdict = {verdict: {name for name, each in found.items() if each.verdict is verdict} for verdict in Verdict}
    assert by_verdict[Verdict.PASSED] <= GRANTED
    assert by_verdict[Verdict.NOT_POSSIBLE] == IMPOSSIBLE
    for name in by_verdict[Verdict.DIFFERS]:
        assert found[name].expected
        assert found[name].seen
    missing = (found["listed-order"].expected, found["listed-order"].seen)
    assert missing == ("the member orders", "None"), "which is the difference, and no URL of that name"


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{", b'{"status": 7, "authorizations": {}}', b'{"notAfter": "soon"}', b"\xff" * 100],
    ids=lambda body: body[:9].hex(),
)
def test_whatever_a_server_sends_each_check_ends(body: bytes, tmp_path: Path) -> None:
    """A-29: answers that are no documents are differences, not the end of the suite."""
    found = outcome(tmp_path, Answer(200, body, {"Location": "nowhere"}))
    assert len(found) == len(CHECKS)
    assert found["order-object"].verdict is Verdict.DIFFERS


def verdict(play: Play, check: str, *, after: str = "", binding: tuple[str, bytes] | None = None) -> Verdict:
    """How one check ends at the play, perhaps when another has been made."""
    solvers = {"http-01": WebrootSolver(play.webroot)}
    means = Means(terms_agreed=True, names=(NAME,), solvers=solvers, patience=2, binding=binding)
    with HttpTransport(Network(roots=(play.peer.root,))) as transport:
        [*_, result] = results(Bench(play.directory_url, transport, SystemClock(), means), (check, after))
    assert result.check.name == check
    return result.verdict


def refusing(kind: str, status: int) -> Callable[[Answer], Answer]:
    """A twist: the request is refused as this."""
    return lambda _honest: json_answer({"type": f"{PREFIX}{kind}"}, status)


@pytest.mark.parametrize(
    ("check", "path", "members"),
    [
        ("duplicates", "/newOrder", {"identifiers": [{"type": "dns", "value": NAME}] * 2}),
        ("no-wildcard", "/authz/1", {"wildcard": False}),
        ("finalize-answer", "/finalize/1", {"status": "ready"}),
        ("proof", "/authz/1", {"expires": "2001-01-01T00:00:00Z"}),
        ("valid-order", "/order/1", {"expires": "2001-01-01T00:00:00Z", "error": {}}),
    ],
)
def test_a_document_that_says_something_else_differs(check: str, path: str, members: Any, tmp_path: Path) -> None:
    """A-51, A-54, A-55, A-56, A-85"""
    with acme_play(tmp_path) as play:
        play.twist(path, **members)
        assert verdict(play, check) is Verdict.DIFFERS


def test_a_key_is_refused_as_what_it_is(tmp_path: Path) -> None:
    """A-08: a server need not take every algorithm, but says so."""
    with acme_play(tmp_path) as play:
        play.twists["/newAccount"] = refusing("badPublicKey", 400)
        assert verdict(play, "other-algorithms") is Verdict.PASSED
        play.twists["/newAccount"] = refusing("serverInternal", 500)
        assert verdict(play, "other-algorithms") is Verdict.DIFFERS


def test_der_leads_up_to_its_issuer(tmp_path: Path) -> None:
    """A-86: a certificate alone is no chain."""
    with acme_play(tmp_path) as play:
        der = {"Content-Type": "application/pkix-cert"}
        play.twists["/cert/1"] = lambda honest: Answer(200, honest.body, der)
        assert verdict(play, "other-formats") is Verdict.DIFFERS


def test_who_proved_a_name_may_revoke(tmp_path: Path) -> None:
    """A-90"""
    with acme_play(tmp_path) as play:
        play.twists["/revokeCert"] = refusing("unauthorized", 403)
        assert verdict(play, "revoked-by-who-proved") is Verdict.DIFFERS


def test_a_binding_is_given_back_as_it_was(tmp_path: Path) -> None:
    """A-39: not another one; whoever wants none may pass it over."""
    with acme_play(tmp_path) as play:
        assert verdict(play, "binding-given-back", binding=("kid", bytes(32))) is Verdict.NOT_POSSIBLE
        play.twist("/newAccount", externalAccountBinding={"protected": "", "payload": "", "signature": ""})
        assert verdict(play, "binding-given-back", binding=("kid", bytes(32))) is Verdict.DIFFERS


@pytest.mark.parametrize(
    ("check", "refusal", "expected"),
    [
        ("registered-types", ("agreementRequired", 403, {}), Verdict.DIFFERS),
        ("registered-types", ("unauthorized", 403, {}), Verdict.PASSED),
        ("limits", ("unauthorized", 403, {}), Verdict.NOT_POSSIBLE),
        ("limits", ("rateLimited", 429, {}), Verdict.DIFFERS),
        ("limits", ("unauthorized", 429, {"Retry-After": "60"}), Verdict.DIFFERS),
        ("limits", ("rateLimited", 403, {"Retry-After": "60"}), Verdict.DIFFERS),
        ("limits", ("rateLimited", 429, {"Retry-After": "60"}), Verdict.PASSED),
    ],
)
def test_how_a_server_refused_is_looked_at_last(check: str, refusal: Any, expected: Verdict, tmp_path: Path) -> None:
    """A-22, A-25: whatever was asked."""
    kind, status, headers = refusal
    with acme_play(tmp_path) as play:
        play.twists["/newOrder"] = lambda _honest: json_answer({"type": f"{PREFIX}{kind}"}, status, headers)
        assert verdict(play, check, after="order-object") is expected


def test_every_requirement_that_a_server_shows_has_its_check() -> None:
    """A-01 to A-96: what has none is the client's alone, or stands in the document with the reason."""
    cited = {found for check in CHECKS for found in re.findall(r"\bA-\d\d\b", check.clauses)}
    unseen = {row for match in UNSEEN.finditer(DOCUMENT.read_text("utf-8")) for row in match["ids"].split(", ")}
    assert cited.isdisjoint(unseen)
    assert cited | unseen == {each for each in KNOWN if each.startswith("A-")} - not_ours().keys()


def test_a_nonce_that_comes_with_an_answer_must_be_good(tmp_path: Path) -> None:
    """A-16: clients use those; one of newNonce is good and shows nothing of them."""
    bad = json_answer({"type": f"{PREFIX}badNonce"}, 400)
    with acme_play(tmp_path) as play:
        turns = itertools.cycle([False, True])
        play.twists["/account/1"] = lambda honest: bad if next(turns) else honest
        assert verdict(play, "nonce-after-success") is Verdict.DIFFERS


def test_a_missing_nonce_is_tried_once(tmp_path: Path) -> None:
    """A-06: the refusal that is looked for is no reason to ask fifty times."""
    bad, asked = json_answer({"type": f"{PREFIX}badNonce"}, 400), itertools.count()
    with acme_play(tmp_path) as play:
        play.twists["/account/1"] = lambda _honest: (bad, next(asked))[0]
        assert verdict(play, "nonce-missing") is Verdict.PASSED
    assert next(asked) == 1


def test_tokens_that_stay_the_same_differ(tmp_path: Path) -> None:
    """A-65: also where each type of challenge has one of its own."""
    offered = [
        {"type": kind, "url": "https://ca.example/", "status": "pending", "token": letter * 22}
        for kind, letter in (("http-01", "a"), ("dns-01", "b"))
    ]
    with acme_play(tmp_path) as play:
        play.twist("/authz/1", challenges=offered)
        assert verdict(play, "tokens") is Verdict.DIFFERS


def test_a_server_may_list_as_it_likes(tmp_path: Path) -> None:
    """RFC 8555 §7.1.3: authorizations have no order; one that has gone is another matter."""
    with acme_play(tmp_path) as play:
        both = [play.url("/authz/1"), play.url("/authz/2")]
        play.twist("/newOrder", authorizations=both)
        play.twist("/order/1", authorizations=both[::-1])
        assert verdict(play, "order-object") is Verdict.PASSED
        play.twist("/order/1", authorizations=both[:1])
        assert verdict(play, "order-object") is Verdict.DIFFERS


def test_nothing_stands_between_the_certificates(tmp_path: Path) -> None:
    """A-86: no words for humans, as ``openssl pkcs12`` has them."""
    with acme_play(tmp_path) as play:
        assert verdict(play, "chain") is Verdict.PASSED
        play.twists["/cert/1"] = lambda honest: Answer(200, b"Bag Attributes\n" + honest.body, honest.headers)
        assert verdict(play, "chain") is Verdict.DIFFERS


def test_who_replaces_a_stranger_s_comes_before_who_has_replaced_it() -> None:
    """X-17: after that everybody is refused, whoever's certificate it is."""
    names = [check.name for check in CHECKS]
    assert names.index("replaces-a-stranger-s") < names.index("replaces")


@pytest.mark.parametrize("kind", ["malformed", "about:blank", f"{PREFIX}badNonce"])
def test_a_refusal_has_its_type_by_its_whole_name(kind: str) -> None:
    """A-21: ``malformed`` is no type of ACME's."""
    answer = Response(400, Headers(), json.dumps({"type": kind}).encode())
    with pytest.raises(Differs):
        refused(answer, "malformed", status=400)
    refused(Response(400, Headers(), json.dumps({"type": f"{PREFIX}malformed"}).encode()), "malformed", status=400)


def test_a_lasting_record_is_made_as_draft_02_has_it() -> None:
    """X-44: the account is called by a hash, and another account by another."""
    prefix = "https://ca.example/acme/account-hash/"
    bench = Bench("https://ca.example/dir", NoTransport(), SystemClock(), Means())
    bench.directory = {"newNonce": "", "newAccount": "", "newOrder": "", "revokeCert": ""}
    bench.directory["meta"] = {"accountHashPrefix": prefix, "issuerDomainNames": ["ca.example"]}
    mine, other = (
        Account(bench, generate(KeyType.EC256), f"https://ca.example/account/{number}", Response(201, Headers(), b"{}"))
        for number in (1, 2)
    )
    challenge: dict[str, Any] = {"type": "dns-persist-01", "url": "https://ca.example/chall/1", "status": "pending"}
    challenge["issuerDomainNames"] = ["ca.example"]
    authorization = {"identifier": {"type": "dns", "value": NAME}, "status": "pending", "challenges": [challenge]}
    shown = presentation(mine, authorization, challenge)
    assert shown.account_url == challenges.dnspersist01_account(prefix, mine.thumbprint, mine.url, NAME)
    wrong = presentation(mine, authorization, challenge, owner=other)
    assert wrong.account_url == challenges.dnspersist01_account(prefix, other.thumbprint, other.url, NAME)


class NoTransport:
    """Nothing is sent."""

    def send(self, request: Request, limit: int) -> Response:
        raise AssertionError(request.url)


@pytest.mark.parametrize("exception", [Differs, NotPossible])
def test_the_exceptions_have_their_sentences(exception: type[TegataError]) -> None:
    assert exception.code in ENTRIES


def test_names_are_the_check_s_own() -> None:
    """A list of known differences means one check by one name."""
    names = [check.name for check in CHECKS]
    assert len(set(names)) == len(names)
    assert all(check.says.en and check.says.ja for check in CHECKS)
