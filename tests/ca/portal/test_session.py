"""Requests that another site sends in the customer's name are refused."""

import pytest
from starlette.requests import Request

from tegata.ca.portal.session import CrossSiteRequest, check_same_site


def request(**headers: str) -> Request:
    pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": "POST", "path": "/", "headers": pairs})


@pytest.mark.parametrize(
    "headers",
    [
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"origin": "https://evil.example", "host": "ca.example"},
        {"origin": "null", "host": "ca.example"},
    ],
)
def test_another_sites_form_is_refused(headers: dict[str, str]) -> None:
    """By what the browser says of where the request comes from (S-34)."""
    with pytest.raises(CrossSiteRequest):
        check_same_site(request(**headers))


@pytest.mark.parametrize(
    "headers",
    [
        {"sec_fetch_site": "same-origin"},
        {"sec_fetch_site": "none"},
        {"origin": "https://ca.example", "host": "ca.example"},
        {"host": "ca.example"},
    ],
)
def test_our_own_forms_pass(headers: dict[str, str]) -> None:
    """Our own pages, an address typed by hand, and programs that are no browsers."""
    check_same_site(request(**headers))
