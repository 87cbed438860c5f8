"""When the installed client renews, on a CA with renewal information: waiting, not asking, holding back, telling."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from tegata.acme import b64
from tegata.acme.ari import cert_id
from tegata.clock import rfc3339
from tests.client.https_peer import Answer, Asked
from tests.e2e.acme_play import NAME, Play, acme_play, json_answer
from tests.peers.command import Finished
from tests.peers.tegata import IMPATIENT, ForkedTegata, Tegata

NOW = ["--days", "9999", "--no-random-sleep"]


@pytest.fixture
def play(tmp_path: Path) -> Iterator[Play]:
    with acme_play(tmp_path) as started:
        started.start = datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)
        yield started


@pytest.fixture
def tegata(tmp_path: Path, play: Play) -> Tegata:
    """One that has a certificate, and remembers nothing of when to renew it."""
    home = tmp_path / "home"
    home.mkdir()
    tegata = ForkedTegata(home, play.peer.root)
    call(tegata, play, "-a", "run").check()
    assert ari(play) == 1  # right after it was issued
    forget(tegata)
    play.peer.asked.clear()
    return tegata


def forget(tegata: Tegata) -> None:
    """Forget what is remembered of when to renew."""
    (remembered,) = (tegata.path / ".tegata" / "renewals").iterdir()
    remembered.unlink()


def words(play: Play) -> list[str]:
    return ["-s", play.directory_url, "-d", NAME, "--http", "--http.webroot", str(play.webroot), "-k", "rsa2048"]


def call(tegata: Tegata, play: Play, *more: str) -> Finished:
    return tegata.run(*words(play), *more, env=IMPATIENT)


def opens_in(play: Play, seconds: float) -> None:
    """The CA's window is but an instant, so many seconds from now."""
    start = datetime.now(UTC) + timedelta(seconds=seconds)
    window = {"start": rfc3339(start), "end": rfc3339(start + timedelta(seconds=1))}
    play.twist("/ari/" + ari_path(play), suggestedWindow=window)


def ari_path(play: Play) -> str:
    """What the client calls its certificate there; asked for once, and then remembered in the test's own play."""
    identifier = cert_id(x509.load_pem_x509_certificate(play.chain))
    assert identifier
    return identifier


def many_yml(tegata: Tegata, play: Play, *, account: str) -> None:
    """A configuration file of one new certificate, ``many.yml``."""
    (tegata.directory / "many.yml").write_text(
        f"accounts: {{main: {{server: '{play.directory_url}', email: {account}@example.com, "
        "acceptsTermsOfService: true}}\n"
        f"challenges: {{web: {{http: {{webroot: '{play.webroot}'}}}}}}\n"
        f"certificates: {{other: {{domains: [{NAME}], keyType: RSA2048}}}}\n"
    )


def accounts_asked(play: Play) -> int:
    """How often the CA was asked to make or find an account."""
    return sum(asked.path == "/newAccount" for asked in play.peer.asked)


def orders(play: Play) -> int:
    return sum(asked.path == "/newOrder" for asked in play.peer.asked)


def ari(play: Play) -> int:
    return sum(asked.path.startswith("/ari") for asked in play.peer.asked)


def test_it_waits_for_an_instant_that_is_near(tegata: Tegata, play: Play) -> None:
    """In the process, as lego does; without the flag, or beyond it, it is not due (X-13)."""
    opens_in(play, 3600)
    done = call(tegata, play, "renew", "--ari-wait-to-renew-duration", "30m").check()
    assert ": no renewal." in done.stderr
    forget(tegata)
    opens_in(play, 3)
    done = call(tegata, play, "renew", "--ari-wait-to-renew-duration", "30m").check()
    assert "until the renewal time" in done.stderr
    assert orders(play) == 1


@pytest.mark.parametrize("by", ["run", "renew"])
def test_the_first_renewal_needs_no_network(tegata: Tegata, play: Play, by: str) -> None:
    """X-15: the CA's window is known from issuance; an hour later nobody is asked before the CA wants to be."""
    future = {"start": "2027-01-01T00:00:00Z", "end": "2027-01-02T00:00:00Z"}
    honest = play.peer.answers

    def answers(asked: Asked) -> Answer:
        if asked.path.startswith("/ari"):
            return json_answer({"suggestedWindow": future}, headers={"Retry-After": "7200"})
        return honest(asked)

    play.peer.answers = answers
    call(tegata, play, *(["run"] if by == "run" else ["renew", *NOW])).check()
    (remembered,) = (tegata.path / ".tegata" / "renewals").iterdir()
    known = json.loads(remembered.read_text())
    assert datetime.now(UTC) < datetime.fromisoformat(known["relyFrom"]) < datetime.now(UTC) + timedelta(hours=2)
    remembered.write_text(json.dumps({**known, "relyFrom": "2026-01-01T00:00:00Z"}))
    play.peer.answers = lambda _asked: Answer(hang_up=True)
    play.peer.asked.clear()
    done = call(tegata, play, "renew").check()
    assert "the time to renew it is 2027-01-01T" in done.stderr
    assert not play.peer.asked
    assert "cannot be had" not in done.stderr


