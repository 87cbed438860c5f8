"""One run of the command line: words in, exit code out.

The one place where environment, streams, files named by flags and signals are touched, and where errors become exit
codes. The commands themselves are loaded when they are asked for.
"""

import os
import random
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType

import msgspec

from tegata.cli.console import WARN, Console, shown
from tegata.cli.context import Context
from tegata.cli.errors import BadEabFile, NotShown, UnknownCommand
from tegata.cli.grammar.commands import WITH_FILE, Generation
from tegata.cli.grammar.words import PREFIXES, PROCESS, Invocation, parse
from tegata.cli.main import version
from tegata.cli.plans.eabfile import SIZE_LIMIT, EabFile
from tegata.cli.plans.eabfile import read as read_eab
from tegata.cli.plans.making import make
from tegata.cli.plans.material import NOTHING
from tegata.cli.plans.material import read as read_material
from tegata.cli.plans.plan import (
    OFFLINE,
    Conformance,
    DnsHelp,
    DnsPersist,
    Doctor,
    Ensure,
    KeyRollover,
    List,
    Plan,
    Recover,
    Register,
    Renew,
    Revoke,
    Run,
)
from tegata.cli.plans.upkeep import ArchivesList, ArchivesRestore, Migrate, Upkeep
from tegata.cli.streams import showable, standard
from tegata.clock import SystemClock
from tegata.errors import TegataError
from tegata.host.errors import HookFailed
from tegata.text.language import from_environment

DONE = 0
FAILED = 1
UNKNOWN_COMMAND = 3
# What is processed where nothing is asked, as lego v5 does.
CONFIG_FILES = (".lego.yml", ".lego.yaml")
# What libraries ask this process's own environment for: the ways into the network, in small letters.
_OF_THE_PROCESS = frozenset({"http_proxy", "https_proxy", "all_proxy", "no_proxy", "ssl_cert_file", "ssl_cert_dir"})
# A shell's way of telling which signal ended a program.
SIGNALLED = 128
# That of SIGPIPE, of which lego ends.
READER_GONE = SIGNALLED + 13
# The last comes when a terminal is closed; Windows has no such signal.
_ENDING = (signal.SIGINT, signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else []))


class Signalled(BaseException):
    """A signal asked for the end. No ``except Exception`` may swallow it; every ``finally`` sees it pass."""

    def __init__(self, number: int) -> None:
        self.number = number


def program(words: Sequence[str], name: str = "tegata") -> int:
    """Do what the words say; 0, lego's code for what went wrong, a hook's own code, or 130 and 143 for signals.

    ``name`` is what the program was called by.
    """
    clock = SystemClock()
    keyboard, output, log = standard()
    console = Console(keyboard, output, log, clock.now)
    environ = dict(os.environ)
    language = showable(from_environment(environ), output, log)
    context = Context(console, clock, environ, language, chance=random.SystemRandom().random, name=name)
    for number in _ENDING:
        if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup has it
            signal.signal(number, _interrupt)
    try:
        return _perform(context, words)
    except NotShown as error:
        if isinstance(error.__cause__, BrokenPipeError):  # whoever read had enough, as head has
            return READER_GONE
        return _told(context, error)
    except TegataError as error:
        return _told(context, error)
    except Signalled as signalled:
        console.log(f"Ended by {signal.Signals(signalled.number).name}")
        return SIGNALLED + signalled.number
    finally:
        console.close()


def _told(context: Context, error: TegataError) -> int:
    from tegata.cli.telling import tell

    tell(context, error)
    return exit_code(error)


def exit_code(error: TegataError) -> int:
    """The exit code of an error, by lego's rules."""
    match error:
        case HookFailed(status=status):
            return status
        case UnknownCommand():
            return UNKNOWN_COMMAND
        case _:
            return FAILED


def _interrupt(number: int, _frame: FrameType | None) -> None:
    """Turn the first signal into an exception, so that all is cleaned up on its way; a second one ends at once."""
    for each in _ENDING:
        signal.signal(each, signal.SIG_DFL)
    raise Signalled(number)


def _perform(context: Context, words: Sequence[str]) -> int:
    if "--explain" in words or "-explain" in words:
        from tegata.cli import explaining

        if explaining.is_asked(words):
            explaining.explain(context.console, context.language, words, context.environ, _read_eab_file)
            return DONE
    invocation = parse(words or _default_words(), context.environ)
    env_file = invocation.text("env-file")
    if env_file:
        context = msgspec.structs.replace(context, environ=_with_file(context.environ, Path(env_file)))
        invocation = parse(words, context.environ)
    if invocation.command == "completion" and not invocation.wants_help:
        from tegata.cli.completion import script

        shell = (invocation.spoken or "").split()[-1]
        context.console.say(script(shell, context.name, context.language))
        return DONE
    context.console.configure(level=invocation.text("log.level"), form=invocation.text("log.format"))
    if invocation.command == PROCESS:
        from tegata.cli.verbs.processing import process

        return process(context, invocation, _here() / (invocation.text("config") or ""))
    if invocation.wants_version:
        context.console.say(version(context.name))
        return DONE
    if invocation.wants_help:
        from tegata.cli.help import text

        context.console.say(text(invocation.spoken, context.language, context.name))
        return DONE
    ignored = invocation.extra[1:] if invocation.command == "conformance" else invocation.extra
    if ignored:
        context.console.log(f"Words that mean nothing here were ignored: {shown(' '.join(ignored))}", WARN)
    asked = _by_file(context, invocation)
    return DONE if asked is None else _carry_out(context, _planned(context, asked))


