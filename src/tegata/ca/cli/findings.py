"""What ``tegata-ca check`` finds of one matter."""

from typing import NamedTuple

OK, WARNING, ERROR = "ok", "warning", "error"


class Finding(NamedTuple):
    """What was found of one matter."""

    check: str
    status: str = OK
    detail: str = ""