def test_each_renewal_of_the_first_hour_asks(tegata: Tegata, play: Play) -> None:
    """X-15: that one has found nothing to do is not relied on by the next: a revocation may have come meanwhile."""
    call(tegata, play, "run").check()
    opens_in(play, 864000)
    assert ": no renewal." in call(tegata, play, "renew").check().stderr
    opens_in(play, -86400)  # as for one that is revoked
    call(tegata, play, "renew").check()
    assert orders(play) == 2


def test_a_ca_that_is_down_in_the_first_hour(tegata: Tegata, play: Play) -> None:
    """What was learned with the certificate decides, though it is asked once more."""
    honest = play.peer.answers
    play.peer.answers = lambda asked: (
        json_answer({"suggestedWindow": {"start": "2027-01-01T00:00:00Z", "end": "2027-01-02T00:00:00Z"}})
        if asked.path.startswith("/ari")
        else honest(asked)
    )
    call(tegata, play, "run").check()
    play.peer.answers = lambda _asked: Answer(hang_up=True)
    done = call(tegata, play, "renew").check()
    assert "the time to renew it is 2027-01-01T" in done.stderr
    assert "cannot be had" in done.stderr


def test_a_ca_that_does_not_say_when_delays_nothing(tegata: Tegata, play: Play) -> None:
    """X-15: the certificate is there, its hook is started, and the next run asks again (X-14)."""
    honest = play.peer.answers
    play.peer.answers = lambda asked: Answer(hang_up=True) if asked.path.startswith("/ari") else honest(asked)
    started = time.monotonic()
    done = call(tegata, play, "run", "--run-hook", "echo deployed").check()
    assert time.monotonic() - started < 15
    assert "deployed" in done.stdout
    assert "It is asked again after" in done.stderr


def test_a_memory_that_cannot_be_written_fails_no_run(tegata: Tegata, play: Play) -> None:
    """The certificate is there and is deployed; the next run asks."""
    folder = tegata.path / ".tegata" / "renewals"
    folder.rmdir()
    folder.write_text("in the way")
    done = call(tegata, play, "run", "--run-hook", "echo deployed").check()
    assert "deployed" in done.stdout


def test_a_deployment_that_cannot_be_noted_costs_no_certificate(tegata: Tegata, play: Play) -> None:
    """What came of the order is kept and deployed, though a hook that fails now is not started again."""
    (tegata.path / ".tegata" / "deployments").write_text("in the way")
    before = (tegata.path / "certificates" / f"{NAME}.crt").read_bytes()
    done = call(tegata, play, "renew", *NOW, "--renew-hook", "echo deployed").check()
    assert "deployed" in done.stdout
    assert "is not started again" in done.stderr
    assert (tegata.path / "certificates" / f"{NAME}.crt").read_bytes() != before


def test_a_script_can_tell_that_nothing_was_due(tegata: Tegata, play: Play) -> None:
    """An exit code of its own choice, from the CA's answer and from the disk alone; after a renewal it is 0."""
    opens_in(play, 3600)
    for _ in range(2):
        assert call(tegata, play, "renew", "--exit-code-not-due", "42").code == 42
    assert call(tegata, play, "renew").code == 0
    assert call(tegata, play, "renew", "--exit-code-not-due", "42", *NOW).code == 0


def test_the_ca_is_not_asked_when(tegata: Tegata, play: Play) -> None:
    """Its window has come, and only days count; what is remembered of a window counts as little."""
    done = call(tegata, play, "renew", "--ari-disable", "--days", "1").check()
    assert "no renewal" in done.stderr
    assert ari(play) == 0
    opens_in(play, 3600)
    forget(tegata)
    call(tegata, play, "renew").check()
    assert ari(play) == 1
    done = call(tegata, play, "renew", "--ari-disable", "--days", "1").check()
    assert "the number of days defined to perform the renewal is 1" in done.stderr


