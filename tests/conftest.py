"""What every test may use: the async backend; and the order of files, which is the slow ones first."""

import pytest

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
