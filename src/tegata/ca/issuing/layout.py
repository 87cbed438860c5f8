"""Where the CA's certificates and keys are: file names below the CA's directory, and paths below its public URL.

Names only; reads and writes nothing.
"""

import re
from pathlib import Path

ROOT_CERTIFICATE = Path("root.pem")
ISSUING_CERTIFICATE = Path("issuing.pem")
SERVICES_CERTIFICATE = Path("services.pem")
ROOT_CRL = Path("root.crl")

KEYS = Path("keys")
ROOT_KEY = KEYS / "root.key"
ISSUING_KEY = KEYS / "issuing.key"
SERVICES_KEY = KEYS / "services.key"
SEALING_KEY = KEYS / "sealing.key"
PERSPECTIVES = Path("perspectives")
PERSPECTIVES_CERTIFICATE = PERSPECTIVES / "ca.pem"
PERSPECTIVES_KEY = KEYS / "perspectives.key"
PRIMARY_BUNDLE = KEYS / "perspectives-primary.pem"

# In an agent's own directory.
AGENT_TRUST = Path("ca.pem")
AGENT_CERTIFICATE = Path("agent.pem")
AGENT_KEY = Path("agent.key")

SERVER_BUNDLE = KEYS / "server.pem"

ROOT_URL_PATH = "/root.cer"
SERVICES_URL_PATH = "/services.cer"
CRL_URL_FOLDER = "/crl/"
ROOT_CRL_URL_PATH = "/crl/root.crl"
OCSP_URL_PATH = "/ocsp"

_ISSUER = re.compile(r"issuing(?:([2-9]|[1-9][0-9]{1,3}))?")


def issuer_number(name: str) -> int | None:
    """The number of the issuing CA of this name: 1 of ``issuing``, 2 of ``issuing2``; None for any other name."""
    match = _ISSUER.fullmatch(name)
    return match and int(match[1] or 1)


def issuer_name(number: int) -> str:
    """The name of the issuing CA of this number."""
    return "issuing" if number == 1 else f"issuing{number}"


def issuer_certificate(name: str) -> Path:
    """Where an issuing CA's certificate is."""
    return Path(f"{name}.pem")


def issuer_url_path(name: str) -> str:
    """Where an issuing CA's certificate is fetched."""
    return f"/{name}.cer"