def test_a_failed_order_holds_the_next_ones_back(tegata: Tegata, play: Play) -> None:
    """S-17: a cron job each minute does not hammer; who sits at a terminal, or says so, is not held back (C-03).

    C-18.

    C-17.
    """
    honest = dict(play.twists)
    play.twists["/newOrder"] = lambda _: json_answer({"type": "about:blank", "detail": "no", "status": 403}, 403)
    done = call(tegata, play, "renew")
    assert done.code == 1
    assert "no other before " not in done.stderr  # what is put right now is tried at once
    assert "This order has failed 2 times in a row: no other before " in call(tegata, play, "renew").stderr
    for _ in range(3):
        held = call(tegata, play, "renew")
        assert held.code == 1
        assert "nothing is ordered before" in held.stderr
    assert orders(play) == 2
    assert call(tegata, play, "renew", "--no-back-off").code == 1
    assert orders(play) == 3
    play.twists = honest
    done = tegata.interact(*words(play), "renew", answers=[]).check()
    assert orders(play) == 4
    assert not list((tegata.path / ".tegata" / "attempts").iterdir())


def test_a_first_order_that_failed_holds_the_next_ones_back(tegata: Tegata, play: Play) -> None:
    """S-17: by lego v5's words a schedule obtains, too: a container that starts anew does not hammer (C-03)."""
    honest = dict(play.twists)
    play.twists["/newOrder"] = lambda _: json_answer({"type": "about:blank", "detail": "no", "status": 403}, 403)
    first = ("run", "--cert.name", "other", "-a")
    assert "no other before " not in call(tegata, play, *first).stderr
    assert "This order has failed 2 times in a row: no other before " in call(tegata, play, *first).stderr
    for _ in range(2):
        held = call(tegata, play, *first)
        assert held.code == 1
        assert "nothing is ordered before" in held.stderr
    assert orders(play) == 2
    assert call(tegata, play, *first, "--no-back-off").code == 1
    assert orders(play) == 3
    play.twists = honest
    tegata.interact(*words(play), *first, answers=[]).check()
    assert not list((tegata.path / ".tegata" / "attempts").iterdir())


def test_a_refused_registration_holds_the_next_ones_back(tegata: Tegata, play: Play) -> None:
    """S-17: nor does a schedule ask for an account each minute that the CA does not make; no key is made for nothing.

    C-03: another EAB, as one whose MAC key was mistyped, is tried at once.
    """
    play.twists["/newAccount"] = lambda _: json_answer({"type": "about:blank", "detail": "no", "status": 403}, 403)
    first = ("-m", "b@example.com", "--cert.name", "other", "-a", "run")
    honest, play.peer.answers = play.peer.answers, lambda _asked: Answer(hang_up=True)
    assert "no other before" not in call(tegata, play, *first).stderr  # what is in the way may be our own proxy
    play.peer.answers = honest
    assert "no other before" not in call(tegata, play, *first).stderr
    assert "This registration has failed 2 times in a row: no other before " in call(tegata, play, *first).stderr
    for _ in range(2):
        held = call(tegata, play, *first)
        assert held.code == 1
        assert "it is not tried before" in held.stderr
    assert accounts_asked(play) == 2
    eab = ("--kid", "one", "--hmac")
    for mac in ("QQ" * 22, "RR" * 22):
        assert "This registration has failed" in call(tegata, play, *first, "--eab", *eab, mac).stderr
    assert "it is not tried before" in call(tegata, play, *first, "--eab", *eab, mac).stderr
    tried = accounts_asked(play)
    assert call(tegata, play, *first, "--no-back-off").code == 1
    assert accounts_asked(play) == tried + 1
    assert orders(play) == 0
    del play.twists["/newAccount"]
    tegata.interact(*words(play), *first, answers=[]).check()
    assert not list((tegata.path / ".tegata" / "attempts").rglob("*.json"))


def test_an_account_of_a_configuration_file_that_is_refused_is_held_back(tegata: Tegata, play: Play) -> None:
    """S-17, C-03: TEGATA_NO_BACK_OFF counts with --config, too."""
    many_yml(tegata, play, account="b")
    play.twists["/newAccount"] = lambda _: json_answer({"type": "about:blank", "detail": "no", "status": 403}, 403)
    for said in ("many.yml", "no other before", "it is not tried before"):
        assert said in tegata.run("--config", "many.yml", env=IMPATIENT).stderr
    assert accounts_asked(play) == 2
    del play.twists["/newAccount"]
    tegata.run("--config", "many.yml", env={**IMPATIENT, "TEGATA_NO_BACK_OFF": "true"}).check()


def test_a_profile_that_the_ca_does_not_offer_holds_nothing_back(tegata: Tegata, play: Play) -> None:
    """S-17: no order was made, and who waits for the CA to offer it, or puts the name right, need not wait."""
    for _ in range(3):
        done = call(tegata, play, "renew", *NOW, "--profile", "tlsserver")
        assert done.code == 1
        assert "tlsserver" in done.stderr
        assert "no other before" not in done.stderr
    assert orders(play) == 0


