"""Which host a request was for, by the header that a proxy in front leaves it in. Pure."""

import re
from collections.abc import Iterable

FORWARDED = "forwarded"
_PAIR = re.compile(r'\s*([A-Za-z0-9!#$%&\'*+.^_`|~-]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^\s;,"]*)\s*')
_ESCAPE = re.compile(r"\\(.)")


def host_of(headers: Iterable[tuple[bytes, bytes]], header: str) -> str:
    """The host's name in lower case, without port, brackets and final dot; empty where there is none.

    In ``Forwarded`` it is the host of the first element (RFC 7239 §5.3), in any other header the first item of a comma
    list, as proxies write X-Forwarded-Host.
    """
    wanted = header.lower()
    value = next((value for name, value in headers if name.decode("ascii", "replace").lower() == wanted), b"")
    text = value.decode("ascii", "replace")
    return _name(_forwarded(text) if wanted == FORWARDED else text.partition(",")[0].strip())


def _forwarded(text: str) -> str:
    """The host of a Forwarded header's first element; whatever follows what cannot be read is not looked at."""
    position = 0
    while pair := _PAIR.match(text, position):
        name, value = pair.groups()
        if name.lower() == "host":
            return _ESCAPE.sub(r"\1", value[1:-1]) if value.startswith('"') else value
        position = pair.end()
        if text[position : position + 1] != ";":
            break
        position += 1
    return ""


def _name(host: str) -> str:
    name = host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
    return name.lower().removesuffix(".")
