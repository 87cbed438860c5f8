"""Reports of problems with certificates, from receipt to the last revocation, each with its two terms (B-86, B-87).

A report is also what a mass revocation is led by (B-97): its certificates are first wanted replaced, by renewal
information; their customers are listed; then they are revoked, all at once or some at a time, by one person with
another's word where it is more than one certificate (S-34). The terms themselves are ``policy.reports``.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from tegata.ca.errors import NotFound, Refused, UnknownObject
from tegata.ca.model import Cause, Certificate, Customer, ProblemReport
from tegata.ca.policy import reports
from tegata.ca.policy.calendar import whole_second
from tegata.ca.policy.certificates import CertificateStatus, status
from tegata.ca.ports import Conflict, Ids, Store, Work
from tegata.ca.services import several
from tegata.ca.services.certificates import CertificateService
from tegata.text.catalogue import is_text

REVOKING = "report.revoking"
MOST_CHARACTERS = 2000
PAGE = 50


@dataclass(frozen=True)
class Concerned:
    """A contract that a report is about, whose it is, and its certificates that are in use."""

    contract_id: str
    customer: Customer
    certificates: tuple[Certificate, ...]


class ReportService:
    """What was reported, until when it is to be dealt with, and what was done."""

    def __init__(
        self, *, store: Store, certificates: CertificateService, ids: Ids, clock: Callable[[], datetime]
    ) -> None:
        self._store, self._certificates, self._ids, self._clock = store, certificates, ids, clock

    async def add(
        self,
        *,
        cause: Cause,
        about: str,
        reporter: str,
        serials: Sequence[str],
        received: datetime | None = None,
    ) -> ProblemReport:
        """Take up a report that came now or was ``received`` before; raises UnknownObject for a serial, Refused."""
        now = self._clock()
        received_at = whole_second(received or now)
        if received_at > now:
            raise Refused(reason="the report comes from the future")
        known = [(await self._certificates.show(serial)).serial for serial in serials]
        report = ProblemReport(
            id="R" + self._ids.contract_id()[1:],
            cause=cause,
            about=_text(about),
            reporter=_text(reporter),
            serials=tuple(dict.fromkeys(known)),
            received_at=received_at,
            recorded_at=now,
        )
        work = Work()
        self._store.problem_reports.insert(work, report)
        await self._store.commit(work)
        return report

    async def reported(self, *, all_of_them: bool = False) -> AsyncIterator[ProblemReport]:
        """Open reports in the order of receipt, or all, the last first; some are read at a time."""
        rows = self._store.problem_reports
        read = rows.before if all_of_them else rows.open_after
        after = None
        while found := await read(after, PAGE):
            for report in found:
                yield report
            after = found[-1]

    async def page(self, after: str | None, *, all_of_them: bool) -> tuple[list[ProblemReport], str | None]:
        """Up to ``PAGE`` open reports in the order of receipt, or of all, the last first; what the next begins after.

        ``after`` is what the last page said; raises NotFound for anything else.
        """
        last = None if after is None else await self._store.problem_reports.get(after)
        if after is not None and last is None:
            raise NotFound
        rows = self._store.problem_reports
        found = await (rows.before if all_of_them else rows.open_after)(last, PAGE + 1)
        return found[:PAGE], found[PAGE - 1].id if len(found) > PAGE else None

    async def show(self, report_id: str) -> tuple[ProblemReport, list[Certificate]]:
        """A report, and those of its certificates that are in use still; raises UnknownObject.

        House-keeping drops certificates long after their end, and no report.
        """
        report = await self._store.problem_reports.get(report_id)
        if report is None:
            raise UnknownObject(kind="report", name=report_id)
        now = self._clock()
        found = await self._store.certificates.many(report.serials)
        return report, [one for one in found if status(one, now) is CertificateStatus.VALID]

    async def answer(self, report_id: str, text: str) -> ProblemReport:
        """Record the first answer to the reporter; raises UnknownObject, Refused."""
        await self.show(report_id)
        work = Work()
        self._store.problem_reports.answer(work, report_id, _text(text), self._clock())
        return await self._change(work, report_id, "the report was answered or closed before")

    async def replace(self, report_id: str, page: str | None) -> list[Certificate]:
        """Want the certificates replaced, by renewal information, until they are due to be revoked (X-18).

        Raises UnknownObject; Refused where that instant is past.
        """
        report, in_use = await self.show(report_id)
        serials = [one.serial for one in in_use]
        return await self._certificates.replace_by_operator(serials, reports.revocation_due(report), page)

    async def customers(self, report_id: str) -> list[Concerned]:
        """Whom to tell, with their certificates that are in use; raises UnknownObject."""
        return await self.concerned((await self.show(report_id))[1])

    async def concerned(self, in_use: Sequence[Certificate]) -> list[Concerned]:
        """As above, of the certificates that ``show`` has found in use: to find them may take long."""
        found = []
        for contract_id in dict.fromkeys(one.contract_id for one in in_use):
            contract = await self._store.contracts.get(contract_id)
            assert contract is not None, "the store keeps the contract of every certificate"
            customer = await self._store.customers.get(contract.customer_id)
            assert customer is not None, "the store keeps the customer of every contract"
            certificates = tuple(one for one in in_use if one.contract_id == contract_id)
            found.append(Concerned(contract_id, customer, certificates))
        return found

    async def revoke(
        self, report_id: str, *, reason: int, revoking: int, by: str, second: str | None, most: int | None = None
    ) -> list[Certificate]:
        """Revoke the certificates in use, or ``most`` of them now, if they are so many as was said; which those were.

        Where this is killed, what was done is done, and the rest is asked for again.
        More than one takes a ``second`` person. Raises UnknownObject, Refused, BadRevocationReason.
        """
        report, in_use = await self.show(report_id)
        if report.closed_at is not None:
            raise Refused(reason="the report is closed")
        return await several.revoke(
            self._store,
            self._certificates.revoke_all_by_operator,
            in_use,
            event=REVOKING,
            subject=report.id,
            reason=reason,
            revoking=revoking,
            by=by,
            second=second,
            most=most,
        )

    async def close(self, report_id: str, outcome: str, *, unfounded: bool = False) -> ProblemReport:
        """Close a report that was answered; raises UnknownObject, Refused while one of its certificates is in use.

        For one that is ``unfounded`` nothing need be revoked.
        """
        _, in_use = await self.show(report_id)
        if in_use and not unfounded:
            raise Refused(reason="certificates of the report are in use still; revoke them, or say it is unfounded")
        work = Work()
        self._store.problem_reports.close(work, report_id, _text(outcome), self._clock())
        return await self._change(work, report_id, "the report was not answered yet, or was closed before")

    async def _change(self, work: Work, report_id: str, lost: str) -> ProblemReport:
        try:
            await self._store.commit(work)
        except Conflict:
            raise Refused(reason=lost) from None
        return (await self.show(report_id))[0]


def _text(text: str) -> str:
    stripped = text.replace("\r\n", "\n").strip()
    if not any(map(str.isalnum, stripped)):
        raise Refused(reason="a name or text of the report says nothing")
    if not is_text(stripped):
        raise Refused(reason="a text of the report has characters that cannot be shown")
    if len(stripped) > MOST_CHARACTERS:
        raise Refused(reason="a text of the report is too long")
    return stripped
