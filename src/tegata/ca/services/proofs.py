"""What an order rests on: the account's proofs that still count, and new authorizations for what is left (A-55, A-58).

A name is proved itself, or by a domain above it where its service says so and the client wants it (RFC 9444). What
proofs count for is ``policy.ancestors``' matter; how they come about the challenge service's.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from tegata.acme.challenges import DNS_PERSIST_01
from tegata.acme.identifiers import Identifier
from tegata.acme.messages import AskedIdentifier
from tegata.acme.statuses import AuthorizationStatus
from tegata.ca.errors import NamesRefused
from tegata.ca.model import Authorization, Challenge
from tegata.ca.policy import ancestors, baseline, names
from tegata.ca.ports import Ids, Store
from tegata.ca.services.actors import Actor
from tegata.ca.services.admission import Admission, Admitted
from tegata.ca.services.statuses import is_reusable, view_authorization
from tegata.ca.settings import Policy, Service

# An authorization about to expire would take its order with it before the client can finalize.
_REUSE_LEFT = timedelta(hours=1)


class Basis(NamedTuple):
    """The authorizations of an order, each once, and those of them that are new."""

    authorizations: tuple[Authorization, ...]
    fresh: tuple[Authorization, ...]


class Proofs:
    """Finds and makes authorizations; none is stored here."""

    def __init__(self, *, store: Store, admission: Admission, policy: Policy, ids: Ids) -> None:
        self._store, self._admission, self._policy, self._ids = store, admission, policy, ids

    async def of_order(
        self, actor: Actor, asked: Sequence[AskedIdentifier], admitted: Admitted, now: datetime
    ) -> Basis:
        """What an order for the admitted identifiers rests on; ``asked`` is what the client said of them.

        Raises NamesRefused for a domain above that is none, or that the account may not have.
        """
        service = admitted.service
        above = self._above(actor, asked, service, now) if service.subdomains else {}
        by = await self._reusable(actor, admitted.identifiers, service, now)
        missing = [identifier for identifier in admitted.identifiers if identifier not in by]
        fresh = [
            self.fresh(actor, domain, service, now, subdomains=True)
            for domain in dict.fromkeys(above[identifier] for identifier in missing if identifier in above)
        ]
        if fresh:
            by.update(ancestors.proofs(missing, fresh))
        for identifier in missing:
            if identifier not in by:
                by[identifier] = self.fresh(actor, identifier, service, now)
                fresh.append(by[identifier])
        used = {by[identifier].id: by[identifier] for identifier in admitted.identifiers}
        return Basis(tuple(used.values()), tuple(one for one in fresh if one.id in used))

    def fresh(
        self, actor: Actor, identifier: Identifier, service: Service, now: datetime, *, subdomains: bool = False
    ) -> Authorization:
        """A new authorization with the service's challenges; ``subdomains``: for all names below too."""
        base, wildcard = ancestors.proved_by(identifier)
        authorization_id = self._ids.object_id()
        offered = names.for_all_below(service) if subdomains else service
        return Authorization(
            id=authorization_id,
            account_id=actor.account.id,
            identifier=base,
            wildcard=wildcard,
            created_at=now,
            expires_at=now + timedelta(seconds=self._policy.pending_authorization_seconds),
            challenges=tuple(
                Challenge(
                    id=self._ids.object_id(),
                    authorization_id=authorization_id,
                    type=kind,
                    token="" if kind == DNS_PERSIST_01 else self._ids.token(),
                )
                for kind in names.challenge_types(offered, identifier)
            ),
            subdomains=subdomains,
        )

    def _above(
        self, actor: Actor, asked: Sequence[AskedIdentifier], service: Service, now: datetime
    ) -> dict[Identifier, Identifier]:
        """The domains above that are to be proved, by the identifiers that they are to count for.

        A domain must be such as a certificate may have, and the contract's and the EAB's own.
        """
        above = ancestors.asked(asked)
        try:
            domains = self._admission.named(actor.contract, service, tuple(dict.fromkeys(above.values())), now)
            names.check_limited(domains, actor.credential)
        except NamesRefused as refused:
            reasons = dict(refused.refusals)
            raise NamesRefused([(each, reasons[its]) for each, its in above.items() if its in reasons]) from None
        return above

    async def _reusable(
        self, actor: Actor, identifiers: tuple[Identifier, ...], service: Service, now: datetime
    ) -> dict[Identifier, Authorization]:
        """The account's valid authorizations that serve these identifiers, the longest-lived for each (A-58).

        One of an identifier's own goes before one of a domain above it.
        """
        proved = {ancestors.proved_by(identifier): identifier for identifier in identifiers}
        bases = ancestors.bases(identifiers) if service.subdomains else sorted({base for base, _ in proved})
        found = await self._store.authorizations.reusable(actor.account.id, bases, now)
        oldest = baseline.oldest_proof(self._policy, now + _REUSE_LEFT)
        good = [
            authorization
            for authorization in sorted(found, key=lambda one: one.expires_at)
            if authorization.expires_at >= now + _REUSE_LEFT
            and is_reusable(authorization, oldest, service.challenges)
            and view_authorization(authorization, now).status is AuthorizationStatus.VALID
        ]
        if service.subdomains:
            return ancestors.proofs(identifiers, good)
        own = ((proved.get((one.identifier, one.wildcard)), one) for one in good)
        return {identifier: one for identifier, one in own if identifier is not None}
