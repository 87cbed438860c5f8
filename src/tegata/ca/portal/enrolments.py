"""The page of an order that was placed here for a CSR: prove its names by hand, have the certificate made, fetch it.

What may be done is the enrolment service's to say; whose contract it is the customer service's.
"""

from secrets import token_urlsafe

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from tegata.acme.challenges import HTTP_01
from tegata.ca.errors import NotFound, error_of
from tegata.ca.portal import forms
from tegata.ca.portal.downloads import attachment
from tegata.ca.portal.pages import language_of, page
from tegata.ca.portal.session import check_same_site, require_contract
from tegata.ca.services.customers import ContractView, CustomerService
from tegata.ca.services.enrolment import EnrolmentService
from tegata.ca.services.once import SentBefore
from tegata.text.catalogue import explain

WAIT_SECONDS = 3
"""While the CA is at work the page is asked for again after so long: there is no script on it."""


class EnrolmentPages:
    """``/portal/orders/{contract}/requests/{order}`` and what can be done there."""

    def __init__(self, customers: CustomerService, enrolments: EnrolmentService) -> None:
        self._customers, self._enrolments = customers, enrolments

    async def show(self, request: Request) -> Response:
        """What is to be done for the order, and what has come of it."""
        view, language = await self._view(request), language_of(request)
        enrolment = await self._enrolments.show(view, request.path_params["order"])
        fault = enrolment.order.fault
        answer = page(
            request,
            "enrolment.html",
            customer=view.customer,
            view=view,
            enrolment=enrolment,
            order=enrolment.order.order,
            fault=fault and explain(error_of(fault), language),
            reference=fault and fault.reference,
            once=token_urlsafe(),
        )
        if enrolment.is_waiting:
            answer.headers["Refresh"] = str(WAIT_SECONDS)
        return answer

    async def file(self, request: Request) -> Response:
        """The file that proves a name by http-01, to be put on its web server as it is."""
        view = await self._view(request)
        enrolment = await self._enrolments.show(view, request.path_params["order"])
        for name in enrolment.names:
            for way in name.ways:
                if way.challenge.id == request.path_params["challenge"] and way.challenge.type == HTTP_01:
                    return attachment(way.content, "application/octet-stream", way.challenge.token)
        raise NotFound

    async def prove(self, request: Request) -> Response:
        """Have it looked whether the name of the form's challenge is proved."""
        check_same_site(request)
        view = await self._view(request)
        async with request.form(max_files=0, max_fields=2) as form:
            await self._enrolments.prove(view, forms.text(form, "challenge"))
        return _shown(view, request.path_params["order"])

    async def issue(self, request: Request) -> Response:
        """Have the certificate made."""
        check_same_site(request)
        view = await self._view(request)
        await self._enrolments.issue(view, request.path_params["order"])
        return _shown(view, request.path_params["order"])

    async def again(self, request: Request) -> Response:
        """Place an order that has come to nothing once more, and show the new one."""
        check_same_site(request)
        view = await self._view(request)
        async with request.form(max_files=0, max_fields=2) as form:
            once = forms.text(form, "once")
        try:
            placed = await self._enrolments.again(view, request.path_params["order"], once=once)
        except SentBefore:
            return RedirectResponse(f"/portal/orders/{view.contract.id}/request", 303)
        return _shown(view, placed.order.id)

    async def _view(self, request: Request) -> ContractView:
        """The reader's contract that the path names."""
        return await require_contract(request, self._customers)


def _shown(view: ContractView, order_id: str) -> Response:
    return RedirectResponse(f"/portal/orders/{view.contract.id}/requests/{order_id}", 303)
