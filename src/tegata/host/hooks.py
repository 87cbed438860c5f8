"""Hooks: the commands an operator wants started around an order.

Knows words, environment and time-outs. No shell is ever in between, and what the hook is told it is told by its
environment only (S-23); when it runs and what its failure means are others' matters.
"""

import os
import shlex
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from tegata.host.errors import HookFailed, HookNotStarted, HookTimedOut, MalformedHook

TIMEOUT_SECONDS = 120.0
# By its number: Python has no object for one that was not there when it started.
_STANDARD_OUTPUT = 1
# What documents have in place of quotation marks. No program's name begins with one.
_PRINTED_QUOTES = ("“", "”", "„", "‟", "‘", "’", "＂", "＇")


class Told(msgspec.Struct, frozen=True):
    """What a hook is told, in the variables of both generations of lego."""

    email: str
    account: str
    """What the account's folder is called."""
    server: str
    name: str
    """What the certificate's files are called after."""
    stem: str
    """The same as it stands in file names."""
    domains: tuple[str, ...]
    key_type: str
    certificate: Path
    key: Path
    issuer: Path
    pem: Path | None = None
    pfx: Path | None = None

    def environment(self) -> dict[str, str]:
        """The variables added to the hook's environment: ``LEGO_*`` as v4 has them, ``LEGO_HOOK_*`` as v5."""
        files = {
            "CERT_PATH": self.certificate,
            "CERT_KEY_PATH": self.key,
            "ISSUER_CERT_PATH": self.issuer,
            "CERT_PEM_PATH": self.pem,
            "CERT_PFX_PATH": self.pfx,
        }
        paths = {variable: str(path) for variable, path in files.items() if path is not None}
        v4 = {"ACCOUNT_EMAIL": self.email, "CERT_DOMAIN": self.domains[0], **paths}
        v5 = {
            "ACCOUNT_ID": self.account,
            "ACCOUNT_EMAIL": self.email,
            "ACCOUNT_SERVER": self.server,
            "CERT_NAME": self.name,
            "CERT_NAME_SANITIZED": self.stem,
            "CERT_KEY_TYPE": self.key_type,
            "CERT_DOMAINS": ",".join(self.domains),
            **paths,
        }
        return {
            **{f"LEGO_{variable}": value for variable, value in v4.items()},
            **{f"LEGO_HOOK_{variable}": value for variable, value in v5.items()},
        }


def command_line(text: str, *, windows: bool) -> list[str] | str:
    """What to start for a hook's text: its words by POSIX quoting, or on Windows the text as it is.

    Windows programs split their command line themselves (CreateProcess), so nothing may be taken out of it. Pure, and
    so testable anywhere. Raises MalformedHook.
    """
    if windows:
        words: list[str] | str = text.strip()
    else:
        try:
            words = shlex.split(text)
        except ValueError:
            raise MalformedHook(reason="a quotation mark or backslash in it has no end") from None
    if not words:
        raise MalformedHook(reason="it is empty")
    if words[0][0:1] in _PRINTED_QUOTES:
        raise MalformedHook(reason="its quotation marks are those of print, which are no quotation marks here")
    return words


def run(
    text: str,
    told: Told,
    environ: Mapping[str, str],
    *,
    timeout: float = TIMEOUT_SECONDS,
    look: Callable[[], None] = lambda: None,
) -> None:
    """Start a hook and wait for its end; its output goes where ours goes, line by line, standard error included.

    ``look`` is called now and then meanwhile, and raises where all is to end. Raises MalformedHook, HookNotStarted,
    HookTimedOut or HookFailed; the hook is ended whatever interrupts the wait.
    """
    # Every command line has its hooks looked at, and hardly any starts one.
    import subprocess

    from tegata.host import process_groups

    windows = os.name == "nt"
    words = command_line(text, windows=windows)
    try:
        process = subprocess.Popen(  # noqa: S603 - the operator's own command, started without a shell
            words,
            stdin=subprocess.DEVNULL,
            stdout=_STANDARD_OUTPUT,
            stderr=subprocess.STDOUT,
            env={**environ, **told.environment()},
            **process_groups.options(windows=windows),
        )
    except (OSError, ValueError) as error:
        program = words.split()[0] if isinstance(words, str) else words[0]
        raise HookNotStarted(program=program, reason=getattr(error, "strerror", None) or str(error)) from error
    try:
        status = process_groups.wait(process, timeout, look)
    except subprocess.TimeoutExpired:
        raise HookTimedOut(seconds=round(timeout)) from None
    finally:
        process_groups.end(process, windows=windows)
    if status != 0:
        # A hook that a signal ended gives what a shell would: 128 and the signal's number.
        raise HookFailed(status=status if status > 0 else 128 - status)
