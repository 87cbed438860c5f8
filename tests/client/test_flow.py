"""The order's machine, driven step by step with hand-made answers."""

import json
from typing import Any

import pytest

from tegata.acme import b64, identifiers, problems
from tegata.acme.challenges import BadToken
from tegata.acme.problems import ErrorType
from tegata.client import errors, events, refusals
from tegata.client.pace import FIRST
from tegata.client.steps import Done, Refused, Send, Sleep, Solve, Solved, Started, Woken
from tegata.pki import certs, keys
from tegata.pki.certs import BadChain
from tegata.pki.forms import KeyForm
from tegata.pki.key_types import KeyType
from tests.client.order_play import (
    CA,
    CERTIFICATE,
    CHAIN,
    DEADLINE,
    FINALIZE,
    KEY,
    NAMES,
    NEW_ORDER,
    ORDER,
    ROOT,
    THUMBPRINT,
    TOKEN,
    Play,
    authorization,
    authz_url,
    challenge_url,
    order,
    problem,
)

A, B = NAMES


def ordered(**more: Any) -> Play:
    """Up to the order, which is pending."""
    play = Play(**more)
    play.happens(Started())
    play.say(order("pending"), to=NEW_ORDER, location=ORDER)
    return play


def presented(**more: Any) -> Play:
    """Up to the presenting of both challenges."""
    play = ordered(**more)
    play.say(authorization(A), to=authz_url(A))
    play.say(authorization(B), to=authz_url(B))
    play.happens(Solved())
    return play


def answered() -> Play:
    """Up to where both challenges were answered; now it sleeps."""
    play = presented()
    play.say({}, to=challenge_url(A))
    play.say({}, to=challenge_url(B))
    return play


def woken(play: Play) -> Play:
    assert isinstance(play.step, Sleep)
    play.now += play.step.seconds
    play.happens(Woken())
    return play


def validated() -> Play:
    """Up to the finalizing."""
    play = woken(answered())
    play.say(authorization(A, "valid", "valid"), to=authz_url(A))
    play.say(authorization(B, "valid", "valid"), to=authz_url(B))
    return play


def payload(step: object) -> Any:
    assert isinstance(step, Send)
    assert step.payload is not None
    return json.loads(step.payload)


def released(play: Play, *names: str) -> None:
    """The next requests give these authorizations back, in any order."""
    urls = []
    for _ in names:
        assert isinstance(play.step, Send)
        assert payload(play.step) == {"status": "deactivated"}
        urls.append(play.step.url)
        play.say({}, to=play.step.url)
    assert sorted(urls) == sorted(map(authz_url, names))


def test_the_whole_way():
    """A-53: neither notBefore nor notAfter is asked for, so that no CA can refuse them."""
    play = Play()
    assert payload(play.happens(Started())) == {
        "identifiers": [{"type": "dns", "value": A}, {"type": "dns", "value": B}]
    }
    assert play.say(order("pending"), to=NEW_ORDER, location=ORDER) == Send(authz_url(A), None)
    assert play.say(authorization(A), to=authz_url(A)) == Send(authz_url(B), None)
    step = play.say(authorization(B), to=authz_url(B))
    assert isinstance(step, Solve)
    assert [(each.name, each.challenge_type, each.token) for each in step.presentations] == [
        (A, "http-01", TOKEN),
        (B, "http-01", TOKEN),
    ]
    assert {each.key_authorization for each in step.presentations} == {f"{TOKEN}.{THUMBPRINT}"}
    assert play.happens(Solved()) == Send(challenge_url(A), b"{}")
    assert play.say({}, to=challenge_url(A)) == Send(challenge_url(B), b"{}")
    assert play.say({}, to=challenge_url(B)) == Sleep(0.02)
    woken(play)
    assert play.step == Send(authz_url(A), None)
    play.say(authorization(A, "valid", "valid"), to=authz_url(A))
    assert payload(play.say(authorization(B, "valid", "valid"), to=authz_url(B))) == {"csr": b64.encode(play.csr)}
    step = play.say(order("valid", certificate=CERTIFICATE), to=FINALIZE)
    assert step == Send(CERTIFICATE, None, certs.CHAIN_LIMIT)
    assert play.say(CHAIN, to=CERTIFICATE) == Done(CHAIN, CERTIFICATE)
    assert [type(event) for event in play.told] == [
        events.OrderCreated,
        *[events.AuthorizationRead] * 2,
        *[events.SolverMissing, events.SolverChosen] * 2,
        *[events.Presented] * 2,
        *[events.Trying] * 2,
        *[events.Validated] * 2,
        events.Finalizing,
        events.CertificateReceived,
    ]


