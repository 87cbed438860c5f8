"""Notices to customers, sent by jobs so that a mail server that is down delays nothing.

Knows when somebody is told something; the words and the sending are the notifier's.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from tegata.ca.errors import NoticeRefused
from tegata.ca.journal import Journal
from tegata.ca.model import Contract, Customer, Job
from tegata.ca.policy import contracts
from tegata.ca.policy.contracts import ContractStatus
from tegata.ca.ports import Notifier, Store, Work
from tegata.ca.services.watching import WatchService
from tegata.text.catalogue import printable

CONTRACT_ACCEPTED = "contract-accepted"
MOST_AT_ONCE = 16
"""Mails under way in a process: a mail server that answers nothing holds each for as long as is waited for it, and the
places of all jobs are few."""
LATER = timedelta(seconds=10)
"""How long the others wait for their turn."""


MOST_ATTEMPTS, GIVE_UP_AFTER = 730, timedelta(days=5)
"""What is refused for good is left after so many attempts and so long (RFC 5321 §4.5.4.1): a wrong address is not asked
about for ever."""
REFUSED = "notice.refused"
_OVER = (ContractStatus.EXPIRED, ContractStatus.ENDED)

log = Journal("notices")


class NoticeService:
    """Tells customers what the jobs say; what the notifier raises is tried again.

    What the recipient's server refuses for good is tried for five days; then the audit log has it.
    """

    def __init__(self, *, store: Store, notifier: Notifier, watch: WatchService, clock: Callable[[], datetime]) -> None:
        self._store, self._notifier, self._watch, self._clock = store, notifier, watch, clock
        self._under_way = 0

    async def contract_accepted(self, job: Job) -> None:
        """Send the notice of the contract that is the job's subject.

        Where the contract is over before it could be sent, there is nothing to be told of any more.
        """

        async def send(contract: Contract, customer: Customer) -> None:
            if contracts.status(contract, self._clock()) not in _OVER:
                await self._notifier.contract_accepted(contract, customer)

        await self._tell(job, send)

    async def renewal_overdue(self, job: Job) -> None:
        """Tell which of the contract's certificates are overdue now; nothing if all were replaced meanwhile."""

        async def send(contract: Contract, customer: Customer) -> None:
            certificates = await self._watch.overdue(contract)
            if certificates:
                await self._notifier.renewal_overdue(contract, customer, certificates, job.id)

        await self._tell(job, send)

    async def contract_ending(self, job: Job) -> None:
        """Tell that the contract ends soon; nothing if it was renewed meanwhile."""

        async def send(contract: Contract, customer: Customer) -> None:
            if self._watch.is_ending(contract):
                await self._notifier.contract_ending(contract, customer, job.id)

        await self._tell(job, send)

    async def _tell(self, job: Job, send: Callable[[Contract, Customer], Awaitable[None]]) -> None:
        """Do the job, or put it off where too many mails are under way."""
        work = Work()
        if self._under_way >= MOST_AT_ONCE:
            self._store.jobs.postpone(work, job, self._clock() + LATER)
        else:
            contract, customer = await self._told(job)
            self._under_way += 1
            try:
                await send(contract, customer)
            except NoticeRefused as refusal:
                # What waited for its turn has more attempts than it made.
                if job.attempts < MOST_ATTEMPTS or self._clock() < contract.applied_at + GIVE_UP_AFTER:
                    raise
                told = {name: printable(str(value)) for name, value in refusal.facts.items()}
                self._store.audit.note(work, REFUSED, contract.id, told)
                log.warning(REFUSED, contract=contract.id, **told)
            finally:
                self._under_way -= 1
            self._store.jobs.finish(work, job)
        await self._store.commit(work)

    async def _told(self, job: Job) -> tuple[Contract, Customer]:
        """The contract that is the job's subject, and who is told."""
        contract = await self._store.contracts.get(job.subject)
        assert contract is not None, "contracts are never removed"
        customer = await self._store.customers.get(contract.customer_id)
        assert customer is not None, "the store keeps the customer of every contract"
        return contract, customer
