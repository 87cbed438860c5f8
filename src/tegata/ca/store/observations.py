"""What was seen beside a challenge's own evidence, as rows that are only ever added."""

from tegata.ca.model import Look, Observation
from tegata.ca.ports import Work
from tegata.ca.store.columns import instant, micros
from tegata.ca.store.engine import Engine


class ObservationRows:
    """Observations of challenges (``ports.Observations``)."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    async def of_challenge(self, challenge_id: str) -> list[Observation]:
        """Those of a challenge, in the order in which they were seen."""
        return [
            Observation(
                challenge_id=id_,
                seen_at=instant(seen_at),
                look=Look(look),
                perspective=perspective,
                region=region,
                error=error,
                evidence=evidence,
            )
            for id_, seen_at, look, perspective, region, error, evidence in await self._database.fetch(
                "observations.of_challenge", challenge_id=challenge_id
            )
        ]

    def insert(self, work: Work, observation: Observation) -> None:
        """Add one; the same place's look of the same instant is there already."""
        work.add(
            "observations.insert",
            challenge_id=observation.challenge_id,
            seen_at=micros(observation.seen_at),
            look=observation.look,
            perspective=observation.perspective,
            region=observation.region,
            error=observation.error,
            evidence=observation.evidence,
        )
