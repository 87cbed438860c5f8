"""lego v5's configuration file key by key: each is understood, and a wrong value is told with file, line and key."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import yaml

from tegata.cli.config.file import read
from tegata.cli.config.keys import ROOT, Each, Shape
from tegata.cli.config.wanted import Wanted, wanted
from tegata.cli.errors import BadConfig
from tegata.cli.grammar.flags import FLAGS

C, A, S, W = "certificates.c.", "accounts.main.", "servers.ca.", "challenges.web."
SECONDS = timedelta(seconds=5)

# The key, a value for it, the flag that it stands for, and the flag's value.
KEYS: list[tuple[str, Any, str, Any]] = [
    ("storage", "tree", "path", "tree"),
    ("networkStack", "ipv4only", "ipv4only", True),
    ("networkStack", "ipv6only", "ipv6only", True),
    ("userAgent", "robot/1", "user-agent", "robot/1"),
    *(
        (f"hooks.{kind}.{key}", value, f"{kind}-hook{more}", told)
        for kind in ("pre", "deploy", "post")
        for key, value, more, told in (("command", "x y", "", "x y"), ("timeout", "5s", "-timeout", SECONDS))
    ),
    (S + "url", "https://other.example/dir", "server", "https://other.example/dir"),
    (S + "tlsSkipVerify", True, "tls-skip-verify", True),
    (S + "overallRequestLimit", 7, "overall-request-limit", 7),
    (S + "httpTimeout", 8, "http-timeout", 8),
    (S + "outageWait", 0, "outage-wait", 0),
    (S + "certTimeout", 9, "cert.timeout", 9),
    (A + "server", "https://own.example/dir", "server", "https://own.example/dir"),
    (A + "email", "a@x", "email", "a@x"),
    (A + "acceptsTermsOfService", True, "accept-tos", True),
    (A + "eab.kid", "0123", "kid", "0123"),
    (A + "eab.hmacKey", "m", "hmac", "m"),
    (W + "http.address", ":5002", "http.port", ":5002"),
    (W + "http.delay", "5s", "http.delay", SECONDS),
    (W + "http.proxyHeader", "Forwarded", "http.proxy-header", "Forwarded"),
    (W + "http.webroot", "/www", "http.webroot", "/www"),
    (W + "http.memcachedHosts", ["a:1", "b:2"], "http.memcached-host", ("a:1", "b:2")),
    (W + "http.s3Bucket", "b", "http.s3-bucket", "b"),
    (W + "tls.address", ":5001", "tls.port", ":5001"),
    (W + "tls.delay", "5s", "tls.delay", SECONDS),
    (W + "dns.provider", "exec", "dns", "exec"),
    (W + "dns.propagation.disableAuthoritativeNameservers", True, "dns.propagation-disable-ans", True),
    (W + "dns.propagation.disableRecursiveNameservers", True, "dns.propagation.disable-rns", True),
    (W + "dns.propagation.wait", "5s", "dns.propagation-wait", SECONDS),
    (W + "dns.dnsTimeout", 6, "dns-timeout", 6),
    (W + "dns.resolvers", ["192.0.2.1:53"], "dns.resolvers", ("192.0.2.1:53",)),
    (W + "dnsPersist.issuerDomainName", "ca.example", "dns-persist.issuer-domain-name", "ca.example"),
    (
        W + "dnsPersist.persistUntil",
        "2027-01-01T00:00:00Z",
        "dns-persist.persist-until",
        datetime(2027, 1, 1, tzinfo=UTC),
    ),
    (W + "dnsPersist.propagation.disableAuthoritativeNameservers", True, "dns.propagation-disable-ans", True),
    (W + "dnsPersist.propagation.disableRecursiveNameservers", True, "dns.propagation.disable-rns", True),
    (W + "dnsPersist.propagation.wait", "5s", "dns.propagation-wait", SECONDS),
    (W + "dnsPersist.dnsTimeout", 6, "dns-timeout", 6),
    (W + "dnsPersist.resolvers", ["192.0.2.1:53"], "dns.resolvers", ("192.0.2.1:53",)),
    (C + "domains", ["x.example"], "domains", ("x.example",)),
    (C + "csr", "x.csr", "csr", "x.csr"),
    (C + "keyType", "rsa2048", "key-type", "rsa2048"),
    (C + "enableCommonName", True, "enable-cn", True),
    (C + "preferredChain", "Root", "preferred-chain", "Root"),
    (C + "profile", "short", "profile", "short"),
    (C + "notBefore", "2027-01-01T00:00:00Z", "not-before", datetime(2027, 1, 1, tzinfo=UTC)),
    (C + "notAfter", "2027-02-01T00:00:00Z", "not-after", datetime(2027, 2, 1, tzinfo=UTC)),
    (C + "noBundle", True, "no-bundle", True),
    (C + "mustStaple", True, "must-staple", True),
    (C + "alwaysDeactivateAuthorizations", True, "always-deactivate-authorizations", True),
    (C + "renew.ari.disable", True, "ari-disable", True),
    (C + "renew.ari.waitToRenewDuration", "5s", "ari-wait-to-renew-duration", SECONDS),
    (C + "renew.days", 12, "days", 12),
    (C + "renew.reuseKey", True, "reuse-key", True),
    (C + "renew.disableRandomSleep", True, "no-random-sleep", True),
    (C + "pfx.password", "p", "pfx.pass", "p"),
    (C + "pfx.format", "SHA256", "pfx.format", "SHA256"),
]
# Those that stand for no flag of the certificate's line.
OTHERS: list[tuple[str, Any]] = [
    ("log.level", "warn"),
    ("log.format", "json"),
    (A + "keyType", "ec384"),
    (C + "challenge", "web"),
    (C + "account", "main"),
    (W + "dns.envFile", "x.env"),
]


def document(key: str, value: Any) -> str:
    """A file that is whole but for the key, which is its last word in its section."""
    content: dict[str, Any] = {
        "servers": {"ca": {"url": "https://ca.example/dir"}},
        "accounts": {"main": {"server": "ca"}},
        "challenges": {"web": {"dns": {"provider": "exec"}} if "dns" in key.split(".") else {"http": {}}},
        "certificates": {"c": {"domains": ["c.example"]}},
    }
    where = content
    *sections, last = key.split(".")
    for section in sections:
        where = where.setdefault(section, {})
    where[last] = value
    return str(yaml.safe_dump(content, sort_keys=False))


def understood(text: str) -> Wanted:
    (found,) = wanted(read(text, "x.yml"), "x.yml")
    return found


@pytest.mark.parametrize(("key", "value", "flag", "told"), KEYS)
def test_it_stands_for_its_flag(key: str, value: Any, flag: str, told: Any) -> None:
    """As if it were typed."""
    assert understood(document(key, value)).invocation.given[flag] == told


def test_the_others() -> None:
    """Keys that name entries, files and log lines."""
    log = read(document("log.level", "warn") + "", "x.yml").sections["log"].flags
    assert log == {"log.level": "warn"}
    assert read(document("log.format", "json"), "x.yml").sections["log"].flags == {"log.format": "json"}
    assert understood(document(A + "keyType", "ec384")).account_key_type == "ec384"
    assert understood(document(W + "dns.envFile", "x.env")).env_files == ("x.env",)
    assert understood(document(C + "challenge", "web")).invocation.given["http"] is True
    assert understood(document(C + "account", "main")).invocation.given["account-id"] == "main"


@pytest.mark.parametrize("key", [key for key, *_ in (*KEYS, *OTHERS)])
def test_a_wrong_value_is_told_with_file_line_and_key(key: str) -> None:
    """A section of its own is no value of any of them."""
    text = document(key, {"wrong": 1})
    with pytest.raises(BadConfig) as caught:
        understood(text)
    line = next(number for number, each in enumerate(text.splitlines(), 1) if "wrong: 1" in each)
    facts = caught.value.facts
    assert (facts["file"], facts["key"]) == ("x.yml", key)
    assert int(str(facts["line"])) in (line - 1, line)


@pytest.mark.parametrize("key", ["networkStack", "challenge", "account"])
def test_a_word_that_names_nothing(key: str) -> None:
    """It is told what it may be, or that it is not there."""
    whole = key if key == "networkStack" else C + key
    with pytest.raises(BadConfig) as caught:
        understood(document(whole, "bogus"))
    assert caught.value.facts["key"] == whole


def test_records_of_the_account() -> None:
    """Ours: as ``dns``, and without a section by the challenge's name; a provider makes dns-01's records too (X-42)."""
    found = understood(document(W + "dnsAccount.resolvers", ["192.0.2.1:53"]).replace("http: {}", ""))
    assert found.invocation.given["dns-account"] is True
    assert "dns" not in found.invocation.given
    found = understood(document(W + "dnsAccount.provider", "exec").replace("http: {}", ""))
    assert (found.invocation.given["dns-account"], found.invocation.given["dns"]) == (True, "exec")
    text = document(C + "challenge", "dns-account-01").replace("challenges:\n  web:\n    http: {}\n", "")
    assert understood(text).invocation.given["dns-account"] is True


def test_domains_above() -> None:
    """Ours: a list, as its flag is; they are for the certificate they stand with (X-60)."""
    found = understood(document(C + "ancestorDomains", ["example.co.jp", "example.net"]))
    assert found.invocation.given["ancestor-domain"] == ("example.co.jp", "example.net")
    with pytest.raises(BadConfig):
        understood(document(C + "ancestorDomains", {"x": 1}))


def test_no_key_is_left_out() -> None:
    """All keys of the file are above, but ours."""
    spelled = {name for flag in FLAGS for name in flag.spellings}
    shown = {
        key.replace(".c.", ".*.").replace(".main.", ".*.").replace(".ca.", ".*.").replace(".web.", ".*.")
        for key, *_ in (*KEYS, *OTHERS)
    }
    ours = {f"certificates.*.{key}" for key in ("pem", "ancestorDomains", "envFile", "renew.force")}
    ours |= {key.replace(".dns.", ".dnsAccount.") for key in shown if ".dns." in key}
    ours |= {
        f"certificates.*.hooks.{kind}.{key}" for kind in ("pre", "deploy", "post") for key in ("command", "timeout")
    }
    there = {path for path, flag in leaves(ROOT) if (not flag or flag in spelled)}
    assert there - ours == shown


def leaves(shape: Mapping[str, Shape], path: str = "") -> Iterator[tuple[str, str]]:
    for name, inside in shape.items():
        if isinstance(inside, str):
            yield f"{path}{name}", inside
        elif isinstance(inside, Each):
            yield from leaves(inside.shape, f"{path}{name}.*.")
        else:
            yield from leaves(inside, f"{path}{name}.")
