"""Shell completion: a script for bash, zsh, fish or PowerShell, made from the tables of commands and flags.

The script is static: no key that is pressed starts Python. Flags are offered by both generations' names; behind a
command those that it takes, before one all of them.
"""

from collections.abc import Callable, Iterator

from tegata.cli.grammar.commands import COMMANDS, FIRST_WORDS, GROUPS, Generation
from tegata.cli.grammar.flags import FLAGS, Flag
from tegata.cli.grammar.words import dashed
from tegata.cli.plans.servers import DIRECTORIES
from tegata.plugins.dns import CODES, RENAMED
from tegata.text.language import Language

# What may stand behind a flag, by the flag's name.
_CHOICES = {
    "key-type": "rsa2048 rsa3072 rsa4096 rsa8192 ec256 ec384 ec521 ed25519",
    "dns": " ".join(sorted({*CODES, *RENAMED})),
    "code": " ".join(sorted(CODES)),
    "server": " ".join(sorted(DIRECTORIES)),
    "pfx.format": "DES SHA256",
    "log.level": "debug info warn error",
    "log.format": "text json colored",
}
_BASH_CHOICE = """        {0}) COMPREPLY=($(compgen -W '{1}' -- "$current")); return ;;"""


def script(shell: str, name: str, language: Language) -> str:
    """The script for a shell, for the program as it is called."""
    return _SHELLS[shell](name, language)


def _bash(name: str, _: Language) -> str:
    flags = "\n".join(
        f"        {_pattern(words)}) flags='{' '.join(_spellings(_taken_by(words)))}' ;;" for words in COMMANDS
    )
    return f"""\
# Completion of {name} for bash:  source <({name} completion bash)
_{name}() {{
    local current="${{COMP_WORDS[COMP_CWORD]}}" previous="${{COMP_WORDS[COMP_CWORD-1]}}" command='' flags word
    for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
        case "$command $word" in
{_walk("command")}
        esac
    done
    case "$previous" in
{_choices(_BASH_CHOICE)}
        {_alternatives(_with_values())}) COMPREPLY=(); return ;;
    esac
    if [[ $current == -* ]]; then
        case "$command" in
{flags}
        *) flags='{" ".join(_spellings(FLAGS))}' ;;
        esac
        COMPREPLY=($(compgen -W "$flags" -- "$current"))
        return
    fi
    case "$command" in
{_next_words(_compgen)}
    esac
}}
complete -o default -F _{name} {name}
"""


def _compgen(words: list[str]) -> str:
    last = " ".join(each.split()[-1] for each in words)
    return f"""COMPREPLY=($(compgen -W '{last}' -- "$current"))"""


def _zsh(name: str, language: Language) -> str:
    flags = "\n".join(
        f"            ({_pattern(words)}) candidates=({_described(_taken_by(words), language)}) ;;"
        for words in COMMANDS
    )
    return f"""\
#compdef {name}
# Completion of {name} for zsh:  source <({name} completion zsh)
_{name}() {{
    local command='' word
    local -a candidates
    for word in "${{(@)words[2,CURRENT-1]}}"; do
        case "$command $word" in
{_walk("command")}
        esac
    done
    case "${{words[CURRENT-1]}}" in
{_choices("        ({0}) compadd {1}; return ;;")}
        ({_alternatives(_with_values())}) _files; return ;;
    esac
    if [[ $PREFIX == -* ]]; then
        case "$command" in
{flags}
            (*) candidates=({_described(FLAGS, language)}) ;;
        esac
        _describe -o flag candidates
        return
    fi
    case "$command" in
{_next_words(lambda words: f"candidates=({_described_words(words, language)}); _describe command candidates")}
        *) _files ;;
    esac
}}
if [[ $funcstack[1] == _{name} ]]; then
    _{name} "$@"
else
    compdef _{name} {name}
fi
"""


def _fish(name: str, language: Language) -> str:
    lines = [f"# Completion of {name} for fish:  {name} completion fish | source", f"complete -c {name} -f"]
    unseen = f"not __fish_seen_subcommand_from {' '.join(sorted(FIRST_WORDS))}"
    lines += [
        f"complete -c {name} -n {_quoted(unseen)} -a {word} -d {_quoted(_help_of(word, language))}"
        for word in sorted(FIRST_WORDS)
    ]
    for group in sorted(GROUPS):
        seconds = [words.split()[1] for words, command in COMMANDS.items() if command.group == group]
        seen = f"__fish_seen_subcommand_from {group}; and not __fish_seen_subcommand_from {' '.join(seconds)}"
        for second in seconds:
            described = _quoted(_help_of(f"{group} {second}", language))
            lines.append(f"complete -c {name} -n {_quoted(seen)} -a {second} -d {described}")
    for flag in FLAGS:
        owners = [words.split()[-1] for words, command in COMMANDS.items() if flag.belongs(command.does, Generation.V5)]
        # Before any command all are offered: flags may stand on either side of it.
        seen = f"{unseen}; or __fish_seen_subcommand_from {' '.join(dict.fromkeys(owners))}"
        when = f" -n {_quoted(seen)}" if flag.commands else ""
        value = " -r -F" if flag.kind.takes_value else ""
        value = f" -x -a {_quoted(_CHOICES[flag.name])}" if flag.name in _CHOICES else value
        for spelled in flag.spellings:
            option = f"-{'s' if len(spelled) == 1 else 'l'} {spelled}"
            lines.append(f"complete -c {name}{when} {option}{value} -d {_quoted(flag.help.fill(language, {}))}")
    return "\n".join(lines) + "\n"


