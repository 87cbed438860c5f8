"""The terms of service once they have changed: who has yet to agree, and the customer's agreement for all accounts.

What a new account agrees to is the account service's matter.
"""

from collections.abc import Callable
from datetime import datetime

from tegata.ca.errors import Refused, TermsChanged
from tegata.ca.policy.terms import Terms, changed, edition, may_order
from tegata.ca.ports import Store, Work
from tegata.ca.services.actors import Actor


class TermsService:
    """Agreements to the present terms; ``page`` is that of a contract on which its customer agrees."""

    def __init__(
        self, *, store: Store, terms: Terms, page: Callable[[str], str], clock: Callable[[], datetime]
    ) -> None:
        self.terms = terms
        self._store, self._page, self._clock = store, page, clock

    def require(self, actor: Actor, now: datetime) -> None:
        """Pass if the account may place orders; raises TermsChanged (RFC 8555 §7.3.3, A-38)."""
        if not may_order(actor.account, self.terms, now):
            raise TermsChanged(url=self.terms.url, page=self._page(actor.contract.id))

    async def is_waiting(self, contract_id: str) -> bool:
        """Whether an account of the contract has yet to agree to the terms as they are now; it may have very many."""
        since = changed(self.terms)
        return since is not None and await self._store.accounts.are_without_agreement(contract_id, since)

    @property
    def edition(self) -> str:
        """Which terms the present ones are, for a form to say what was shown."""
        return edition(self.terms)

    async def agree(self, contract_id: str, seen: str) -> None:
        """Note that the customer agrees, for every account of the contract that has not yet (B-99).

        ``seen`` is the ``edition`` that was shown; raises Refused where the terms are others by now.
        """
        if not seen or seen != self.edition:
            raise Refused(reason="the terms of service are others than those that were shown")
        work = Work()
        self.note(work, contract_id, self._clock())
        await self._store.commit(work)

    def note(self, work: Work, contract_id: str, now: datetime) -> None:
        """Note the same with something else that the customer agrees by; nothing where there are no terms."""
        if self.terms.url:
            self._store.accounts.agree(work, contract_id, now, self.terms.url, changed(self.terms))