def test_names_are_looked_at_in_turn_each_at_its_own_pace():
    """None waits for another; a name that takes long is asked about less and less."""
    play = answered()
    looked = []
    while play.now < 1:
        if isinstance(play.step, Sleep):
            woken(play)
        assert isinstance(play.step, Send)
        looked.append(play.step.url)
        name = A if play.step.url == authz_url(A) else B
        play.say(authorization(name, challenge="processing"), to=play.step.url)
    assert looked[:6] == [authz_url(A), authz_url(B)] * 3
    assert 12 < len(looked) < 20


def test_retry_after_is_obeyed_on_polling():
    """A-26: for the name it was said about, and for the order."""
    play = woken(answered())
    play.say(authorization(A), to=authz_url(A), retry_after=7.0)
    step = play.say(authorization(B, "valid"), to=authz_url(B))
    assert isinstance(step, Sleep)
    assert step.seconds == pytest.approx(7.0)
    woken(play)
    play.say(authorization(A, "valid"), to=authz_url(A))
    assert play.say(order("processing"), to=FINALIZE, retry_after=9.0) == Sleep(9.0)


def test_the_first_look_follows_the_answer_at_once():
    """A Retry-After with the challenge's answer is about the challenge; the verdict may be there in milliseconds."""
    play = presented()
    play.say({}, to=challenge_url(A), retry_after=1.0)
    play.say({}, to=challenge_url(B), retry_after=1.0)
    assert isinstance(play.step, Sleep)
    assert play.step.seconds <= FIRST


def test_what_is_valid_already_is_not_tried_again():
    """A-58: nothing is presented for an authorization that the CA reuses."""
    play = ordered()
    play.say(authorization(A, "valid", "valid"), to=authz_url(A))
    step = play.say(authorization(B), to=authz_url(B))
    assert isinstance(step, Solve)
    assert [each.name for each in step.presentations] == [B]
    assert play.tellings(events.AlreadyValid) == [events.AlreadyValid(A)]
    play = ordered()
    play.say(authorization(A, "valid"), to=authz_url(A))
    assert payload(play.say(authorization(B, "valid"), to=authz_url(B)))["csr"]
    assert play.cleared == 0


@pytest.mark.parametrize(
    ("status", "to"), [("ready", FINALIZE), ("valid", CERTIFICATE), ("processing", ORDER), ("someday", ORDER)]
)
def test_an_order_that_is_ahead_is_taken_up_where_it_is(status: str, to: str):
    play = Play()
    play.happens(Started())
    play.say(order(status, certificate=CERTIFICATE), to=NEW_ORDER, location=ORDER)
    if isinstance(play.step, Sleep):
        woken(play)
    assert isinstance(play.step, Send)
    assert play.step.url == to


def test_the_order_is_polled_where_new_order_put_it():
    """A-85: finalize may answer processing, and its Location is not followed."""
    play = validated()
    step = play.say(order("processing"), to=FINALIZE, location=f"{CA}/elsewhere")
    for _ in range(3):
        assert isinstance(step, Sleep)
        woken(play)
        assert play.step == Send(ORDER, None)
        step = play.say(order("processing"), to=ORDER)
    woken(play)
    assert play.say(order("valid", certificate=CERTIFICATE), to=ORDER) == Send(CERTIFICATE, None, certs.CHAIN_LIMIT)
    assert len(play.tellings(events.WaitingForCertificate)) == 1


