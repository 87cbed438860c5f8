"""The help texts, made from the tables: what there is for everybody, and what for one command."""

from tegata.cli.grammar.commands import COMMANDS, GROUPS, Generation
from tegata.cli.grammar.flags import FLAGS, Flag
from tegata.cli.grammar.words import PREFIXES, dashed
from tegata.text.catalogue import Sentence
from tegata.text.language import Language

_WHAT = Sentence("ACME client with lego's command line", "lego と同じコマンドで使える ACME クライアント")
_ANYWHERE = Sentence(
    "Flags may stand before or after the command, with one dash or two. Each that has a variable can be set by it.",
    "オプションはコマンドの前後どちらにも、ダッシュ 1 つでも 2 つでも書けます。環境変数でも指定できます。",
)


def text(command: str | None, language: Language, called: str) -> str:
    """The help of a command or of a group of them, by the words that are typed, or with None of all.

    ``called`` is the program's name.
    """
    name = f"{called} {command}" if command else called
    found = COMMANDS.get(command or "")
    what = found.help if found else _WHAT
    usage = command if found else f"{command} command" if command else "command"
    sections = [
        ("NAME", f"   {name} - {what.fill(language, {})}"),
        ("USAGE", f"   {called} [flags] {usage} [flags]\n   {_ANYWHERE.fill(language, {})}"),
    ]
    if found is None:
        group = command if command in GROUPS else None
        chosen = [each for each in COMMANDS.values() if group in (None, each.group)]
        width = max(len(each.words) for each in chosen) + 2
        lines = [f"   {each.words:<{width}}{each.help.fill(language, {})}" for each in chosen]
        sections.append(("COMMANDS", "\n".join(lines)))
    own = [flag for flag in FLAGS if found and flag.commands and flag.belongs(found.does, Generation.V5)]
    if own:
        sections.append(("FLAGS OF THIS COMMAND", _table(own, language)))
    sections.append(("FLAGS", _table([flag for flag in FLAGS if not flag.commands], language)))
    return "\n\n".join(f"{title}:\n{body}" for title, body in sections)


def _table(flags: list[Flag], language: Language) -> str:
    return "\n".join(f"   {_spelled(flag)}\n        {_described(flag, language)}" for flag in flags)


def _spelled(flag: Flag) -> str:
    value = " value" if flag.kind.takes_value else ""
    return ", ".join(f"{dashed(name)}{value}" for name in flag.spellings)


def _described(flag: Flag, language: Language) -> str:
    notes = [f"(default: {flag.default})"] if flag.default else []
    if flag.variable:
        variables = ", ".join(f"${prefix}{each}" for each in flag.variables for prefix in PREFIXES)
        notes.append(f"[{variables}]")
    return " ".join([flag.help.fill(language, {}), *notes])
