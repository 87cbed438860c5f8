"""How argparse writes the help of ``tegata-ca``, in both languages: its own few words, and lines of wide characters.

Knows no command.
"""

import argparse
from collections.abc import Iterable
from typing import Any

from tegata.ca.cli import tables
from tegata.text.catalogue import Sentence
from tegata.text.language import Language

_ARGUMENTS = Sentence("positional arguments", "引数")
_OPTIONS = Sentence("options", "オプション")
# Not wider than argparse, which counts characters, leaves room for.
USAGE = Sentence("usage: ", "書式: ")
_HELP = Sentence("show this help message and exit", "このヘルプを表示して終了")
_VERSION = Sentence("show program's version number and exit", "バージョンを表示して終了")
EACH = Sentence("usage of each:", "それぞれの書式:")
WHAT = Sentence(
    "A certification authority with contracts, EAB and a portal (ACME).",
    "契約、EAB、お客様専用ページを備えた認証局（ACME）。",
)


def formatter(language: Language, *, keeps_lines: bool = False) -> type[argparse.HelpFormatter]:
    """The formatter of a language; ``keeps_lines`` leaves what stands after the table as it is."""
    if language is Language.EN:
        return argparse.RawDescriptionHelpFormatter if keeps_lines else argparse.HelpFormatter
    return _JapaneseLines if keeps_lines else _Japanese


class _JapaneseLines(argparse.RawDescriptionHelpFormatter):
    """Japanese, where a text's own lines are kept."""

    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[Any],
        prefix: str | None = None,
    ) -> None:
        super().add_usage(usage, actions, groups, USAGE.ja if prefix is None else prefix)

    def _split_lines(self, text: str, width: int) -> list[str]:
        return tables.lines(text, width)


class _Japanese(_JapaneseLines):
    """Japanese, broken by the width of its letters."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return "\n".join(indent + line for line in tables.lines(text, width - len(indent)))


def usage_of(parser: argparse.ArgumentParser) -> str:
    """How a command is written, on one line."""
    text = parser.format_usage()
    for prefix in USAGE:
        text = text.removeprefix(prefix)
    return " ".join(text.split())


def translate(parser: argparse.ArgumentParser, language: Language) -> None:
    """Have argparse's own words in a language."""
    parser._positionals.title = _ARGUMENTS.fill(language, {})  # noqa: SLF001 - there is no public name
    parser._optionals.title = _OPTIONS.fill(language, {})  # noqa: SLF001 - as above
    for action in parser._actions:  # noqa: SLF001 - as above
        if action.dest == "help":
            action.help = _HELP.fill(language, {})
        elif action.dest == "version":
            action.help = _VERSION.fill(language, {})
