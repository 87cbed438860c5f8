"""Reports by the command line: taken up, listed with what is due, warned of, closed."""

import json

import pytest

ADD = ("report", "add", "--cause", "misuse", "--about", "a phishing page", "--from", "r@example.net")


@pytest.fixture
def late(answer):
    """One that came a year ago, for as long as the test runs."""
    made = answer(*ADD, "--received", "2025-01-01T00:00:00Z")
    yield made
    answer("report", "answer", made["report"], "--text", "we are sorry")
    answer("report", "close", made["report"], "--outcome", "nothing was found")


def test_a_report_that_is_late(ca, answer, late):
    """B-86, B-87: the list and the check say what was due, and when."""
    assert (late["answer_by"], late["revoke_by"]) == ("2025-01-02T00:00:00Z", "2025-01-06T00:00:00Z")
    (listed,) = answer("report", "list")
    assert (listed["report"], listed["next"], listed["in_time"]) == (late["report"], "answer", False)
    found = {one["check"]: one for one in json.loads(ca("--json", "check").stdout)}
    assert found["problem reports"]["status"] == "error"
    assert late["report"] in found["problem reports"]["detail"]
    assert late["report"] in ca("report", "list").stdout


def test_a_report_in_time(ca, answer, refusal):
    """B-87: it is closed once it is answered, and stands in the list of all."""
    made = answer(*ADD)["report"]
    assert refusal("report", "close", made, "--outcome", "x")["code"] == "operator.refused"
    answer("report", "answer", made, "--text", "thank you")
    assert answer("report", "show", made)["next"] == "revocation"
    assert answer("report", "customers", made) == answer("report", "replace", made) == []
    assert answer("report", "close", made, "--outcome", "nothing was found")["next"] is None
    assert made not in [one["report"] for one in answer("report", "list")]
    assert made in [one["report"] for one in answer("report", "list", "--all")]
    assert ca("report", "add", "--cause", "boredom", "--about", "x", "--from", "x").code == 2
