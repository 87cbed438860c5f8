"""The contract's term and state decide at once, for any client: expired, suspended, resumed, renewed near its end."""

import contextlib
import shutil
import time
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509

from tests.e2e.certificates import crl_url, crt, leaf, serial
from tests.e2e.customer import first_run, renewal
from tests.e2e.test_lego_with_ca import words as lego_words

pytestmark = pytest.mark.forked


def in_an_hour():
    return from_now(hours=1)


def from_now(**span):
    return (datetime.now(UTC) + timedelta(**span)).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.fixture
def client(ca, tegata):
    return tegata.trusting(ca.ca_file)


def issue(ca, client, contract, name):
    return client.run(*first_run(ca, contract, name))


def renew(ca, client, name, *more):
    return client.run(*renewal(ca, name, more=more))


def test_an_expired_contract_registers_nobody(ca, client):
    """Past the contract's end: 403 that says what to do."""
    contract = ca.add_contract("past.example.com", starts="2025-01-01T00:00:00Z", ends="2025-12-31T00:00:00Z")
    assert contract["status"] == "expired"
    done = issue(ca, client, contract, "past.example.com")
    assert done.code == 1
    assert "unauthorized" in done.stderr
    assert f"Contract {contract['contract']} ended at 2025-12-31" in done.stderr
    assert "Renew the contract: the same EAB and account" in done.stderr


def test_suspended_and_resumed(ca, client):
    """A contract suspended by command stops the next order, and resumed lets it through."""
    name = "pause.example.com"
    contract = ca.add_contract(name)
    issue(ca, client, contract, name).check()
    first = serial(crt(client.path, name))
    ca.run("contract", "suspend", contract["contract"]).check()
    assert ca.json("contract", "show", contract["contract"])["status"] == "suspended"
    done = renew(ca, client, name, "--days", "999")
    assert done.code == 1
    assert "unauthorized" in done.stderr
    assert serial(crt(client.path, name)) == first
    ca.run("contract", "resume", contract["contract"]).check()
    renew(ca, client, name, "--days", "999").check()
    assert serial(crt(client.path, name)) != first


def test_a_disabled_eab_stops_its_accounts(ca, client):
    """The credential is asked at every order, not only at registration."""
    name = "disabled.example.com"
    contract = ca.add_contract(name)
    issue(ca, client, contract, name).check()
    ca.run("eab", "disable", contract["eab"]["kid"]).check()
    done = renew(ca, client, name, "--days", "999")
    assert done.code == 1
    assert "unauthorized" in done.stderr
    assert "not linked" not in done.stderr, "it is not refused for what it replaces"


def test_renewed_an_hour_before_its_end(ca, client, lego):
    """tegata and lego both replace, without a new EAB, once the contract is renewed; before that nothing storms."""
    mine, theirs = "hour-tegata.example.com", "hour-lego.example.com"
    contract = ca.add_contract(mine, theirs, ends=in_an_hour())
    lego = lego.trusting(ca.ca_file)
    issue(ca, client, contract, mine).check()
    lego.run(*lego_words(ca, contract, "run", names=(theirs,))).check()
    before = leaf(crt(client.path, mine)).not_valid_after_utc
    assert before <= datetime.fromisoformat(contract["ends"])

    done = renew(ca, client, mine).check()
    assert f"The contract ends on {contract['ends']}, a new certificate would end no later" in done.stderr
    assert leaf(crt(client.path, mine)).not_valid_after_utc == before

    renewed = ca.json("contract", "renew", contract["contract"])
    assert renewed["ends"] > contract["ends"]
    assert renewed["eab"]["kid"] == contract["eab"]["kid"]
    renew(ca, client, mine).check()
    lego.run(*lego_words(ca, contract, "renew", "--no-random-sleep", names=(theirs,))).check()
    for path in (crt(client.path, mine), crt(lego.path, theirs)):
        assert leaf(path).not_valid_after_utc > before + timedelta(days=80)


def test_refused_for_its_contract_s_end_and_renewed_once_that_moves(ca, client):
    """C-03, M9: what the CA refused on the contract's last day, as of ``--days 999``, keeps no cron from renewing."""
    name = "forced-late.example.com"
    contract = ca.add_contract(name, ends=in_an_hour())
    issue(ca, client, contract, name).check()
    forced = [renew(ca, client, name, "--days", "999") for _ in range(5)]
    assert "rateLimited" in next(done.stderr for done in forced if done.code == 1)
    assert "nothing is ordered before" in forced[-1].stderr
    before = leaf(crt(client.path, name)).not_valid_after_utc
    ca.run("contract", "renew", contract["contract"]).check()
    renew(ca, client, name).check()
    assert leaf(crt(client.path, name)).not_valid_after_utc > before + timedelta(days=80)


