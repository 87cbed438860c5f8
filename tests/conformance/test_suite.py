"""The checks against a CA that believes everything: whatever they let pass there would pass anywhere."""

from pathlib import Path

import pytest

from tegata.client.network import Network
from tegata.client.transport import HttpTransport
from tegata.clock import SystemClock
from tegata.conformance.bench import Bench, Means
from tegata.conformance.check import Differs, NotPossible, Verdict
from tegata.conformance.suite import CHECKS, Result, results
from tegata.errors import TegataError
from tegata.plugins.solvers.webroot import WebrootSolver
from tegata.text.errors_conformance import ENTRIES
from tests.client.https_peer import Answer
from tests.e2e.acme_play import NAME, acme_play

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
# What cannot be asked of it: it has neither keyChange nor newAuthz, and wants no binding.
IMPOSSIBLE = {
    *("binding-required", "wrong-binding"),
    *("key-change", "key-change-conflict", "key-change-wrong"),
    "pre-authorization",
    *("record-of-another", "subproblems"),
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
    "body", [b"", b"[]", b"{", b'{"status": 7, "authorizations": {}}', b"\xff" * 100], ids=lambda body: body[:9].hex()
)
def test_whatever_a_server_sends_each_check_ends(body: bytes, tmp_path: Path) -> None:
    """A-29: answers that are no documents are differences, not the end of the suite."""
    found = outcome(tmp_path, Answer(200, body, {"Location": "nowhere"}))
    assert len(found) == len(CHECKS)
    assert found["order-object"].verdict is Verdict.DIFFERS


@pytest.mark.parametrize("exception", [Differs, NotPossible])
def test_the_exceptions_have_their_sentences(exception: type[TegataError]) -> None:
    assert exception.code in ENTRIES


def test_names_are_the_check_s_own() -> None:
    """A list of known differences means one check by one name."""
    names = [check.name for check in CHECKS]
    assert len(set(names)) == len(names)
    assert all(check.says.en and check.says.ja for check in CHECKS)
