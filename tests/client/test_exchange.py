"""One request until it is answered, over real TLS; only the time is the test's."""

from collections.abc import Callable, Iterator

import pytest

from tegata.acme import jws, problems
from tegata.acme.problems import ErrorType
from tegata.acme.wire import Headers, Request, Response
from tegata.client import errors, events
from tegata.client.bucket import Bucket
from tegata.client.exchange import NONCE_TRIES, OUTAGE_PAUSE, Exchange
from tegata.client.network import OUTAGE_SECONDS, Network
from tegata.client.outage import Outage
from tegata.client.session import Session
from tegata.client.transport import HttpTransport
from tegata.pki import keys
from tegata.pki.key_types import KeyType
from tests.client.clock import SteppingClock
from tests.client.https_peer import Answer, Asked, Peer
from tests.peers.ports import free_port

KEY = keys.generate(KeyType.EC256)
BAD_NONCE = problems.encode(problems.problem(ErrorType.BAD_NONCE, "used"))
FOREVER = 1e9


@pytest.fixture
def told() -> list[events.Event]:
    return []


@pytest.fixture
def exchange(peer: Peer, clock: SteppingClock, told: list[events.Event]) -> Iterator[Exchange]:
    with HttpTransport(Network(roots=(peer.root,))) as transport:
        yield Exchange(Session(f"{peer.url}/dir", KEY), transport, clock, told.append)


def post(exchange: Exchange, peer: Peer, deadline: float = FOREVER) -> bytes:
    answer = exchange.post(f"{peer.url}/order", b"{}", new_nonce=f"{peer.url}/nonce", deadline=deadline)
    return answer.body


def nonces_of(peer: Peer) -> list[str]:
    return [jws.parse(asked.body).header.nonce for asked in peer.asked if asked.method == "POST"]


def counting(answer: Callable[[Asked, int], Answer]) -> Callable[[Asked], Answer]:
    """Answers that each carry a new nonce, n001, n002, …; ``answer`` says the rest, by the number of POSTs."""
    number = posts = 0

    def answers(asked: Asked) -> Answer:
        nonlocal number, posts
        number += 1
        posts += asked.method == "POST"
        given = answer(asked, posts) if asked.method == "POST" else Answer(200, b"")
        return Answer(given.status, given.body, {**given.headers, "Replay-Nonce": f"n{number:03}"})

    return answers


def test_a_limit_of_requests_is_kept(peer: Peer, clock: SteppingClock):
    """Two at once, and then two a second, nonces included (C-21)."""
    with HttpTransport(Network(roots=(peer.root,))) as transport:
        session = Session(f"{peer.url}/dir", KEY)
        exchange = Exchange(session, transport, clock, events.ignore, bucket=Bucket(2))
        begun = clock.monotonic()
        for _ in range(6):
            exchange.get(f"{peer.url}/dir", deadline=FOREVER)
        assert clock.monotonic() - begun == pytest.approx(2.0, abs=0.1)


def test_fetches_a_nonce_once_and_then_lives_on_the_answers(peer: Peer, exchange: Exchange):
    peer.answers = counting(lambda _asked, _posts: Answer(body=b"yes"))
    assert [post(exchange, peer), post(exchange, peer)] == [b"yes", b"yes"]
    assert [(asked.method, asked.path) for asked in peer.asked] == [
        ("HEAD", "/nonce"),
        ("POST", "/order"),
        ("POST", "/order"),
    ]
    assert nonces_of(peer) == ["n001", "n002"]


def test_a_refused_nonce_is_replaced_by_the_one_in_the_refusal(peer: Peer, exchange: Exchange, clock: SteppingClock):
    """A-20: re-signed with the nonce of the error response, at once."""
    peer.answers = counting(lambda _asked, posts: Answer(400, BAD_NONCE) if posts < 3 else Answer(body=b"yes"))
    assert post(exchange, peer) == b"yes"
    assert nonces_of(peer) == ["n001", "n002", "n003"]
    assert clock.slept == []
    for asked in peer.asked[1:]:
        jws.verify(jws.parse(asked.body), KEY.public_key())


