"""What systemd is told of a service's life (sd_notify(3)): that it answers, and that it is coming to its end.

Where nobody asked for it, nothing is said. Knows no service.
"""

import socket
from collections.abc import Mapping

READY = "READY=1"
STOPPING = "STOPPING=1"
VARIABLE = "NOTIFY_SOCKET"


def tell(state: str, environ: Mapping[str, str]) -> None:
    """Say it to whoever started this process, if that wants to hear it; that it cannot be told ends nothing."""
    address = environ.get(VARIABLE, "")
    if not address.startswith(("/", "@")):
        return
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as connection:
            # A name in the abstract namespace begins with a zero octet.
            connection.connect("\0" + address[1:] if address.startswith("@") else address)
            connection.sendall(state.encode("ascii"))
    except OSError:
        return
