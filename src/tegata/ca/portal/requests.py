"""The page on which a customer has a certification request (CSR) looked at, and orders for it without ACME.

What is wrong with one is the request service's to say, what is ordered the enrolment service's; whose contract it is
the customer service's.
"""

from secrets import token_urlsafe

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from tegata.ca.errors import CaError, ServiceWithoutRequests
from tegata.ca.portal import forms
from tegata.ca.portal.pages import language_of, page
from tegata.ca.portal.session import check_same_site, require_contract
from tegata.ca.services.customers import ContractView, CustomerService
from tegata.ca.services.enrolment import EnrolmentService
from tegata.ca.services.once import SentBefore
from tegata.ca.services.requests import Looked, RequestService
from tegata.ca.services.terms import TermsService
from tegata.errors import TegataError
from tegata.pki import csr_file
from tegata.pki.csr import BadCSR
from tegata.pki.names import BadName
from tegata.text.catalogue import explain

_PRIVATE = "PRIVATE KEY-----"


class PrivateKeySent(CaError):
    """Somebody has sent a private key, which others than its owner have seen then."""

    code = "portal.private-key"


class RequestPages:
    """``/portal/orders/{contract}/request``."""

    def __init__(
        self,
        customers: CustomerService,
        requests: RequestService,
        enrolments: EnrolmentService,
        terms: TermsService,
    ) -> None:
        self._customers, self._requests = customers, requests
        self._enrolments, self._terms = enrolments, terms

    async def look(self, request: Request) -> Response:
        """The form; what was sent in it, and what to do next or what is wrong.

        Nothing is kept of what is only looked at. Where the service has no ACME, a second button orders the certificate
        and leads to the order's page; where the terms of service are others by then than were shown, it shows those.
        """
        if request.method == "POST":
            check_same_site(request)
        view = await require_contract(request, self._customers)
        if not view.service.challenges:
            raise ServiceWithoutRequests(contract=view.contract.id)
        looked, text, once, faults, are_terms_new = None, "", "", list[TegataError](), False
        if request.method == "POST":
            async with request.form(max_files=1, max_fields=10) as form:
                file = await _uploaded(form)
                text = forms.pasted(form, "csr") if file is None else file
                # What is ordered is what was shown, and a file was not yet.
                is_order = file is None and forms.text(form, "order") == "yes"
                once = forms.text(form, "once")
                are_terms_new = is_order and forms.text(form, "terms") != self._terms.edition
            looked, faults = await self._look(view, text)
            if is_order and looked is not None and not are_terms_new:
                try:
                    placed = await self._enrolments.place(view, text.encode(), once=once)
                except SentBefore:
                    return RedirectResponse(str(request.url.path), 303)
                except TegataError as error:
                    faults = faults or [error]
                else:
                    return RedirectResponse(f"/portal/orders/{view.contract.id}/requests/{placed.order.id}", 303)
        language = language_of(request)
        return page(
            request,
            "request.html",
            customer=view.customer,
            view=view,
            text="" if _PRIVATE in text else text,
            looked=looked,
            faults=[explain(fault, language).what for fault in faults],
            terms=self._terms.terms.url,
            edition=self._terms.edition,
            are_terms_new=are_terms_new,
            once=token_urlsafe(),
            enrolments=await self._enrolments.open(view) if view.service.is_by_request else [],
        )

    async def _look(self, view: ContractView, text: str) -> tuple[Looked | None, list[TegataError]]:
        """What is in a request, as far as that can be shown, and what is wrong with it."""
        if _PRIVATE in text:
            return None, [PrivateKeySent()]
        try:
            looked = await self._requests.look(view, text.encode(errors="replace"))
        except (BadCSR, BadName) as error:
            return None, [error]
        return looked, list(looked.faults)


async def _uploaded(form: FormData) -> str | None:
    """The request in the file that was chosen, as a field can show it; None: no file, or an empty one."""
    for sent in form.getlist("csr"):
        if isinstance(sent, UploadFile) and (content := await sent.read()):
            return csr_file.shown(content)
    return None
