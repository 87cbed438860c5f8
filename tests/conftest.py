"""What every test may use: the async backend."""

import pytest

pytest_plugins = ["tests.peers.plugin"]


@pytest.fixture
def anyio_backend() -> str:
    """The CA runs on asyncio; so do its tests."""
    return "asyncio"
