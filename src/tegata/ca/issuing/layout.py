"""Where the CA's certificates and keys are: file names below the CA's directory, and paths below its public URL.

Names only; reads and writes nothing.
"""

from pathlib import Path

ROOT_CERTIFICATE = Path("root.pem")
ISSUING_CERTIFICATE = Path("issuing.pem")
SERVICES_CERTIFICATE = Path("services.pem")
ROOT_CRL = Path("root.crl")

KEYS = Path("keys")
ROOT_KEY = KEYS / "root.key"
ISSUING_KEY = KEYS / "issuing.key"
SERVICES_KEY = KEYS / "services.key"
SERVER_BUNDLE = KEYS / "server.pem"

ROOT_URL_PATH = "/root.cer"
ISSUING_URL_PATH = "/issuing.cer"
SERVICES_URL_PATH = "/services.cer"
CRL_URL_PATH = "/crl/issuing.crl"
ROOT_CRL_URL_PATH = "/crl/root.crl"
