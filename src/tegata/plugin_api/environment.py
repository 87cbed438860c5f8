"""The settings of a plug-in: environment variables by lego's names and lego's rules.

Every variable ``X`` may be given as ``X_FILE``, the name of a file that holds the value. Knows no particular variable.
"""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from tegata.errors import TegataError

# A secret is some lines at most, a JSON key file some kilobytes.
_FILE_LIMIT = 64 * 1024


class MissingSettings(TegataError):
    """Variables without which the provider cannot work; facts: ``provider``, ``names`` (joined by commas)."""

    code = "dns.missing-settings"


class BadSetting(TegataError):
    """A variable's value, or the file it names, cannot be used; facts: ``provider``, ``variable``, ``reason``."""

    code = "dns.bad-setting"


class Timing(msgspec.Struct, frozen=True):
    """When a change at a DNS service can be seen."""

    timeout: float
    """Seconds after which it is given up."""
    interval: float
    """Seconds between two looks, once it has lasted a while; the first ones follow each other more quickly."""
    ttl: int
    """The TTL of the records, in seconds, where the service takes one."""


class Environment:
    """What a plug-in reads its settings from; ``provider`` is the code that messages call it by.

    Where a method takes several names, they are spellings of one variable, the first of which messages use; the first
    that has a value counts, with its file form.
    """

    def __init__(self, provider: str, variables: Mapping[str, str]) -> None:
        self.provider = provider
        self.variables = variables
        """All there are, for a program that is started; one certificate's may differ from this process's own."""

    def text(self, *names: str, default: str = "") -> str:
        """The value of a variable, or what its file holds without the line ends; raises BadSetting for the file."""
        for name in names:
            value = self.variables.get(name) or self._from_file(f"{name}_FILE")
            if value:
                return value
        return default

    def needed(self, *variables: str | tuple[str, ...]) -> tuple[str, ...]:
        """The values of all of these, a tuple being one with several spellings; MissingSettings tells all at once."""
        spelled = [(each,) if isinstance(each, str) else each for each in variables]
        values = tuple(self.text(*names) for names in spelled)
        missing = [names[0] for names, value in zip(spelled, values, strict=True) if not value]
        if missing:
            raise MissingSettings(provider=self.provider, names=",".join(missing))
        return values

    def seconds(self, *names: str, default: int) -> int:
        """A number of whole seconds; as in lego, a value that is none means the default."""
        value = self.text(*names)
        return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else default

    def timing(self, *prefixes: str, timeout: int = 60, interval: int = 2, ttl: int = 120) -> Timing:
        """``PREFIX_PROPAGATION_TIMEOUT``, ``PREFIX_POLLING_INTERVAL``, ``PREFIX_TTL``, with a provider's defaults."""

        def seconds(name: str, default: int) -> int:
            return self.seconds(*(f"{prefix}_{name}" for prefix in prefixes), default=default)

        return Timing(
            seconds("PROPAGATION_TIMEOUT", timeout), seconds("POLLING_INTERVAL", interval), seconds("TTL", ttl)
        )

    def _from_file(self, variable: str) -> str:
        file = self.variables.get(variable)
        if not file:
            return ""
        try:
            with Path(file).open("rb") as stream:
                content = stream.read(_FILE_LIMIT + 1)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "it is not the name of a file"
            raise BadSetting(provider=self.provider, variable=variable, reason=reason) from None
        if len(content) > _FILE_LIMIT:
            raise BadSetting(provider=self.provider, variable=variable, reason="the file is longer than 64 KiB")
        try:
            return content.decode("utf-8").rstrip("\r\n")
        except UnicodeDecodeError:
            raise BadSetting(
                provider=self.provider, variable=variable, reason="the file is not text in UTF-8"
            ) from None
