"""The CA that the services' tests work with."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from tegata.ca.issuing.authority import SoftwareAuthority
from tests.ca.services.house import NOW, House, made_at


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> SoftwareAuthority:
    """One issuing CA for all tests: making its keys takes time."""
    return made_at(NOW - timedelta(days=400), tmp_path_factory.mktemp("authority"))


@pytest.fixture
async def house(tmp_path: Path, authority: SoftwareAuthority, anyio_backend: str) -> AsyncIterator[House]:
    """A CA with an empty store."""
    house = House(tmp_path / "tegata-ca.db", authority)
    yield house
    await house.store.close()
