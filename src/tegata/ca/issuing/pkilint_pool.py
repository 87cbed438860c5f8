"""The second lint: certificates held against pkilint's rules before they are signed, in processes that stay (B-80).

A process that dies or does not answer in time is replaced and the certificate asked again; if that does not help nobody
says that the certificate is sound. Knows pipes and processes; the rules are in ``pkilint_process``.
"""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from contextlib import suppress
from importlib.metadata import version
from importlib.util import find_spec
from typing import NamedTuple

from tegata.ca.errors import LintFindings, LintSilent, Refused
from tegata.ca.issuing import der
from tegata.ca.settings import Lint

COMMAND = (sys.executable, "-I", "-m", "tegata.ca.issuing.pkilint_process")
LENGTH = 4
TRIES = 2

# In the place of the signature: the issuing key sees the bytes only once they are found sound.
_NO_SIGNATURE = der.write(der.BIT_STRING, bytes(257))
_LONGEST = 1 << 20
_LATE = "it did not answer in time"
_PASSED = frozenset({"INFO", "NOTICE", "DEBUG"})


class Patience(NamedTuple):
    """Seconds: for an answer of a process that may have to load the rules first, and for all of a certificate."""

    answer: float = 30
    certificate: float = 60


PATIENCE = Patience()


class PkilintPool:
    """A Linter. Its processes start when they are needed first, and see nothing of this one's environment."""

    def __init__(
        self,
        settings: Lint,
        *,
        command: Sequence[str] = COMMAND,
        patience: Patience = PATIENCE,
    ) -> None:
        """Raises Refused where pkilint is not installed."""
        if not self.is_installed():
            raise Refused(reason="install what the second lint needs: pip install 'tegata[lint]'")
        self.name = f"pkilint {version('pkilint')}"
        self._accepted, self._percent = frozenset(settings.accepted), settings.percent
        self._command, self._patience = command, patience
        self._places: asyncio.LifoQueue[Process | None] = asyncio.LifoQueue()
        for _ in range(settings.processes):
            self._places.put_nowait(None)

    @staticmethod
    def is_installed() -> bool:
        """Whether there is a pkilint to ask."""
        return find_spec("pkilint") is not None

    def takes(self, serial: str) -> bool:
        """Whether this certificate is of the share that is linted: the same answer each time."""
        return int(serial, 16) % 100 < self._percent

    async def check(self, tbs: bytes) -> None:
        """Pass if pkilint finds nothing in these bytes that counts; raises LintFindings, LintSilent."""
        algorithm = der.elements(der.only(tbs, der.SEQUENCE).content)[2].encoded
        if found := await self.findings(der.write(der.SEQUENCE, tbs, algorithm, _NO_SIGNATURE)):
            raise LintFindings(findings=", ".join(found))

    async def findings(self, der: bytes) -> list[str]:
        """The codes, each once, of what is found in a certificate, CRL or OCSP answer and was not accepted.

        Raises LintSilent.
        """
        try:
            async with asyncio.timeout(self._patience.certificate):
                found = await self._asked(der)
        except TimeoutError:
            raise LintSilent(reason=_LATE) from None
        counts = [code for severity, code in found if severity not in _PASSED and code not in self._accepted]
        return list(dict.fromkeys(counts))

    async def close(self) -> None:
        """End the processes that are idle."""
        for _ in range(self._places.qsize()):
            process = self._places.get_nowait()
            if process is not None:
                await _end(process)
            self._places.put_nowait(None)

    async def _asked(self, certificate: bytes) -> list[tuple[str, str]]:
        """What a process says of the certificate; a place that it was not to be had from is left empty."""
        process = await self._places.get()
        try:
            for attempt in range(1, TRIES + 1):
                process = process or await asyncio.create_subprocess_exec(
                    *self._command, stdin=PIPE, stdout=PIPE, env={}, start_new_session=True
                )
                try:
                    return await self._ask(process, certificate)
                except BaseException as error:
                    # Whatever it still says would be taken for the answer to the next question.
                    dead, process = process, None
                    await _end(dead)
                    if not isinstance(error, OSError | EOFError | TimeoutError | ValueError) or attempt == TRIES:
                        raise
        except TimeoutError:
            raise LintSilent(reason=_LATE) from None
        except (OSError, EOFError, ValueError):
            raise LintSilent(reason="its process ended, or made no sense") from None
        finally:
            self._places.put_nowait(process)
        raise AssertionError("the last attempt returns or raises")

    async def _ask(self, process: Process, certificate: bytes) -> list[tuple[str, str]]:
        """One question and its answer."""
        assert process.stdin is not None
        assert process.stdout is not None
        async with asyncio.timeout(self._patience.answer):
            process.stdin.write(len(certificate).to_bytes(LENGTH) + certificate)
            await process.stdin.drain()
            length = int.from_bytes(await process.stdout.readexactly(LENGTH))
            if length > _LONGEST:
                raise ValueError(length)
            return [(severity, code) for severity, code in json.loads(await process.stdout.readexactly(length))]


async def _end(process: Process) -> None:
    """Kill it with whatever it began, and wait until it is gone and its pipes are closed."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    await asyncio.shield(process.communicate())
