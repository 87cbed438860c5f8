"""Debian's Chromium, driven by Playwright: what a customer sees of the portal; knows none of its pages.

Playwright's synchronous face keeps an event loop running in the test's thread until the browser is closed: keep async
tests out of modules that use it.
"""

from pathlib import Path
from typing import Self

import playwright.sync_api

from tests.peers.command import environment, require

_CHROMIUM = "/usr/bin/chromium"
_ARGUMENTS = [
    "--no-sandbox",  # the tests may run as root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class Browser:
    """One browser with a profile of its own, thrown away at the end; ``directory`` is its home and keeps downloads."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def new_page(self, language: str = "ja-JP") -> playwright.sync_api.Page:
        """An empty page that shares nothing with other pages, and takes any TLS certificate."""
        context = self._browser.new_context(ignore_https_errors=True, locale=language, timezone_id="Asia/Tokyo")
        return context.new_page()

    def __enter__(self) -> Self:
        require(_CHROMIUM)
        self._playwright = playwright.sync_api.sync_playwright().start()
        try:
            self._browser = self._playwright.chromium.launch(
                executable_path=_CHROMIUM,
                args=_ARGUMENTS,
                env={**environment(self._directory)},
                downloads_path=self._directory,
            )
        except BaseException:
            self._playwright.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._browser.close()
        self._playwright.stop()
