"""dns-persist-01: a TXT record that stays lets an account have certificates for a name until it is taken away.

A record that is there already is used; otherwise a provider makes it, or a person. It is never removed. Knows providers
by their interface only.
"""

from collections.abc import Iterable
from datetime import datetime

from tegata.acme import challenges
from tegata.client import lasting
from tegata.client.dnscheck import Propagation
from tegata.client.dnserrors import IssuerNotOffered
from tegata.client.dnszones import Zones
from tegata.client.events import LastingRecordEnds, LastingRecordFound, LastingRecordMade, Presenting, Report
from tegata.clock import Clock, rfc3339
from tegata.plugin_api.dns import ConfirmingProvider, DnsProvider, TxtRecord
from tegata.plugin_api.solver import Presentation


class DnsPersistSolver:
    """Solves dns-persist-01. ``issuer`` is the CA's name to write, None its first; ``until``, when the record ends."""

    challenge_type = challenges.DNS_PERSIST_01

    def __init__(
        self,
        provider: DnsProvider,
        zones: Zones,
        propagation: Propagation,
        *,
        issuer: str | None,
        until: datetime | None,
        clock: Clock,
        report: Report,
    ) -> None:
        self._provider = provider
        self._zones = zones
        self._propagation = propagation
        self._issuer = issuer
        self._until = until
        self._clock = clock
        self._report = report
        self._presented: list[Presentation] = []

    def present(self, presentation: Presentation) -> None:
        """Take note of it: a wildcard and its base name need one record; raises IssuerNotOffered."""
        if self._issuer not in (None, *presentation.issuers):
            raise IssuerNotOffered(issuer=self._issuer, offered=", ".join(presentation.issuers))
        self._presented.append(presentation)
        self._report(Presenting(presentation.name, self.challenge_type))

    def wait(self) -> None:
        """Have the records made that are missing, and return when all can be seen.

        Raises what the DNS and the provider raise.
        """
        wanted: dict[str, list[str]] = {}
        for presentation in _widest(self._presented):
            place = self._zones.end_of(f"{challenges.dnspersist01_name(presentation.name)}.")
            found = self._found(place, presentation)
            record = TxtRecord(place, found or self._value(presentation), presentation)
            if found:
                self._report(LastingRecordFound(presentation.name, place, found))
            else:
                self._provider.add(record)
                self._report(LastingRecordMade(presentation.name, place))
            self._warn_of_end(presentation.name, place, record.value)
            wanted.setdefault(place, []).append(record.value)
        if isinstance(self._provider, ConfirmingProvider):
            self._provider.confirm()
        self._propagation.wait(wanted, self._provider.timing)

    def cleanup(self, presentation: Presentation) -> None:
        """Forget it; the record stays."""
        if presentation in self._presented:
            self._presented.remove(presentation)

    def _warn_of_end(self, name: str, place: str, text: str) -> None:
        until = lasting.end_of(text)
        if until is not None and until - self._clock.now() < lasting.NEAR:
            self._report(LastingRecordEnds(name, place, rfc3339(until)))

    def _found(self, place: str, wanted: Presentation) -> str | None:
        issuers = {self._issuer} if self._issuer else set(wanted.issuers)
        accounts = (wanted.account_url, *wanted.also_called)
        texts = self._zones.texts_at(place)
        now = self._clock.now()
        return next(
            (text for text in texts if lasting.permits(text, issuers, accounts, now, wildcard=wanted.wildcard)),
            None,
        )

    def _value(self, wanted: Presentation) -> str:
        issuer = self._issuer or wanted.issuers[0]
        return lasting.value(issuer, wanted.account_url, self._until, wildcard=wanted.wildcard)


def _widest(presented: Iterable[Presentation]) -> Iterable[Presentation]:
    """One for each name: the wildcard's, if there is one, whose record will do for the name too."""
    return {each.name: each for each in sorted(presented, key=lambda each: each.wildcard)}.values()
