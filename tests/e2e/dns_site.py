"""A tegata-ca in a network of real DNS servers, a contract for all that is in it, and how clients find the servers."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.peers.bind import Key
from tests.peers.ca import TegataCA
from tests.peers.dns_network import COM, IDN, NET, DnsNetwork

ALGORITHM = "hmac-sha256"


@contextmanager
def serving(network: DnsNetwork, directory: Path) -> Iterator["DnsSite"]:
    """A new CA in the network, with a contract for all its zones."""
    with TegataCA(directory, resolver=network.resolver) as ca:
        yield DnsSite(network, ca, ca.add_contract(f".{COM}", f".{NET}", f".{IDN}"))


@dataclass(frozen=True)
class DnsSite:
    """A CA that looks by the network's recursive server; ``contract`` as ``contract add --json`` prints it."""

    network: DnsNetwork
    ca: TegataCA
    contract: dict[str, Any]

    @property
    def key(self) -> Key:
        """One of the keys that BIND takes updates by."""
        return self.network.bind.keys[ALGORITHM]

    def environment(self, provider: str) -> dict[str, str]:
        """lego's variables for a provider; none for one that asks no server of ours."""
        return {"rfc2136": self._rfc2136, "pdns": self._pdns}.get(provider, dict)()

    def left_at(self, name: str) -> set[str]:
        """The TXT values at a name's place, wherever it is."""
        place = f"_acme-challenge.{name}"
        bind, pdns = self.network.bind, self.network.pdns
        return bind.texts(place) if name.endswith(COM) else set(pdns.texts(place))

    def _rfc2136(self) -> dict[str, str]:
        """The interval is between names, which lego proves one after the other."""
        credential = {"TSIG_ALGORITHM": f"{ALGORITHM}.", "TSIG_KEY": self.key.name, "TSIG_SECRET": self.key.secret}
        pace = {"SEQUENCE_INTERVAL": "1", "POLLING_INTERVAL": "1"}
        settings = {"NAMESERVER": self.network.bind.address, **credential, **pace}
        return {f"RFC2136_{name}": value for name, value in settings.items()}

    def _pdns(self) -> dict[str, str]:
        pdns = self.network.pdns
        return {"PDNS_API_URL": pdns.api_url, "PDNS_API_KEY": pdns.api_key, "PDNS_POLLING_INTERVAL": "1"}
