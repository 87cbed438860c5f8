"""What the client's tests share: an HTTPS server, a clock, and no proxy."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.client.clock import SteppingClock
from tests.client.https_peer import Peer, https_peer


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The peers are on this machine, whatever the developer's way to the internet is."""
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def peer(tmp_path: Path) -> Iterator[Peer]:
    with https_peer(tmp_path) as running:
        yield running


@pytest.fixture
def clock() -> SteppingClock:
    return SteppingClock()
