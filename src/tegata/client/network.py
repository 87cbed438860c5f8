"""How the client is to use the network, as a value. Opens nothing: that is ``transport``'s matter."""

from pathlib import Path

import msgspec

TIMEOUT_SECONDS = 30.0
# A CA's server that is started anew, or the network before it, is back within a minute.
OUTAGE_SECONDS = 90.0


class Network(msgspec.Struct, frozen=True):
    """What a user can set about connections to a CA; the defaults are right for a public CA.

    Proxies are taken from the environment (``HTTPS_PROXY``, ``NO_PROXY``).
    """

    product: str = ""
    """The caller's own part of the User-Agent, in front of ours."""
    accept_language: str = "en"
    timeout: float = TIMEOUT_SECONDS
    """Seconds for connecting, for the TLS handshake, and for each silence; a whole request may take four times that."""
    outage: float = OUTAGE_SECONDS
    """Seconds for which a CA that cannot be reached, or is out of order, is tried again and again."""
    roots: tuple[Path, ...] = ()
    """PEM files whose certificates are trusted instead of the system's."""
    system_pool: bool = False
    """Whether the system's roots stay trusted beside ``roots``."""
    server_name: str | None = None
    """The name to ask for and expect in the CA's TLS certificate, where it is not the host of the URL."""
    verify: bool = True
    """Whether the CA's TLS certificate is judged at all."""
    family: int | None = None
    """4 or 6: the only version of IP to reach the CA by. Where a proxy stands between, it chooses."""
    requests_per_second: int | None = None
    """How many requests are sent in a second at most; None: as fast as answers come, one after the other."""
    hosts: frozenset[str] = frozenset()
    """Hosts, beside the directory's own, that URLs sent by the CA may lead to (S-10)."""
