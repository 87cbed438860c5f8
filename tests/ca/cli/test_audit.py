"""The audit log by the command line: what happened to a contract, and whether the log holds."""

import pytest

MAKE = (
    *("contract", "add", "--organization", "例", "--country", "JP", "--service", "dv-acme-1y"),
    *("--domain", "audited.example.com", "--user", "audit@example.com"),
)


@pytest.fixture
def contract(answer):
    """A contract that was suspended."""
    made = answer(*MAKE)["contract"]
    answer("contract", "suspend", made)
    return made


def test_what_happened_to_a_contract(ca, answer, contract):
    """In order, for a program and for a person."""
    events = answer("audit", "show", contract)
    assert [event["kind"] for event in events] == ["contract.added", "contract.suspended"]
    assert events[0]["facts"]["domains"] == "audited.example.com"
    assert events[0]["subject"] == contract
    shown = ca("audit", "show", contract).stdout
    assert "domains=audited.example.com" in shown


def test_a_log_that_holds(ca, answer, contract):
    """A server binds events; those of commands wait for it. Other tests may have run one on this CA before."""
    checked = answer("audit", "verify")
    assert checked["unbound"] > 1
    assert bool(checked["links"]) == bool(checked["head"])
    assert "The audit log holds" in ca("audit", "verify").stdout


def test_the_log_in_a_file(ca, answer, refusal, tmp_path, contract):
    """A new one, for its owner only."""
    file = tmp_path / "log.jsonl"
    told = answer("audit", "export", str(file))
    assert told == {"file": str(file), "lines": len(file.read_text().splitlines())}
    assert file.stat().st_mode & 0o777 == 0o600
    assert refusal("audit", "export", str(file))["code"] == "operator.refused"


def test_a_noted_link_that_is_gone(ca, refusal):
    """Exit code 1, and both what happened and what to do."""
    assert refusal("audit", "verify", "--head", "7:" + "00" * 32)["code"] == "operator.audit"
    assert ca("audit", "verify", "--head", "seven").code == 2


def test_everything_issued_is_linted_again(ca, answer):
    """Nothing was issued here, and so nothing is wrong; what is, is told by exit code 1 (see the services' tests)."""
    told = answer("audit", "certificates")
    assert (told["certificates"], told["faulty"], told["faults"]) == (0, 0, [])
    assert told["linted"].startswith("pkilint ")
    assert "0 issued certificates looked at, 0 with faults" in ca("audit", "certificates").stdout
