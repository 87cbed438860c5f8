"""Reading the settings of a CA and of an agent, with what their types cannot say checked, and the list they name.

What may be set is ``settings``; nothing is made here.
"""

import hashlib
import re
from collections.abc import Iterable
from datetime import datetime
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit

from tegata.acme.challenges import DNS_PERSIST_01, MOST_ISSUERS
from tegata.ca.issuing import hierarchy, layout
from tegata.ca.issuing.keys import load_certificate
from tegata.ca.issuing.requests import SERVICES
from tegata.ca.journal import Journal
from tegata.ca.policy import barred, baseline, keys
from tegata.ca.policy.addresses import AddressFilter, parse_networks
from tegata.ca.policy.barred import Barred
from tegata.ca.policy.terms import Terms
from tegata.ca.settings import AGENT_FILE, SETTINGS_FILE, Acme, Agent, Policy, Settings
from tegata.clock import parse_rfc3339
from tegata.pki import weaknesses
from tegata.pki.key_types import KeyType
from tegata.settings import BadSettings, load

log = Journal("configuration")

_OF_A_URL = re.compile(r"[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+")


def load_settings(home: Path) -> Settings:
    """The settings of a CA's directory; raises BadSettings."""
    path = home / SETTINGS_FILE
    settings = load(path, Settings)
    _check_urls(path, settings)
    _check_networks(path, "acme.trusted_proxies", settings.acme.trusted_proxies)
    _check_networks(path, "portal.operator_networks", settings.portal.operator_networks)
    for network in map(ip_network, settings.portal.operator_networks):
        if network.version == 6 and network.prefixlen > 64:
            raise BadSettings(path=path, reason=f"portal.operator_networks: {network} is narrower than /64")
    perspectives = settings.validation.perspectives
    if len({one.name for one in perspectives}) != len(perspectives):
        raise BadSettings(path=path, reason="validation.perspectives: a name is there twice")
    offers = {f"services.{name}": one.key_types for name, one in settings.services.items()}
    offers |= {f"profiles.{name}": one.key_types for name, one in settings.profiles.items()}
    for name, key_types in offers.items():
        if KeyType.RSA8192 in key_types:
            raise BadSettings(path=path, reason=f"{name}: key_types has rsa8192, which no certificate has")
    for name, service in settings.services.items():
        if not service.key_types:
            raise BadSettings(path=path, reason=f"services.{name}: key_types has none")
        if unknown := set(service.profiles) - set(settings.profiles):
            raise BadSettings(path=path, reason=f"services.{name}: there is no profile {min(unknown)}")
    offered = {kind for service in settings.services.values() for kind in service.challenges}
    if DNS_PERSIST_01 in offered and not 0 < len(settings.validation.issuer_domains) <= MOST_ISSUERS:
        raise BadSettings(path=path, reason="dns-persist-01 needs one to ten validation.issuer_domains")
    return settings


def _check_networks(path: Path, setting: str, networks: Iterable[str]) -> None:
    for network in networks:
        try:
            ip_network(network)
        except ValueError:
            raise BadSettings(path=path, reason=f"{setting}: {network!r} is no network") from None


def _check_urls(path: Path, settings: Settings) -> None:
    for setting, urls, scheme in (
        ("acme.url", [settings.acme.url], "https"),
        ("acme.former_urls", settings.acme.former_urls, "https"),
        ("public.url", [settings.public.url], "http"),
    ):
        if not all(is_base_url(url, scheme) for url in urls):
            raise BadSettings(path=path, reason=f"{setting} is not of the form {scheme}://HOST[:PORT]")
    for setting, url in (
        ("acme.terms_of_service", settings.acme.terms_of_service),
        ("acme.website", settings.acme.website),
    ):
        if url and not is_page_url(url):
            raise BadSettings(path=path, reason=f"{setting} is no URL such as https://ca.example/page")


def require_public(home: Path, settings: Settings, now: datetime) -> None:
    """Pass if all is set up as a publicly trusted CA has to have it now, or this is none.

    Raises BadSettings, and FileUnusable for a CA's certificate.
    """
    reasons = [*baseline.shortcomings(settings, now), *_keys_in_files(home, settings, now)]
    if reasons:
        raise BadSettings(path=home / SETTINGS_FILE, reason="; ".join(reasons))


