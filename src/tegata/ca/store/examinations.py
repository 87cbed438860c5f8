"""Examinations of organizations as rows; what is released is the contract's too, where every order finds it."""

from datetime import datetime

from tegata.ca.model import Examination, Source
from tegata.ca.ports import Cursor, Work
from tegata.ca.store import audit
from tegata.ca.store.columns import instant, instant_or_none, json, micros, organization
from tegata.ca.store.engine import Engine, Row


class ExaminationRows:
    """Examinations (``ports.Examinations``)."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    async def of_contract(self, contract_id: str) -> list[Examination]:
        """The contract's, the one recorded last first."""
        return [
            _examination(row) for row in await self._database.fetch("examinations.of_contract", contract_id=contract_id)
        ]

    async def unreleased(self, after: Cursor, now: datetime, most: int) -> list[Examination]:
        """Those of contracts in force that may be released, the earliest first, from ``after`` on."""
        rows = await self._database.fetch(
            "examinations.unreleased", after=micros(after.at), after_id=after.id, now=micros(now), most=most
        )
        return [_examination(row) for row in rows]

    def insert(self, work: Work, examination: Examination) -> None:
        """Add one that nobody has released."""
        work.add(
            "examinations.insert",
            rows=1,
            id=examination.id,
            contract_id=examination.contract_id,
            organization=json(examination.organization),
            source=examination.source.value,
            evidence=examination.evidence,
            authority=examination.authority,
            examiner=examination.examiner,
            examined_at=micros(examination.examined_at),
            recorded_at=micros(examination.recorded_at),
        )
        audit.record(
            work,
            "contract.examined",
            examination.contract_id,
            by=examination.examiner,
            at=examination.examined_at.isoformat(),
            organization=json(examination.organization),
            source=examination.source.value,
            evidence=examination.evidence,
            authority=examination.authority,
        )

    def release(self, work: Work, examination: Examination, releaser: str, at: datetime) -> None:
        """Release one, once; the contract has its instant from then on."""
        work.add("examinations.release", rows=1, id=examination.id, releaser=releaser, at=micros(at))
        work.add(
            "examinations.examined",
            rows=1,
            contract_id=examination.contract_id,
            examined_at=micros(examination.examined_at),
        )
        audit.record(
            work,
            "contract.examination-released",
            examination.contract_id,
            by=releaser,
            examined=examination.examined_at.isoformat(),
        )


def _examination(row: Row) -> Examination:
    (id_, contract_id, examined, source, evidence, authority, examiner, examined_at, recorded_at) = row[:9]
    (releaser, released_at) = row[9:]
    return Examination(
        id=id_,
        contract_id=contract_id,
        organization=organization(examined),
        source=Source(source),
        evidence=evidence,
        authority=authority,
        examiner=examiner,
        examined_at=instant(examined_at),
        recorded_at=instant(recorded_at),
        releaser=releaser,
        released_at=instant_or_none(released_at),
    )
