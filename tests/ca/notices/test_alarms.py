"""What operators read: every kind in both languages, with its facts, and nothing in it adds a line."""

from datetime import UTC, datetime

import pytest

from tegata.ca.model import Alarm, AlarmKind
from tegata.ca.notices.alarms import alarm

AT = datetime(2026, 11, 24, 2, 31, tzinfo=UTC)
FACTS = {
    "node": "node-1",
    "names": "issuing, issuing-2",
    "reason": "TokenNotPresent",
    "ends": "2026-12-24T00:00:00Z",
    "mib": "12",
    "seconds": "-90",
}


@pytest.mark.parametrize("kind", AlarmKind)
@pytest.mark.parametrize("is_over", [False, True])
def test_every_alarm(kind, is_over):
    subject, body = alarm(Alarm(kind=kind, about="tokyo", at=AT, facts=FACTS, is_over=is_over), "Example CA")
    assert subject.startswith(f"[Example CA] {'復旧' if is_over else '異常'}: ")
    assert f" / {'Over' if is_over else 'Alarm'}: " in subject
    assert "2026-11-24T02:31:00Z" in body
    assert "node-1" in body
    assert "{" not in subject + body


def test_a_reason_that_somebody_else_wrote():
    facts = FACTS | {"reason": "gone\r\nBcc: x@example.com"}
    told = Alarm(kind=AlarmKind.AGENT_SILENT, about="tokyo\r\nX: y", at=AT, facts=facts, is_over=False)
    subject, body = alarm(told, "Example CA")
    assert "\n" not in subject
    assert "\nBcc" not in body
