"""What other places saw, put on record with the challenge that it was about."""

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256

import msgspec

from tegata.ca.model import Challenge, Look, Observation
from tegata.ca.ports import Sighting, Store, Verdict, Work

EVENTS = {Look.VALIDATION: "challenge.tried", Look.CAA: "caa.looked"}
"""What the audit log calls a look that decides nothing, and one at CAA before a signature."""
AGREED = "agreed"


def record(
    store: Store,
    work: Work,
    *,
    name: str,
    challenge: Challenge,
    look: Look,
    verdict: Verdict,
    at: datetime,
    with_own: bool,
) -> None:
    """Add every sighting of a verdict to a unit of work; what the CA itself saw too where nothing else keeps it.

    Then the audit log tells of it too (B-93); else of what ``told`` gives, by whatever else does.
    """
    seen = list(verdict.sightings)
    if with_own:
        seen.append(Sighting("", "", verdict.error.code if verdict.error else None, verdict.evidence))
        own = {"evidence": sha256(verdict.evidence).hexdigest()} | (
            {"code": verdict.error.code} if verdict.error else {}
        )
        store.audit.note(work, EVENTS[look], challenge.id, own | told(verdict, name, challenge))
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
        store.observations.insert(work, observation)


def told(verdict: Verdict, name: str, challenge: Challenge) -> dict[str, str]:
    """What the audit log says of a look beside what the CA itself saw: of which name, by which method, and elsewhere.

    That is how many other places agree, what came of each, and the digest of what it saw: none of it could be changed
    in the records later and not be found out (B-93, BR 5.4.1).
    """
    about, seen = {"name": name, "method": challenge.type}, verdict.sightings
    if not seen:
        return about
    places = {f"at {one.perspective}": f"{one.error or AGREED} {sha256(one.evidence).hexdigest()}" for one in seen}
    return {**about, "agree": f"{sum(one.error is None for one in seen)}/{len(seen)}", **places}


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
