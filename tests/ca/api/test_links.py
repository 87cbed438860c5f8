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