def test_finalize_before_the_ca_has_seen_that_all_is_ready():
    """A-80: after orderNotReady the order is read again."""
    play = validated()
    assert isinstance(play.refuse(ErrorType.ORDER_NOT_READY), Sleep)
    woken(play)
    play.say(order("pending"), to=ORDER)
    woken(play)
    play.say(order("ready"), to=ORDER)
    play.say(order("ready"), to=FINALIZE)  # accepted, not yet begun with
    woken(play)
    play.say(order("valid", certificate=CERTIFICATE), to=ORDER)
    assert isinstance(play.say(CHAIN, to=CERTIFICATE), Done)


def test_a_finalize_whose_first_answer_was_lost():
    play = validated()
    play.refuse(ErrorType.ORDER_NOT_READY)
    woken(play)
    play.say(order("valid", certificate=CERTIFICATE), to=ORDER)
    assert isinstance(play.say(CHAIN, to=CERTIFICATE), Done)


def test_finalize_refused_for_the_key():
    play = validated()
    play.refuse(ErrorType.BAD_CSR)
    assert isinstance(play.failed_with, errors.CsrRefused)


@pytest.mark.parametrize("error", [None, problem(ErrorType.CAA)])
def test_an_order_that_comes_to_nothing(error: dict[str, Any] | None):
    play = validated()
    play.say(order("invalid", error=error), to=FINALIZE)
    assert isinstance(play.failed_with, errors.OrderInvalid)
    assert play.failed_with.facts["url"] == ORDER
    assert play.failed_with.facts["detail"] == ("-" if error is None else "because (caa)")


def test_all_failed_names_are_told_and_the_others_given_back():
    """Every name is seen through, so that one run tells all that is wrong."""
    play = woken(answered())
    play.say(authorization(A, "invalid", "invalid", error=problem(ErrorType.DNS)), to=authz_url(A))
    assert play.step == Send(authz_url(B), None)
    play.say(authorization(B), to=authz_url(B))
    woken(play)
    play.say(authorization(B, "invalid", "invalid", error=problem(ErrorType.CONNECTION)), to=authz_url(B))
    assert isinstance(play.failed_with, errors.ValidationFailed)
    assert [(name, each.kind) for name, each in play.failed_with.failures] == [
        (A, ErrorType.DNS),
        (B, ErrorType.CONNECTION),
    ]


@pytest.mark.parametrize("status", ["expired", "deactivated", "revoked", "on-holiday"])
def test_an_authorization_that_is_neither_pending_nor_valid_has_failed(status: str):
    """A-24: a status nobody knows is a failure, not a crash and not an endless wait."""
    play = woken(answered())
    play.say(authorization(A, "valid"), to=authz_url(A))
    play.say(authorization(B, status), to=authz_url(B))
    assert isinstance(play.failed_with, errors.ValidationFailed)
    assert status in str(play.failed_with.facts["detail"])


def test_a_challenge_can_fail_before_its_authorization_does():
    play = woken(answered())
    play.say(authorization(A, "pending", "invalid", error=problem(ErrorType.TLS)), to=authz_url(A))
    play.say(authorization(B, "valid"), to=authz_url(B))
    assert isinstance(play.failed_with, errors.ValidationFailed)


def test_an_authorization_that_had_failed_before_anything_was_tried():
    play = ordered()
    play.say(authorization(A, "invalid", "invalid", error=problem(ErrorType.CAA)), to=authz_url(A))
    play.say(authorization(B, "valid"), to=authz_url(B))
    assert isinstance(play.failed_with, errors.ValidationFailed)


def test_where_one_name_has_failed_no_other_is_waited_for():
    """The reason is told at once, not after all the time there is that nothing came of the others."""
    play = ordered()
    play.say(authorization(A, "invalid", "invalid", error=problem(ErrorType.CAA)), to=authz_url(A))
    play.say(authorization(B), to=authz_url(B))
    released(play, B)
    assert isinstance(play.failed_with, errors.ValidationFailed)


