"""Notices to customers, sent by jobs so that a mail server that is down delays nothing.

Knows when somebody is told something; the words and the sending are the notifier's.
"""

from tegata.ca.model import Job
from tegata.ca.ports import Notifier, Store, Work

CONTRACT_ACCEPTED = "contract-accepted"


class NoticeService:
    """Tells customers what the jobs say."""

    def __init__(self, *, store: Store, notifier: Notifier) -> None:
        self._store, self._notifier = store, notifier

    async def contract_accepted(self, job: Job) -> None:
        """Send the notice of the contract that is the job's subject; what the notifier raises is tried again."""
        contract = await self._store.contracts.get(job.subject)
        assert contract is not None, "the job was left together with its contract"
        customer = await self._store.customers.get(contract.customer_id)
        assert customer is not None, "the store keeps the customer of every contract"
        await self._notifier.contract_accepted(contract, customer)
        work = Work()
        self._store.jobs.finish(work, job)
        await self._store.commit(work)
