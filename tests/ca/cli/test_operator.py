"""``tegata-ca operator``: who may do in the portal what the commands do."""

import os
import pwd
from datetime import UTC, datetime, timedelta

from tegata.ca.store.store import RowStore
from tests.ca.cli.conftest import JAPANESE


def test_operators(ca, answer, refusal):
    """Added with a password that is shown once, listed without one, removed; on record by whom and of whom."""
    made = answer("operator", "add", "Aoki@example.com", "--name", "青木花子")
    assert list(made) == ["login", "name", "added", "password"]
    assert (made["login"], made["name"], len(made["password"]) > 12) == ("aoki@example.com", "青木花子", True)
    (listed,) = answer("operator", "list")
    assert listed == {name: made[name] for name in ("login", "name", "added")}
    assert "青木花子" in ca("operator", "list", environ=JAPANESE).stdout
    assert refusal("operator", "add", "aoki@example.com", "--name", "x")["code"] == "operator.refused"
    assert answer("operator", "remove", "aoki@example.com") == listed
    assert answer("operator", "list") == []
    assert "運用者 aoki@example.com" in ca("operator", "remove", "aoki@example.com", environ=JAPANESE).stderr
    events = answer("audit", "show", f"operator {pwd.getpwuid(os.getuid()).pw_name}")
    assert {"command": "operator add", "of": "Aoki@example.com"} in [event["facts"] for event in events]


def test_a_command_by_a_wrong_clock(answer, refusal, monkeypatch):
    """B-03: what it changes would be dated by it, so nothing is changed; what is only read is told."""
    before = answer("operator", "list")

    async def earlier(_: RowStore) -> datetime:
        return datetime.now(UTC) - timedelta(minutes=2)

    monkeypatch.setattr(RowStore, "clock", earlier)
    assert refusal("operator", "add", "kikuchi@example.com", "--name", "菊地")["code"] == "store.clock"
    assert answer("operator", "list") == before