def test_what_becomes_of_each_name_is_told_once():
    """Nothing of one that is still being looked at."""
    play = answered()
    for name, status in ((A, "pending"), (B, "pending"), (A, "valid"), (B, "invalid")):
        if isinstance(play.step, Sleep):
            woken(play)
        play.say(authorization(name, status), to=authz_url(name))
    assert [event.name for event in play.tellings(events.Validated)] == [A]
    assert [event.name for event in play.tellings(events.Refuted)] == [B]


def test_trouble_that_is_no_answer_stands_wherever_an_answer_would_be_forgiven():
    """A lost connection says nothing of ``replaces``, and nothing of an order that is not ready."""
    trouble = errors.CaUnreachable(url=NEW_ORDER, reason="gone")
    play = Play(replaces="x.y")
    play.happens(Started())
    play.happens(Refused(trouble))
    assert play.failed_with is trouble
    play = validated()
    play.happens(Refused(trouble))
    assert play.failed_with is trouble


def test_pending_names_are_given_back_after_a_failure():
    play = ordered()
    play.say(authorization(A), to=authz_url(A))
    play.say(authorization(B), to=authz_url(B))
    trouble = errors.ClientError()
    play.happens(Refused(trouble))
    released(play, A, B)
    assert play.failed_with is trouble


def test_giving_back_stops_where_nobody_answers_and_not_where_it_is_refused():
    trouble = errors.ClientError()
    play = ordered()
    play.say(authorization(A), to=authz_url(A))
    play.say(authorization(B), to=authz_url(B))
    play.happens(Refused(trouble))
    play.refuse(ErrorType.MALFORMED)
    play.happens(Refused(errors.CaUnreachable(url=CA, reason="gone")))
    assert play.failed_with is trouble
    play = presented()
    play.happens(Refused(errors.CaUnreachable(url=CA, reason="gone")))
    assert isinstance(play.failed_with, errors.CaUnreachable)


def test_an_answer_refused_because_it_came_twice_is_outrun_by_the_next_look():
    play = presented()
    play.refuse(ErrorType.MALFORMED)
    play.say({}, to=challenge_url(B))
    play.say(authorization(A, "valid"), to=authz_url(A))
    woken(play)
    assert payload(play.say(authorization(B, "valid"), to=authz_url(B)))["csr"]


def test_an_answer_that_is_refused_and_changes_nothing_fails():
    play = presented()
    play.refuse(ErrorType.UNAUTHORIZED)
    play.say({}, to=challenge_url(B))
    play.say(authorization(A), to=authz_url(A))
    released(play, A, B)
    assert isinstance(play.failed_with, errors.NotAuthorized)


def test_a_lost_answer_to_a_challenge_fails():
    play = presented()
    play.happens(Refused(errors.CaUnreachable(url=CA, reason="gone")))
    assert isinstance(play.failed_with, errors.CaUnreachable)


def test_challenges_are_chosen_in_legos_order():
    play = ordered(solvable=("dns-01", "http-01", "tls-alpn-01"))
    play.say(authorization(A), to=authz_url(A))
    play.say(authorization(B), to=authz_url(B))
    assert [event.challenge_type for event in play.tellings(events.SolverChosen)] == ["tls-alpn-01"] * 2
    play = ordered(solvable=("dns-01",))
    play.say(authorization(A), to=authz_url(A))
    play.say(authorization(B), to=authz_url(B))
    assert [event.challenge_type for event in play.tellings(events.SolverMissing)][:2] == ["tls-alpn-01", "http-01"]


def test_a_challenge_that_has_failed_before_is_not_tried_again():
    """A CA may leave the authorization open for the others (RFC 8555 §7.1.6 leaves room for it)."""
    play = ordered(solvable=("dns-01", "http-01"))
    play.say(authorization(A, challenge="invalid"), to=authz_url(A))
    step = play.say(authorization(B), to=authz_url(B))
    assert isinstance(step, Solve)
    assert [each.challenge_type for each in step.presentations] == ["dns-01", "http-01"]


