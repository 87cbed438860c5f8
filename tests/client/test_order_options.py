"""What an order may ask for besides names: validity, profile, chain, haste, and giving up authorizations."""

import json
from typing import Any

import pytest

from tegata.acme.messages import Directory, Meta
from tegata.acme.problems import ErrorType
from tegata.acme.wire import Headers, Response
from tegata.client import errors, events
from tegata.client.options import Options
from tegata.client.profiles import chosen
from tegata.client.steps import Answered, Done, Send, Sleep, Started, Step, Woken
from tegata.pki import certs
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
    Play,
    authz_url,
)
from tests.client.order_play import order as order_object
from tests.pki import issued

OTHER_ROOT = issued.root("Other Root")
OTHER_CHAIN = certs.to_pem([OTHER_ROOT.issue(KEY.public_key(), NAMES), OTHER_ROOT.certificate])


def sent(step: Step | None) -> Any:
    assert isinstance(step, Send)
    assert step.payload is not None
    return json.loads(step.payload)


def directory(**profiles: str) -> Directory:
    return Directory(new_nonce="", new_account="", new_order="", revoke_cert="", meta=Meta(profiles=profiles))


def ready(**wishes: Any) -> Play:
    """Up to the order, which has all its names valid already."""
    play = Play(**wishes)
    play.happens(Started())
    play.say(order_object("ready"), to=NEW_ORDER, location=ORDER)
    return play


def downloaded(play: Play, *alternates: str) -> Step:
    """The certificate arrives, and with it the links to others."""
    play.say(order_object("valid", certificate=CERTIFICATE), to=FINALIZE)
    fields = [("Link", f'<{url}>;rel="alternate"') for url in alternates]
    return play.happens(Answered(Response(200, Headers([*fields, ("Link", f"<{CA}/dir>;rel=index")]), CHAIN)))


def test_dates_and_profile_are_sent_with_the_order() -> None:
    """As they were asked for."""
    play = Play(not_before="2026-12-01T00:00:00Z", not_after="2026-12-02T00:00:00Z", profile="short")
    asked = sent(play.happens(Started()))
    assert (asked["notBefore"], asked["notAfter"], asked["profile"]) == (
        "2026-12-01T00:00:00Z",
        "2026-12-02T00:00:00Z",
        "short",
    )


def test_another_profile_in_the_order_is_not_taken() -> None:
    """A CA that does not echo the profile is believed; one that names another is not."""
    play = Play(profile="short")
    play.happens(Started())
    play.say(order_object("ready", profile="long"), to=NEW_ORDER, location=ORDER)
    assert isinstance(play.failed_with, errors.BadAnswer)
    play = ready(profile="short")
    assert sent(play.step)["csr"]


def test_a_ca_may_name_its_default_profile() -> None:
    """As Let's Encrypt does in each order."""
    play = Play()
    play.happens(Started())
    play.say(order_object("ready", profile="classic"), to=NEW_ORDER, location=ORDER)
    assert sent(play.step)["csr"]


def test_profiles_that_are_offered_and_that_are_not() -> None:
    """X-41: a required one stops before the order and tells what there is; a preferred one does not."""
    offers = directory(tlsserver="for web servers", shortlived="six days")
    assert chosen(Options(), offers) is None
    assert chosen(Options(profile="shortlived"), offers) == "shortlived"
    assert chosen(Options(preferred_profile="shortlived"), offers) == "shortlived"
    assert chosen(Options(preferred_profile="classic"), offers) is None
    with pytest.raises(errors.ProfileNotOffered) as caught:
        chosen(Options(profile="classic"), offers)
    assert caught.value.facts == {
        "profile": "classic",
        "offered": "shortlived (six days), tlsserver (for web servers)",
    }
    with pytest.raises(errors.ProfileNotOffered) as caught:
        chosen(Options(profile="classic"), directory())
    assert caught.value.facts["offered"] == "-"


