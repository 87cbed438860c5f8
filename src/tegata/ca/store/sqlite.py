"""The store on SQLite: joins the database and the aggregates' files."""

from pathlib import Path

from tegata.ca import ports
from tegata.ca.store import migrate, sql
from tegata.ca.store.accounts import AccountRows
from tegata.ca.store.authorizations import AuthorizationRows
from tegata.ca.store.certificates import CertificateRows
from tegata.ca.store.contracts import ContractRows
from tegata.ca.store.credentials import CredentialRows
from tegata.ca.store.customers import CustomerRows
from tegata.ca.store.db import Database
from tegata.ca.store.jobs import JobRows
from tegata.ca.store.observations import ObservationRows
from tegata.ca.store.orders import OrderRows
from tegata.ca.store.revocation_lists import RevocationListRows


class SqliteStore:
    """Everything the CA remembers, in one file (``ports.Store``)."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.accounts: ports.Accounts = AccountRows(database)
        self.orders: ports.Orders = OrderRows(database)
        self.authorizations: ports.Authorizations = AuthorizationRows(database)
        self.certificates: ports.Certificates = CertificateRows(database)
        self.contracts: ports.Contracts = ContractRows(database)
        self.credentials: ports.Credentials = CredentialRows(database)
        self.customers: ports.Customers = CustomerRows(database)
        self.jobs: ports.Jobs = JobRows(database)
        self.observations: ports.Observations = ObservationRows(database)
        self.revocation_lists: ports.RevocationLists = RevocationListRows(database)

    async def commit(self, work: ports.Work) -> None:
        """Do all writes of a unit of work durably, or none; raises Conflict, CommitFailed."""
        await self._database.commit(work)

    async def changed(self, seconds: float) -> None:
        """Return when something was committed, by any process, or after so many seconds."""
        await self._database.changed(seconds)

    async def close(self) -> None:
        """Finish what was begun and let go of the file."""
        await self._database.close()


def open_store(path: Path) -> SqliteStore:
    """The store in this file, made or brought up to date if need be.

    Raises DatabaseUnusable, DatabaseTooNew (it was written by a newer program), MigrationAltered.
    """
    return SqliteStore(Database(path, migrate.known(), sql.statements()))
