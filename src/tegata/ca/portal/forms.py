"""What a form's fields hold, read as what they stand for: numbers, days, times, one of a few.

Knows no page; a value that the page's field could not have is refused.
"""

from datetime import UTC, datetime, time
from datetime import date as day_of
from enum import StrEnum
from typing import TypeVar
from unicodedata import normalize

from starlette.datastructures import FormData
from starlette.requests import Request

from tegata.ca.errors import CaError
from tegata.ca.portal.pages import language_of
from tegata.text import dates
from tegata.text.catalogue import is_text

Choice = TypeVar("Choice", bound=StrEnum)


class BadForm(CaError):
    """A value of a form is none that the page's fields have."""

    code = "portal.form"


def text(form: FormData, name: str) -> str:
    """What stands in a field, without spaces around it; empty where there is none.

    A line's end is one character, as browsers count them in the field, though they send two. A file is no text.
    Raises BadForm for what nobody can type: a NUL, say, which no database keeps.
    """
    said = pasted(form, name)
    if not is_text(said):
        raise BadForm
    return said


def pasted(form: FormData, name: str) -> str:
    """The same of a field that takes the content of a file, whatever is in it."""
    said = next((value for value in form.getlist(name) if isinstance(value, str)), "")
    return said.replace("\r\n", "\n").strip()


def narrow(said: str) -> str:
    """Letters, digits and signs as ASCII has them, where a Japanese keyboard gave full-width ones."""
    return normalize("NFKC", said)


def texts(form: FormData, name: str) -> list[str]:
    """What stands in all fields of this name; raises BadForm as ``text``."""
    said = [value.replace("\r\n", "\n") for value in form.getlist(name) if isinstance(value, str)]
    if not all(map(is_text, said)):
        raise BadForm
    return said


def number(form: FormData, name: str, most: int) -> int | None:
    """A number, if it was filled in; raises BadForm."""
    said = narrow(text(form, name))
    if not said:
        return None
    if not (said.isascii() and said.isdigit() and len(said) < 10 and int(said) <= most):
        raise BadForm
    return int(said)


def choice(form: FormData, name: str, among: type[Choice]) -> Choice:
    """One of these; raises BadForm."""
    try:
        return among(text(form, name))
    except ValueError:
        raise BadForm from None


def end_of_day(form: FormData, name: str, request: Request) -> datetime | None:
    """The last second of a day (``2026-01-30``, as a date field has it) where its reader is, if one was filled in.

    Raises BadForm.
    """
    said = text(form, name)
    if not said:
        return None
    try:
        return _there(datetime.combine(day_of.fromisoformat(said), time(23, 59, 59)), request)
    except (ValueError, OverflowError):
        raise BadForm from None


def moment(form: FormData, name: str, request: Request) -> datetime | None:
    """A time where its reader is (``2026-01-30T09:15``), or the beginning of a day, if one was filled in.

    Raises BadForm.
    """
    said = text(form, name)
    if not said:
        return None
    try:
        found = datetime.fromisoformat(said)
        if found.tzinfo is not None:
            raise BadForm
        return _there(found, request)
    except (ValueError, OverflowError):
        raise BadForm from None


def _there(instant: datetime, request: Request) -> datetime:
    return instant.replace(tzinfo=dates.zone(language_of(request))).astimezone(UTC)
