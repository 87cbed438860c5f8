"""What every test may use: the async backend; and the order of files, which is the slow ones first."""

from pathlib import Path

import pytest

pytest_plugins = ["tests.peers.plugin"]

# Files that wait for real programs. Side by side, whoever has them last works alone while the other has nothing left.
_SLOW = ("chaos", "e2e", "fuzz")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Slow files first; within a folder the order stays."""
    slow = [config.rootpath / "tests" / folder for folder in _SLOW]
    items.sort(key=lambda item: not any(Path(item.path).is_relative_to(folder) for folder in slow))


@pytest.fixture
def anyio_backend() -> str:
    """The CA runs on asyncio; so do its tests."""
    return "asyncio"