def test_revoked_after_it_was_found_not_due(ca, client):
    """X-15, M7: a run that had nothing to do keeps the next one from seeing nothing, with days or without."""
    name = "revoked-soon.example.com"
    contract = ca.add_contract(name)
    issue(ca, client, contract, name).check()
    for words in ((), ("--days", "10")):
        assert ": no renewal." in renew(ca, client, name, *words).check().stderr
        before = serial(crt(client.path, name))
        ca.run("cert", "revoke", before, "--reason", "4").check()
        renew(ca, client, name, *words).check()
        assert serial(crt(client.path, name)) != before


def test_not_due_says_that_the_contract_is_why(ca, client):
    """Long before its end too, when all there is to say is when it will be time."""
    name = "why.example.com"
    contract = ca.add_contract(name, ends=from_now(days=25))
    issue(ca, client, contract, name).check()
    told = f"The contract ends on {contract['ends']}, a new certificate would end no later"
    for words in ((), ("--days", "10"), ("--days", "24")):
        done = renew(ca, client, name, *words).check()
        assert told in done.stderr
        assert ": no renewal." in done.stderr
    ca.run("contract", "renew", contract["contract"]).check()
    renew(ca, client, name).check()
    assert "The contract ends" not in renew(ca, client, name).check().stderr


def test_a_revoked_certificate_that_ends_with_its_contract_is_renewed(ca, client):
    """By the CA's window, whatever --days says, and by its revocation list; the one in its place then stays."""
    name = "revoked-late.example.com"
    contract = ca.add_contract(name, ends=from_now(days=25))
    issue(ca, client, contract, name).check()
    for words in ((), ("--days", "10"), ("--ari-disable",), ("--ari-disable", "--days", "24")):
        before = serial(crt(client.path, name))
        ca.run("cert", "revoke", before, "--reason", "4").check()
        wait_until_listed(ca, leaf(crt(client.path, name)))
        renew(ca, client, name, "--no-random-sleep", *words).check()
        after = serial(crt(client.path, name))
        assert after != before, f"renew {words} left a revoked certificate in place"
        assert ": no renewal." in renew(ca, client, name, *words).check().stderr
        assert serial(crt(client.path, name)) == after


def wait_until_listed(ca, certificate):
    """The list of revoked certificates follows a moment after the revocation."""
    end, lists = time.monotonic() + 30, crl_url(certificate)
    while not list_of(ca, lists).get_revoked_certificate_by_serial_number(certificate.serial_number):
        assert time.monotonic() < end, "the list does not have it"
        time.sleep(0.05)


def list_of(ca, url):
    return x509.load_der_x509_crl(ca.get(url))


def issued_at_the_last_moment(ca, client, name):
    """A contract that ends seconds after its certificate was issued: as few as this machine needs."""
    for seconds in (6, 20, 60):
        with contextlib.suppress(AssertionError):  # it was over before it was recorded, or before it was used
            contract = ca.add_contract(name, ends=from_now(seconds=seconds))
            issue(ca, client, contract, name).check()
            return contract
        shutil.rmtree(client.path, ignore_errors=True)
    pytest.fail("no certificate was issued within a minute")


@pytest.mark.parametrize("words", [(), ("--days", "10"), ("--ari-disable",)])
def test_an_expired_certificate_of_an_expired_contract(ca, client, words):
    """The site is down: the cron job fails, says what to do, and makes it good at once when that is done."""
    name = "over.example.com"
    contract = issued_at_the_last_moment(ca, client, name)
    end = leaf(crt(client.path, name)).not_valid_after_utc
    time.sleep(max(0.0, (end - datetime.now(UTC)).total_seconds() + 1.1))
    for _ in range(2):
        done = renew(ca, client, name, "--no-random-sleep", *words)
        assert done.code == 1
        assert f"The contract of this account ended on {contract['ends']}" in done.stderr
        assert "Renew the contract: the same EAB and account" in done.stderr
    ca.run("contract", "renew", contract["contract"]).check()
    renew(ca, client, name, "--no-random-sleep", *words).check()
    assert leaf(crt(client.path, name)).not_valid_after_utc > end + timedelta(days=80)


def test_a_reissue_that_could_not_end_later_is_limited(ca, lego):
    """lego, due every day of the last month, gets a few certificates and then rateLimited with the contract's end."""
    name = "storm.example.com"
    contract = ca.add_contract(name, ends=in_an_hour())
    lego = lego.trusting(ca.ca_file)
    lego.run(*lego_words(ca, contract, "run", names=(name,))).check()
    for _ in range(10):
        done = lego.run(*lego_words(ca, contract, "renew", "--no-random-sleep", names=(name,)))
        if done.code:
            break
    assert "rateLimited" in done.output
    assert contract["ends"][:10] in done.output
    assert len(ca.json("cert", "list", "--contract", contract["contract"])) == 4, "the first and three more, by default"
