"""What other places saw, put on record with the challenge that it was about."""

from datetime import datetime

from tegata.ca.model import Challenge, Look, Observation
from tegata.ca.ports import Observations, Sighting, Verdict, Work


def record(
    observations: Observations,
    work: Work,
    *,
    challenge: Challenge,
    look: Look,
    verdict: Verdict,
    at: datetime,
    with_own: bool,
) -> None:
    """Add every sighting of a verdict to a unit of work; what the CA itself saw too where nothing else keeps it."""
    seen = list(verdict.sightings)
    if with_own:
        seen.append(Sighting("", "", verdict.error.code if verdict.error else None, verdict.evidence))
    for sighting in seen:
        observation = Observation(
            challenge_id=challenge.id,
            seen_at=at,
            look=look,
            perspective=sighting.perspective,
            region=sighting.region,
            error=sighting.error,
            evidence=sighting.evidence,
        )
        observations.insert(work, observation)
