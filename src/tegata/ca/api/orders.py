"""newOrder, the order, the list of orders and finalize (RFC 8555 §7.4)."""

from tegata.acme import b64, messages
from tegata.acme.statuses import OrderStatus
from tegata.acme.wire import Response
from tegata.ca.api import answers, links, render
from tegata.ca.api.context import AccountCall, Context, blaming_the_request
from tegata.ca.api.visitors import Visitors
from tegata.ca.errors import NotFound
from tegata.ca.services.statuses import OrderView
from tegata.clock import rfc3339


async def create(context: Context, call: AccountCall) -> Response:
    """A new order (A-50)."""
    counted = context.counting(Visitors.order, call)
    view = await context.orders.create(call.actor, call.read(messages.NewOrder), counted)
    return _answer(context, call, view, 201)


async def show(context: Context, call: AccountCall) -> Response:
    """The order as it stands."""
    return _answer(context, call, await context.orders.get(call.actor, call.id))


async def first_page(context: Context, call: AccountCall) -> Response:
    """The account's orders, the newest first (A-44)."""
    if call.id != call.actor.account.id:
        raise NotFound
    return await _page(context, call, None)


async def next_page(context: Context, call: AccountCall) -> Response:
    """The orders that follow the one named by the URL."""
    return await _page(context, call, call.id)


async def finalize(context: Context, call: AccountCall) -> Response:
    """Issue; the answer is the finished order unless the work outlasts the request."""
    with blaming_the_request():
        csr = b64.decode(call.read(messages.Finalize).csr)
    return _answer(context, call, await context.issuance.finalize(call.actor, call.id, csr))


async def _page(context: Context, call: AccountCall, after: str | None) -> Response:
    page, to = await context.orders.listed(call.actor, after), context.links.to
    more = [("Link", f'<{to(links.ORDERS_AFTER, page.last)}>;rel="next"')] if page.last else []
    return answers.of(messages.Orders(orders=tuple(to(links.ORDER, one) for one in page.orders)), 200, *more)


def _answer(context: Context, call: AccountCall, view: OrderView, status: int = 200) -> Response:
    to, order = context.links.to, view.order
    message = messages.Order(
        status=view.status,
        identifiers=order.identifiers,
        authorizations=tuple(to(links.AUTHORIZATION, one) for one in order.authorization_ids),
        finalize=to(links.FINALIZE, order.id),
        expires=rfc3339(order.expires_at),
        not_before=rfc3339(order.not_before) if order.not_before else None,
        not_after=rfc3339(order.not_after) if order.not_after else None,
        error=render.stored(view.fault, call.language),
        certificate=to(links.CERTIFICATE, order.serial) if order.serial and view.status == OrderStatus.VALID else None,
        replaces=order.replaces,
        profile=order.profile,
    )
    headers = [("Location", to(links.ORDER, order.id))]
    if view.status == OrderStatus.PROCESSING:
        headers.append(answers.RETRY_AFTER)
    return answers.of(message, status, *headers)
