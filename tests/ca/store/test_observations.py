"""Observations come back as they were written, in the order in which they were seen."""

import pytest

from tegata.ca.model import Look, Observation
from tegata.ca.ports import Work
from tests.ca.store.records import NOW, SECOND, authorization, populate

pytestmark = pytest.mark.anyio


async def test_what_was_seen_is_kept(store):
    """Whole, and once for each place, look and instant."""
    work = Work()
    await populate(store)
    store.authorizations.insert(work, authorization())
    seen = [
        Observation(
            challenge_id="authorization-http",
            seen_at=NOW + number * SECOND,
            look=look,
            perspective=place,
            region="RIPE",
            error=error,
            evidence=b'{"\x00":1}',
        )
        for number, look, place, error in [
            (0, Look.VALIDATION, "frankfurt", None),
            (0, Look.VALIDATION, "tokyo", "validation.dns"),
            (1, Look.CAA, "", None),
        ]
    ]
    for observation in [*reversed(seen), *seen]:
        store.observations.insert(work, observation)
    await store.commit(work)
    assert await store.observations.of_challenge("authorization-http") == seen
    assert await store.observations.of_challenge("authorization-dns") == []
