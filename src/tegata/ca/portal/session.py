"""Who is at the other end: the session cookie, requests that another site sent in the customer's name, the way back.

Knows cookies and headers; passwords and sessions themselves are the customer service's.
"""

import re
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from tegata.ca.model import Customer
from tegata.ca.services.customers import ContractView, CustomerService

# The prefix makes browsers refuse the cookie from anybody but this host over TLS (RFC 6265bis §4.1.3.2).
COOKIE = "__Host-tegata"
LOGIN = "/portal/login"
ORDERS = "/portal/orders"
BACK, LOST = "to", "lost"
"""What the log-in's address says: the page that was wanted, and that a form came to nothing."""
# No page of ours has another address. Dots, backslashes and escapes would only ever lead elsewhere.
_OWN = re.compile(r"/portal/(?:orders|operator)(?:/[A-Za-z0-9_-]+)*(?:\?[A-Za-z0-9_=&-]*)?")


class NotLoggedIn(Exception):
    """There is no live session; the reader is sent to the log-in page."""


class CrossSiteRequest(Exception):
    """A form was sent from another site; a browser said so itself."""


def check_same_site(request: Request) -> None:
    """Refuse a POST that another site started (cross-site request forgery).

    Browsers say where a request comes from in Sec-Fetch-Site, older ones in Origin, and neither can be set by a page's
    script; a request with neither header comes from no browser and carries no victim's cookie. Raises CrossSiteRequest.
    """
    fetch_site = request.headers.get("sec-fetch-site")
    if fetch_site is not None:
        if fetch_site not in ("same-origin", "none"):
            raise CrossSiteRequest
        return
    origin = request.headers.get("origin")
    if origin is not None and _place(origin) != request.headers.get("host"):
        raise CrossSiteRequest


def _place(origin: str) -> str:
    """Host and port of an origin; raises CrossSiteRequest for what is none."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        raise CrossSiteRequest from None


async def require_customer(request: Request, customers: CustomerService) -> Customer:
    """The customer whose session this is; raises NotLoggedIn."""
    token = request.cookies.get(COOKIE)
    customer = await customers.session(token, is_form=_is_form(request)) if token else None
    if customer is None:
        raise NotLoggedIn
    return customer


async def require_contract(request: Request, customers: CustomerService) -> ContractView:
    """The contract that the path names, if it is the reader's; raises NotLoggedIn, and NotFound for any other."""
    customer = await require_customer(request, customers)
    return await customers.contract(customer, request.path_params["contract"])


def _is_form(request: Request) -> bool:
    return request.method not in ("GET", "HEAD")


def own_page(path: str) -> str:
    """The path with its query if it is one of the portal's pages, otherwise that of the list: nobody is led away."""
    return path if _OWN.fullmatch(path) else ORDERS


def form_page(request: Request) -> str:
    """The page that had the form which was sent: the browser tells it, to our own pages only (Referrer-Policy)."""
    return _own(request.headers.get("referer", ""))


def _own(url: str) -> str:
    return own_page(re.sub(r"^https?://[^/?#]*", "", url))


def to_login(request: Request) -> Response:
    """Go to the log-in, which leads on to the page that was wanted; after a form, to the page that had it."""
    is_form = _is_form(request)
    wanted = form_page(request) if is_form else _own(str(request.url))
    said = ({BACK: wanted} if wanted != ORDERS else {}) | ({LOST: "1"} if is_form else {})
    return RedirectResponse(LOGIN + ("?" + urlencode(said) if said else ""), 303)


def enter(location: str, token: str) -> Response:
    """Go on to a page with a new session."""
    response = RedirectResponse(location, 303)
    response.set_cookie(COOKIE, token, path="/", secure=True, httponly=True, samesite="lax")
    return response


def leave(location: str) -> Response:
    """Go to a page without the session."""
    response = RedirectResponse(location, 303)
    response.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="lax")
    return response
