"""Log lines: lego's words for events and decisions, and nothing from outside that a terminal would obey."""

import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tegata.acme.window import Window
from tegata.cli.console import Console
from tegata.cli.context import Context
from tegata.cli.steps.deciding import decided
from tegata.cli.steps.narration import narrator, obtaining
from tegata.client import events
from tegata.client.errors import CaUnreachable
from tegata.client.renewal import Facts, decide
from tegata.clock import SystemClock
from tegata.text.language import Language

NOW = datetime(2026, 11, 24, 12, 0, 0, tzinfo=UTC)
UNREACHABLE = CaUnreachable(url="https://ca.example/", reason="refused")


def told(event: events.Event, language: Language = Language.EN) -> str:
    """What is logged for an event, without the time."""
    log = io.StringIO()
    console = Console(io.StringIO(), io.StringIO(), log, lambda: NOW)
    context = Context(console, SystemClock(), {}, language, lambda: 0.5)
    narrator(context, "test@example.com", "www.example.com")(event)
    return log.getvalue()[len("2026/11/24 12:00:00 ") :].removesuffix("\n")


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (events.Registering(("test@example.com",)), "[INFO] acme: Registering account for test@example.com"),
        (events.OrderCreated("https://ca.example/o/1", ("a.example",)), ""),
        (
            events.AuthorizationRead("*.a.example", "https://ca.example/z/1"),
            "[INFO] [*.a.example] AuthURL: https://ca.example/z/1",
        ),
        (
            events.AlreadyValid("a.example"),
            "[INFO] [a.example] acme: authorization already valid; skipping challenge",
        ),
        (
            events.SolverMissing("a.example", "tls-alpn-01"),
            "[INFO] [a.example] acme: Could not find solver for: tls-alpn-01",
        ),
        (events.SolverChosen("a.example", "http-01"), "[INFO] [a.example] acme: use http-01 solver"),
        (events.Trying("a.example", "http-01"), "[INFO] [a.example] acme: Trying to solve HTTP-01"),
        (events.Validated("a.example"), "[INFO] [a.example] The server validated our request"),
        (
            events.Finalizing(("a.example", "b.example")),
            "[INFO] [a.example, b.example] acme: Validations succeeded; requesting certificates",
        ),
        (
            events.CertificateReceived("https://ca.example/c/1"),
            "[INFO] [www.example.com] Server responded with a certificate.",
        ),
        (
            events.Retrying(UNREACHABLE, 0.25),
            "[WARN] https://ca.example/ cannot be reached: refused. Trying again in 0.2 seconds",
        ),
        (
            events.CleanupFailed("a.example", "http-01", OSError("gone")),
            "[WARN] [a.example] acme: cleaning up http-01 failed: gone",
        ),
        (events.Validated("a\x1b[2J\nexample"), "[INFO] [a\\x1b[2J\\nexample] The server validated our request"),
    ],
)
def test_events(event: events.Event, line: str) -> None:
    """lego's line for each, in its level; control characters from the CA are made visible (S-37)."""
    assert told(event) == line


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (
            events.Retrying(UNREACHABLE, 10.0),
            "[WARN] https://ca.example/ に接続できません: refused。 10.0 秒後に再試行します",
        ),
        (
            events.ClockDiffers(90, "behind"),
            "[WARN] このマシンの時計は認証局より 90 秒遅れています。証明書の更新時期に影響しますので合わせてください",
        ),
        (events.Validated("a.example"), "[INFO] [a.example] The server validated our request"),
    ],
)
def test_our_own_lines_in_japanese(event: events.Event, line: str) -> None:
    """Where lego has a line it stays lego's, for programs that read them."""
    assert told(event, Language.JA) == line


def test_the_first_line_of_an_order() -> None:
    """With all names, as lego."""
    assert obtaining(("a.example", "b.example")) == "[a.example, b.example] acme: Obtaining bundled SAN certificate"
    assert obtaining(("a.example",), bundle=False) == "[a.example] acme: Obtaining SAN certificate"
    assert obtaining(("a.example",), csr=True) == "[a.example] acme: Obtaining bundled SAN certificate given a CSR"


FACTS: dict[str, Any] = {
    "now": NOW,
    "not_before": NOW - timedelta(days=50),
    "not_after": NOW + timedelta(days=40, hours=1),
}


def window(start: int, end: int) -> dict[str, object]:
    span = Window(NOW + timedelta(days=start), NOW + timedelta(days=end))
    return {"window": span, "window_instant": span.start}


NOT_DUE = "[x] The certificate expires in 40 days, the number of days defined to perform the renewal is"
CONTRACT, END = "[x] The contract ends on 2027-01-03T12:00:00Z", "2027-01-03T13:00:00Z"
HOURS = "[x] acme: Trying renewal with 961 hours remaining"


@pytest.mark.parametrize(
    ("more", "lines"),
    [
        ({"days": 10}, [f"{NOT_DUE} 10: no renewal."]),
        ({}, [f"{NOT_DUE} 30: no renewal."]),
        (
            window(5, 7),
            [
                "[x] acme: renewalInfo endpoint indicates that renewal is not needed",
                "[x] The certificate expires in 40 days, the time to renew it is 2026-11-29T12:00:00Z: no renewal.",
            ],
        ),
        ({"days": 45}, [HOURS]),
        (
            window(-2, 1),
            [
                "[x] acme: renewalInfo endpoint indicates that renewal is needed",
                "[x] acme: renewalInfo endpoint provided an explanation: https://ca.example/why",
                HOURS,
            ],
        ),
        ({"revoked": True}, ["[x] The certificate has been revoked: renewing it", HOURS]),
        (
            {"days": 40, "contract_ends": NOW + timedelta(days=40)},
            [f"{CONTRACT}, a new certificate would end no later than the present one ({END}): no renewal."],
        ),
        (
            {"days": 10, "contract_ends": NOW + timedelta(days=40)},
            [
                f"{NOT_DUE} 10: no renewal.",
                f"{CONTRACT}, a new certificate would end no later than the present one ({END}).",
            ],
        ),
        ({"days": 10, "contract_ends": NOW + timedelta(days=41)}, [f"{NOT_DUE} 10: no renewal."]),
    ],
)
def test_decisions(more: dict[str, Any], lines: list[str]) -> None:
    """Why something is done or not, with the numbers, and the CA's page about its window (X-12)."""
    facts = Facts(**FACTS, **more)
    assert decided("x", facts, decide(facts), "https://ca.example/why") == lines
