"""The operator's pages of a contract: its examinations, its paused names, and certificates to be replaced.

All that is done is done by the services that the commands have; who may come here is the desk's.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from tegata.ca.errors import NotFound
from tegata.ca.model import Source
from tegata.ca.policy.certificates import status
from tegata.ca.portal import forms
from tegata.ca.portal.desk import DESK, Desk, Do, Persons, Step
from tegata.ca.portal.pages import MOST_PAUSED, page
from tegata.ca.services.certificates import CertificateService
from tegata.ca.services.contracts import ContractService
from tegata.ca.services.examinations import ExaminationService
from tegata.ca.services.limits import LimitService


class ExaminationPages:
    """``/portal/operator/contracts/{contract}`` and what can be done there."""

    def __init__(
        self,
        desk: Desk,
        *,
        contracts: ContractService,
        examinations: ExaminationService,
        limits: LimitService,
        certificates: CertificateService,
        now: Callable[[], datetime],
    ) -> None:
        self._desk, self._contracts, self._examinations = desk, contracts, examinations
        self._limits, self._certificates, self._now = limits, certificates, now

    async def find(self, request: Request) -> Response:
        """Go to the contract of the number that was typed (``?contract=``)."""
        await self._desk.enter(request)
        view = await self._contracts.show(forms.narrow(request.query_params.get("contract", "")).strip().upper())
        return RedirectResponse(f"{DESK}/contracts/{view.contract.id}", 303)

    async def contract(self, request: Request) -> Response:
        """The contract with its examinations, its paused names and its certificates, a page at a time (``?after=``)."""
        operator = await self._desk.enter(request)
        view = await self._contracts.show(request.path_params["contract"])
        now, after = self._now(), request.query_params.get("after")
        recorded = await self._examinations.of_contract(view.contract.id)
        certificates, older = await self._certificates.page(view.contract.id, after)
        return page(
            request,
            "examining.html",
            customer=operator,
            view=view,
            examinations=recorded,
            waiting=self._examinations.waiting(view.contract, recorded),
            sources=list(Source),
            paused=await self._limits.paused(view.contract.id, MOST_PAUSED + 1),
            most_paused=MOST_PAUSED,
            certificates=[(one, status(one, now)) for one in certificates],
            after=after,
            older=older,
        )

    async def examine(self, request: Request) -> Response:
        """Record that the operator has examined the organization."""
        contract_id = str(request.path_params["contract"])

        def read(form: FormData) -> Do:
            source, examined = forms.choice(form, "source", Source), forms.moment(form, "examined", request)
            return lambda persons: self._examinations.examine(
                contract_id,
                source=source,
                evidence=forms.text(form, "evidence"),
                authority=forms.text(form, "authority"),
                by=persons.operator.name,
                examined=examined,
            )

        return await self._take(request, "contract examine", ("source", "evidence", "authority", "examined"), read)

    async def release(self, request: Request) -> Response:
        """Let it count what another person has examined."""
        contract_id = str(request.path_params["contract"])

        def read(form: FormData) -> Do:
            seen = forms.text(form, "examination")
            if not seen:
                raise forms.BadForm
            return lambda persons: self._examinations.release(contract_id, persons.operator.name, seen)

        return await self._take(request, "contract release", ("examination", "evidence"), read)

    async def resume(self, request: Request) -> Response:
        """Let a paused name be tried again, if it is not yet."""
        contract_id = str(request.path_params["contract"])

        def read(form: FormData) -> Do:
            async def do(_: Persons) -> None:
                with suppress(NotFound):
                    await self._limits.resume(contract_id, forms.text(form, "account"), forms.text(form, "name"))

            return do

        return await self._take(request, "paused resume", ("account", "name"), read)

    async def replace(self, request: Request) -> Response:
        """Want the ticked certificates replaced by the end of a day; nothing is revoked."""
        contract_id = str(request.path_params["contract"])

        def read(form: FormData) -> Do:
            by, serials = forms.end_of_day(form, "by", request), forms.texts(form, "serial")
            if by is None or not serials:
                raise forms.BadForm
            wanted = forms.text(form, "page") or None
            return lambda _: self._certificates.replace_by_operator(serials, by, wanted, of=contract_id)

        return await self._take(request, "cert replace", ("serial", "by", "page"), read)

    async def _take(
        self, request: Request, command: str, fields: tuple[str, ...], read: Callable[[FormData], Do]
    ) -> Response:
        async def step(_: FormData) -> Step:
            view = await self._contracts.show(request.path_params["contract"])
            back = f"{DESK}/contracts/{view.contract.id}"
            return Step(
                command=command, of=view.contract.id, fields=fields, read=read, back=back, untold=("examination",)
            )

        return await self._desk.take(request, step)
