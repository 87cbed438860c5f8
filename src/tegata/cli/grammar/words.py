"""From words and environment to what was given: lego's grammar, with flags allowed on either side of the command.

Go's ``flag`` package is the model: ``-x`` is ``--x``, values by space or ``=``, switches take a value only by ``=``, a
bare ``--`` ends flags, the last value wins and lists grow. Both generations of lego's words are understood; where one
word means two things, ``generations`` says which is meant. Pure: what values mean and which are needed is not known.
"""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from tegata.cli.errors import (
    ConfigAlone,
    MisplacedFlag,
    MissingValue,
    MistypedFlag,
    NoCommand,
    PrintedDash,
    SwallowedCommand,
    UnknownCommand,
    UnknownFlag,
)
from tegata.cli.grammar import values
from tegata.cli.grammar.commands import COMMANDS, FIRST_WORDS, GROUPS, WITH_FILE, Command, Generation, known
from tegata.cli.grammar.flags import FLAGS, Flag, Kind
from tegata.cli.grammar.generations import V5_SPELLINGS, v5_variables
from tegata.cli.grammar.values import FALSE, TRUE, Value

# A value in the environment counts under the first of these prefixes that has one.
PREFIXES = ("TEGATA_", "LEGO_")

# What processing a configuration file is called in code; no word is typed for it.
PROCESS = "process"
# The flags that go with a configuration file: lego v5's root's, and what somebody wants now and not in every run.
_WITH_CONFIG = frozenset({"config", "log.level", "log.format", "no-back-off"})

_HELP_WORDS = ("help", "h")
# What documents and Japanese keyboards have in place of a hyphen. No word of ours begins with one, and left out with a
# warning it would change what the line does.
_PRINTED_DASHES = ("‐", "‑", "‒", "–", "—", "―", "−", "－", "﹣", "ー")

_BY_NAME: dict[str, list[Flag]] = {}
for _flag in FLAGS:
    for _name in _flag.spellings:
        _BY_NAME.setdefault(_name, []).append(_flag)


class Invocation(NamedTuple):
    """One command line, understood."""

    command: str | None
    """What the command is called in code, whatever was typed; None: nothing was asked, or help about everything."""
    given: Mapping[str, Value]
    """What flags and environment say, by the flags' names; a flag that nobody gave is not in it."""
    wants_help: bool = False
    wants_version: bool = False
    extra: tuple[str, ...] = ()
    """Words after the command that mean nothing; lego ignores them."""
    spoken: str | None = None
    """The command, or the first of its two words, as it was typed."""
    generation: Generation = Generation.V4
    """Which lego is spoken to, where that makes a difference."""

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

    def duration(self, name: str) -> timedelta | None:
        """The value of a flag for a span of time; None when nobody gave it."""
        value = self.given.get(name)
        return value if isinstance(value, timedelta) else None

    def time(self, name: str) -> datetime | None:
        """The value of a flag for an instant; None when nobody gave it."""
        value = self.given.get(name)
        return value if isinstance(value, datetime) else None

    def list(self, name: str) -> tuple[str, ...]:
        """The values of a list flag."""
        value = self.given.get(name)
        return value if isinstance(value, tuple) else ()


class Given(NamedTuple):
    """A flag on the command line, with its value as it was typed."""

    typed: str
    """The word itself, without a value behind an equals sign."""
    spelled: str
    text: str | None
    """None: a switch without a value."""
    command: Command | None
    """The command, if it stood in front of the flag."""
    flag: Flag
    """What it is at this place; for v4 while the words are read, for the generation spoken when all have been."""


def parse(words: Sequence[str], environ: Mapping[str, str]) -> Invocation:
    """Understand a command line; flags beat ``TEGATA_*``, which beat ``LEGO_*``.

    Raises the errors of ``tegata.cli.errors`` that concern words and spellings.
    """
    reading = Reading(environ)
    reading.take(words)
    return reading.understood(environ)


