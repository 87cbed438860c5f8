"""The audit log by the command line: what happened to a contract, and whether the log holds."""

import errno
import json
import os
import pwd

import pytest

from tegata.ca.services.auditing import AuditService
from tests.ca.cli.conftest import ENVIRONMENT

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
    """B-81: No certificate was issued here, but CAs and CRLs are there; an address in its URLs is no fault."""
    told = answer("audit", "certificates")
    assert (told["certificates"], told["faults"]) == (0, [])
    assert told["beside"] >= 3  # root, issuing CA and the root's CRL; a test that serves has the issuing CA's made
    assert told["linted"].startswith("pkilint ")
    shown = ca("audit", "certificates").stdout
    assert "Issued certificates looked at: 0; " in shown
    assert "[lint] accepted" not in shown


def test_a_fault_is_told_with_its_name_and_what_to_do(ca, home):
    """B-81: With exit code 1; what is wanted so can be accepted."""
    settings = home / "settings.toml"
    text = settings.read_text("utf-8")
    settings.write_text(text.replace(', "cabf.internal_domain_name"]', "]"), "utf-8")
    try:
        done, shown = ca("--json", "audit", "certificates"), ca("audit", "certificates")
    finally:
        settings.write_text(text, "utf-8")
    assert (done.code, shown.code) == (1, 1)
    faults = json.loads(done.stdout)["faults"]
    assert [(one["serial"], one["findings"]) for one in faults] == [("issuing", ["cabf.internal_domain_name"])]
    assert "[lint] accepted" in shown.stdout


def test_who_ran_what(ca, answer, refusal, contract):
    """B-93, B-96: Each command that changes something is on record with its user, refused or not; readers are not."""
    who = f"operator {pwd.getpwuid(os.getuid()).pw_name}"
    before = len(answer("audit", "show", who))
    answer("contract", "show", contract)
    answer("contract", "resume", contract)
    refusal("contract", "resume", contract)
    about = {"command": "contract resume", "of": contract}
    assert [event["facts"] for event in answer("audit", "show", who)[before:]] == [about, about]
    ca("contract", "suspend", contract, environ=ENVIRONMENT | {"SUDO_USER": "alice"})
    (event,) = answer("audit", "show", who.replace(" ", " alice as "))[-1:]
    assert event["facts"] == {"command": "contract suspend", "of": contract}


def test_an_export_onto_a_full_disk(refusal, tmp_path, monkeypatch):
    """Nothing is left that would pass for the whole log; the next one may have the name."""

    async def export(_):
        yield "the first line\n"
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(AuditService, "export", export)
    file = tmp_path / "audit.jsonl"
    assert "No space left" in refusal("audit", "export", str(file))["detail"]
    assert not file.exists()
