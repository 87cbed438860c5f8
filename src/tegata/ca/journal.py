"""Loggers by name: structlog's, which is loaded with the first entry, for a command of a moment writes none.

What an entry of a server looks like and where it goes is ``cli.logs``'s. A command's goes to standard error too, for
its answer is on standard output; structlog by itself writes there, with a traceback's local variables, secrets and all.
"""

import sys
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

        if not structlog.is_configured():
            structlog.configure(
                processors=[
                    structlog.processors.add_log_level,
                    structlog.processors.TimeStamper(fmt="iso", utc=True),
                    structlog.processors.format_exc_info,
                    structlog.processors.JSONRenderer(),
                ],
                logger_factory=lambda *_: structlog.PrintLogger(sys.stderr) if sys.stderr else structlog.ReturnLogger(),
            )
        return structlog.get_logger(self._name)
