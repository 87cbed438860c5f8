"""DNS providers, one module each: ``PLUGIN`` makes the provider, ``PLUGIN.about`` is what ``dnshelp`` shows."""

# The module of each provider by its code in lego v4.
CODES: dict[str, str] = {
    "exec": "exec",
    "httpreq": "httpreq",
    "pdns": "pdns",
    "rfc2136": "rfc2136",
}

# Codes that lego v5 has renamed, by the new one.
RENAMED: dict[str, str] = {
    "dnsupdate": "rfc2136",
}