class Reading:
    """One walk over the words, from the left; what it has seen so far can be looked at after an error too."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._v5_variables: tuple[str, ...] = ()
        self.group: str | None = None
        """The first word of a command of two, while the second has not come."""
        self.command: Command | None = None
        self.seen: list[Given | str] = []
        """The flags, and the words that are none, in their order."""
        self.extra: list[str] = []
        self._asked_for_help = False
        self._swallowed: tuple[str, str] | None = None
        """A flag and the command word that it took for its value."""

    @property
    def flags(self) -> list[Given]:
        """The flags seen."""
        return [each for each in self.seen if isinstance(each, Given)]

    @property
    def generation(self) -> Generation:
        """v5 if a word was seen that only v5 has."""
        return Generation.V5 if any(self.v5_words()) else Generation.V4

    def v5_words(self) -> Iterable[str]:
        """The words seen that only v5 has; where they leave it open, the variables."""
        if self.command is not None and self.command.generation is Generation.V5:
            yield self.command.words
        yield from (dashed(given.spelled) for given in self.flags if given.spelled in V5_SPELLINGS)
        yield from self._v5_variables

    def take(self, words: Sequence[str]) -> None:
        """Read all words; raises what concerns one of them."""
        rest = deque(words)
        while rest:
            word = rest.popleft()
            if word == "--":
                while rest:
                    self._take_plain_word(rest.popleft())
            elif word.startswith("-") and word != "-":
                self._take_flag(word, rest)
            else:
                self._take_plain_word(word)
        if self.generation is Generation.V4:
            spelled = [given.spelled for given in self.flags]
            self._v5_variables = tuple(v5_variables(self.command, spelled, self._environ))
        self._settle(self.generation)

    def understood(self, environ: Mapping[str, str]) -> Invocation:
        """What all words together mean; raises what concerns the whole, or a value."""
        command = self.command
        does, spoken = (command.does, command.words) if command else (None, self.group)
        given = self.values()
        given.pop("explain", None)
        if given.pop("version", False):
            return Invocation(does, {}, wants_version=True, spoken=spoken)
        if given.pop("help", False) or self._asked_for_help:
            return Invocation(does, {}, wants_help=True, spoken=spoken)
        if command is None:
            if self._swallowed is not None:
                raise SwallowedCommand(flag=self._swallowed[0], word=self._swallowed[1])
            if given.keys() <= _WITH_CONFIG and not self.group:
                found = {**self._given_in(environ), **given}
                if found.get("config"):
                    told = {name: value for name, value in found.items() if name in _WITH_CONFIG}
                    return Invocation(PROCESS, told, generation=Generation.V5)
            self._check_config_alone()
            if given:
                raise NoCommand(known=known(self.group))
            return Invocation(None, {}, wants_help=True, spoken=spoken)
        self._check_config_alone()
        for each in self.flags:
            _check_belongs(each, command, self.generation)
        return Invocation(
            does,
            {**self._given_in(environ), **given},
            extra=tuple(self.extra),
            spoken=spoken,
            generation=self.generation,
        )

    def _given_in(self, environ: Mapping[str, str]) -> dict[str, Value]:
        """What the environment says, by the flags' names."""
        return {name: value for name, (_, value) in self.in_environment(environ).items()}

    def _check_config_alone(self) -> None:
        """A configuration file says everything: no other flag goes with it, and few commands do."""
        if self.command is not None and self.command.does in WITH_FILE:
            return
        if any(each.flag.name == "config" for each in self.flags):
            others = [each.typed for each in self.flags if each.flag.name not in (*_WITH_CONFIG, "explain")]
            words = [self.command.words] if self.command else [self.group] if self.group else others
            if words:
                raise ConfigAlone(word=words[0])

    def takes(self, flag: Flag) -> bool:
        """Whether the command takes the flag; without a command, whether one with a configuration file does."""
        if self.command is None:
            return not flag.commands or (flag.name in _WITH_CONFIG and self.group is None)
        return not flag.commands or flag.belongs(self.command.does, self.generation)

    def in_environment(self, environ: Mapping[str, str]) -> dict[str, tuple[str, Value]]:
        """What the environment says for the command: variable and value, by the flags' names."""
        found: dict[str, tuple[str, Value]] = {}
        for flag in filter(self.takes, FLAGS):
            names = (prefix + each for prefix in PREFIXES for each in flag.variables)
            variable = next((name for name in names if environ.get(name)), None)
            if variable is not None:
                found[flag.name] = variable, values.read(flag, variable, environ[variable])
        return found

    def values(self) -> dict[str, Value]:
        """What the flags say, by their names; raises what is wrong with a value."""
        found: dict[str, Value] = {}
        for given in self.flags:
            value = True if given.text is None else values.read(given.flag, f"-{given.spelled}", given.text)
            before = found.get(given.flag.name)
            if isinstance(value, tuple) and isinstance(before, tuple):
                value = before + value
            found[given.flag.name] = value
        return found

    def _settle(self, generation: Generation) -> None:
        """Say of every flag what it is for the generation that turned out to be spoken."""
        self.seen = [
            each._replace(flag=_flag_of(each.spelled, each.command, generation)) if isinstance(each, Given) else each
            for each in self.seen
        ]

    def _take_plain_word(self, word: str) -> None:
        if word.startswith(_PRINTED_DASHES) and len(word) > 1:
            raise PrintedDash(word=_without_value(word))
        self.seen.append(word)
        if self.command is not None:
            self.extra.append(word)
        elif self.group is not None:
            self._take_command(f"{self.group} {word}")
        elif word in GROUPS:
            self.group = word
        elif word in _HELP_WORDS:
            self._asked_for_help = True
        else:
            self._take_command(word)

    def _take_command(self, words: str) -> None:
        if words not in COMMANDS:
            raise UnknownCommand(word=words, known=known(self.group))
        self.command = COMMANDS[words]

    def _take_flag(self, word: str, rest: deque[str]) -> None:
        spelled, equals, text = _without_dashes(word).partition("=")
        flag = _flag_of(spelled, self.command, Generation.V4)
        value: str | None = text
        if not equals:
            if flag.kind.takes_value:
                value = self._next_word(spelled, rest)
            else:
                # A switch that lego v4 reads as text has its value behind it; anywhere else it would be a command.
                spoken = flag.kind is Kind.SPOKEN and rest and rest[0] in TRUE + FALSE
                value = rest.popleft() if spoken else None
        self.seen.append(Given(word.partition("=")[0], spelled, value, self.command, flag))

    def _next_word(self, spelled: str, rest: deque[str]) -> str:
        """The value of a flag: the next word, unless that is a flag itself (no value of ours looks like one)."""
        if not rest or _is_flag(rest[0]):
            raise MissingValue(flag=spelled)
        word = rest.popleft()
        if word in FIRST_WORDS and self._swallowed is None:
            self._swallowed = (spelled, word)
        return word