def test_only_the_ways_that_failed_are_not_tried_again():
    """C-10: what proved one name may prove the other, too."""
    play = ordered(solvable=("dns-01", "http-01"))
    play.say(authorization(A, challenge="invalid"), to=authz_url(A))
    play.say(authorization(B), to=authz_url(B))
    play.happens(Solved())
    play.say({}, to=challenge_url(A, "dns-01"))
    play.say({}, to=challenge_url(B))
    woken(play)
    play.say(authorization(A, "valid"), to=authz_url(A))
    play.say(authorization(B, "invalid", "invalid", error=problem(ErrorType.CONNECTION)), to=authz_url(B))
    assert isinstance(play.failed_with, errors.ValidationFailed)
    assert play.failed_with.methods == {"http-01"}


def test_a_name_without_a_solver():
    play = ordered(solvable=("dns-02",))
    play.say(authorization(A), to=authz_url(A))
    play.say(authorization(B), to=authz_url(B))
    released(play, A, B)
    assert isinstance(play.failed_with, errors.NoSolver)
    assert play.failed_with.facts == {"name": A, "offered": "tls-alpn-01, http-01, dns-01", "configured": "dns-02"}


def test_a_wildcard_is_told_as_one_and_solved_as_its_base():
    names = ("*.example", "example")
    play = Play(names, solvable=("dns-01",))
    play.happens(Started())
    play.say(
        {**order("pending", names), "authorizations": [authz_url("1"), authz_url("2")]}, to=NEW_ORDER, location=ORDER
    )
    play.say(authorization("example", wildcard=True), to=authz_url("1"))
    step = play.say(authorization("example"), to=authz_url("2"))
    assert isinstance(step, Solve)
    assert [each.name for each in step.presentations] == ["example", "example"]
    assert [event.name for event in play.tellings(events.AuthorizationRead)] == ["*.example", "example"]


@pytest.mark.parametrize(
    "token",
    [
        "../../etc/passwd",
        "a/b" * 8,
        "..\\..\\windows\\x",
        "%2e%2e%2f" * 3,
        "short",
        "x" * 200,
        "é" * 20,
        "t" * 21 + "\0",
    ],
)
def test_a_token_that_is_not_safe_is_never_presented(token: str):
    """A-66: checked before it is used in any path, URL or answer."""
    play = ordered()
    play.say(authorization(A), to=authz_url(A))
    evil = authorization(B)
    evil["challenges"][1]["token"] = token
    play.say(evil, to=authz_url(B))
    released(play, A, B)
    assert isinstance(play.failed_with, BadToken)


def test_a_challenge_without_a_token():
    play = ordered()
    play.say(authorization(A), to=authz_url(A))
    bare = authorization(B)
    del bare["challenges"][1]["token"]
    play.say(bare, to=authz_url(B))
    released(play, A, B)
    assert isinstance(play.failed_with, errors.BadAnswer)


@pytest.mark.parametrize("kind", [ErrorType.ALREADY_REPLACED, ErrorType.MALFORMED, ErrorType.UNAUTHORIZED])
def test_replaces_is_dropped_when_the_ca_does_not_like_it(kind: ErrorType):
    """X-16: the order matters more than the link to the one before, and it is told if it was the trouble."""
    play = Play(replaces="aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE")
    assert payload(play.happens(Started()))["replaces"] == "aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE"
    assert "replaces" not in payload(play.refuse(kind))
    play.say(order("pending"), to=NEW_ORDER, location=ORDER)
    assert len(play.tellings(events.ReplacesDropped)) == 1
    play = Play(replaces="x.y")
    play.happens(Started())
    play.refuse(kind)
    play.refuse(kind)
    assert isinstance(play.failed_with, errors.ProblemReceived)
    assert not play.tellings(events.ReplacesDropped)


