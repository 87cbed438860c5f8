"""Loggers by name: structlog's, which is loaded with the first entry, for a command of a moment writes none.

What an entry looks like and where it goes is ``cli.logs``'s.
"""

from functools import cached_property
from typing import Any


class Journal:
    """The logger of this name: ``info``, ``warning``, ``error``, ``exception`` and whatever else structlog's have."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, word: str) -> Any:  # noqa: ANN401 - structlog's loggers have no other type
        return getattr(self._logger, word)

    @cached_property
    def _logger(self) -> Any:  # noqa: ANN401 - as above
        import structlog  # noqa: PLC0415 - see above

        return structlog.get_logger(self._name)
