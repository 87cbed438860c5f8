"""The ways in which names are to be proved, as far as somebody asked for them.

Pure. How each is gone is in ``listening`` and ``dns``; solvers are made of them in ``steps.proving``.
"""

from collections.abc import Mapping, Sequence

import msgspec

from tegata.cli.errors import AncestorNeedsDns, WildcardNeedsDns
from tegata.cli.grammar.words import Invocation
from tegata.cli.plans import dns, listening
from tegata.cli.plans.dns import DnsPlan, PersistPlan
from tegata.cli.plans.listening import HttpPlan, TlsPlan


class Ways(msgspec.Struct, frozen=True):
    """One for each type of challenge; None: names are not proved by it."""

    http: HttpPlan | None
    tls: TlsPlan | None
    dns: DnsPlan | None
    dns_account: DnsPlan | None
    """The same at the name that is the account's own."""
    persist: PersistPlan | None

    def __bool__(self) -> bool:
        """Whether there is any."""
        return any(msgspec.structs.astuple(self))

    def check_wildcards(self, names: Sequence[str]) -> None:
        """Raise WildcardNeedsDns for wildcards that there is no way to prove (A-71)."""
        wildcards = [name for name in names if name.startswith("*.")]
        if wildcards and not self._in_dns:
            raise WildcardNeedsDns(names=", ".join(wildcards))

    def check_ancestors(self, domains: Sequence[str]) -> None:
        """Raise AncestorNeedsDns for domains that there is no way to prove for names below (X-60)."""
        if domains and not self._in_dns:
            raise AncestorNeedsDns(domains=", ".join(domains))

    @property
    def _in_dns(self) -> bool:
        return bool(self.dns or self.dns_account or self.persist)


def make(invocation: Invocation, environ: Mapping[str, str]) -> Ways:
    """The ways of a command line; raises what its flags for the DNS raise."""
    return Ways(
        http=listening.http(invocation),
        tls=listening.tls(invocation),
        dns=dns.make(invocation, environ),
        dns_account=dns.of_account(invocation, environ),
        persist=dns.persistent(invocation, environ),
    )