@pytest.mark.parametrize(
    ("replaces", "kind"),
    [("x.y", ErrorType.RATE_LIMITED), ("x.y", ErrorType.REJECTED_IDENTIFIER), (None, ErrorType.MALFORMED)],
)
def test_other_refusals_of_an_order_stand(replaces: str | None, kind: ErrorType):
    """Only what may be about ``replaces`` is ordered again without it (X-16)."""
    play = Play(replaces=replaces)
    play.happens(Started())
    play.refuse(kind)
    assert isinstance(play.failed_with, errors.ProblemReceived)
    assert play.failed_with.problem.kind is kind


@pytest.mark.parametrize(
    ("refusal", "again"),
    [
        (problems.problem(ErrorType.UNAUTHORIZED, "", reference="7K2M-4QXD"), False),
        (problems.problem(ErrorType.MALFORMED, "", reference="7K2M-4QXD"), True),
        (problems.problem(ErrorType.ALREADY_REPLACED, "", reference="7K2M-4QXD"), True),
        (problems.problem(ErrorType.UNAUTHORIZED, ""), True),
        (problems.problem(ErrorType.MALFORMED, "", identifier=identifiers.of(A)), False),
        (problems.problem(ErrorType.MALFORMED, "", subproblems=(problems.problem(ErrorType.DNS, ""),)), False),
    ],
    ids=["ours", "ours, malformed", "ours, replaced", "a strangers", "about a name", "about several"],
)
def test_what_is_surely_not_about_replaces_is_not_ordered_again(refusal: problems.Problem, again: bool):
    """Tegata's CA says ``unauthorized`` of contracts and accounts alone, and whoever names names means them (X-16)."""
    play = Play(replaces="x.y")
    play.happens(Started())
    step = play.happens(Refused(refusals.refusal(refusal, "POST", NEW_ORDER)))
    if again:
        assert "replaces" not in payload(step)
    else:
        assert isinstance(play.failed_with, errors.ProblemReceived)
        assert play.failed_with.problem == refusal


@pytest.mark.parametrize("got", [(A,), (A, B, "c.example"), (A, "c.example")])
def test_an_order_for_other_names_is_not_followed(got: tuple[str, ...]):
    """A-50: in whatever order, but these and no others."""
    play = Play()
    play.happens(Started())
    play.say(order("pending", got), to=NEW_ORDER, location=ORDER)
    assert isinstance(play.failed_with, errors.OrderMismatch)


def test_a_ca_may_order_names_as_it_likes():
    """A-50: neither identifiers nor authorizations stand as they were asked for, nor one as the other."""
    play = Play()
    play.happens(Started())
    other = order("pending", (B, A)) | {"authorizations": [authz_url(A), authz_url(B)]}
    assert play.say(other, to=NEW_ORDER, location=ORDER) == Send(authz_url(A), None)
    play.say(authorization(A), to=authz_url(A))
    step = play.say(authorization(B), to=authz_url(B))
    assert isinstance(step, Solve)
    assert [each.name for each in step.presentations] == [A, B]


def test_an_identifier_in_capitals_is_the_same_name():
    play = Play()
    play.happens(Started())
    assert isinstance(play.say(order("pending", (A.upper(), B)), to=NEW_ORDER, location=ORDER), Send)


@pytest.mark.parametrize(
    ("body", "location"),
    [
        (order("pending"), None),
        ({"status": "pending"}, ORDER),
        (b"<html>", ORDER),
        (order("pending") | {"authorizations": []}, ORDER),
        (order("pending") | {"authorizations": [authz_url(str(number)) for number in range(99)]}, ORDER),
        (order("valid"), ORDER),
    ],
)
def test_an_answer_that_is_no_order(body: Any, location: str | None):
    """S-20: no more authorizations are read than names were ordered."""
    play = Play()
    play.happens(Started())
    play.say(body, to=NEW_ORDER, location=location)
    assert isinstance(play.failed_with, errors.BadAnswer)


