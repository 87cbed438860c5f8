"""Reports of problems with certificates as rows."""

from datetime import datetime

from tegata.ca.model import Cause, ProblemReport
from tegata.ca.ports import Work
from tegata.ca.store import audit
from tegata.ca.store.columns import instant, instant_or_none, json, micros, strings
from tegata.ca.store.engine import Engine, Row

_EVER = 2**62


class ProblemReportRows:
    """Problem reports (``ports.ProblemReports``)."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    async def get(self, report_id: str) -> ProblemReport | None:
        """The report of this id."""
        rows = await self._database.fetch("problem_reports.get", id=report_id)
        return _report(rows[0]) if rows else None

    async def open(self) -> list[ProblemReport]:
        """Those that are not closed, in the order of receipt."""
        return [_report(row) for row in await self._database.fetch("problem_reports.open")]

    async def open_after(self, report: ProblemReport | None, most: int) -> list[ProblemReport]:
        """Up to so many that are not closed, in the order of receipt: the first ones, or those after this one."""
        place = {"received_at": -_EVER, "id": ""} if report is None else _place(report)
        return [_report(row) for row in await self._database.fetch("problem_reports.open_after", most=most, **place)]

    async def before(self, report: ProblemReport | None, most: int) -> list[ProblemReport]:
        """Up to so many, those received last first: from the first, or those after this one in that order."""
        place = {"received_at": _EVER, "id": ""} if report is None else _place(report)
        return [_report(row) for row in await self._database.fetch("problem_reports.before", most=most, **place)]

    def insert(self, work: Work, report: ProblemReport) -> None:
        """Add a report."""
        work.add(
            "problem_reports.insert",
            rows=1,
            id=report.id,
            cause=report.cause.value,
            about=report.about,
            reporter=report.reporter,
            serials=json(report.serials),
            received_at=micros(report.received_at),
            recorded_at=micros(report.recorded_at),
        )
        audit.record(
            work,
            "report.received",
            report.id,
            cause=report.cause.value,
            by=report.reporter,
            about=report.about,
            serials=" ".join(report.serials),
            at=report.received_at.isoformat(),
        )

    def answer(self, work: Work, report_id: str, answer: str, at: datetime) -> None:
        """Record the first answer, once."""
        work.add("problem_reports.answer", rows=1, id=report_id, answer=answer, at=micros(at))
        audit.record(work, "report.answered", report_id, answer=answer)

    def close(self, work: Work, report_id: str, outcome: str, at: datetime) -> None:
        """Close a report that was answered, once."""
        work.add("problem_reports.close", rows=1, id=report_id, outcome=outcome, at=micros(at))
        audit.record(work, "report.closed", report_id, outcome=outcome)


def _place(report: ProblemReport) -> dict[str, object]:
    return {"received_at": micros(report.received_at), "id": report.id}


def _report(row: Row) -> ProblemReport:
    (id_, cause, about, reporter, serials, received_at, recorded_at, answered_at, answer, closed_at, outcome) = row
    return ProblemReport(
        id=id_,
        cause=Cause(cause),
        about=about,
        reporter=reporter,
        serials=strings(serials),
        received_at=instant(received_at),
        recorded_at=instant(recorded_at),
        answered_at=instant_or_none(answered_at),
        answer=answer,
        closed_at=instant_or_none(closed_at),
        outcome=outcome,
    )
