"""Who is at the other end: the session cookie, and requests that another site sent in the customer's name.

Knows cookies and headers; passwords and sessions themselves are the customer service's.
"""

from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from tegata.ca.model import Customer
from tegata.ca.services.customers import CustomerService

# The prefix makes browsers refuse the cookie from anybody but this host over TLS (RFC 6265bis §4.1.3.2).
COOKIE = "__Host-tegata"


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
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise CrossSiteRequest


async def require_customer(request: Request, customers: CustomerService) -> Customer:
    """The customer whose session this is; raises NotLoggedIn."""
    token = request.cookies.get(COOKIE)
    customer = await customers.session(token) if token else None
    if customer is None:
        raise NotLoggedIn
    return customer


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
