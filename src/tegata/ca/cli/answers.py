"""What a command of ``tegata-ca`` answers, before anybody knows whether as JSON or for a person."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from tegata.ca.cli import tables
from tegata.text.catalogue import Sentence
from tegata.text.language import Language


class Answer(NamedTuple):
    """One shape, or a list of them with the columns a person is shown, or plain text.

    ``told`` is what a person is told in place of a shape's members; the member ``listed`` of it is a table after that.
    """

    data: Mapping[str, Any] | Sequence[Mapping[str, Any]] | str
    columns: Sequence[str] = ()
    told: Sentence | None = None
    failed: bool = False
    """Whether the command ends as one that failed, for all that it has an answer."""
    listed: str = ""

    def as_json(self) -> str:
        """The answer for a program; text stays as it is."""
        return self.data if isinstance(self.data, str) else json.dumps(self.data, ensure_ascii=False) + "\n"

    def as_text(self, language: Language) -> str:
        """The answer for a person."""
        if isinstance(self.data, str):
            return self.data
        if not isinstance(self.data, Mapping):
            return tables.table(self.data, self.columns, language) + "\n"
        if self.told is not None:
            rows = self.data.get(self.listed)
            listing = tables.table(rows, self.columns, language) + "\n" if rows else ""
            return self.told.fill(language, dict(self.data)) + "\n" + listing
        return tables.details(self.data, language) + "\n"
