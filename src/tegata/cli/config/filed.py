"""What a configuration file says for commands that do something else than process it: where, as whom, which one.

Pure: from the file's sections to a command line for each certificate that is asked about.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from tegata.cli.config.file import Section
from tegata.cli.config.wanted import Wanted, wanted
from tegata.cli.errors import BadConfig, NoNames
from tegata.cli.grammar.values import Value
from tegata.cli.grammar.words import Invocation

# Of a certificate's line, what says where it is and who may speak for it.
_WHO = frozenset(
    {
        *("path", "server", "account-id", "email", "kid"),
        *(
            "tls-skip-verify",
            "http-timeout",
            "outage-wait",
            "overall-request-limit",
            "user-agent",
            "ipv4only",
            "ipv6only",
        ),
    }
)


def placed(invocation: Invocation, config: Section, file: Path) -> Invocation:
    """The command with the file's storage, unless the words name another."""
    storage = config.flags.get("path")
    return _with(invocation, {"path": str(file.parent / storage)}) if isinstance(storage, str) else invocation


def revocations(invocation: Invocation, config: Section, file: str) -> Iterator[Invocation]:
    """A command for each certificate that is named, by the account that the file gives it.

    Raises NoNames, and BadConfig where the file has no such certificate, or has faults.
    """
    names = invocation.list("filename")
    if not names:
        raise NoNames(command="certificates revoke")
    entries = {each.name: each for each in wanted(config, file)}
    _check(names, entries, config, file)
    for name in names:
        line = entries[name].invocation.given
        who: dict[str, Value] = {flag: value for flag, value in line.items() if flag in _WHO}
        called = "filename" if "filename" in line else "domains"
        words = {flag: value for flag, value in invocation.given.items() if flag != "filename"}
        yield _with(invocation._replace(given=words), {**who, called: (name,)})


def _check(names: Sequence[str], entries: dict[str, Wanted], config: Section, file: str) -> None:
    for name in names:
        if name not in entries:
            section = config.sections.get("certificates", config)
            raise BadConfig(file=file, line=section.line, key=f"certificates.{name}", reason="there is no such entry")


def _with(invocation: Invocation, more: dict[str, Value]) -> Invocation:
    return invocation._replace(given={**more, **invocation.given})