def test_a_refusal_without_a_nonce_sends_for_one(peer: Peer, exchange: Exchange):
    """A-20: older nonces in the pool are not tried after a refusal."""
    answers = iter([Answer(400, BAD_NONCE), Answer(body=b"yes")])
    peer.answers = lambda asked: next(answers) if asked.method == "POST" else Answer(headers={"Replay-Nonce": "frsh"})
    for old in ("old1", "old2"):
        exchange.session.keep_nonce(Response(200, Headers({"Replay-Nonce": old})))
    assert post(exchange, peer) == b"yes"
    assert nonces_of(peer) == ["old2", "frsh"]


def test_nine_nonces_of_ten_refused(peer: Peer, exchange: Exchange):
    """A-20: Pebble's hardest setting."""
    peer.answers = counting(lambda _asked, posts: Answer(body=b"yes") if posts % 10 == 0 else Answer(400, BAD_NONCE))
    assert [post(exchange, peer) for _ in range(3)] == [b"yes"] * 3


def test_a_ca_that_refuses_all_nonces_is_given_up(peer: Peer, exchange: Exchange):
    """A-20: the tries end."""
    peer.answers = counting(lambda _asked, _posts: Answer(400, BAD_NONCE))
    with pytest.raises(errors.ProblemReceived) as caught:
        post(exchange, peer)
    assert caught.value.problem.kind is ErrorType.BAD_NONCE
    assert len(nonces_of(peer)) == NONCE_TRIES


@pytest.mark.parametrize("headers", [{}, {"Replay-Nonce": "not a nonce"}])
def test_no_nonce_to_be_had(peer: Peer, exchange: Exchange, headers: dict[str, str]):
    """A-20: a malformed nonce is none."""
    peer.queue(Answer(headers=headers))
    with pytest.raises(errors.BadAnswer) as caught:
        post(exchange, peer)
    assert caught.value.facts["url"] == f"{peer.url}/nonce"


def test_an_outage_is_sat_out(peer: Peer, exchange: Exchange, clock: SteppingClock, told: list[events.Event]):
    peer.answers = counting(lambda _asked, posts: Answer(503, b"busy") if posts < 4 else Answer(body=b"yes"))
    assert post(exchange, peer) == b"yes"
    assert clock.slept == [0.25, 0.5, 1.0]
    assert [type(event) for event in told] == [events.Retrying] * 3


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_ca_that_is_started_anew_is_waited_for(peer: Peer, exchange: Exchange, clock: SteppingClock, status: int):
    """Ever more slowly, but no more slowly than every ten seconds."""
    peer.answers = counting(lambda _asked, _posts: Answer(status) if clock.monotonic() < 60 else Answer(body=b"yes"))
    assert post(exchange, peer) == b"yes"
    assert clock.slept == [0.25, 0.5, 1.0, 2.0, 4.0, 8.0, *[OUTAGE_PAUSE] * 5]


def test_an_outage_that_lasts_is_told(peer: Peer, exchange: Exchange, clock: SteppingClock):
    peer.answers = counting(lambda _asked, _posts: Answer(502, b"<html>Bad gateway</html>"))
    with pytest.raises(errors.CaFailed) as caught:
        post(exchange, peer)
    assert OUTAGE_SECONDS - OUTAGE_PAUSE < clock.monotonic() <= OUTAGE_SECONDS
    assert "Bad gateway" in caught.value.problem.detail


def test_a_fault_is_not_waited_for_as_an_outage_is(peer: Peer, exchange: Exchange, clock: SteppingClock):
    """500 is met every time, more often than not."""
    peer.answers = counting(lambda _asked, _posts: Answer(500))
    with pytest.raises(errors.CaFailed):
        post(exchange, peer)
    assert clock.slept == [0.25, 0.5, 1.0, 2.0]