def _with_file(environ: Mapping[str, str], file: Path) -> Mapping[str, str]:
    """The environment with the file's variables beside it, for the whole run."""
    from tegata.cli.config.envfile import load

    found = load(file)
    known = {name.lower() for name in environ}
    for name, value in found.items():
        if name.lower() in _OF_THE_PROCESS - known:
            os.environ[name] = value
    return {**found, **environ}


def _planned(context: Context, invocation: Invocation) -> Plan:
    material = NOTHING if invocation.command in OFFLINE else read_material(invocation)
    return make(invocation, context.environ, _eab_file(context, invocation), _here(), material)


def _by_file(context: Context, invocation: Invocation) -> Invocation | None:
    """The command with what a configuration file says, if it is asked; None: it has been carried out for each of it."""
    config = invocation.text("config")
    if not config or invocation.command not in WITH_FILE or invocation.generation is not Generation.V5:
        return invocation
    file = _here() / config
    if invocation.command == "revoke":
        from tegata.cli.verbs.revokefiled import revoke_filed

        revoke_filed(context, invocation, file)
        return None
    from tegata.cli.config import filed, reading

    return filed.placed(invocation, reading.load(context, file), file)


def _here() -> Path:
    """The current directory; where it has been deleted, what is named by a whole path is found all the same."""
    try:
        return Path.cwd()
    except OSError:
        return Path()


def _default_words() -> list[str]:
    """What no word at all means: to process the configuration file that is there, unless a variable names another."""
    named = any(os.environ.get(f"{prefix}CONFIG") for prefix in PREFIXES)
    file = next((name for name in CONFIG_FILES if os.path.isfile(name)), None)  # noqa: PTH113 - a Path would raise where nobody may look
    return ["--config", file] if file and not named else []


def _carry_out(context: Context, plan: Plan) -> int:
    match plan:
        case Run():
            from tegata.cli.verbs.run import run

            run(context, plan)
        case Renew():
            from tegata.cli.verbs.renew import renew

            return renew(context, plan)
        case Ensure():
            from tegata.cli.verbs.ensure import ensure

            return ensure(context, plan)
        case Revoke():
            from tegata.cli.verbs.revoke import revoke

            revoke(context, plan)
        case Register():
            from tegata.cli.verbs.register import register

            register(context, plan)
        case KeyRollover():
            from tegata.cli.verbs.accountkeys import keyrollover

            keyrollover(context, plan)
        case Recover():
            from tegata.cli.verbs.accountkeys import recover

            recover(context, plan)
        case List() | DnsHelp() | DnsPersist() | Doctor() | Conformance():
            return _look(context, plan)
        case _:
            _look_after(context, plan)
    return DONE


def _look(context: Context, plan: List | DnsHelp | DnsPersist | Doctor | Conformance) -> int:
    match plan:
        case List():
            from tegata.cli.verbs.listing import show

            show(context, plan)
        case DnsHelp():
            from tegata.cli.verbs.dnshelp import show as show_providers

            show_providers(context, plan)
        case DnsPersist():
            from tegata.cli.verbs.dnspersist import show as show_records

            return show_records(context, plan)
        case Doctor():
            from tegata.cli.verbs.doctor import doctor

            return doctor(context, plan)
        case Conformance():
            from tegata.cli.verbs.conformance import conformance

            return conformance(context, plan)
    return DONE


def _look_after(context: Context, plan: Upkeep) -> None:
    match plan:
        case ArchivesList():
            from tegata.cli.verbs.archiving import show

            show(context, plan)
        case ArchivesRestore():
            from tegata.cli.verbs.archiving import restore

            restore(context, plan)
        case Migrate():
            from tegata.cli.verbs.migrating import migrate

            migrate(context, plan)


def _eab_file(context: Context, invocation: Invocation) -> EabFile | None:
    name = invocation.text("eab-file")
    if not name or invocation.command in OFFLINE:
        return None
    if name == "-":
        return read_eab(context.console.read_all(SIZE_LIMIT + 1), "standard input")
    return _read_eab_file(name)


def _read_eab_file(name: str) -> EabFile:
    try:
        with Path(name).open("rb") as stream:
            return read_eab(stream.read(SIZE_LIMIT + 1), name)
    except OSError as error:
        raise BadEabFile(file=name, reason=error.strerror or "it cannot be read") from error