def _keys_in_files(home: Path, settings: Settings, now: datetime) -> list[str]:
    """Which of a publicly trusted CA's keys are in files (B-95); a CA that has ended needs its key no more."""
    if not settings.policy.public:
        return []
    found = []
    for name in (*hierarchy.issuers(home), SERVICES):
        path = home / layout.issuer_certificate(name)
        if name == SERVICES and not path.exists():
            continue
        has_ended = path.exists() and load_certificate(path).not_valid_after_utc < now
        if settings.keys.of_issuer(name).startswith("file:") and not has_ended:
            found.append(f"keys: that of {name} is in a file, and not in a token (BR 6.2.7)")
    return found


def certifiable(settings: Settings) -> AddressFilter:
    """The addresses that certificates may hold; raises Refused for a setting that names no network.

    Those of the public Internet, and at a CA that is not publicly trusted those which validation may enter (X-07).
    """
    return AddressFilter(() if settings.policy.public else parse_networks(settings.validation.allow_networks))


def terms(home: Path, acme: Acme) -> Terms:
    """The terms of service and what the settings say of their change; raises BadSettings."""
    instants = []
    for name in ("terms_changed", "terms_due"):
        text: str = getattr(acme, name)
        try:
            instants.append(parse_rfc3339(text) if text else None)
        except ValueError:
            reason = f'acme.{name} is no instant such as "2027-04-01T00:00:00Z"'
            raise BadSettings(path=home / SETTINGS_FILE, reason=reason) from None
    return Terms(acme.terms_of_service, *instants)


def blocked_keys(home: Path, policy: Policy) -> frozenset[bytes]:
    """The digests of keys that nobody may have: of those in RFCs, and of the operator's list; raises BadSettings.

    A digest is a key's SHA-256, or for RSA the 80 bits that Debian's openssl-blacklist has for it (B-52). Empty lines
    and what follows ``#`` in a line are for people.
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


class BarredNames:
    """The names that nobody may have, by the operator's list, which is read again when it changes (B-27)."""

    def __init__(self, home: Path, policy: Policy) -> None:
        """Raises BadSettings."""
        self._path = home / policy.high_risk if policy.high_risk else None
        self._seen: tuple[int, int] | None = None
        self._barred = barred.NOBODY
        try:
            self._read_changed()
        except OSError as error:
            raise BadSettings(path=self._path, reason=error.strerror or error) from None
        except ValueError as error:
            raise BadSettings(path=self._path, reason=error) from None

    def __call__(self) -> Barred:
        """The list as it is now; one that has become unreadable counts as it was."""
        try:
            self._read_changed()
        except (OSError, ValueError) as error:
            log.error("high-risk.unreadable", path=str(self._path), reason=str(error))  # noqa: TRY400 - no fault of ours
        return self._barred

    def _read_changed(self) -> None:
        if self._path is None:
            return
        about = self._path.stat()
        if self._seen != (about.st_mtime_ns, about.st_size):
            self._barred = barred.parse(self._path.read_text("utf-8"))
            self._seen = (about.st_mtime_ns, about.st_size)


def _digest(path: Path, number: int, text: str) -> bytes:
    try:
        digest = bytes.fromhex(text)
    except ValueError:
        digest = b""
    if len(digest) not in (hashlib.sha256().digest_size, weaknesses.MARK_OCTETS):
        raise BadSettings(path=path, reason=f"line {number} is neither a SHA-256 digest nor openssl-blacklist's")
    return digest


def load_agent(directory: Path) -> Agent:
    """The settings of an agent's directory; raises BadSettings."""
    return load(directory / AGENT_FILE, Agent)


def is_page_url(url: str) -> bool:
    """Whether this is the URL of a page: http or https, a host, and none but the characters of RFC 3986 §2.

    It stands in the directory, in a header and in customers' terminals.
    """
    try:
        parts = urlsplit(url)
        number = parts.port
    except ValueError:
        return False
    is_web = parts.scheme in ("http", "https") and bool(parts.hostname) and number != 0
    return is_web and _OF_A_URL.fullmatch(url) is not None


def is_base_url(url: str, scheme: str) -> bool:
    """Whether a URL is scheme, host in lower case and perhaps a port, with nothing behind but a slash (A-01)."""
    try:
        parts = urlsplit(url)
        number = parts.port
    except ValueError:
        return False
    plain = parts.netloc == parts.netloc.lower() and "@" not in parts.netloc and url.isascii() and url.isprintable()
    return plain and bool(parts.hostname) and number != 0 and url.rstrip("/") == f"{scheme}://{parts.netloc}"
