"""Links: every URL comes from the setting, and only our own account URLs lead back."""

import pytest

from tegata.ca.api import links
from tegata.ca.api.links import Links
from tegata.ca.errors import UnknownAccount

CA = Links("https://ca.example:8443")


def test_urls_are_made_from_the_base():
    """A trailing slash of the setting makes no second one."""
    assert CA.to(links.DIRECTORY) == Links("https://ca.example:8443/").to(links.DIRECTORY)
    assert CA.to(links.DIRECTORY) == "https://ca.example:8443/acme/"
    assert CA.to(links.FINALIZE, "abc") == "https://ca.example:8443/acme/order/abc/finalize"


def test_our_account_url_leads_to_its_id():
    """The way there and back."""
    assert CA.account_id(CA.to(links.ACCOUNT, "abc-_1")) == "abc-_1"


def test_account_urls_of_former_bases_lead_to_it_too():
    """After today's, which alone is given out; other resources have no former URL (X-51)."""
    moved = Links("https://new.example", ["https://ca.example:8443/", "https://older.example"])
    urls = moved.accounts("abc")
    assert urls == tuple(
        f"https://{host}/acme/account/abc" for host in ("new.example", "ca.example:8443", "older.example")
    )
    assert [moved.account_id(url) for url in urls] == ["abc"] * 3
    assert moved.to(links.ACCOUNT, "abc") == urls[0]
    for kid in ("https://other.example/acme/account/abc", "https://ca.example:8443/acme/order/abc"):
        with pytest.raises(UnknownAccount):
            moved.account_id(kid)


@pytest.mark.parametrize(
    "kid",
    [
        "",
        "abc",
        "https://other.example/acme/account/abc",
        "http://ca.example:8443/acme/account/abc",
        "https://CA.example:8443/acme/account/abc",
        "https://ca.example/acme/account/abc",
        "https://ca.example:8443/acme/order/abc",
        "https://ca.example:8443/acme/account/abc/",
        "https://ca.example:8443/acme/account/x/../abc",
        "https://ca.example:8443//acme/account/abc",
        " https://ca.example:8443/acme/account/abc",
    ],
)
def test_no_other_text_is_an_account_url(kid):
    """A-11: compared as an exact string; another CA's, another spelling of ours, another object's."""
    with pytest.raises(UnknownAccount):
        CA.account_id(kid)
