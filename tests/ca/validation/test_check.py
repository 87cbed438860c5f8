"""The validator made from settings, as the CA uses it."""

from datetime import UTC, datetime

import pytest

from tegata.acme.identifiers import Identifier
from tegata.ca.errors import AddressForbidden, Refused
from tegata.ca.ports import Question
from tegata.ca.settings import Validation
from tegata.ca.validation.check import NetworkValidator
from tegata.testing.dns import DnsServer
from tests.ca.validation.web import Web, response

pytestmark = pytest.mark.anyio

TOKEN = "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA"
KEY_AUTHORIZATION = f"{TOKEN}.cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s"


def now() -> datetime:
    return datetime(2026, 11, 24, tzinfo=UTC)


def asked(challenge_type):
    return Question(
        identifier=Identifier("dns", "www.example.com"),
        wildcard=False,
        challenge_type=challenge_type,
        token=TOKEN,
        key_authorization=KEY_AUTHORIZATION,
        account_uri="https://ca.example.org/acme/account/1",
    )


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
        Validation(allow_networks=("10.0.0.1/8",)),
        Validation(issuer_domains=("ca.example.com.",)),
    ],
)
async def test_settings_that_cannot_be_used(settings):
    """They are refused when the CA starts, not when the first customer comes."""
    with pytest.raises(Refused):
        NetworkValidator(settings, forbidden=[], clock=now)


async def test_a_challenge_type_that_is_not_offered():
    """Nothing falls back to another check."""
    validator = NetworkValidator(Validation(resolvers=("127.0.0.1",)), forbidden=[], clock=now)
    with pytest.raises(KeyError):
        await validator.check(asked("no-such-01"))
