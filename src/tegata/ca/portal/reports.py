"""The operator's pages of reported problems: list, take up, answer, have replaced, revoke, close.

The terms and all that is done are the report service's; who may come here is the desk's.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from tegata.ca.model import Cause, ProblemReport
from tegata.ca.policy import reports
from tegata.ca.policy.certificates import OF_OPERATORS, Reason, kept
from tegata.ca.policy.reports import Due
from tegata.ca.portal import forms
from tegata.ca.portal.desk import DESK, Desk, Do, Persons, Step
from tegata.ca.portal.pages import page
from tegata.ca.services.inbox import InboxService, Kind
from tegata.ca.services.reports import ReportService

MOST_CERTIFICATES = 10_000_000
MOST_SHOWN = 100
"""How many certificates a report's page names; there may be very many."""


class Row(NamedTuple):
    """A report in the list, what is due next, and whether that is late."""

    report: ProblemReport
    due: Due | None
    is_late: bool


class ReportPages:
    """``/portal/operator`` and ``/portal/operator/reports/{report}``."""

    def __init__(self, desk: Desk, reports_: ReportService, inbox: InboxService, now: Callable[[], datetime]) -> None:
        self._desk, self._reports, self._inbox, self._now = desk, reports_, inbox, now

    async def table(self, request: Request) -> Response:
        """How much waits; a page of the open reports, or all with ``?show=all`` (``?after=``); the forms for others."""
        operator = await self._desk.enter(request)
        show_all = request.query_params.get("show") == "all"
        after = request.query_params.get("after")
        found, older = await self._reports.page(after, all_of_them=show_all)
        rows = [self._row(one) for one in found]
        return page(
            request,
            "operator.html",
            customer=operator,
            waiting=[(kind, await self._inbox.page(kind)) for kind in Kind],
            rows=rows,
            show_all=show_all,
            after=after,
            older=older,
            causes=list(Cause),
        )

    async def report(self, request: Request) -> Response:
        """One report: its terms, its certificates in use, whose they are, and what can be done."""
        operator = await self._desk.enter(request)
        report, in_use = await self._reports.show(_id(request))
        return page(
            request,
            "report.html",
            customer=operator,
            row=self._row(report),
            answer_by=reports.answer_due(report),
            revoke_by=reports.revocation_due(report),
            in_use=in_use[:MOST_SHOWN],
            count=len(in_use),
            concerned=await self._reports.concerned(in_use),
            reasons=OF_OPERATORS,
        )

    async def add(self, request: Request) -> Response:
        """Take up a report."""

        def read(form: FormData) -> Do:
            cause, received = forms.choice(form, "cause", Cause), forms.moment(form, "received", request)
            about, reporter = forms.text(form, "about"), forms.text(form, "reporter")
            serials = [kept(one) for one in forms.narrow(forms.text(form, "serials")).split()]
            return lambda _: self._reports.add(
                cause=cause, about=about, reporter=reporter, serials=serials, received=received
            )

        async def step(_: FormData) -> Step:
            return Step(
                command="report add",
                of=None,
                fields=("cause", "about", "reporter", "serials", "received"),
                read=read,
                back=DESK,
            )

        return await self._desk.take(request, step)

    async def answer(self, request: Request) -> Response:
        """Record the first answer."""
        report_id = _id(request)

        def read(form: FormData) -> Do:
            return lambda _: self._reports.answer(report_id, forms.text(form, "text"))

        return await self._take(request, "report answer", ("text",), read)

    async def replace(self, request: Request) -> Response:
        """Want its certificates replaced until they are due to be revoked."""
        report_id = _id(request)

        def read(form: FormData) -> Do:
            return lambda _: self._reports.replace(report_id, forms.text(form, "page") or None)

        return await self._take(request, "report replace", ("page",), read)

    async def revoke(self, request: Request) -> Response:
        """Revoke its certificates, or so many of them now, if they are as many as was said before."""
        report_id = _id(request)

        def read(form: FormData) -> Do:
            reason = forms.number(form, "reason", max(Reason))
            most = forms.number(form, "most", MOST_CERTIFICATES)
            revoking = forms.number(form, "revoking", MOST_CERTIFICATES)
            if reason is None:
                raise forms.BadForm

            async def do(persons: Persons) -> None:
                if revoking is None:
                    raise forms.BadForm
                await self._reports.revoke(
                    report_id,
                    reason=reason,
                    revoking=revoking,
                    by=persons.operator.name,
                    second=persons.second.name if persons.second else None,
                    most=most,
                )

            return do

        async def step(form: FormData) -> Step:
            report, in_use = await self._reports.show(report_id)
            most = forms.number(form, "most", MOST_CERTIFICATES)
            # What was shown when it was asked back is what was agreed to.
            said = forms.number(form, "revoking", MOST_CERTIFICATES)
            count = (len(in_use) if most is None else min(most, len(in_use))) if said is None else said
            made = _step(report, "report revoke", ("reason", "most"), read)
            return replace(made, told={"revoking": str(count)}, needs_second=count > 1)

        return await self._desk.take(request, step)

    async def close(self, request: Request) -> Response:
        """Bring a report to its end."""
        report_id = _id(request)

        def read(form: FormData) -> Do:
            outcome, unfounded = forms.text(form, "outcome"), bool(forms.text(form, "unfounded"))
            return lambda _: self._reports.close(report_id, outcome, unfounded=unfounded)

        return await self._take(request, "report close", ("outcome", "unfounded"), read)

    async def _take(
        self, request: Request, command: str, fields: tuple[str, ...], read: Callable[[FormData], Do]
    ) -> Response:
        async def step(_: FormData) -> Step:
            report, _in_use = await self._reports.show(_id(request))
            return _step(report, command, fields, read)

        return await self._desk.take(request, step)

    def _row(self, report: ProblemReport) -> Row:
        following = reports.due(report)
        return Row(report, following, following is not None and self._now() > following.at)


def _step(report: ProblemReport, command: str, fields: tuple[str, ...], read: Callable[[FormData], Do]) -> Step:
    return Step(command=command, of=report.id, fields=fields, read=read, back=f"{DESK}/reports/{report.id}")


def _id(request: Request) -> str:
    return str(request.path_params["report"])
