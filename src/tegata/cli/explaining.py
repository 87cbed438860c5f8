"""``--explain``: how a command line is understood, word by word, and where each value comes from.

Nothing is done and no CA is asked. What is said of the generations is the rule itself, as ``grammar`` follows it;
values of secret flags are not shown.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import takewhile
from pathlib import Path

from tegata.cli.config import envfile
from tegata.cli.config import file as configfile
from tegata.cli.config.reading import text_of
from tegata.cli.config.wanted import wanted
from tegata.cli.console import Console, shown
from tegata.cli.grammar.flags import FLAGS, Flag
from tegata.cli.grammar.values import Value
from tegata.cli.grammar.words import PROCESS, Given, Reading, dashed
from tegata.cli.plans.eabfile import EabFile
from tegata.clock import rfc3339
from tegata.text.catalogue import Sentence
from tegata.text.language import Language

_MASK = "********"

_RULE = Sentence(
    "Where lego v4 and lego v5 mean different things by the same words, v4's meaning counts, unless the line has a "
    "word that only v5 has: a command of two words, or a flag that v4 does not know or calls otherwise. Where the line "
    "has no word that only v4 has either, a variable LEGO_… that only v5 reads counts as such a word.",
    "lego の v4 と v5 で意味が異なる語は v4 の意味に解釈します。ただし、v5 だけにある語"
    "（2 語のコマンド、または v4 にないか別名のオプション）が 1 つでもあれば、v5 の意味に解釈します。"
    "v4 だけにある語もなければ、v5 だけが読む環境変数 LEGO_… も v5 の語として扱います。",
)
_RUN = Sentence(
    "run obtains a certificate in v4; in v5 it obtains one where there is none, and otherwise renews when it is time.",
    "run は v4 では証明書を発行します。v5 では証明書がなければ発行し、あれば更新時期に更新します。",
)
_COMMON_NAME = Sentence(
    "Without --disable-cn and --enable-cn, v4 asks for a common name and v5 does not.",
    "--disable-cn も --enable-cn もない場合、v4 はコモンネームを要求し、v5 は要求しません。",
)
_PFX = Sentence(
    "Without --pfx.format lego writes RC2; here it is DES (3DES), which OpenSSL 3 and Windows read.",
    "--pfx.format がない場合、lego は RC2 で書き出しますが、ここでは OpenSSL 3 と Windows で読める DES（3DES）です。",
)
_LAYOUT = Sentence(
    "Accounts and certificates keep the layout they are found in; a new directory has v4's, whichever lego is spoken.",
    "アカウントと証明書は既存のレイアウトのまま読み書きします。新しいディレクトリは、どちらの語でも v4 の形式です。",
)
_SPOKEN = Sentence("Spoken here: {generation}.", "このコマンドライン: {generation}")
_BECAUSE = Sentence(
    "Spoken here: {generation}, because of {words}.", "このコマンドライン: {generation}（{words} による）"
)
_LETTER = Sentence("{letter} is {v4} in v4 and {v5} in v5.", "{letter} は v4 では {v4}、v5 では {v5} です。")
_WORDS = Sentence("Words", "各語の解釈")
_VALUES = Sentence("Values", "値と指定元")
_COMMAND = Sentence("the command {command}", "コマンド {command}")
_IS = Sentence("is {flag}", "{flag} と同じ")
_NOTHING = Sentence("means nothing here", "無視されます")
_FLAG = Sentence("flag {name}", "オプション {name}")
_VARIABLE = Sentence("variable {name}", "環境変数 {name}")
_FILE = Sentence("file {name}", "ファイル {name}")
_LINE = Sentence("{file}, line {line}", "{file} の {line} 行目")
_DEFAULT = Sentence("default", "既定値")


def is_asked(words: Sequence[str]) -> bool:
    """Whether the words are to be explained, whatever is wrong with them."""
    return any(word in ("--explain", "-explain") for word in takewhile(lambda word: word != "--", words))


def explain(
    console: Console,
    language: Language,
    words: Sequence[str],
    environ: Mapping[str, str],
    read_eab_file: Callable[[str], EabFile],
) -> None:
    """Say it, as far as the words can be understood; then raises what is wrong with them."""
    reading = Reading(environ)
    try:
        reading.take(words)
    finally:
        for line in (*_about_generation(language, reading), *_about_words(language, reading)):
            console.say(line)
    invocation = reading.understood(environ)
    variables = invocation.text("env-file")
    if variables:
        environ = {**envfile.load(Path(variables)), **environ}
        invocation = reading.understood(environ)
    if invocation.command == PROCESS:
        for line in _about_file(language, Path(invocation.text("config") or "")):
            console.say(line)
    if reading.command is None:
        return
    file = invocation.text("eab-file")
    from_file = _of_eab_file(read_eab_file(file)) if file else {}
    console.say(f"{_VALUES.fill(language, {})}:")
    for name, value, origin in _values(language, reading, environ, file or "", from_file):
        console.say(f"   {name} = {value}   ({origin})")


def letters_of_two_meanings() -> dict[str, tuple[str, str]]:
    """The spellings that v4 and v5 use for different flags, with what each means."""
    found = {}
    for flag in FLAGS:
        for name in flag.v5:
            others = [each for each in FLAGS if name in each.names and each.commands <= flag.commands]
            if others:
                found[dashed(name)] = (dashed(_longest(others[0].names)), dashed(_longest(flag.v5)))
    return found


def _longest(names: tuple[str, ...]) -> str:
    return max(names, key=len)


def _about_generation(language: Language, reading: Reading) -> Iterator[str]:
    yield _RULE.fill(language, {})
    for letter, (v4, v5) in letters_of_two_meanings().items():
        yield _LETTER.fill(language, {"letter": letter, "v4": v4, "v5": v5})
    yield _RUN.fill(language, {})
    for sentence in (_COMMON_NAME, _PFX, _LAYOUT):
        yield sentence.fill(language, {})
    words = ", ".join(dict.fromkeys(reading.v5_words()))
    sentence = _BECAUSE if words else _SPOKEN
    yield sentence.fill(language, {"generation": f"lego {reading.generation}", "words": words})
    yield ""


def _about_words(language: Language, reading: Reading) -> Iterator[str]:
    yield f"{_WORDS.fill(language, {})}:"
    rows = [_about_word(language, reading, each) for each in reading.seen]
    width = max((len(word) for word, _ in rows), default=0)
    for word, meaning in rows:
        yield f"   {word:<{width}}   {meaning}".rstrip()
    yield ""


def _about_word(language: Language, reading: Reading, word: Given | str) -> tuple[str, str]:
    if isinstance(word, Given):
        value = "" if word.text is None else f" {_told(word.flag, word.text)}"
        name = dashed(word.flag.name)
        meaning = "" if word.typed == name else _IS.fill(language, {"flag": name})
        return f"{shown(word.typed)}{value}", meaning
    if word in reading.extra:
        return shown(word), _NOTHING.fill(language, {})
    spoken = reading.command.words if reading.command else reading.group or word
    return shown(word), _COMMAND.fill(language, {"command": spoken})


def _values(
    language: Language,
    reading: Reading,
    environ: Mapping[str, str],
    file: str,
    from_file: Mapping[str, Value],
) -> Iterator[tuple[str, str, str]]:
    """Name, value and origin of every flag of the command that has one."""
    given = reading.values()
    spelled = {each.flag.name: each.typed for each in reading.flags}
    from_environment = reading.in_environment(environ)
    for flag in FLAGS:
        if not reading.takes(flag) or flag.name == "explain":
            continue
        value: Value
        if flag.name in given:
            value, origin = given[flag.name], _FLAG.fill(language, {"name": spelled[flag.name]})
        elif flag.name in from_environment:
            variable, value = from_environment[flag.name]
            origin = _VARIABLE.fill(language, {"name": variable})
        elif from_file.get(flag.name):
            value, origin = from_file[flag.name], _FILE.fill(language, {"name": file})
        elif flag.default:
            value, origin = flag.default, _DEFAULT.fill(language, {})
        else:
            continue
        yield dashed(flag.name), _told(flag, value), origin


def _about_file(language: Language, file: Path) -> Iterator[str]:
    """Every certificate of a configuration file with its values; raises BadConfig."""
    for each in wanted(configfile.read(text_of(file), str(file)), str(file)):
        yield f"{shown(each.name)}:"
        for flag in FLAGS:
            value = each.invocation.given.get(flag.name)
            if value is not None:
                place = each.places.get(flag.name)
                origin = _LINE.fill(language, {"file": shown(file), "line": place.line if place else each.line})
                yield f"   {dashed(flag.name)} = {_told(flag, value)}   ({origin})"
        yield ""


def _told(flag: Flag, value: Value) -> str:
    match value:
        case _ if flag.secret:
            return _MASK
        case str() if flag.name.endswith("-hook"):  # its arguments may hold passwords
            program, _, arguments = value.partition(" ")
            return f"{shown(program)} {_MASK}" if arguments else shown(program)
        case bool():
            return "true" if value else "false"
        case tuple():
            return shown(", ".join(value))
        case datetime():
            return rfc3339(value)
        case _:
            return shown(value)


def _of_eab_file(file: EabFile) -> dict[str, Value]:
    """What an EAB file says, by flags."""
    values = {"server": file.server, "kid": file.kid, "hmac": file.hmac, "key-type": file.key_type or ""}
    return {**values, "domains": file.names}