def test_an_outage_is_waited_for_once(peer: Peer, exchange: Exchange, clock: SteppingClock):
    """What is asked after it has lasted too long has the few tries of a short one, until the CA has answered."""
    peer.answers = counting(lambda _asked, _posts: Answer(503))
    for _ in range(2):
        with pytest.raises(errors.CaFailed):
            post(exchange, peer)
    assert clock.slept[-4:] == [0.25, 0.5, 1.0, 2.0]
    assert clock.monotonic() < OUTAGE_SECONDS + 4
    peer.answers = counting(lambda _asked, posts: Answer(503) if posts in range(2, 8) else Answer(body=b"yes"))
    assert [post(exchange, peer), post(exchange, peer)] == [b"yes"] * 2
    assert clock.slept[-6:] == [0.25, 0.5, 1.0, 2.0, 4.0, 8.0]


def test_an_outage_of_a_part_is_waited_for_once(peer: Peer, exchange: Exchange, clock: SteppingClock):
    """As of a CA whose directory and nonces come from another place that is well."""
    peer.answers = counting(lambda _asked, _posts: Answer(503))
    for _ in range(3):
        exchange.get(f"{peer.url}/dir", deadline=FOREVER)
        with pytest.raises(errors.CaFailed):
            post(exchange, peer)
    assert clock.slept[-8:] == [0.25, 0.5, 1.0, 2.0] * 2
    assert clock.monotonic() < OUTAGE_SECONDS + 8


@pytest.mark.parametrize("timeout", [30, 100])
def test_who_comes_after_an_outage_waits_for_no_silence_again_and_again(clock: SteppingClock, timeout: float):
    """A CA that answers nobody: the hundredth certificate of a file is not told of it hours later."""

    class Silent:
        def send(self, request: Request, limit: int) -> Response:
            assert limit > 0
            clock.sleep(timeout)
            raise errors.CaUnreachable(url=request.url, reason="no answer in time")

    exchange = Exchange(Session("https://ca.example/dir", KEY), Silent(), clock, events.ignore)
    took = []
    for _ in range(3):
        before = clock.monotonic()
        with pytest.raises(errors.CaUnreachable):
            exchange.get("https://ca.example/dir", deadline=FOREVER)
        took.append(clock.monotonic() - before)
    assert took[0] > OUTAGE_SECONDS
    assert took[1:] == [timeout] * 2


def test_an_outage_of_another_day_is_another_one(peer: Peer, exchange: Exchange, clock: SteppingClock):
    peer.answers = counting(lambda _asked, _posts: Answer(503))
    for _ in range(2):
        before = clock.monotonic()
        with pytest.raises(errors.CaFailed):
            post(exchange, peer)
        assert clock.monotonic() - before > OUTAGE_SECONDS - OUTAGE_PAUSE
        clock.sleep(OUTAGE_SECONDS + 1)


def test_one_request_waits_no_longer_because_others_succeed(peer: Peer, clock: SteppingClock):
    """What all know of the outage is that it is over; this request has its own measure."""
    outage = Outage(OUTAGE_SECONDS)

    def trouble(_asked: Asked, _posts: int) -> Answer:
        outage.answered(f"{peer.url}/order")  # another client, at work beside this one
        return Answer(503)

    peer.answers = counting(trouble)
    with HttpTransport(Network(roots=(peer.root,))) as transport:
        exchange = Exchange(Session(f"{peer.url}/dir", KEY), transport, clock, events.ignore, outage=outage)
        with pytest.raises(errors.CaFailed):
            post(exchange, peer)
    assert clock.monotonic() <= OUTAGE_SECONDS


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_obeyed(peer: Peer, exchange: Exchange, clock: SteppingClock, status: int):
    """A-26: on 429 and 503, in seconds and as a date, not less than our own pause."""
    soon = "Thu, 01 Jan 2026 00:00:19 GMT"
    waits = {1: "7", 2: soon, 3: "0"}
    peer.answers = counting(
        lambda _asked, posts: (
            Answer(status, b"", {"Retry-After": waits[posts]}) if posts in waits else Answer(body=b"yes")
        )
    )
    assert post(exchange, peer) == b"yes"
    assert clock.slept == [7.0, 12.0, 1.0]


