"""DNS records by an operator's own program: the provider ``exec``, with lego's arguments.

The program is started without a shell; what it prints goes to the log line by line. Knows no DNS.
"""

import contextlib
import subprocess
import threading
from collections.abc import Iterator
from typing import IO

from tegata.plugin_api.dns import About, ProviderFailed, Surroundings, TxtRecord, Variable
from tegata.plugins.dns import _words
from tegata.text.catalogue import Sentence, printable

_LONGEST_LINE = 4096
# A program that is asked to end gets this long before it is killed, and what it has left behind this long to print.
_GRACE_SECONDS = 2.0
# Some wait until all the world sees a record, but one that hangs would hold this run and every later one for ever.
_LONGEST_SECONDS = 3600.0


class ProgramFailed(ProviderFailed):
    """The program ended with a status other than 0; facts: ``provider``, ``program``, ``action``, ``status``."""

    code = "dns.program-failed"


class ProgramNotStarted(ProviderFailed):
    """The program cannot be started; facts: ``provider``, ``program``, ``reason``."""

    code = "dns.program-not-started"


class ProgramTimedOut(ProviderFailed):
    """The program did not end in time; facts: ``provider``, ``program``, ``action``, ``seconds``."""

    code = "dns.program-timed-out"


class ExecProvider:
    """Starts ``EXEC_PATH present|cleanup NAME. VALUE``, or with ``EXEC_MODE=RAW`` ``… -- DOMAIN TOKEN KEYAUTH``."""

    about = About(
        "External program",
        "exec",
        "v0.5.0",
        (
            Variable("EXEC_PATH", Sentence("The program to start", "実行するプログラム")),
            Variable(
                "EXEC_MODE",
                Sentence(
                    "RAW: hand over domain, token and key authorization in place of the record",
                    "RAW を指定すると、レコードの代わりにドメイン、トークン、キーオーソリゼーションを渡します",
                ),
            ),
        ),
        (_words.polling_interval("EXEC"), _words.propagation_timeout("EXEC")),
    )
    side_by_side = False

    def __init__(self, surroundings: Surroundings) -> None:
        environment = surroundings.environment
        (self._program,) = environment.needed("EXEC_PATH")
        self._raw = environment.text("EXEC_MODE") == "RAW"
        self._variables = dict(environment.variables)
        self._dialogue = surroundings.dialogue
        self.timing = environment.timing("EXEC")

    def add(self, record: TxtRecord) -> None:
        """Start the program with ``present``."""
        self._start("present", record)

    def remove(self, record: TxtRecord) -> None:
        """Start the program with ``cleanup``."""
        self._start("cleanup", record)

    def _start(self, action: str, record: TxtRecord) -> None:
        words = ("--", *record.raw("exec", "EXEC_MODE")) if self._raw else (record.name, record.value)
        try:
            process = subprocess.Popen(  # noqa: S603 - the operator's own program, started without a shell
                (self._program, action, *words),
                env=self._variables,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
            )
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise ProgramNotStarted(provider="exec", program=self._program, reason=reason) from None
        with _ended(process) as output:
            # On a thread of its own: what the program has left running may keep its output open for ever.
            reading = threading.Thread(target=self._tell, args=(output,), name="exec-output", daemon=True)
            reading.start()
            try:
                status = process.wait(_LONGEST_SECONDS)
            except subprocess.TimeoutExpired:
                seconds = round(_LONGEST_SECONDS)
                raise ProgramTimedOut(provider="exec", program=self._program, action=action, seconds=seconds) from None
            reading.join(_GRACE_SECONDS)
        if status != 0:
            raise ProgramFailed(provider="exec", program=self._program, action=action, status=status)

    def _tell(self, output: IO[bytes]) -> None:
        """Log what the program prints, to its end."""
        with output:
            for line in iter(lambda: output.readline(_LONGEST_LINE), b""):
                self._dialogue.log(printable(line.decode("utf-8", "replace").rstrip("\r\n")))


@contextlib.contextmanager
def _ended(process: subprocess.Popen[bytes]) -> Iterator[IO[bytes]]:
    """Its output; a program that still runs when this is left is ended, kindly first."""
    assert process.stdout is not None
    try:
        yield process.stdout
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(_GRACE_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


PLUGIN = ExecProvider
