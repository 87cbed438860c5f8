"""The whole ACME surface on one screen: method, path, who may come, and what answers."""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from tegata.ca.api import accounts, authorizations, certificates, directory, links, orders
from tegata.ca.api.context import Call
from tegata.ca.api.gate import Handler, anyone, by_account, by_account_or_key, by_account_reading, by_key
from tegata.ca.errors import MethodNotAllowed, NotFound


class Route(NamedTuple):
    """A resource: HEAD goes with GET; ``enter`` is its handler behind the gate.

    ``signed`` is how a resource that answers GET is read by a POST-as-GET, where that is possible (RFC 8555 §6.3).
    """

    method: str
    path: str
    enter: Handler[Call]
    signed: Handler[Call] | None = None

    def handler(self, method: str) -> Handler[Call]:
        """Who answers a request of this method, which is an allowed one."""
        return self.signed if self.signed and method == "POST" else self.enter


ROUTES = (
    Route("GET", links.DIRECTORY, anyone(directory.show), signed=by_account_reading(directory.show)),
    Route("GET", links.NEW_NONCE, anyone(directory.nonce), signed=by_account_reading(directory.signed_nonce)),
    Route("GET", links.RENEWAL_INFO, anyone(certificates.renewal_info)),
    Route("POST", links.NEW_ACCOUNT, by_key(accounts.create)),
    Route("POST", links.ACCOUNT, by_account(accounts.respond)),
    Route("POST", links.KEY_CHANGE, by_account(accounts.change_key)),
    Route("POST", links.ORDERS, by_account_reading(orders.first_page)),
    Route("POST", links.ORDERS_AFTER, by_account_reading(orders.next_page)),
    Route("POST", links.NEW_ORDER, by_account(orders.create)),
    Route("POST", links.NEW_AUTHZ, by_account(authorizations.create)),
    Route("POST", links.ORDER, by_account_reading(orders.show)),
    Route("POST", links.FINALIZE, by_account(orders.finalize)),
    Route("POST", links.AUTHORIZATION, by_account(authorizations.respond)),
    Route("POST", links.CHALLENGE, by_account(authorizations.challenge)),
    Route("POST", links.CERTIFICATE, by_account_reading(certificates.download)),
    Route("POST", links.ALTERNATE, by_account_reading(certificates.alternate)),
    Route("POST", links.REVOKE_CERT, by_account_or_key(certificates.revoke)),
)


class Router:
    """Finds the route of a path that is matched as it was sent, never decoded.

    An id is one segment of the path, its last or the one before, and never more than a key to look up.
    """

    def __init__(self, routes: Sequence[Route] = ROUTES) -> None:
        self._fixed = {route.path: route for route in routes if "{id}" not in route.path}
        self._objects = {route.path: route for route in routes if "{id}" in route.path}

    def find(self, path: str) -> tuple[Route, str]:
        """The route and the object's id (empty where there is none); raises NotFound."""
        if path in self._fixed:
            return self._fixed[path], ""
        before, _, last = path.rpartition("/")
        route, identifier = self._objects.get(before + "/{id}"), last
        if route is None:
            before, _, identifier = before.rpartition("/")
            route = self._objects.get(f"{before}/{{id}}/{last}")
        if route is None or not identifier:
            raise NotFound
        return route, identifier


@cache
def allowed(route: Route) -> tuple[str, ...]:
    """The methods of a route."""
    reads = ("GET", "HEAD") if route.method == "GET" else ()
    posts = ("POST",) if route.method == "POST" or route.signed else ()
    return (*reads, *posts, "OPTIONS")


def require_method(route: Route, method: str) -> None:
    """Raise MethodNotAllowed for a method the route has not (A-13)."""
    if method not in allowed(route):
        raise MethodNotAllowed(method=method, allowed=", ".join(allowed(route)))
