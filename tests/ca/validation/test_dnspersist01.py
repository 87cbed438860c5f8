"""dns-persist-01 against a real DNS server: which record is asked for, what is kept, what a refusal says."""

import json
from datetime import UTC, datetime

import pytest

from tegata.acme import challenges
from tegata.acme.identifiers import Identifier
from tegata.ca import errors
from tegata.ca.ports import Question
from tegata.ca.settings import Validation
from tegata.ca.validation.check import NetworkValidator, UnknownCheck
from tegata.testing.dns import DnsServer

pytestmark = pytest.mark.anyio

NAME = "www.example.com"
RECORD = f"_validation-persist.{NAME}"
NOW = datetime(2026, 11, 24, tzinfo=UTC)
ACCOUNT = "https://ca.example/acme/acct/123"
GOOD = f'"ca.example;" " accounturi={ACCOUNT};" " policy=wildcard; persistUntil=1798761600"'


@pytest.fixture
def dns():
    with DnsServer({NAME: "192.0.2.1"}) as server:
        yield server


PREFIX = "https://ca.example/acme/account-hash/"


async def check(
    dns,
    *,
    account=ACCOUNT,
    former=(),
    wildcard=False,
    issuers=("ca.example",),
    at=NOW,
    thumbprints=(),
    subdomains=False,
):
    settings = Validation(resolvers=(dns.address,), issuer_domains=issuers)
    validator = NetworkValidator(settings, forbidden=[], clock=lambda: at)
    question = Question(
        identifier=Identifier("dns", NAME),
        wildcard=wildcard,
        challenge_type="dns-persist-01",
        token="",
        key_authorization="",
        account_uri=account,
        former_uris=former,
        thumbprints=thumbprints,
        hash_prefixes=(PREFIX,) if thumbprints else (),
        subdomains=subdomains,
    )
    return await validator.check(question)


async def test_the_record_of_the_name(dns):
    """F-09, X-44: its strings are joined as they are; what was seen is kept."""
    dns.set(RECORD, "TXT", '"v=of something else"', GOOD)
    for wildcard in (False, True):
        verdict = await check(dns, wildcard=wildcard)
        assert verdict.error is None
    seen = json.loads(verdict.evidence)["proof"]
    assert (seen["method"], seen["section"], seen["token"]) == ("dns-persist-01", "BR 3.2.2.4.22", "")
    assert (seen["domain_name"], seen["lookup"]["name"], seen["lookup"]["matched"]) == (NAME, RECORD, True)
    assert seen["lookup"]["count"] == 2


async def test_a_record_may_name_a_former_url_of_the_account(dns):
    """X-44: what was written when the account had it goes on counting; another account's does not."""
    dns.set(RECORD, "TXT", GOOD)
    new = "https://new.example/acct/123"
    assert type((await check(dns, account=new)).error) is errors.PersistRefused
    assert (await check(dns, account=new, former=("https://ca.example/acct/9", ACCOUNT))).error is None


async def test_the_account_by_its_hash(dns):
    """X-44: with the present key or an earlier one; what is told to be written has the present one. X-46: its end."""
    keys = ("present", "former")
    for key in keys:
        value = f"ca.example; accounturi={challenges.dnspersist01_account(PREFIX, key, ACCOUNT, NAME)}"
        dns.set(RECORD, "TXT", f'"{value}; persistUntil=1798761600"')
        verdict = await check(dns, thumbprints=keys)
        assert (verdict.error, verdict.until) == (None, datetime(2027, 1, 1, tzinfo=UTC))
    refused = (await check(dns, thumbprints=keys[:1])).error
    assert refused is not None
    hashed = challenges.dnspersist01_account(PREFIX, "present", ACCOUNT, NAME)
    assert refused.facts["wanted"] == f"ca.example; accounturi={hashed}"
    dns.set(RECORD, "TXT", f'"{refused.facts["wanted"]}"')
    verdict = await check(dns, thumbprints=keys)
    assert (verdict.error, verdict.until) == (None, None)


async def test_no_other_records(dns):
    """S-28, X-44, X-45: not that of a domain above, not dns-01's, and none at all."""
    for name in ("_validation-persist.example.com", f"_acme-challenge.{NAME}", NAME):
        dns.set(name, "TXT", GOOD)
    assert type((await check(dns)).error) is errors.TxtNotFound
    assert dns.count("_validation-persist.example.com") == 0


async def test_an_alias_of_the_record(dns):
    """X-48: it is followed, and its values are not told; an alias of the name itself leads nowhere else."""
    dns.set(RECORD, "CNAME", "elsewhere.example.net.")
    dns.set("elsewhere.example.net", "TXT", GOOD)
    assert (await check(dns)).error is None
    refused = (await check(dns, account=f"{ACCOUNT}4")).error
    assert refused is not None
    assert refused.facts["got"] == "1 × TXT (elsewhere.example.net)"
    dns.remove(RECORD)
    dns.remove(NAME)
    dns.set(NAME, "CNAME", "host.example.net.")
    dns.set("_validation-persist.host.example.net", "TXT", GOOD)
    assert type((await check(dns)).error) is errors.TxtNotFound


async def test_a_refusal_says_what_to_do(dns):
    """X-46: which record, why it is none, and the value that would be one."""
    dns.set(RECORD, "TXT", GOOD)
    error = (await check(dns, at=datetime(2027, 1, 2, tzinfo=UTC), wildcard=True)).error
    assert type(error) is errors.PersistRefused
    assert error.facts == {
        "name": RECORD,
        "reason": "the one that names this CA counts no longer",
        "got": f'"ca.example; accounturi={ACCOUNT}; pol…"',
        "wanted": f"ca.example; accounturi={ACCOUNT}; policy=wildcard",
    }


async def test_a_ca_that_no_record_can_name(dns):
    """It has no such check."""
    with pytest.raises(UnknownCheck):
        await check(dns, issuers=())


async def test_caa_counts_beside_it(dns):
    """X-32: with the method's own label."""
    dns.set(RECORD, "TXT", GOOD)
    dns.set(NAME, "CAA", '0 issue "ca.example; validationmethods=dns-01"')
    assert type((await check(dns)).error) is errors.CaaForbids
    dns.set(NAME, "CAA", '0 issue "ca.example; validationmethods=ca-tbr-22"')
    assert (await check(dns)).error is None


async def test_a_record_for_all_names_below(dns):
    """X-60, X-45: only where it says so, whatever CAA says of the domain itself."""
    dns.set(NAME, "CAA", '0 issue ";"')
    dns.set(RECORD, "TXT", f'"ca.example; accounturi={ACCOUNT}"')
    refused = (await check(dns, subdomains=True)).error
    assert type(refused) is errors.PersistRefused
    assert str(refused.facts["wanted"]).endswith("; policy=wildcard")
    dns.set(RECORD, "TXT", GOOD)
    verdict = await check(dns, subdomains=True)
    assert (verdict.error, verdict.until) == (None, datetime(2027, 1, 1, tzinfo=UTC))
    assert json.loads(verdict.evidence).keys() == {"proof"}
