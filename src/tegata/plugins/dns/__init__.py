"""DNS providers, one module each: ``PLUGIN`` makes the provider, ``PLUGIN.about`` is what ``dnshelp`` shows."""

# The module of each provider by its code in lego v4.
CODES: dict[str, str] = {
    "acme-dns": "acmedns",
    "exec": "exec",
    "httpreq": "httpreq",
    "manual": "manual",
    "pdns": "pdns",
    "rfc2136": "rfc2136",
}

# Codes that lego v5 has renamed, by the new one.
RENAMED: dict[str, str] = {
    "acmedns": "acme-dns",
    "dnsupdate": "rfc2136",
}