def test_who_is_asked_to_wait_long_is_told_at_once(peer: Peer, exchange: Exchange, clock: SteppingClock):
    """A-26: a cap; the error says what the CA asked for."""
    document = problems.encode(problems.problem(ErrorType.RATE_LIMITED, "tomorrow"))
    peer.answers = counting(lambda _asked, _posts: Answer(429, document, {"Retry-After": "86400"}))
    with pytest.raises(errors.RateLimited) as caught:
        post(exchange, peer)
    assert (clock.slept, caught.value.retry_after) == ([], 86400.0)


@pytest.mark.parametrize(("longest", "slept"), [(0, []), (90, [60.0]), (130, [60.0, 60.0]), (20_000, [60.0] * 11)])
def test_what_the_ca_asks_for_lengthens_no_outage(peer: Peer, clock: SteppingClock, longest: float, slept: list[float]):
    """A CA that asks for a minute each time is not waited for longer than was said, in four pauses of a minute."""
    peer.answers = counting(lambda _asked, _posts: Answer(503, b"", {"Retry-After": "60"}))
    with HttpTransport(Network(roots=(peer.root,))) as transport:
        session = Session(f"{peer.url}/dir", KEY)
        exchange = Exchange(session, transport, clock, events.ignore, outage=Outage(longest))
        with pytest.raises(errors.CaFailed):
            post(exchange, peer, deadline=700)
    assert clock.slept == slept


def test_no_wait_goes_beyond_the_deadline(peer: Peer, exchange: Exchange, clock: SteppingClock):
    peer.answers = counting(lambda _asked, _posts: Answer(503, b"", {"Retry-After": "20"}))
    with pytest.raises(errors.CaFailed):
        post(exchange, peer, deadline=50)
    assert clock.slept == [20.0, 20.0]


def test_a_lost_connection_is_tried_again_with_a_new_signature(peer: Peer, exchange: Exchange, clock: SteppingClock):
    answers = iter([Answer(hang_up=True), Answer(body=b"half", claimed=9), Answer(body=b"yes")])
    number = iter(range(9))
    peer.answers = lambda asked: (
        next(answers) if asked.method == "POST" else Answer(headers={"Replay-Nonce": f"n{next(number):03}"})
    )
    assert post(exchange, peer) == b"yes"
    assert nonces_of(peer) == ["n000", "n001", "n002"]
    assert clock.slept == [0.25, 0.5]


def test_nobody_there(peer: Peer, clock: SteppingClock, told: list[events.Event]):
    url = f"https://localhost:{free_port()}/dir"
    with HttpTransport(Network()) as transport, pytest.raises(errors.CaUnreachable):
        Exchange(Session(url, KEY), transport, clock, told.append).get(url, deadline=FOREVER)
    assert OUTAGE_SECONDS - OUTAGE_PAUSE < clock.monotonic() <= OUTAGE_SECONDS
    assert all(isinstance(event, events.Retrying) and isinstance(event.error, errors.CaUnreachable) for event in told)


def test_what_no_retry_can_change_is_told_at_once(peer: Peer, clock: SteppingClock):
    with HttpTransport(Network()) as transport, pytest.raises(errors.TlsNotTrusted):
        Exchange(Session(peer.url, KEY), transport, clock, events.ignore).get(peer.url, deadline=FOREVER)
    assert clock.slept == []


def test_get_goes_where_the_session_lets_it(peer: Peer, exchange: Exchange):
    """S-10: renewal information, too, comes from a URL that the CA named."""
    with pytest.raises(errors.ForeignUrl):
        exchange.get("https://127.0.0.1:1/ari/x", deadline=FOREVER)
    with pytest.raises(errors.InsecureUrl):
        exchange.get(peer.url.replace("https", "http"), deadline=FOREVER)
    with pytest.raises(errors.ForeignUrl):
        exchange.post(f"{peer.url}/order", b"{}", new_nonce="https://elsewhere.test/", deadline=FOREVER)
    assert peer.asked == []


def test_redirects_are_refused(peer: Peer, exchange: Exchange):
    """S-10"""
    peer.queue(Answer(301, b"", {"Location": "https://elsewhere.test/"}))
    with pytest.raises(errors.Redirected):
        exchange.get(f"{peer.url}/dir", deadline=FOREVER)