def test_an_order_that_needs_no_authorization_any_more():
    """RFC 8555 §7.1.3: which are required is the CA's policy."""
    play = Play()
    play.happens(Started())
    step = play.say(order("ready") | {"authorizations": []}, to=NEW_ORDER, location=ORDER)
    assert isinstance(step, Send)
    assert step.url == FINALIZE


def test_an_authorization_for_a_name_that_was_not_ordered():
    play = ordered()
    play.say(authorization("bank.example"), to=authz_url(A))
    assert isinstance(play.failed_with, errors.BadAnswer)


OTHER = keys.generate(KeyType.EC256)


@pytest.mark.parametrize(
    "chain",
    [
        pytest.param(certs.to_pem([ROOT.issue(OTHER.public_key(), NAMES), ROOT.certificate]), id="another key"),
        pytest.param(certs.to_pem([ROOT.issue(KEY.public_key(), [A]), ROOT.certificate]), id="a name missing"),
        pytest.param(certs.to_pem([ROOT.issue(KEY.public_key(), [*NAMES, "c.example"])]), id="a name too many"),
        pytest.param(certs.to_pem([ROOT.certificate, ROOT.issue(KEY.public_key(), NAMES)]), id="wrong order"),
        pytest.param(CHAIN + keys.to_pem(KEY, KeyForm.PKCS8), id="a private key inside"),
        pytest.param(CHAIN + b"\n" * certs.CHAIN_LIMIT, id="too long"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_a_chain_that_is_not_the_one_ordered_is_refused(chain: bytes):
    """A-87, S-25: key, names, order, nothing but certificates, not too long."""
    play = validated()
    play.say(order("valid", certificate=CERTIFICATE), to=FINALIZE)
    play.say(chain, to=CERTIFICATE)
    assert isinstance(play.failed_with, BadChain)


def test_time_runs_out_while_waiting():
    play = answered()
    while not isinstance(play.step, Send) or play.step.payload is None:
        if isinstance(play.step, Send):
            name = A if play.step.url == authz_url(A) else B
            play.say(authorization(name), to=play.step.url)
        else:
            woken(play)
    assert play.now == pytest.approx(DEADLINE)
    released(play, A, B)
    assert isinstance(play.failed_with, errors.DeadlinePassed)
    assert play.failed_with.facts["seconds"] == "100"


def test_the_time_that_presenting_takes_is_not_the_ca_s():
    """Records may take an hour to spread, and a person may have to make them; the CA's time goes on afterwards."""
    play = ordered()
    play.now = 10
    play.say(authorization(A), to=authz_url(A))
    play.say(authorization(B), to=authz_url(B))
    assert isinstance(play.step, Solve)
    play.now += 3600
    play.happens(Solved())
    assert isinstance(play.step, Send)
    assert play.issuance.deadline == DEADLINE + 3600
    play.now = DEADLINE + 3600
    play.say({}, to=challenge_url(A))
    released(play, A, B)
    assert isinstance(play.failed_with, errors.DeadlinePassed)


def test_what_was_presented_is_taken_back_before_the_certificate_is_asked_for():
    """Once: a signal while records are removed costs no certificate, and its time is not the CA's either."""
    play = woken(answered())
    play.clearing_takes = 3600.0
    play.say(authorization(A, "valid"), to=authz_url(A))
    assert play.cleared == 0
    assert payload(play.say(authorization(B, "valid"), to=authz_url(B)))["csr"]
    assert play.cleared == 1
    assert play.issuance.deadline == DEADLINE + 3600
    play.refuse(ErrorType.ORDER_NOT_READY)
    woken(play)
    assert payload(play.say(order("ready"), to=ORDER))["csr"]
    assert play.cleared == 1


def test_time_runs_out_before_anything_was_done():
    play = Play()
    play.now = DEADLINE
    play.happens(Started())
    assert isinstance(play.failed_with, errors.DeadlinePassed)