def test_a_command_line_that_was_put_right_is_tried_at_once(tegata: Tegata, play: Play) -> None:
    """C-03: by ssh or from a playbook nobody is at a terminal, and the order is another one than what failed."""
    play.twists["/newOrder"] = lambda _: json_answer({"type": "about:blank", "detail": "no", "status": 403}, 403)
    assert call(tegata, play, "renew", "--key-type", "ec384").code == 1
    assert "This order has failed 2 times" in call(tegata, play, "renew", "--key-type", "ec384").stderr
    assert "nothing is ordered before" in call(tegata, play, "renew", "--key-type", "ec384").stderr
    del play.twists["/newOrder"]
    call(tegata, play, "renew", "--key-type", "rsa2048").check()
    assert orders(play) == 3


def test_a_configuration_file_s_orders_are_held_back(tegata: Tegata, play: Play) -> None:
    """C-03: of a schedule's file; --no-back-off says that it is to be tried now, as the message tells."""
    many_yml(tegata, play, account="a")
    play.twists["/newOrder"] = lambda _: json_answer({"type": "about:blank", "detail": "no", "status": 403}, 403)
    for said in ("many.yml", "no other before", "nothing is ordered before"):
        assert said in tegata.run("--config", "many.yml", env=IMPATIENT).stderr
    assert orders(play) == 2
    del play.twists["/newOrder"]
    tegata.run("--config", "many.yml", "--no-back-off", env=IMPATIENT).check()


def test_a_ca_that_is_down_when_it_is_time(tegata: Tegata, play: Play) -> None:
    """The run fails, says when the next may be tried, and remembers it."""
    play.peer.answers = lambda _asked: Answer(hang_up=True)
    done = call(tegata, play, "renew", *NOW)
    assert done.code == 1
    assert "It is asked again after " in done.stderr
    assert "no other before " in call(tegata, play, "renew", *NOW).stderr
    assert "nothing is ordered before" in call(tegata, play, "renew", *NOW).stderr


def test_days_beyond_the_certificate_s_life(tegata: Tegata, play: Play) -> None:
    """They renew in each run, which is told where a schedule does so each night (C-03); once a month it is well."""
    told = "each run orders a new certificate"
    assert told in call(tegata, play, "renew", *NOW).check().stderr
    assert told not in tegata.interact(*words(play), "renew", *NOW, answers=[]).check().stderr
    play.start = datetime.now(UTC).replace(microsecond=0) - timedelta(days=30)
    call(tegata, play, "renew", *NOW).check()
    assert told not in call(tegata, play, "renew", *NOW).check().stderr


def test_a_renewal_that_is_overdue(tegata: Tegata, play: Play) -> None:
    """Each try says so, whatever comes of it (C-14)."""
    play.start -= timedelta(days=80)
    call(tegata, play, "renew", *NOW).check()
    forget(tegata)
    play.twists["/newOrder"] = lambda _honest: json_answer({"type": "about:blank", "detail": "no"}, 403)
    told = f"[{NAME}] The renewal is overdue: the certificate ends on "
    assert told in call(tegata, play, "renew", "--no-random-sleep").stderr
    del play.twists["/newOrder"]
    play.start = datetime.now(UTC).replace(microsecond=0)
    assert told in call(tegata, play, "renew", "--no-random-sleep", "--no-back-off").check().stderr
    opens_in(play, 3600)
    assert told not in call(tegata, play, "renew", *NOW).check().stderr


def test_nobody_asks_about_a_certificate_that_has_ended(tegata: Tegata, play: Play) -> None:
    """RFC 9773 §4.3, X-15: it is replaced at once, whatever the CA would say, and the CA asked about the new one."""
    play.start -= timedelta(days=400)
    call(tegata, play, "renew", *NOW).check()
    ended = ari_path(play)
    forget(tegata)
    play.peer.asked.clear()
    play.start = datetime.now(UTC).replace(microsecond=0)
    assert "random delay" not in call(tegata, play, "renew").check().stderr
    assert orders(play) == 1
    asked = [each.path for each in play.peer.asked if each.path.startswith("/ari")]
    assert asked == [f"/ari/{ari_path(play)}"]
    assert ended not in asked[0]


def test_a_certificate_of_another_ca_is_not_named_to_this_one(tegata: Tegata, play: Play) -> None:
    """RFC 9773 §5: the predecessor is of the same CA, or none is named."""
    (facts,) = (tegata.path / "certificates").glob("*.json")
    original = facts.read_text()
    call(tegata, play, "renew", *NOW).check()
    assert b"replaces" in payload(play)
    facts.write_text(original.replace("https://", "https://elsewhere.example:"))
    call(tegata, play, "renew", *NOW).check()
    assert b"replaces" not in payload(play)


def payload(play: Play) -> bytes:
    body = [asked.body for asked in play.peer.asked if asked.path == "/newOrder"][-1]
    return b64.decode(json.loads(body)["payload"])
