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
ISSUING_URL_PATH = "/issuing.cer"
SERVICES_URL_PATH = "/services.cer"
CRL_URL_FOLDER = "/crl/"
ROOT_CRL_URL_PATH = "/crl/root.crl"
