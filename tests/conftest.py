"""What every test may use: the async backend, Hypothesis without a clock; and the order of files, slow ones first."""

import pytest
from hypothesis import HealthCheck, settings

# An example for which a loaded machine takes longer is no fault.
settings.register_profile("loaded", settings(deadline=None, suppress_health_check=[HealthCheck.too_slow]))
settings.load_profile("loaded")

pytest_plugins = ["tests.peers.plugin", "tests.stalls"]

# Files that wait for real programs. Side by side, whoever has them last works alone while the other has nothing left.
_SLOW = ("tests/chaos/", "tests/e2e/", "tests/fuzz/")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Slow files first; within a folder the order stays."""
    items.sort(key=lambda item: not item.nodeid.startswith(_SLOW))


@pytest.fixture
def anyio_backend() -> str:
    """The CA runs on asyncio; so do its tests."""
    return "asyncio"
