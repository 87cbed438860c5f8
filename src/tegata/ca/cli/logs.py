"""The server's log: one JSON object a line on standard error, ours and the libraries' alike.

JSON in ASCII, so nothing a stranger sends reaches a terminal as it is, and none of it fills the disk (S-37).
"""

import logging
import sys

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

MOST_CHARACTERS = 2000
"""Of a fact; a traceback is ours, and is kept whole."""


def configure() -> None:
    """Send every log entry from INFO up (libraries: WARNING) to standard error."""
    entry: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *entry, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=entry,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _shortened,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for library in ("uvicorn", "asyncio", "httptools"):
        logging.getLogger(library).setLevel(logging.WARNING)


def _shortened(_logger: WrappedLogger, _word: str, entry: EventDict) -> EventDict:
    """An entry whose texts are no longer than that: a refused request may have a path of thirty times as much."""
    for name, value in entry.items():
        if isinstance(value, str) and len(value) > MOST_CHARACTERS and name != "exception":
            entry[name] = value[:MOST_CHARACTERS] + "…"
    return entry
