"""Reading the settings of a CA and of an agent, with what their types cannot say checked, and the list they name.

What may be set is ``settings``; nothing is made here.
"""

import hashlib
from datetime import datetime
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit

from tegata.acme.challenges import DNS_PERSIST_01, MOST_ISSUERS
from tegata.ca.policy import baseline, keys
from tegata.ca.policy.addresses import AddressFilter, parse_networks
from tegata.ca.settings import AGENT_FILE, SETTINGS_FILE, Agent, Policy, Settings
from tegata.settings import BadSettings, load


def load_settings(home: Path) -> Settings:
    """The settings of a CA's directory; raises BadSettings."""
    path = home / SETTINGS_FILE
    settings = load(path, Settings)
    _check_urls(path, settings)
    for proxy in settings.acme.trusted_proxies:
        try:
            ip_network(proxy)
        except ValueError:
            raise BadSettings(path=path, reason=f"acme.trusted_proxies: {proxy!r} is no network") from None
    perspectives = settings.validation.perspectives
    if len({one.name for one in perspectives}) != len(perspectives):
        raise BadSettings(path=path, reason="validation.perspectives: a name is there twice")
    for name, service in settings.services.items():
        if unknown := set(service.profiles) - set(settings.profiles):
            raise BadSettings(path=path, reason=f"services.{name}: there is no profile {min(unknown)}")
    offered = {kind for service in settings.services.values() for kind in service.challenges}
    if DNS_PERSIST_01 in offered and not 0 < len(settings.validation.issuer_domains) <= MOST_ISSUERS:
        raise BadSettings(path=path, reason="dns-persist-01 needs one to ten validation.issuer_domains")
    return settings


def _check_urls(path: Path, settings: Settings) -> None:
    for setting, urls, scheme in (
        ("acme.url", [settings.acme.url], "https"),
        ("acme.former_urls", settings.acme.former_urls, "https"),
        ("public.url", [settings.public.url], "http"),
    ):
        if not all(is_base_url(url, scheme) for url in urls):
            raise BadSettings(path=path, reason=f"{setting} is not of the form {scheme}://HOST[:PORT]")


def require_public(home: Path, settings: Settings, now: datetime) -> None:
    """Pass if validation is set up as a publicly trusted CA has to have it now, or this is none; raises BadSettings."""
    reasons = baseline.shortcomings(settings, now)
    if reasons:
        raise BadSettings(path=home / SETTINGS_FILE, reason="; ".join(reasons))


def certifiable(settings: Settings) -> AddressFilter:
    """The addresses that certificates may hold; raises Refused for a setting that names no network.

    Those of the public Internet, and at a CA that is not publicly trusted those which validation may enter (X-07).
    """
    return AddressFilter(() if settings.policy.public else parse_networks(settings.validation.allow_networks))


def blocked_keys(home: Path, policy: Policy) -> frozenset[bytes]:
    """The digests of keys that nobody may have: of those in RFCs, and of the operator's list; raises BadSettings.

    Empty lines and what follows ``#`` in a line are for people.
    """
    if not policy.blocked_keys:
        return keys.PUBLISHED
    path = home / policy.blocked_keys
    found = set(keys.PUBLISHED)
    try:
        with path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                if text := line.partition("#")[0].strip():
                    found.add(_digest(path, number, text))
    except OSError as error:
        raise BadSettings(path=path, reason=error.strerror or error) from None
    except UnicodeDecodeError:
        raise BadSettings(path=path, reason="it is no UTF-8 text") from None
    return frozenset(found)


def _digest(path: Path, number: int, text: str) -> bytes:
    try:
        digest = bytes.fromhex(text)
    except ValueError:
        digest = b""
    if len(digest) != hashlib.sha256().digest_size:
        raise BadSettings(path=path, reason=f"line {number} is no SHA-256 digest in hexadecimal")
    return digest


def load_agent(directory: Path) -> Agent:
    """The settings of an agent's directory; raises BadSettings."""
    return load(directory / AGENT_FILE, Agent)


def is_base_url(url: str, scheme: str) -> bool:
    """Whether a URL is scheme, host in lower case and perhaps a port, with nothing behind but a slash (A-01)."""
    try:
        parts = urlsplit(url)
        number = parts.port
    except ValueError:
        return False
    plain = parts.netloc == parts.netloc.lower() and "@" not in parts.netloc and url.isascii() and url.isprintable()
    return plain and bool(parts.hostname) and number != 0 and url.rstrip("/") == f"{scheme}://{parts.netloc}"
