"""The help texts, made from the table of flags: what there is for everybody, and what for one command."""

from tegata.cli.flags import COMMANDS, FLAGS, Flag, Kind
from tegata.text.catalogue import Sentence
from tegata.text.language import Language

_WHAT = Sentence("ACME client with lego's command line", "lego と同じコマンドで使える ACME クライアント")
_ANYWHERE = Sentence(
    "Flags may stand before or after the command, with one dash or two. Each that has a variable can be set by it.",
    "フラグはコマンドの前後どちらにも、ダッシュ 1 つでも 2 つでも書けます。環境変数でも指定できます。",
)


def text(command: str | None, language: Language) -> str:
    """The help of a command, or with None of all."""
    name = f"tegata {command}" if command else "tegata"
    what = COMMANDS[command] if command else _WHAT
    sections = [
        ("NAME", f"   {name} - {what.fill(language, {})}"),
        ("USAGE", f"   tegata [flags] {command or 'command'} [flags]\n   {_ANYWHERE.fill(language, {})}"),
    ]
    if command is None:
        lines = [f"   {each:<8}{sentence.fill(language, {})}" for each, sentence in COMMANDS.items()]
        sections.append(("COMMANDS", "\n".join(lines)))
    own = [flag for flag in FLAGS if flag.commands and command in flag.commands]
    general = [flag for flag in FLAGS if not flag.commands]
    if own:
        sections.append(("FLAGS OF THIS COMMAND", _table(own, language)))
    sections.append(("FLAGS", _table(general, language)))
    return "\n\n".join(f"{title}:\n{body}" for title, body in sections)


def _table(flags: list[Flag], language: Language) -> str:
    return "\n".join(f"   {_spelled(flag)}\n        {_described(flag, language)}" for flag in flags)


def _spelled(flag: Flag) -> str:
    value = "" if flag.kind is Kind.SWITCH else " value"
    return ", ".join(f"{'-' if len(name) == 1 else '--'}{name}{value}" for name in flag.names)


def _described(flag: Flag, language: Language) -> str:
    notes = [f"(default: {flag.default})"] if flag.default else []
    if flag.variable:
        notes.append(f"[$TEGATA_{flag.variable}, $LEGO_{flag.variable}]")
    return " ".join([flag.help.fill(language, {}), *notes])
