"""The root of every exception Tegata raises on purpose.

An exception carries a code and facts; it knows no language, no HTTP status and no exit code. The sentences belong to
``tegata.text``, the mapping to an answer belongs to each edge (ACME, portal, command line).
"""

from typing import ClassVar


class TegataError(Exception):
    """Something went wrong that a person can understand and act on.

    ``code`` names the entry in the catalogue of errors; ``facts`` fill that entry's sentences. Facts are printed to
    users and written to logs: never pass a secret.
    """

    code: ClassVar[str] = "internal"

    def __init__(self, /, **facts: object) -> None:
        super().__init__(self.code, facts)
        self.facts = facts

    def __str__(self) -> str:
        """The code and its facts, for logs and tracebacks; people are shown the catalogue's sentence instead."""
        return ", ".join([self.code, *(f"{name}={value!r}" for name, value in self.facts.items())])