def test_the_preferred_chain_is_fetched() -> None:
    """The default's topmost issuer is another: the alternates are tried in turn."""
    play = ready(preferred_chain="Other Root")
    assert downloaded(play, f"{CA}/cert/1/1", f"{CA}/cert/1/2") == Send(f"{CA}/cert/1/1", None, certs.CHAIN_LIMIT)
    play.say(CHAIN, to=f"{CA}/cert/1/1")
    step = play.say(OTHER_CHAIN, to=f"{CA}/cert/1/2")
    assert step == Done(OTHER_CHAIN, f"{CA}/cert/1/2")


def test_the_default_chain_may_be_the_preferred_one() -> None:
    """Then nothing else is fetched."""
    assert downloaded(ready(preferred_chain="Root"), f"{CA}/cert/1/1") == Done(CHAIN, CERTIFICATE)


def test_no_chain_is_the_preferred_one() -> None:
    """The default one is taken, and that is told; an alternate that cannot be had or is rubbish changes nothing."""
    play = ready(preferred_chain="Nobody's Root")
    downloaded(play, f"{CA}/a", f"{CA}/b", f"{CA}/c")
    play.refuse(ErrorType.SERVER_INTERNAL)
    play.say(b"rubbish", to=f"{CA}/b")
    assert play.say(OTHER_CHAIN, to=f"{CA}/c") == Done(CHAIN, CERTIFICATE)
    assert play.tellings(events.ChainNotOffered) == [events.ChainNotOffered("Nobody's Root")]


def test_a_certificate_is_not_lost_while_chains_are_looked_at() -> None:
    """Time runs out: the default chain is there already."""
    play = ready(preferred_chain="Other Root")
    downloaded(play, f"{CA}/a")
    play.now = 1e6
    assert play.say(OTHER_CHAIN, to=f"{CA}/a") == Done(CHAIN, CERTIFICATE)


def test_authorizations_are_given_up_after_a_success() -> None:
    """A-63: on request only; what the CA says to that changes nothing."""
    play = ready(release=True)
    step = downloaded(play)
    urls = []
    for _ in NAMES:
        assert sent(step) == {"status": "deactivated"}
        assert isinstance(step, Send)
        urls.append(step.url)
        step = play.refuse(ErrorType.MALFORMED)
    assert sorted(urls) == sorted(map(authz_url, NAMES))
    assert step == Done(CHAIN, CERTIFICATE)


def test_and_after_a_failure() -> None:
    """Valid ones too."""
    play = ready(release=True)
    play.refuse(ErrorType.BAD_CSR)
    for _ in NAMES:
        assert sent(play.step) == {"status": "deactivated"}
        assert isinstance(play.step, Send)
        play.say({}, to=play.step.url)
    assert isinstance(play.failed_with, errors.CsrRefused)


def test_and_where_there_is_no_order_there_is_nothing_to_give_up() -> None:
    play = Play(release=True)
    play.happens(Started())
    play.refuse(ErrorType.RATE_LIMITED)
    assert isinstance(play.failed_with, errors.RateLimited)


def test_the_time_for_issuing_is_no_more_than_there_is() -> None:
    """It ends with the order's own, also where the CA has to be asked twice."""
    play = Play(issuing_seconds=DEADLINE)
    play.happens(Started())
    play.now = 50.0
    play.say(order_object("ready"), to=NEW_ORDER, location=ORDER)
    play.now = DEADLINE
    play.say(order_object("processing"), to=FINALIZE)
    assert isinstance(play.failed_with, errors.DeadlinePassed)


def test_the_time_for_issuing_begins_with_the_request() -> None:
    """Validation may have taken long; from the request on the CA has as long as was said."""
    play = Play(issuing_seconds=3)
    play.happens(Started())
    play.now = 50.0
    play.say(order_object("ready"), to=NEW_ORDER, location=ORDER)
    play.say(order_object("processing"), to=FINALIZE)
    while isinstance(play.step, Sleep):
        play.now += play.step.seconds
        play.happens(Woken())
        if isinstance(play.step, Send):
            play.say(order_object("processing"), to=ORDER)
    assert isinstance(play.failed_with, errors.DeadlinePassed)
    assert play.failed_with.facts["seconds"] == "3"
    assert 52.9 < play.now < 53.1
