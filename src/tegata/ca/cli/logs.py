"""The server's log: one JSON object a line on standard error, ours and the libraries' alike.

JSON in ASCII, so nothing a stranger sends reaches a terminal as it is (S-37).
"""

import logging
import sys

import structlog
from structlog.typing import Processor


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
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for library in ("uvicorn", "asyncio", "httptools"):
        logging.getLogger(library).setLevel(logging.WARNING)
