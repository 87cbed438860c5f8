"""Notices to customers, sent by jobs so that a mail server that is down delays nothing.

Knows when somebody is told something; the words and the sending are the notifier's.
"""

from tegata.ca.model import Contract, Customer, Job
from tegata.ca.ports import Notifier, Store, Work
from tegata.ca.services.watching import WatchService

CONTRACT_ACCEPTED = "contract-accepted"


class NoticeService:
    """Tells customers what the jobs say."""

    def __init__(self, *, store: Store, notifier: Notifier, watch: WatchService) -> None:
        self._store, self._notifier, self._watch = store, notifier, watch

    async def contract_accepted(self, job: Job) -> None:
        """Send the notice of the contract that is the job's subject; what the notifier raises is tried again.

        Where the contract was ended before it could be sent, there is nothing to be told of any more.
        """
        contract, customer = await self._told(job)
        if contract.ended_at is None:
            await self._notifier.contract_accepted(contract, customer)
        await self._finish(job)

    async def renewal_overdue(self, job: Job) -> None:
        """Tell which of the contract's certificates are overdue now; nothing if all were replaced meanwhile."""
        contract, customer = await self._told(job)
        certificates = await self._watch.overdue(contract)
        if certificates:
            await self._notifier.renewal_overdue(contract, customer, certificates, job.id)
        await self._finish(job)

    async def contract_ending(self, job: Job) -> None:
        """Tell that the contract ends soon; nothing if it was renewed meanwhile."""
        contract, customer = await self._told(job)
        if self._watch.is_ending(contract):
            await self._notifier.contract_ending(contract, customer, job.id)
        await self._finish(job)

    async def _told(self, job: Job) -> tuple[Contract, Customer]:
        """The contract that is the job's subject, and who is told."""
        contract = await self._store.contracts.get(job.subject)
        assert contract is not None, "contracts are never removed"
        customer = await self._store.customers.get(contract.customer_id)
        assert customer is not None, "the store keeps the customer of every contract"
        return contract, customer

    async def _finish(self, job: Job) -> None:
        work = Work()
        self._store.jobs.finish(work, job)
        await self._store.commit(work)
