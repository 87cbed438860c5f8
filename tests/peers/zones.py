"""What a DNS zone of a test holds, as a zone file; knows no server program."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Zone:
    """A zone, its name without a final dot (``""`` is the root).

    ``servers`` are its name servers with their addresses, names relative to the zone, and so are those in ``records``,
    further lines of the zone file. Answers may be kept for a second, that there is nothing for ``denial`` seconds.
    """

    name: str
    servers: Mapping[str, str]
    records: Iterable[str] = ()
    denial: int = 1

    def delegation(self) -> list[str]:
        """The records of this zone that the root has."""
        return [
            line
            for server, address in self.servers.items()
            for line in (f"{self.name}. NS {server}.{self.name}.", f"{server}.{self.name}. A {address}")
        ]

    def text(self) -> str:
        """The zone file."""
        origin = f"{self.name}."
        first = next(iter(self.servers))
        lines = [f"$ORIGIN {origin}", "$TTL 1", f"@ SOA {first} hostmaster 1 3600 600 86400 {self.denial}"]
        for server, address in self.servers.items():
            lines += [f"@ NS {server}", f"{server} A {address}"]
        return "\n".join([*lines, *self.records, ""])
