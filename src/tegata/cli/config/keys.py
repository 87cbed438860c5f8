"""Every key of the configuration file once, as data: lego v5's keys, ours among them, and the flags they stand for.

A key says what its flag says, in a file for many certificates; its kind of value is the flag's. A key whose flag does
not exist is unknown. How files are read is ``file``'s matter.
"""

from collections.abc import Mapping
from typing import NamedTuple, TypeAlias

Shape: TypeAlias = "Mapping[str, Shape] | Each | str"


class Each(NamedTuple):
    """Entries under names of the user's own."""

    shape: Mapping[str, Shape]


_HOOKS: Mapping[str, Shape] = {
    kind: {"command": f"{kind}-hook", "timeout": f"{kind}-hook-timeout"} for kind in ("pre", "deploy", "post")
}


def _propagation(flag: str) -> Mapping[str, Shape]:
    return {
        "disableAuthoritativeNameservers": f"{flag}.propagation.disable-ans",
        "disableRecursiveNameservers": f"{flag}.propagation.disable-rns",
        "wait": f"{flag}.propagation.wait",
    }


_DNS: Mapping[str, Shape] = {
    "provider": "dns",
    "propagation": _propagation("dns"),
    "dnsTimeout": "dns.timeout",
    "resolvers": "dns.resolvers",
    "envFile": "env-file",
}

_CHALLENGE: Mapping[str, Shape] = {
    "http": {
        "address": "http.address",
        "delay": "http.delay",
        "proxyHeader": "http.proxy-header",
        "webroot": "http.webroot",
        "memcachedHosts": "http.memcached-host",
        "s3Bucket": "http.s3-bucket",
    },
    "tls": {"address": "tls.address", "delay": "tls.delay"},
    "dns": _DNS,
    "dnsAccount": _DNS,  # ours
    "dnsPersist": {
        "issuerDomainName": "dns-persist.issuer-domain-name",
        "persistUntil": "dns-persist.persist-until",
        "propagation": _propagation("dns-persist"),
        "dnsTimeout": "dns-persist.timeout",
        "resolvers": "dns-persist.resolvers",
    },
}

_CERTIFICATE: Mapping[str, Shape] = {
    "domains": "domains",
    "csr": "csr",
    "keyType": "key-type",
    "challenge": "",
    "account": "",
    "enableCommonName": "enable-cn",
    "preferredChain": "preferred-chain",
    "profile": "profile",
    "notBefore": "not-before",
    "notAfter": "not-after",
    "noBundle": "no-bundle",
    "mustStaple": "must-staple",
    "alwaysDeactivateAuthorizations": "always-deactivate-authorizations",
    "renew": {
        "ari": {"disable": "ari-disable", "waitToRenewDuration": "ari-wait-to-renew-duration"},
        "days": "renew-days",
        "reuseKey": "reuse-key",
        "disableRandomSleep": "no-random-sleep",
        "force": "renew-force",
    },
    "pfx": {"password": "pfx.password", "format": "pfx.format"},
    # Ours: what lego v5 has for the whole file only, or not at all.
    "pem": "pem",
    "ancestorDomains": "ancestor-domain",
    "hooks": _HOOKS,
    "envFile": "env-file",
}

ROOT: Mapping[str, Shape] = {
    "storage": "path",
    "networkStack": "",
    "userAgent": "user-agent",
    "log": {"level": "log.level", "format": "log.format"},
    "hooks": _HOOKS,
    "servers": Each(
        {
            "url": "",
            "tlsSkipVerify": "tls-skip-verify",
            "overallRequestLimit": "overall-request-limit",
            "httpTimeout": "http-timeout",
            "outageWait": "outage-wait",  # ours
            "certTimeout": "cert.timeout",
        }
    ),
    "accounts": Each(
        {
            "server": "",
            "email": "email",
            "keyType": "key-type",
            "acceptsTermsOfService": "accept-tos",
            "eab": {"kid": "eab.kid", "hmacKey": "eab.hmac"},
        }
    ),
    "challenges": Each(_CHALLENGE),
    "certificates": Each(_CERTIFICATE),
}
