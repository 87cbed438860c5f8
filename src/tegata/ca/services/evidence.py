"""What was seen before a certificate was made: its names, each with its proof and every place's sightings (B-23).

Reads and puts together; judges nothing.
"""

from typing import NamedTuple

from tegata.ca.errors import UnknownObject
from tegata.ca.model import Authorization, Challenge, Observation
from tegata.ca.ports import Store


class Proof(NamedTuple):
    """How a name of a certificate was proved, with all that was seen on the way."""

    authorization: Authorization
    challenge: Challenge
    observations: tuple[Observation, ...]


class EvidenceService:
    """The records of validations, for whoever has to account for a certificate."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def of_certificate(self, serial: str) -> list[Proof]:
        """The proofs that a certificate's order stands on, in its order; raises UnknownObject."""
        certificate = await self._store.certificates.get(serial)
        if certificate is None or certificate.issued_at is None:
            raise UnknownObject(kind="certificate", name=serial)
        order = await self._store.orders.get(certificate.order_id)
        assert order is not None, "the store keeps the order of every certificate"
        return [
            Proof(authorization, challenge, tuple(await self._store.observations.of_challenge(challenge.id)))
            for authorization in await self._store.authorizations.of_order(order.id)
            for challenge in authorization.challenges
            if challenge.validated_at is not None
        ]
