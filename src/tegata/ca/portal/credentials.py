"""The page of a contract's EABs: what each is called, limited to and used by; add, label, replace, disable.

Whose contract it is, is decided by the customer service; what may be done with an EAB by the credential service.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from secrets import token_urlsafe
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from tegata.ca.errors import NotFound, Refused, UnknownObject
from tegata.ca.model import Contract, Credential
from tegata.ca.policy.contracts import CredentialStatus, credential_status
from tegata.ca.portal import forms
from tegata.ca.portal.downloads import attachment
from tegata.ca.portal.pages import OVER, page, standing
from tegata.ca.portal.session import check_same_site, require_contract
from tegata.ca.ports import Usage
from tegata.ca.services.credentials import LABEL_CHARACTERS, CredentialService
from tegata.ca.services.customers import ContractView, CustomerService
from tegata.ca.services.once import SentBefore

OVERLAP_DAYS = (0, 7, 30)
"""For how long an EAB that is replaced may go on registering accounts."""
MOST_ACCOUNTS = 1_000_000


class Row(NamedTuple):
    """An EAB as the page shows it."""

    credential: Credential
    status: CredentialStatus
    usage: Usage
    is_replaced: bool


class CredentialPages:
    """``/portal/orders/{contract}/credentials`` and what can be done there."""

    def __init__(self, customers: CustomerService, credentials: CredentialService, now: Callable[[], datetime]) -> None:
        self._customers, self._credentials, self._now = customers, credentials, now

    async def table(self, request: Request) -> Response:
        """The EABs of the contract, newest first, a page at a time (``?after=KID``), and the form for another."""
        view, after = await self._view(request), request.query_params.get("after")
        found, older = await self._credentials.page(view.contract.id, after)
        usages = await self._credentials.usages(found)
        rows = [self._row(one, usages[one.kid]) for one in found]
        return page(
            request,
            "credentials.html",
            customer=view.customer,
            view=view,
            standing=standing(view, self._now()),
            is_over=view.status in OVER,
            rows=rows,
            after=after,
            older=older,
            most=LABEL_CHARACTERS,
            overlap_days=OVERLAP_DAYS,
            once=token_urlsafe(),
        )

    async def add(self, request: Request) -> Response:
        """Add an EAB with the limits of the form."""
        check_same_site(request)
        view = await self._view(request)
        form = await request.form()
        domains = forms.texts(form, "domain")
        with suppress(SentBefore):
            await self._credentials.add(
                view.contract.id,
                # All of them is no limit: names that the contract gets later are the EAB's too.
                domains=() if set(domains) >= set(view.contract.domains) else domains,
                most_accounts=forms.number(form, "accounts", MOST_ACCOUNTS),
                expires_at=forms.end_of_day(form, "expires", request),
                label=forms.pasted(form, "label"),
                once=forms.text(form, "once"),
            )
        return _back(view.contract)

    async def label(self, request: Request) -> Response:
        """Call this EAB what the form says."""
        check_same_site(request)
        view, credential = await self._one(request)
        await self._credentials.label(credential.kid, forms.pasted(await request.form(), "label"))
        return _back(view.contract)

    async def rotate(self, request: Request) -> Response:
        """Put a new EAB in this one's place; the old one may register accounts for some days more."""
        check_same_site(request)
        view, credential = await self._one(request)
        form = await request.form()
        days = forms.number(form, "days", max(OVERLAP_DAYS))
        until = self._now() + timedelta(days=days) if days else None
        with suppress(SentBefore):
            await self._credentials.rotate(credential.kid, until=until, once=forms.text(form, "once"))
        return _back(view.contract)

    async def confirm(self, request: Request) -> Response:
        """What would stop if this EAB were disabled, and the button that does it."""
        view, credential = await self._one(request)
        row = self._row(credential, await self._credentials.usage(credential))
        return page(request, "credential.html", customer=view.customer, view=view, row=row)

    async def disable(self, request: Request) -> Response:
        """Disable the EAB, if it is not yet and as many accounts depend on it as the page said."""
        check_same_site(request)
        view, credential = await self._one(request)
        accounts = forms.number(await request.form(), "accounts", MOST_ACCOUNTS)
        if accounts is None:
            raise forms.BadForm
        try:
            await self._credentials.disable(credential.kid, accounts=accounts)
        except Refused:
            if (await self._credentials.show(credential.kid)).disabled_at is None:
                raise
        return _back(view.contract)

    async def eab(self, request: Request) -> Response:
        """The file of this EAB; by POST, so that no link or history entry fetches it."""
        check_same_site(request)
        view, credential = await self._one(request)
        name, text = await self._credentials.eab_file(view.contract.id, credential.kid)
        return attachment(text, "text/plain; charset=utf-8", name)

    async def _view(self, request: Request) -> ContractView:
        """The reader's contract that the path names."""
        return await require_contract(request, self._customers)

    async def _one(self, request: Request) -> tuple[ContractView, Credential]:
        """The reader's contract, and the EAB of it that the path names; raises NotFound for another's."""
        view = await self._view(request)
        try:
            credential = await self._credentials.show(request.path_params["kid"])
        except UnknownObject:
            raise NotFound from None
        if credential.contract_id != view.contract.id:
            raise NotFound
        return view, credential

    def _row(self, credential: Credential, usage: Usage) -> Row:
        return Row(
            credential,
            credential_status(credential, self._now()),
            usage,
            credential.superseded_at is not None,
        )


def _back(contract: Contract) -> Response:
    return RedirectResponse(f"/portal/orders/{contract.id}/credentials", 303)
