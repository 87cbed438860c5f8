"""The store: joins the aggregates' files on one engine. Knows neither which engine nor where it keeps its rows."""

from contextlib import AbstractAsyncContextManager
from datetime import datetime

from tegata.ca import ports
from tegata.ca.store.accounts import AccountRows
from tegata.ca.store.audit import AuditRows
from tegata.ca.store.authorizations import AuthorizationRows
from tegata.ca.store.blocked_keys import BlockedKeyRows
from tegata.ca.store.certificates import CertificateRows
from tegata.ca.store.contracts import ContractRows
from tegata.ca.store.credentials import CredentialRows
from tegata.ca.store.customers import CustomerRows
from tegata.ca.store.engine import Engine
from tegata.ca.store.examinations import ExaminationRows
from tegata.ca.store.housekeeping import HousekeepingRows
from tegata.ca.store.jobs import JobRows
from tegata.ca.store.limits import LimitRows
from tegata.ca.store.migrations import Migrated
from tegata.ca.store.nonces import NonceRows
from tegata.ca.store.observations import ObservationRows
from tegata.ca.store.operators import OperatorRows
from tegata.ca.store.orders import OrderRows
from tegata.ca.store.precertificates import PrecertificateRows
from tegata.ca.store.problem_reports import ProblemReportRows
from tegata.ca.store.revocation_lists import RevocationListRows


class RowStore:
    """Everything the CA remembers, as rows (``ports.Store``)."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.accounts: ports.Accounts = AccountRows(engine)
        self.orders: ports.Orders = OrderRows(engine)
        self.limits: ports.Limits = LimitRows(engine)
        self.authorizations: ports.Authorizations = AuthorizationRows(engine)
        self.certificates: ports.Certificates = CertificateRows(engine)
        self.blocked_keys: ports.BlockedKeys = BlockedKeyRows(engine)
        self.precertificates: ports.Precertificates = PrecertificateRows(engine)
        self.contracts: ports.Contracts = ContractRows(engine)
        self.examinations: ports.Examinations = ExaminationRows(engine)
        self.credentials: ports.Credentials = CredentialRows(engine)
        self.customers: ports.Customers = CustomerRows(engine)
        self.operators: ports.Operators = OperatorRows(engine)
        self.jobs: ports.Jobs = JobRows(engine)
        self.problem_reports: ports.ProblemReports = ProblemReportRows(engine)
        self.observations: ports.Observations = ObservationRows(engine)
        self.revocation_lists: ports.RevocationLists = RevocationListRows(engine)
        self.audit: ports.Audit = AuditRows(engine)
        self.housekeeping: ports.Housekeeping = HousekeepingRows(engine)
        self.nonces: ports.SpentNonces = NonceRows()

    @property
    def migrated(self) -> Migrated:
        """What was done to the schema when the database was opened."""
        return self._engine.migrated

    async def commit(self, work: ports.Work) -> None:
        """Do all writes of a unit of work durably, or none; raises Conflict, CommitFailed."""
        await self._engine.commit(work)

    async def clock(self) -> datetime | None:
        """The time by the clock of the database's server; None where it is this machine's."""
        return await self._engine.clock()

    async def changed(self, seconds: float, about: str) -> None:
        """Return when something about this was committed, by any process, or after so many seconds."""
        await self._engine.changed(seconds, about)

    def alone(self, name: str) -> AbstractAsyncContextManager[None]:
        """Hold the turn of this name."""
        return self._engine.alone(name)

    async def close(self) -> None:
        """Finish what was begun and let go of the database."""
        await self._engine.close()
