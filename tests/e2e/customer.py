"""The manual's command lines for a customer of tegata-ca, in one place: who runs them is tegata or lego."""

MAIL = "test@example.com"


def eab(contract, hmac=None):
    """The credential's flags; ``hmac`` in place of the contract's own."""
    return ["--eab", "--hmac", hmac or contract["eab"]["hmac"], "--kid", contract["eab"]["kid"]]


def http(ca, address="127.0.0.1", key_type="rsa2048"):
    """How the customer proves a name: by an own listener at an address; and the key type."""
    return ["--http", "--http.port", f"{address}:{ca.http_port}", "--key-type", key_type]


def names(*domains):
    """A ``-d`` for each."""
    return [word for domain in domains for word in ("-d", domain)]


def first_run(ca, contract, *domains, address="127.0.0.1", agree=True):
    """3.2: register and issue; without ``agree`` the terms are asked about."""
    consent = ["--accept-tos"] if agree else []
    return ["-s", ca.directory_url, *consent, *eab(contract), *names(*domains), "-m", MAIL, *http(ca, address), "run"]


def renewal(ca, *domains, more=()):
    """4.1: renew; no EAB."""
    return ["-s", ca.directory_url, *names(*domains), "-m", MAIL, *http(ca), "renew", *more]
