"""From words and environment to what was given: lego's grammar, with flags allowed on either side of the command.

Go's ``flag`` package is the model: ``-x`` is ``--x``, values by space or ``=``, switches take a value only by ``=``, a
bare ``--`` ends flags, the last value wins and lists grow. Pure: what values mean and which are needed is not known.
"""

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import NamedTuple, TypeAlias

from tegata.cli.errors import (
    BadNumber,
    BadSwitch,
    MisplacedFlag,
    MissingValue,
    MistypedFlag,
    NoCommand,
    SwallowedCommand,
    UnknownCommand,
    UnknownFlag,
)
from tegata.cli.flags import COMMANDS, FLAGS, Flag, Kind

Value: TypeAlias = bool | int | str | tuple[str, ...]

# A value in the environment counts under the first of these prefixes that has one.
PREFIXES = ("TEGATA_", "LEGO_")

# What Go's strconv.ParseBool takes.
TRUE = ("1", "t", "T", "TRUE", "true", "True")
FALSE = ("0", "f", "F", "FALSE", "false", "False")
_HELP_WORDS = ("help", "h")

_BY_NAME: dict[str, list[Flag]] = {}
for _flag in FLAGS:
    for _name in _flag.names:
        _BY_NAME.setdefault(_name, []).append(_flag)


class Invocation(NamedTuple):
    """One command line, understood."""

    command: str | None
    """None: nothing was asked, or help about everything."""
    given: Mapping[str, Value]
    """What flags and environment say, by the flags' names; a flag that nobody gave is not in it."""
    wants_help: bool = False
    wants_version: bool = False
    extra: tuple[str, ...] = ()
    """Words after the command that mean nothing; lego ignores them."""

    def text(self, name: str) -> str | None:
        """The value of a text flag; None when nobody gave it."""
        value = self.given.get(name)
        return value if isinstance(value, str) else None

    def switch(self, name: str) -> bool:
        """Whether a switch is on."""
        return self.given.get(name) is True

    def number(self, name: str) -> int | None:
        """The value of a number flag; None when nobody gave it."""
        value = self.given.get(name)
        return value if isinstance(value, int) else None

    def list(self, name: str) -> tuple[str, ...]:
        """The values of a list flag."""
        value = self.given.get(name)
        return value if isinstance(value, tuple) else ()


def parse(words: Sequence[str], environ: Mapping[str, str]) -> Invocation:
    """Understand a command line; flags beat ``TEGATA_*``, which beat ``LEGO_*``.

    Raises the errors of ``tegata.cli.errors`` that concern words and spellings.
    """
    reading = _Reading(words)
    command = reading.command
    if reading.given.pop("version", False):
        return Invocation(command, {}, wants_version=True)
    if reading.given.pop("help", False) or reading.asked_for_help:
        return Invocation(command, {}, wants_help=True)
    if command is None:
        if reading.swallowed is not None:
            raise SwallowedCommand(flag=reading.swallowed[0], word=reading.swallowed[1])
        if reading.given:
            raise NoCommand(known=", ".join(COMMANDS))
        return Invocation(None, {}, wants_help=True)
    for name in reading.given:
        _check_belongs(_flag_of(name, command), name, command)
    return Invocation(command, {**_from_environment(environ, command), **reading.given}, extra=tuple(reading.extra))


class _Reading:
    """One walk over the words, from the left."""

    def __init__(self, words: Sequence[str]) -> None:
        self.command: str | None = None
        self.given: dict[str, Value] = {}
        self.extra: list[str] = []
        self.asked_for_help = False
        self.swallowed: tuple[str, str] | None = None
        """A flag and the command word that it took for its value."""
        rest = iter(words)
        for word in rest:
            if word == "--":
                self._take_plain_words(rest)
            elif word.startswith("-") and word != "-":
                self._take_flag(word, rest)
            else:
                self._take_plain_words([word])

    def _take_plain_words(self, words: Iterator[str] | list[str]) -> None:
        for word in words:
            if self.command is not None:
                self.extra.append(word)
            elif word in COMMANDS:
                self.command = word
            elif word in _HELP_WORDS:
                self.asked_for_help = True
            else:
                raise UnknownCommand(word=word, known=", ".join(COMMANDS))

    def _take_flag(self, word: str, rest: Iterator[str]) -> None:
        spelled, equals, value = _without_dashes(word).partition("=")
        flag = _flag_of(spelled, self.command)
        if flag.kind is Kind.SWITCH:
            self.given[flag.name] = _switch(f"-{spelled}", value) if equals else True
            return
        if not equals:
            value = self._next_word(spelled, rest)
        read = _read(flag, f"-{spelled}", value)
        before = self.given.get(flag.name)
        if isinstance(read, tuple) and isinstance(before, tuple):
            read = before + read
        self.given[flag.name] = read

    def _next_word(self, spelled: str, rest: Iterator[str]) -> str:
        """The value of a flag: the next word, unless that is a flag itself (no value of ours looks like one)."""
        word = next(rest, None)
        if word is None or _is_flag(word):
            raise MissingValue(flag=spelled)
        if word in COMMANDS and self.swallowed is None:
            self.swallowed = (spelled, word)
        return word


def _without_dashes(word: str) -> str:
    return word[2:] if word.startswith("--") else word[1:]


def _is_flag(word: str) -> bool:
    return word.startswith("-") and _without_dashes(word).partition("=")[0] in _BY_NAME


def _flag_of(spelled: str, command: str | None) -> Flag:
    """The flag of a spelling: after a command its own one, otherwise the one that every command takes."""
    flags = _BY_NAME.get(spelled)
    if flags is None:
        near = get_close_matches(spelled, _BY_NAME, n=3)
        if near:
            raise MistypedFlag(flag=spelled, near=", ".join(_dashed(name) for name in near))
        raise UnknownFlag(flag=spelled)
    own = [flag for flag in flags if command in flag.commands]
    general = [flag for flag in flags if not flag.commands]
    return (own or general or flags)[0]


def _check_belongs(flag: Flag, spelled: str, command: str) -> None:
    if flag.commands and command not in flag.commands:
        raise MisplacedFlag(flag=spelled, command=command, owners=", ".join(sorted(flag.commands)))


def _from_environment(environ: Mapping[str, str], command: str) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for flag in FLAGS:
        if not flag.variable or (flag.commands and command not in flag.commands):
            continue
        variable = next((p + flag.variable for p in PREFIXES if environ.get(p + flag.variable)), None)
        if variable is not None:
            found[flag.name] = _read(flag, variable, environ[variable])
    return found


def _read(flag: Flag, source: str, value: str) -> Value:
    """A value by its flag's kind; raises BadSwitch, BadNumber."""
    match flag.kind:
        case Kind.SWITCH:
            return _switch(source, value)
        case Kind.LIST:
            return tuple(part.strip() for part in value.split(",") if part.strip())
        case Kind.INTEGER:
            return _number(source, value)
        case Kind.NATURAL:
            return _number(source, value, least=0)
        case Kind.TEXT:
            return value


def _switch(source: str, value: str) -> bool:
    if value not in TRUE and value not in FALSE:
        raise BadSwitch(source=source, value=value)
    return value in TRUE


def _number(source: str, value: str, least: int | None = None) -> int:
    try:
        number = int(value, 0)
    except ValueError:
        raise BadNumber(source=source, value=value) from None
    if least is not None and number < least:
        raise BadNumber(source=source, value=value)
    return number


def _dashed(name: str) -> str:
    return f"-{name}" if len(name) == 1 else f"--{name}"
