"""What was seen before a certificate was made: its names, each with its proof and every place's sightings (B-23).

Reads and puts together; judges nothing.
"""

from typing import NamedTuple

from tegata.ca.errors import UnknownObject
from tegata.ca.model import Authorization, Challenge, Observation
from tegata.ca.policy import ancestors
from tegata.ca.ports import Store


class Proof(NamedTuple):
    """How names of a certificate were proved, with all that was seen on the way.

    One, or all that a proof of the domain above them counts for (RFC 9444): it is their Authorization Domain Name.
    """

    names: tuple[str, ...]
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
        authorizations = await self._store.authorizations.of_order(order.id)
        by = ancestors.proofs(order.identifiers, authorizations)
        return [
            Proof(
                tuple(each.value for each, proof in by.items() if proof is authorization),
                authorization,
                challenge,
                tuple(await self._store.observations.of_challenge(challenge.id)),
            )
            for authorization in authorizations
            for challenge in authorization.challenges
            if challenge.validated_at is not None
        ]
