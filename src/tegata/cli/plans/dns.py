"""What was asked about proofs in the DNS: the provider, the servers asked, how a record's spreading is waited for.

Pure. lego's rules about the flags that exclude each other are checked here; whether there is such a provider, and
whether its variables are set, is found out when it is made.
"""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from tegata.cli.errors import ExclusiveFlags, NegativeWait
from tegata.cli.grammar import flags
from tegata.cli.grammar.values import TRUE
from tegata.cli.grammar.words import PREFIXES, Invocation
from tegata.pki.names import normalise

_WAIT, _DISABLE_ANS, _RNS = "dns.propagation-wait", "dns.propagation-disable-ans", "dns.propagation-rns"
# Seconds to wait for one answer; no system takes any number of them.
LONGEST_TIMEOUT = 86_400


class DnsPlan(msgspec.Struct, frozen=True):
    """How names are proved in the DNS."""

    provider: str
    """lego's code, as it was given."""
    resolvers: tuple[str, ...]
    """Empty: the system's."""
    timeout: int
    """Seconds for one DNS server's answer."""
    wait: float | None
    """Seconds to wait in place of looking."""
    authoritative: bool
    recursive: bool
    follow_aliases: bool
    """Off by ``LEGO_DISABLE_CNAME_SUPPORT``."""
    tcp_only: bool
    """By ``LEGO_EXPERIMENTAL_DNS_TCP_ONLY``."""


class PersistPlan(msgspec.Struct, frozen=True):
    """How names are proved by records that stay (dns-persist-01)."""

    dns: DnsPlan
    """Who makes a record that is missing, and where it is looked for."""
    issuer: str | None
    """The CA's name to write; None: its first."""
    until: datetime | None
    """When a record that is made ends."""


def make(invocation: Invocation, environ: Mapping[str, str]) -> DnsPlan | None:
    """The plan, or None where no provider is named; raises NegativeWait, ExclusiveFlags."""
    provider = invocation.text("dns")
    return _looking(invocation, environ, provider) if provider else None


def of_account(invocation: Invocation, environ: Mapping[str, str]) -> DnsPlan | None:
    """The plan for records at the account's own name (X-42), or None; without a provider a person makes them."""
    if not invocation.switch("dns-account"):
        return None
    return _looking(invocation, environ, invocation.text("dns") or "manual")


def persistent(invocation: Invocation, environ: Mapping[str, str]) -> PersistPlan | None:
    """The plan for records that stay, or None; without a provider a person makes them."""
    if not invocation.switch("dns-persist") and invocation.command != "dnspersist":
        return None
    issuer = invocation.text("dns-persist.issuer-domain-name")
    return PersistPlan(
        _looking(invocation, environ, invocation.text("dns") or "manual"),
        normalise(issuer) if issuer else None,
        invocation.time("dns-persist.persist-until"),
    )


def looking(invocation: Invocation, environ: Mapping[str, str]) -> DnsPlan:
    """How the DNS is asked, whatever names are proved by; raises NegativeWait, ExclusiveFlags."""
    return _looking(invocation, environ, "manual")


def _looking(invocation: Invocation, environ: Mapping[str, str], provider: str) -> DnsPlan:
    disable_ans, rns = invocation.switch(_DISABLE_ANS), invocation.switch(_RNS)
    return DnsPlan(
        provider=provider,
        resolvers=invocation.list("dns.resolvers"),
        timeout=min(invocation.number("dns-timeout") or flags.DEFAULT_DNS_TIMEOUT, LONGEST_TIMEOUT),
        wait=_wait(invocation, [flag for flag, is_on in ((_DISABLE_ANS, disable_ans), (_RNS, rns)) if is_on]),
        authoritative=not disable_ans,
        recursive=rns and not invocation.switch("dns.propagation.disable-rns"),
        follow_aliases=not _is_on(environ, "DISABLE_CNAME_SUPPORT"),
        tcp_only=_is_on(environ, "EXPERIMENTAL_DNS_TCP_ONLY"),
    )


def _wait(invocation: Invocation, looks: list[str]) -> float | None:
    span = invocation.duration(_WAIT)
    if span is None:
        return None
    wait = span.total_seconds()
    if wait < 0:
        raise NegativeWait(flag=_WAIT)
    if looks:
        raise ExclusiveFlags(flag=looks[0], other=_WAIT)
    return wait


def _is_on(environ: Mapping[str, str], name: str) -> bool:
    return next((environ[prefix + name] for prefix in PREFIXES if environ.get(prefix + name)), "") in TRUE
