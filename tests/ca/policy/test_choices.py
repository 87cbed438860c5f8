"""Which profile an order has, and what it makes of the service."""

import msgspec
import pytest

from tegata.ca.errors import ProfileRefused
from tegata.ca.policy.choices import choose, offered
from tegata.ca.settings import Profile
from tegata.pki.key_types import KeyType
from tests.ca.policy.samples import OV

SHORT = Profile(description="six days", certificate_days=6, short_lived=True, key_types=(KeyType.EC256,))
LONG = Profile(description="a year", certificate_days=365)
PROFILES = {"long": LONG, "short": SHORT, "unused": LONG}
BOTH = msgspec.structs.replace(OV, profiles=("short", "long"))


def test_the_first_is_the_one_of_who_chooses_none():
    """And a service without profiles has none (X-40)."""
    assert choose(OV, None, PROFILES) == (OV, None)
    service, profile = choose(BOTH, None, PROFILES)
    assert (profile, service.certificate_days, service.short_lived, service.key_types) == (
        "short",
        6,
        True,
        (KeyType.EC256,),
    )
    assert choose(BOTH, "short", PROFILES) == (service, "short")


def test_what_a_profile_leaves_to_the_service():
    """Its keys, the ways to prove names, and the longest life."""
    service, profile = choose(BOTH, "long", PROFILES)
    assert (profile, service) == ("long", BOTH)


@pytest.mark.parametrize(("service", "asked"), [(OV, "short"), (BOTH, "unused"), (BOTH, "none"), (BOTH, "")])
def test_a_profile_that_the_service_has_not(service, asked):
    """X-40"""
    with pytest.raises(ProfileRefused):
        choose(service, asked, PROFILES)


def test_a_profile_that_is_gone():
    """The settings have lost it (X-40)."""
    with pytest.raises(ProfileRefused):
        choose(BOTH, "short", {"long": LONG})


def test_what_the_directory_offers():
    """What services with ACME have, and nothing else (X-40)."""
    csr = msgspec.structs.replace(OV, challenges=(), profiles=("unused",))
    assert offered({"a": BOTH, "b": csr}, PROFILES) == {"long": "a year", "short": "six days"}
