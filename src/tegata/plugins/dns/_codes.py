"""lego's codes of the DNS providers we have, with the module of each. Data only."""

# Code in lego v4, which ``dnshelp`` lists: the module.
CODES: dict[str, str] = {
    "exec": "exec",
    "httpreq": "httpreq",
}

# Code in lego v5: the code above.
ALIASES: dict[str, str] = {}
