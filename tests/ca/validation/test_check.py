"""The validator made from settings, as the CA uses it."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tegata.acme.identifiers import Identifier
from tegata.ca.errors import AddressForbidden, CaaForbidsNameless, Refused, TxtNotFound
from tegata.ca.ports import Question
from tegata.ca.settings import Validation
from tegata.ca.validation.check import NetworkValidator, UnknownCheck
from tegata.ca.validation.evidence import Climb, verdict
from tegata.testing.dns import DnsServer
from tests.ca.validation.web import Web, response

pytestmark = pytest.mark.anyio

TOKEN = "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA"
KEY_AUTHORIZATION = f"{TOKEN}.cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s"


WWW = Identifier("dns", "www.example.com")


def now() -> datetime:
    return datetime(2026, 11, 24, tzinfo=UTC)


def asked(challenge_type, identifier=WWW, *urls):
    account_uri, *former_uris = urls or ("https://ca.example.org/acme/account/1",)
    return Question(
        identifier=identifier,
        wildcard=False,
        challenge_type=challenge_type,
        token=TOKEN,
        key_authorization=KEY_AUTHORIZATION,
        account_uri=account_uri,
        former_uris=tuple(former_uris),
    )


@contextmanager
def no_more_files() -> Iterator[None]:
    """This process can open nothing."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    with Path("/dev/null").open("rb") as free:
        lowest = free.fileno()
    resource.setrlimit(resource.RLIMIT_NOFILE, (lowest, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.mark.parametrize("by_tls", [False, True])
@pytest.mark.parametrize(
    ("challenge_type", "identifier"),
    [
        ("http-01", WWW),
        ("http-01", Identifier("ip", "127.0.0.1")),
        ("tls-alpn-01", WWW),
        ("tls-alpn-01", Identifier("ip", "127.0.0.1")),
        ("dns-01", WWW),
    ],
)
async def test_a_machine_without_a_socket_to_spare_decides_nothing(challenge_type, identifier, by_tls):
    """S-30: else a flood that takes the last of them would fail everybody's names; the job is done again later."""
    with DnsServer(default_address="127.0.0.1") as dns:
        resolver = f"tls://{dns.address}#dns.example.com" if by_tls else dns.address
        settings = Validation(resolvers=(resolver,), allow_networks=("127.0.0.0/8",))
        validator = NetworkValidator(settings, forbidden=[], clock=now)
        question = asked(challenge_type, identifier)
        with no_more_files(), pytest.raises(OSError, match="Too many open files"):
            await validator.prove(question)
        with no_more_files(), pytest.raises(OSError, match="Too many open files"):
            await validator.check_caa(asked("http-01"))


async def test_the_settings_reach_the_check():
    """Resolvers, port and allowed networks are the settings'; the own listeners stay closed (A-67)."""
    with DnsServer(default_address="127.0.0.1") as dns:
        async with Web() as web:
            web.at("127.0.0.1", response(200, KEY_AUTHORIZATION.encode()))
            settings = Validation(
                resolvers=(dns.address,), http01_port=web.port, allow_networks=("127.0.0.0/8",), attempts=1
            )
            question = asked("http-01")
            open_ = NetworkValidator(settings, forbidden=[("127.0.0.1", web.port + 1)], clock=now)
            assert (await open_.check(question)).error is None
            closed = NetworkValidator(settings, forbidden=[("127.0.0.1", web.port)], clock=now)
            assert type((await closed.check(question)).error) is AddressForbidden
            public = NetworkValidator(Validation(resolvers=(dns.address,)), forbidden=[], clock=now)
            assert type((await public.check(question)).error) is AddressForbidden


@pytest.mark.parametrize(
    "settings",
    [
        Validation(resolvers=("dns.example.com",)),
        Validation(resolvers=(":53",)),
        Validation(allow_networks=("10.0.0.1/8",)),
        Validation(issuer_domains=("ca.example.com.",)),
        Validation(resolvers=("192.0.2.53",), dnssec=True),
    ],
)
async def test_settings_that_cannot_be_used(settings):
    """They are refused when the CA starts, not when the first customer comes."""
    with pytest.raises(Refused):
        NetworkValidator(settings, forbidden=[], clock=now)


@pytest.mark.parametrize(
    ("challenge_type", "kind", "value"),
    [
        ("no-such-01", "dns", "www.example.com"),
        ("http-01", "email", "www.example.com"),
        ("dns-01", "ip", "192.0.2.1"),
        ("dns-account-01", "ip", "192.0.2.1"),
    ],
)
async def test_a_challenge_type_that_is_not_offered(challenge_type, kind, value):
    """Nothing falls back to another check; an address has none in the DNS (X-06)."""
    validator = NetworkValidator(Validation(resolvers=("127.0.0.1",)), forbidden=[], clock=now)
    with pytest.raises(UnknownCheck):
        await validator.check(asked(challenge_type, Identifier(kind, value)))


async def test_an_address_needs_no_dns():
    """It is proved where nobody answers a look-up: neither it nor CAA is asked for (X-06)."""
    async with Web() as web:
        web.at("127.0.0.1", response(200, KEY_AUTHORIZATION.encode()))
        settings = Validation(resolvers=("127.0.0.1:9",), http01_port=web.port, allow_networks=("127.0.0.0/8",))
        validator = NetworkValidator(settings, forbidden=[], clock=now)
        assert (await validator.check(asked("http-01", Identifier("ip", "127.0.0.1")))).error is None


async def test_a_name_that_does_not_answer_is_told_first():
    """Before one that is not permitted, whichever of the two is known sooner."""
    with DnsServer() as dns:
        dns.set(WWW.value, "CAA", '0 issue "other.example"')
        validator = NetworkValidator(Validation(resolvers=(dns.address,)), forbidden=[], clock=now)
        assert type((await validator.check(asked("dns-01"))).error) is TxtNotFound
        assert type((await validator.check_caa(asked("dns-01"))).error) is CaaForbidsNameless


async def test_what_breaks_is_no_verdict():
    """Nothing is said about the site by what nobody foresaw."""

    async def broken():
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await verdict(Climb(resolvers=(), started=now()), broken(), now)


async def test_an_account_proves_by_its_own_record():
    """The account's URL of the question is where the record is looked for (X-42)."""
    record = "_6nw4d2kcplbxkw3j._acme-challenge.www.example.com"
    with DnsServer() as dns:
        dns.set(record, "TXT", '"1fCS1lh6WLuBWbvkmdEhdymEvTR8MuI63XqlRVleM9Q"')
        validator = NetworkValidator(Validation(resolvers=(dns.address,)), forbidden=[], clock=now)
        assert (await validator.check(asked("dns-account-01"))).error is None
        assert dns.count(record, "TXT") == 1
        moved = ("https://ca.example.net/acme/account/1", "https://ca.example.org/acme/account/1")
        assert (await validator.check(asked("dns-account-01", WWW, *moved))).error is None
