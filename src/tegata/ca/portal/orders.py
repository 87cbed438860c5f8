"""The list of orders and an order's page.

Shows what the customer service gives; which contracts are the reader's is decided there.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from tegata.ca.errors import NotFound
from tegata.ca.model import Contract
from tegata.ca.policy.certificates import status
from tegata.ca.policy.contracts import ContractStatus
from tegata.ca.portal import forms
from tegata.ca.portal.desk import Desk
from tegata.ca.portal.pages import MOST_PAUSED, language_of, page, standing, words
from tegata.ca.portal.session import check_same_site, require_contract, require_customer
from tegata.ca.services.certificates import CertificateService
from tegata.ca.services.contracts import Listed
from tegata.ca.services.customers import CustomerService
from tegata.ca.services.limits import LimitService
from tegata.ca.services.terms import TermsService
from tegata.ca.services.watching import WatchService
from tegata.text.language import Language

# The manual's four columns, each with what it sorts by; what a reader sees decides the order of words.
COLUMNS: dict[str, Callable[[Listed, Language], Any]] = {
    "applied": lambda view, _: view.contract.applied_at,
    "service": lambda view, _: view.service.label,
    "status": lambda view, language: words(language)(f"status.{view.status}"),
    "application": lambda view, language: words(language)(f"application.{view.contract.application}"),
}
MOST_OVERDUE = 20
PAGE = 100
_MOST_DIGITS = 9
IN_FORCE = (ContractStatus.ACTIVE, ContractStatus.SUSPENDED)


class OrderPages:
    """``/portal/orders`` and ``/portal/orders/{contract}``."""

    def __init__(
        self,
        *,
        customers: CustomerService,
        certificates: CertificateService,
        limits: LimitService,
        terms: TermsService,
        watch: WatchService,
        desk: Desk,
        now: Callable[[], datetime],
    ) -> None:
        self._customers, self._certificates, self._now = customers, certificates, now
        self._limits, self._terms, self._watch, self._desk = limits, terms, watch, desk

    async def table(self, request: Request) -> Response:
        """The table: contracts in force first-hand, all with ``?show=all``; newest first unless a column is chosen.

        A hundred at a time (``?page=2``).
        """
        customer = await require_customer(request, self._customers)
        show_all = request.query_params.get("show") == "all"
        sort = request.query_params.get("sort", "applied")
        descending = (
            request.query_params.get("direction", "asc" if "sort" in request.query_params else "desc") == "desc"
        )
        if sort not in COLUMNS:
            sort = "applied"
        language = language_of(request)
        views = [view for view in await self._customers.contracts(customer) if show_all or view.status in IN_FORCE]
        views.sort(key=lambda view: COLUMNS[sort](view, language), reverse=descending)
        number = _page(request.query_params.get("page", ""), len(views))
        rows = views[(number - 1) * PAGE : number * PAGE]
        return page(
            request,
            "orders.html",
            customer=customer,
            rows=rows,
            ending=self._ending([view.contract for view in views]),
            previous=number - 1,
            next=number + 1 if number * PAGE < len(views) else None,
            columns=list(COLUMNS),
            sort=sort,
            descending=descending,
            show_all=show_all,
            is_operator=await self._desk.knows(request, customer) is not None,
        )

    def _ending(self, contracts: Sequence[Contract]) -> list[Contract]:
        """Those that end soon, whatever page they are on, the next to end first; no more than a page has."""
        ending = [one for one in contracts if self._watch.is_ending(one)]
        return sorted(ending, key=lambda one: one.ends)[:PAGE]

    async def order(self, request: Request) -> Response:
        """One contract with its certificates, newest first, a page at a time (``?after=SERIAL``)."""
        view = await require_contract(request, self._customers)
        now, after = self._now(), request.query_params.get("after")
        certificates, older = await self._certificates.page(view.contract.id, after)
        paused = await self._limits.paused(view.contract.id, MOST_PAUSED + 1)
        return page(
            request,
            "order.html",
            customer=view.customer,
            view=view,
            standing=standing(view, now),
            certificates=[(certificate, status(certificate, now)) for certificate in certificates],
            after=after,
            older=older,
            paused=paused,
            most_paused=MOST_PAUSED,
            overdue=await self._watch.overdue(view.contract, MOST_OVERDUE + 1),
            most_overdue=MOST_OVERDUE,
            is_ending=self._watch.is_ending(view.contract),
            terms=self._terms.terms if await self._terms.is_waiting(view.contract.id) else None,
            edition=self._terms.edition,
        )

    async def agree(self, request: Request) -> Response:
        """Agree to the terms of service that were shown, for all accounts of the contract, and show the contract."""
        check_same_site(request)
        view = await require_contract(request, self._customers)
        await self._terms.agree(view.contract.id, forms.text(await request.form(), "terms"))
        return RedirectResponse(f"/portal/orders/{view.contract.id}", 303)

    async def resume(self, request: Request) -> Response:
        """Let a paused name of the contract be tried again, if it is not yet, and show the contract."""
        check_same_site(request)
        view = await require_contract(request, self._customers)
        form = await request.form()
        with suppress(NotFound):
            await self._limits.resume(view.contract.id, forms.text(form, "account"), forms.text(form, "name"))
        return RedirectResponse(f"/portal/orders/{view.contract.id}", 303)


def _page(said: str, rows: int) -> int:
    """The number of a page that there is, from 1 on: the last one where there are not so many."""
    last = max(1, -(-rows // PAGE))
    return min(max(1, int(said)), last) if said.isascii() and said.isdigit() and len(said) < _MOST_DIGITS else 1