def dashed(name: str) -> str:
    """A spelling as it is typed."""
    return f"-{name}" if len(name) == 1 else f"--{name}"


def _without_dashes(word: str) -> str:
    return word[2:] if word.startswith("--") else word[1:]


def _without_value(word: str) -> str:
    """Of a word that begins with dashes of print these and a flag's name; what else is in it may be a secret."""
    rest = word.lstrip("".join((*_PRINTED_DASHES, "-")))
    name, equals, _ = rest.partition("=")
    shown = name + ("=…" if equals else "") if name in _BY_NAME else "…"
    return word.removesuffix(rest) + shown


def _is_flag(word: str) -> bool:
    return word.startswith("-") and _without_dashes(word).partition("=")[0] in _BY_NAME


def _flag_of(spelled: str, command: Command | None, generation: Generation) -> Flag:
    """The flag of a spelling: after a command its own one, otherwise the one that every command takes.

    Of those the generation's; a soundness test says that both take a value or neither does.
    """
    flags = _BY_NAME.get(spelled)
    if flags is None:
        from difflib import get_close_matches  # for errors only

        near = get_close_matches(spelled, _BY_NAME, n=3)
        if near:
            raise MistypedFlag(flag=spelled, near=", ".join(dashed(name) for name in near))
        raise UnknownFlag(flag=spelled)
    own = [flag for flag in flags if command and command.does in flag.commands]
    general = [flag for flag in flags if not flag.commands]
    candidates = own or general or flags
    spoken = [flag for flag in candidates if spelled in (flag.v5 if generation is Generation.V5 else flag.names)]
    return (spoken or candidates)[0]


def _check_belongs(given: Given, command: Command, generation: Generation) -> None:
    flag = given.flag
    if not flag.belongs(command.does, generation):
        owners = [words for words, each in COMMANDS.items() if each.does in flag.commands]
        raise MisplacedFlag(flag=given.spelled, command=command.words, owners=", ".join(owners))
