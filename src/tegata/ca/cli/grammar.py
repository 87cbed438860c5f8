"""The grammar of ``tegata-ca``: the reading of a command line by the table of ``commands``.

Options may stand anywhere, before the command too, so the line is put in order first: command words and arguments,
then options; ``argparse`` reads what comes out. Runs nothing.
"""

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from tegata import __version__
from tegata.ca.cli import formatting
from tegata.ca.cli.commands import COMMANDS, DEFAULT_HOME, EVERYWHERE, HOME_VARIABLE
from tegata.ca.cli.options import Command
from tegata.ca.errors import CaError
from tegata.text.language import Language, from_environment


class BadUsage(CaError):
    """The command line cannot be understood: ``reason``; ``usage`` shows how it is written."""

    code = "operator.usage"


_NOUNS = {command.words[0] for command in COMMANDS}
_OPTIONS = {f"--{option.name}": option for command in COMMANDS for option in (*EVERYWHERE, *command.options)}
_FILES = {option.name for option in _OPTIONS.values() if option.metavar == "FILE"} | {"file"}
_ALWAYS = {"-h", "--help", "--version"}


@dataclass(frozen=True)
class Asked:
    """What was asked: the command's words, the CA's directory, and the values by option or argument name."""

    words: tuple[str, ...]
    home: Path
    json: bool
    values: Mapping[str, Any]

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401 - each option has its own type
        return self.values[name]


def parse(argv: Sequence[str], environ: Mapping[str, str]) -> Asked:
    """Read a command line; raises BadUsage, or SystemExit(0) after printing the help that was asked for."""
    line = in_order(argv)
    # The whole table takes longer to build than any of its lines to read; who wants help, or errs, gets it whole.
    meant = [one for one in COMMANDS if one.words == tuple(line[: len(one.words)])]
    parser = _parser(meant or COMMANDS, from_environment(environ))
    if not meant and (unknown := _unknown(line)):  # argparse would blame the word that follows
        parser.error(f"unrecognized arguments: {unknown}")
    values = vars(parser.parse_args(line))
    _require_text(parser, values)
    words = tuple(values.pop(key) for key in ("noun", "verb") if values.get(key))
    home = values.pop("dir") or Path(environ.get(HOME_VARIABLE) or DEFAULT_HOME)
    return Asked(words, home, values.pop("json"), values)


def _require_text(parser: "_Parser", values: Mapping[str, Any]) -> None:
    """Pass if what is no file's name is text: a terminal or script of another encoding gives octets that are none."""
    for name, value in values.items():
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, str) and name not in _FILES and any("\ud800" <= c <= "\udfff" for c in one):
                parser.error(f"argument {name}: not text in UTF-8")


def in_order(argv: Sequence[str]) -> list[str]:
    """The same line with command words and arguments first and the options after them."""
    words: list[str] = []
    options: list[str] = []
    rest = list(argv)
    while rest:
        token = rest.pop(0)
        if not token.startswith("-"):
            words.append(token)
            continue
        options.append(token)
        option = _OPTIONS.get(token)
        while option and option.metavar and rest and not rest[0].startswith("-"):
            # Several values may follow one option; a command word ends them while the command is still to come.
            if option.many and not words and rest[0] in _NOUNS:
                break
            options.append(rest.pop(0))
            if not option.many:
                break
    return [*words, *options]


def _unknown(line: Sequence[str]) -> str:
    """The options of a line that no command has; none where help or the version is asked for."""
    options = [token.partition("=")[0] for token in line if token.startswith("-")]
    return "" if _ALWAYS & {*options} else " ".join(one for one in options if one not in _OPTIONS)


class _Parser(argparse.ArgumentParser):
    """argparse, with errors as exceptions and without abbreviations."""

    def __init__(self, **more: Any) -> None:  # noqa: ANN401 - argparse's own arguments
        super().__init__(allow_abbrev=False, **more)

    def error(self, message: str) -> NoReturn:
        raise BadUsage(reason=message, usage=formatting.usage_of(self))


def _parser(meant: Sequence[Command], language: Language) -> _Parser:
    def made(how: Callable[..., _Parser], *names: str, keeps_lines: bool = False, **more: Any) -> _Parser:  # noqa: ANN401 - argparse's
        return how(*names, formatter_class=formatting.formatter(language, keeps_lines=keeps_lines), **more)

    top = made(_Parser, prog="tegata-ca", description=formatting.WHAT.fill(language, {}))
    top.add_argument("--version", action="version", version=f"tegata-ca {__version__}")
    # With a command these are the command's, wherever they stand; here they only must not be taken for one.
    for option in EVERYWHERE:
        top.add_argument(f"--{option.name}", help=argparse.SUPPRESS, action="store" if option.metavar else "store_true")
    nouns = top.add_subparsers(dest="noun", required=True, metavar="COMMAND")
    formatting.translate(top, language)
    groups: dict[str, Any] = {}
    for command in meant:
        noun, *verb = command.words
        about = command.about.fill(language, {})
        if not verb:
            _fill(made(nouns.add_parser, noun, help=about, description=about), command, language)
            continue
        if noun not in groups:
            those = ", ".join(one.words[1] for one in COMMANDS if one.words[0] == noun)
            group = made(nouns.add_parser, noun, help=those, keeps_lines=True)
            groups[noun] = (group, group.add_subparsers(dest="verb", required=True, metavar="COMMAND"))
            formatting.translate(group, language)
        group, verbs = groups[noun]
        parser = made(verbs.add_parser, verb[0], help=about, description=about)
        _fill(parser, command, language)
        usage = parser.format_usage().removeprefix(formatting.USAGE.fill(language, {})).rstrip()
        group.epilog = f"{group.epilog or formatting.EACH.fill(language, {})}\n\n{usage}"
    return top


def _fill(parser: _Parser, command: Command, language: Language) -> None:
    if command.argument:
        parser.add_argument(command.argument.lower(), metavar=command.argument)
    for option in (*EVERYWHERE, *command.options):
        flags: dict[str, Any] = {"help": option.about.fill(language, {}), "dest": option.name.replace("-", "_")}
        if not option.metavar:
            flags |= {"action": "store_true"}
        else:
            flags |= {"metavar": option.metavar, "required": option.required, "type": option.type}
            if option.many:
                flags |= {"action": "extend", "nargs": "+", "default": []}
        parser.add_argument(f"--{option.name}", **flags)
    formatting.translate(parser, language)
