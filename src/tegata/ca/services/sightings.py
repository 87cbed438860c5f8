"""What other places saw, put on record with the challenge that it was about."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

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


def together(verdicts: Mapping[str, Verdict]) -> Verdict:
    """What was seen of several names that one challenge proves, as one verdict: the evidence of every place by name.

    Its error is the first name's that has one, and so is each place's.
    """
    places: dict[str, dict[str, Sighting]] = {}
    for name, verdict in verdicts.items():
        for sighting in verdict.sightings:
            places.setdefault(sighting.perspective, {})[name] = sighting
    return Verdict(
        next((verdict.error for verdict in verdicts.values() if verdict.error is not None), None),
        _by_name({name: verdict.evidence for name, verdict in verdicts.items()}),
        tuple(
            Sighting(
                place,
                next(iter(seen.values())).region,
                next((one.error for one in seen.values() if one.error is not None), None),
                _by_name({name: one.evidence for name, one in seen.items()}),
            )
            for place, seen in places.items()
        ),
    )


def _by_name(evidence: Mapping[str, bytes]) -> bytes:
    return msgspec.json.encode({name: msgspec.Raw(seen) for name, seen in evidence.items()})
