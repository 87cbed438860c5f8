"""What a command of ``tegata-ca`` answers, before anybody knows whether as JSON or for a person."""

import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TextIO

from tegata.ca.cli import tables
from tegata.ca.errors import CaError, Refused
from tegata.text.catalogue import Sentence
from tegata.text.language import Language


class AnswerLost(CaError):
    """Standard output does not take the answer: ``reason``. What was asked for is done."""

    code = "operator.answer-lost"


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
            facts = {key: ", ".join(fact) if _are_words(fact) else fact for key, fact in self.data.items()}
            return self.told.fill(language, facts) + "\n" + listing
        return tables.details(self.data, language) + "\n"


def _are_words(fact: object) -> bool:
    return isinstance(fact, list) and all(isinstance(one, str) for one in fact)


def refused_by_disk(error: OSError, directory: Path) -> Refused:
    """What the disk refuses, with the file where it says which; of one that is full it is the directory."""
    return Refused(reason=f"{error.filename or directory}: {error.strerror or error}")


def show(text: str) -> None:
    """Write an answer to standard output; raises AnswerLost."""
    try:
        write(sys.stdout, text)
    except OSError as error:
        raise AnswerLost(reason=error.strerror or str(error)) from error


def write(stream: TextIO | None, text: str) -> None:
    """Write to a stream, if this process has it (cron may give none); raises OSError."""
    if stream is None:
        return
    try:
        stream.write(text)
        stream.flush()
    except OSError:
        # What is left in the stream is given up: Python would end with a code of its own for it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        raise
