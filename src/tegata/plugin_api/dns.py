"""What the author of a DNS provider reads: records to make and to take away, and what a provider is handed.

A provider knows zones and records of one DNS service. Which records are wanted, when they can be seen, and what they
prove, is the business of whoever calls it: of ACME it knows nothing. Ours are ``tegata.plugins.dns.<name>``, anybody's
are entry points of the group ``tegata.dns``; either names a ProviderFactory. ``tegata.testing.providers`` is the suite
that every provider passes.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol, runtime_checkable

import msgspec

from tegata.errors import TegataError
from tegata.plugin_api.environment import BadSetting, Environment, MissingSettings, Timing
from tegata.plugin_api.solver import Presentation
from tegata.text.catalogue import Sentence

__all__ = [
    "About",
    "AliasNeeded",
    "AliasesNeeded",
    "BadSetting",
    "ConfirmingProvider",
    "Dialogue",
    "DnsProvider",
    "DnsProviderError",
    "Environment",
    "MissingSettings",
    "ProviderFactory",
    "ProviderFailed",
    "ProviderRefused",
    "ProviderUnreachable",
    "Surroundings",
    "Timing",
    "TxtRecord",
    "Variable",
]


class TxtRecord(msgspec.Struct, frozen=True):
    """One value of a TXT record set: other values may stand at the same name, and are none of our business."""

    name: str
    """Absolute, in lower case, with its final dot: ``_acme-challenge.www.example.com.``; aliases were followed."""
    value: str
    """The text, of printable ASCII without quotation marks; one of more than 255 characters is several strings."""
    origin: Presentation
    """What the record proves. Only for handing on to a program that works the record out by itself (lego's RAW)."""

    @property
    def strings(self) -> tuple[str, ...]:
        """The value as a TXT record holds it: in strings of at most 255 octets (RFC 1035 §3.3.14, X-50)."""
        return tuple(self.value[start : start + 255] for start in range(0, len(self.value), 255))

    @property
    def quoted(self) -> str:
        """The strings as a zone file has them."""
        return " ".join(f'"{string}"' for string in self.strings)

    def raw(self, provider: str, variable: str) -> tuple[str, str, str]:
        """Domain, token and key authorization, of which such a program makes dns-01's record.

        Raises BadSetting that names the variable asking for it, where the record is another challenge's.
        """
        if self.origin.challenge_type != "dns-01":
            reason = "RAW leaves the record's name to the program, which knows that of dns-01 alone"
            raise BadSetting(provider=provider, variable=variable, reason=reason)
        return self.origin.name, self.origin.token, self.origin.key_authorization


class DnsProvider(Protocol):
    """Makes TXT records at one DNS service."""

    @property
    def timing(self) -> Timing:
        """How long it may take until all servers of a zone have a change, and how often to look."""
        ...

    @property
    def side_by_side(self) -> bool:
        """Whether ``add`` may be called from several threads at once; otherwise it is one record after the other."""
        ...

    def add(self, record: TxtRecord) -> None:
        """Add the value at the name, beside those that are there; adding one that is there already is no error.

        Returns when the service has taken it, not when it can be seen. Raises a TegataError that says what to do:
        AliasNeeded where that is a CNAME record to be made by hand.
        """
        ...

    def remove(self, record: TxtRecord) -> None:
        """Take this value away and leave the others at the name.

        May be called twice, and for a record that was never or only half added.
        """
        ...


@runtime_checkable
class ConfirmingProvider(DnsProvider, Protocol):
    """A provider whose service lets others write over what was added at the same moment."""

    def confirm(self) -> None:
        """See that all that was added is there still, and add again what is not; called once after the last ``add``.

        Raises a TegataError that says what to do.
        """
        ...


class Dialogue(Protocol):
    """The person at the terminal, and the log."""

    def say(self, text: str) -> None:
        """Write lines to standard output; text from outside is to be made printable first."""
        ...

    def answer(self) -> str | None:
        """The next line from standard input; None at its end."""
        ...

    def log(self, text: str) -> None:
        """Write a log line; text from outside is to be made printable first."""
        ...


class Surroundings(msgspec.Struct, frozen=True):
    """All that a provider gets from outside itself."""

    environment: Environment
    zone_of: Callable[[str], str]
    """The zone that a name lies in, by the DNS as the caller sees it, both with their final dot; it is remembered.
    Raises a TegataError where no zone is found."""
    dialogue: Dialogue


class Variable(NamedTuple):
    """An environment variable as ``dnshelp`` shows it."""

    name: str
    help: Sentence


class About(NamedTuple):
    """What ``dnshelp`` tells of a provider."""

    name: str
    code: str
    since: str
    """The version of lego that had it first."""
    credentials: tuple[Variable, ...] = ()
    additional: tuple[Variable, ...] = ()


class ProviderFactory(Protocol):
    """Makes a provider, usually its class. Raises MissingSettings, BadSetting before anything is touched."""

    @property
    def about(self) -> About:
        """What it is and which variables it reads."""
        ...

    def __call__(self, surroundings: Surroundings) -> DnsProvider:
        """The provider, with its settings read."""
        ...


class DnsProviderError(TegataError):
    """Something went wrong at a DNS service; facts: ``provider`` (its code) and what the class says."""


class ProviderFailed(DnsProviderError):
    """The provider could not do it; facts: ``provider``, ``reason``."""

    code = "dns.provider-failed"


class AliasNeeded(ProviderFailed):
    """The provider's part is done, and a CNAME record is yet to be made by hand: raised by ``add``, once a name.

    Records of other names are asked for all the same, so that all that is to be made is told at once. Facts:
    ``provider``, ``domain``, ``name`` (of the record to make), ``target``.
    """

    code = "dns.cname-needed"


class AliasesNeeded(ProviderFailed):
    """Several of these; facts: ``provider``, ``domains``, ``records`` (a line each)."""

    code = "dns.cnames-needed"

    def __init__(self, needed: Sequence[AliasNeeded]) -> None:
        facts = [each.facts for each in needed]
        super().__init__(
            provider=facts[0]["provider"],
            domains=", ".join(dict.fromkeys(str(each["domain"]) for each in facts)),
            records=tuple(dict.fromkeys("{name} CNAME {target}.".format_map(each) for each in facts)),
        )


class ProviderUnreachable(DnsProviderError):
    """The service does not answer; facts: ``provider``, ``url`` (without credentials), ``reason``."""

    code = "dns.provider-unreachable"


class ProviderRefused(DnsProviderError):
    """The service answered with an error; facts: ``provider``, ``url``, ``status``, ``answer`` (its start)."""

    code = "dns.provider-refused"
