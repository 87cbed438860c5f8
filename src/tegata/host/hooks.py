"""Hooks: the command an operator wants started after a certificate was obtained.

Knows words, environment and time-outs. No shell is ever in between, and what the hook is told it is told by its
environment only (S-23); when it runs and what its failure means are others' matters.
"""

import os
import shlex
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tegata.host.errors import HookFailed, HookNotStarted, HookTimedOut, MalformedHook

TIMEOUT_SECONDS = 120.0
# A hook that is asked to end gets this long before it is killed.
GRACE_SECONDS = 2.0


@dataclass(frozen=True)
class Result:
    """What a hook is told, by lego v4's names."""

    email: str
    domain: str
    certificate: Path
    key: Path
    issuer: Path
    pfx: Path | None

    def environment(self) -> dict[str, str]:
        """The variables added to the hook's environment."""
        variables = {
            "LEGO_ACCOUNT_EMAIL": self.email,
            "LEGO_CERT_DOMAIN": self.domain,
            "LEGO_CERT_PATH": str(self.certificate),
            "LEGO_CERT_KEY_PATH": str(self.key),
            "LEGO_ISSUER_CERT_PATH": str(self.issuer),
        }
        if self.pfx is not None:
            variables["LEGO_CERT_PFX_PATH"] = str(self.pfx)
        return variables


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
    return words


def run(text: str, result: Result, environ: Mapping[str, str], *, timeout: float = TIMEOUT_SECONDS) -> None:
    """Start a hook and wait for its end; its output goes where ours goes, standard error included.

    Raises MalformedHook, HookNotStarted, HookTimedOut or HookFailed; the hook is ended whatever interrupts the wait.
    """
    words = command_line(text, windows=os.name == "nt")
    try:
        process = subprocess.Popen(  # noqa: S603 - the operator's own command, started without a shell
            words,
            stdin=subprocess.DEVNULL,
            stderr=subprocess.STDOUT,
            env={**environ, **result.environment()},
        )
    except (OSError, ValueError) as error:
        program = words.split()[0] if isinstance(words, str) else words[0]
        raise HookNotStarted(program=program, reason=getattr(error, "strerror", None) or str(error)) from error
    try:
        status = process.wait(timeout)
    except subprocess.TimeoutExpired:
        raise HookTimedOut(seconds=round(timeout)) from None
    finally:
        _end(process)
    if status != 0:
        # A hook that a signal ended gives what a shell would: 128 and the signal's number.
        raise HookFailed(status=status if status > 0 else 128 - status)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a hook that still runs, kindly first."""
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