def _powershell(name: str, _: Language) -> str:
    flags = "\n".join(f"        '{words}' = '{' '.join(_spellings(_taken_by(words)))}'" for words in COMMANDS)
    groups = "\n".join(
        f"        '{group}' = '{' '.join(words.split()[1] for words, c in COMMANDS.items() if c.group == group)}'"
        for group in sorted(GROUPS)
    )
    return f"""\
# Completion of {name} for PowerShell:  {name} completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName {name} -ScriptBlock {{
    param($wordToComplete, $commandAst, $cursorPosition)
    $flags = @{{
{flags}
    }}
    $groups = @{{
{groups}
    }}
    $first = '{" ".join(sorted(FIRST_WORDS))}'
    $command = ''
    foreach ($element in $commandAst.CommandElements | Select-Object -Skip 1) {{
        if ($element.Extent.EndOffset -ge $cursorPosition) {{ break }}
        $word = $element.ToString()
        $known = $flags.ContainsKey("$command $word".Trim()) -or ($command -eq '' -and $groups.ContainsKey($word))
        if ($known -and -not $flags.ContainsKey($command)) {{ $command = "$command $word".Trim() }}
    }}
    if ($wordToComplete -like '-*') {{
        $words = if ($flags.ContainsKey($command)) {{ $flags[$command] }} else {{ '{" ".join(_spellings(FLAGS))}' }}
    }} elseif ($command -eq '') {{
        $words = $first
    }} elseif ($groups.ContainsKey($command) -and -not $flags.ContainsKey($command)) {{
        $words = $groups[$command]
    }} else {{
        return
    }}
    $words -split ' ' | Where-Object {{ $_.StartsWith($wordToComplete) }} | ForEach-Object {{
        [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
    }}
}}
"""


_SHELLS: dict[str, Callable[[str, Language], str]] = {
    "bash": _bash,
    "zsh": _zsh,
    "fish": _fish,
    "powershell": _powershell,
}


def _walk(variable: str) -> str:
    """Cases that go from what was seen of the command and a word to what is seen then."""
    lines = [f"            ' {word}') {variable}='{word}' ;;" for word in sorted(FIRST_WORDS)]
    lines += [f"            '{words}') {variable}='{words}' ;;" for words in COMMANDS if " " in words]
    return "\n".join(lines)


def _next_words(offer: Callable[[list[str]], str]) -> str:
    """Cases that offer what may follow what was seen of the command."""
    lines = [f"        '') {offer(sorted(FIRST_WORDS))} ;;"]
    for group in sorted(GROUPS):
        seconds = [f"{group} {words.split()[1]}" for words, each in COMMANDS.items() if each.group == group]
        lines.append(f"        {group}) {offer(seconds)} ;;")
    return "\n".join(lines)


def _taken_by(words: str) -> list[Flag]:
    """The flags that a command takes; v5's are its own too, as either lego's command line may be meant."""
    return [flag for flag in FLAGS if flag.belongs(COMMANDS[words].does, Generation.V5)]


def _spellings(flags: Iterator[Flag] | list[Flag] | tuple[Flag, ...]) -> list[str]:
    return list(dict.fromkeys(dashed(name) for flag in flags for name in flag.spellings))


def _choices(line: str) -> str:
    """A case for each flag whose values are known; a letter that stands for several values says nothing."""
    letters = [name for flag in FLAGS if flag.kind.takes_value for name in flag.spellings if len(name) == 1]
    clear = {
        flag.name: [dashed(name) for name in flag.spellings if letters.count(name) < 2]
        for flag in FLAGS
        if flag.name in _CHOICES
    }
    return "\n".join(line.format(_alternatives(words), _CHOICES[name]) for name, words in clear.items())


def _with_values() -> list[str]:
    """The spellings that have a value behind them at every command; letters may mean two things."""
    switches = {name for flag in FLAGS if not flag.kind.takes_value for name in flag.spellings}
    return [
        each
        for each in _spellings([flag for flag in FLAGS if flag.kind.takes_value])
        if each.lstrip("-") not in switches
    ]


def _alternatives(words: list[str]) -> str:
    return "|".join(words)


def _pattern(words: str) -> str:
    return words.replace(" ", r"\ ")


def _help_of(words: str, language: Language) -> str:
    """A command's help, or for the first of two words what may follow it."""
    if words in COMMANDS:
        return COMMANDS[words].help.fill(language, {})
    return ", ".join(each.split()[1] for each, command in COMMANDS.items() if command.group == words)


def _described(flags: list[Flag] | tuple[Flag, ...], language: Language) -> str:
    """Flags with their help, for zsh."""
    pairs = {dashed(name): flag.help.fill(language, {}) for flag in flags for name in flag.spellings}
    return " ".join(_quoted(f"{name}:{help_text}") for name, help_text in pairs.items())


def _described_words(words: list[str], language: Language) -> str:
    return " ".join(_quoted(f"{each.split()[-1]}:{_help_of(each, language)}") for each in words)


def _quoted(text: str) -> str:
    """Text for a POSIX shell or fish, as one word; ours has no backslashes."""
    return "'" + text.replace("'", "’") + "'"
