"""The CA whose public listener is looked at."""

from tests.ca.api.world import anyio_backend, home, site_port, world

__all__ = ["anyio_backend", "home", "site_port", "world"]
