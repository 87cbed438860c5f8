"""What was asked about http-01 and tls-alpn-01: where challenges are shown, how long before the CA looks. Pure."""

from pathlib import Path

import msgspec

from tegata.cli.grammar import flags
from tegata.cli.grammar.words import Invocation


class HttpPlan(msgspec.Struct, frozen=True):
    """How names are proved by http-01."""

    port: str
    """Where an own listener listens."""
    webroot: Path | None
    """A folder of a running web server in place of a listener."""
    memcached: tuple[str, ...]
    """Servers from which a running web server answers, in place of a listener."""
    s3_bucket: str | None
    """A bucket from which the challenges are answered, in place of a listener."""
    proxy_header: str
    """Where a proxy in front of the listener leaves the host that was asked for."""
    delay: float
    """Seconds between presenting and telling the CA to look."""


class TlsPlan(msgspec.Struct, frozen=True):
    """How names are proved by tls-alpn-01: by an own listener."""

    port: str
    delay: float


def http(invocation: Invocation) -> HttpPlan | None:
    """The plan for http-01; None: names are not proved by it."""
    if not invocation.switch("http"):
        return None
    webroot = invocation.text("http.webroot")
    return HttpPlan(
        port=invocation.text("http.port") or flags.DEFAULT_HTTP_PORT,
        webroot=Path(webroot) if webroot else None,
        memcached=invocation.list("http.memcached-host"),
        s3_bucket=invocation.text("http.s3-bucket") or None,
        proxy_header=invocation.text("http.proxy-header") or "Host",
        delay=_seconds(invocation, "http.delay"),
    )


def tls(invocation: Invocation) -> TlsPlan | None:
    """The plan for tls-alpn-01; None: names are not proved by it."""
    if not invocation.switch("tls"):
        return None
    return TlsPlan(invocation.text("tls.port") or flags.DEFAULT_TLS_PORT, _seconds(invocation, "tls.delay"))


def _seconds(invocation: Invocation, name: str) -> float:
    given = invocation.duration(name)
    return given.total_seconds() if given else 0.0
