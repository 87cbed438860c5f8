"""dns-01 and dns-account-01: what the CA wants to see becomes TXT records at a DNS provider (RFC 8555 §8.4).

They differ in the name of the record alone (draft-ietf-acme-dns-account-label §3).

All names' records are made first, side by side where the provider can, and then waited for together. Knows providers by
their interface only.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait

from tegata.acme import challenges
from tegata.client.dnscheck import Propagation
from tegata.client.dnszones import Zones
from tegata.client.events import CheckingPropagation, CleaningUp, Presenting, Report
from tegata.plugin_api.dns import AliasesNeeded, AliasNeeded, ConfirmingProvider, DnsProvider, TxtRecord
from tegata.plugin_api.solver import Presentation

_MOST_THREADS = 8


class DnsSolver:
    """Solves dns-01, or dns-account-01, by a provider.

    ``servers`` are those that questions go to first, as ``report`` is told.
    """

    def __init__(
        self,
        provider: DnsProvider,
        zones: Zones,
        propagation: Propagation,
        *,
        challenge_type: str = challenges.DNS_01,
        servers: tuple[str, ...] = (),
        report: Report,
    ) -> None:
        self._provider = provider
        self._zones = zones
        self._propagation = propagation
        self.challenge_type = challenge_type
        self._servers = servers
        self._report = report
        self._records: dict[Presentation, TxtRecord] = {}
        self._adding: dict[Presentation, Future[None]] = {}
        self._needed: list[AliasNeeded] = []
        self._threads = ThreadPoolExecutor(_MOST_THREADS, "dns-provider")

    def present(self, presentation: Presentation) -> None:
        """Have its record made, or begun; the challenge name may be an alias that leads into another zone. F-07, F-08.

        Raises what the DNS and the provider raise.
        """
        name = self._zones.end_of(f"{self._place(presentation)}.")
        record = TxtRecord(name, challenges.dns01_value(presentation.key_authorization), presentation)
        # Noted first: what was added by half must be removed too.
        self._records[presentation] = record
        self._report(Presenting(presentation.name, self.challenge_type))
        if self._provider.side_by_side:
            self._adding[presentation] = self._threads.submit(self._provider.add, record)
        else:
            self._made(lambda: self._provider.add(record))

    def wait(self) -> None:
        """Return when all records can be seen. A wildcard's and its base name's are two values at one name.

        Where aliases are to be made by hand first, all of them are told.
        """
        for adding in self._adding.values():
            self._made(adding.result)
        needed = list(dict.fromkeys(self._needed))
        if needed:
            raise needed[0] if len(needed) == 1 else AliasesNeeded(needed)
        if isinstance(self._provider, ConfirmingProvider):
            self._provider.confirm()
        wanted: dict[str, list[str]] = {}
        for presentation, record in self._records.items():
            wanted.setdefault(record.name, []).append(record.value)
            self._report(CheckingPropagation(presentation.name, self._servers))
        self._propagation.wait(wanted, self._provider.timing)

    def _place(self, presentation: Presentation) -> str:
        if self.challenge_type == challenges.DNS_ACCOUNT_01:
            return challenges.dnsaccount01_name(presentation.name, presentation.account_url)
        return challenges.dns01_name(presentation.name)

    def _made(self, making: Callable[[], None]) -> None:
        try:
            making()
        except AliasNeeded as needed:
            self._needed.append(needed)

    def cleanup(self, presentation: Presentation) -> None:
        """Have its record removed, after the end of its making."""
        record = self._records.pop(presentation, None)
        if record is None:
            return
        adding = self._adding.pop(presentation, None)
        if adding is not None and not adding.cancel():
            wait([adding])
        self._report(CleaningUp(presentation.name, self.challenge_type))
        self._provider.remove(record)
