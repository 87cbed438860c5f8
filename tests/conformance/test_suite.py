"""The checks against a CA that believes everything: whatever they let pass there would pass anywhere."""

import itertools
import json
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
from tests.client.https_peer import Answer
from tests.e2e.acme_play import NAME, Play, acme_play, json_answer

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
}
# What cannot be asked of it: it has neither keyChange nor newAuthz, wants no binding, and proves each name itself.
IMPOSSIBLE = {
    *("binding-required", "wrong-binding"),
    *("key-change", "key-change-conflict", "key-change-wrong"),
    "pre-authorization",
    *("record-of-another", "subproblems"),
    "ancestor-domain",
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


def verdict(play: Play, check: str) -> Verdict:
    """How one check ends at the play."""
    means = Means(terms_agreed=True, names=(NAME,), solvers={"http-01": WebrootSolver(play.webroot)}, patience=2)
    with HttpTransport(Network(roots=(play.peer.root,))) as transport:
        [result] = results(Bench(play.directory_url, transport, SystemClock(), means), (check,))
    return result.verdict


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
