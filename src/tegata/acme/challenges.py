"""What each challenge expects (RFC 8555 §8): the client presents it, the CA looks for it.

Tokens come from outside and go into paths and names: every function here checks them first.
"""

import base64
import hashlib
import re
from ipaddress import ip_address

from tegata.acme import b64
from tegata.errors import TegataError
from tegata.pki import names

HTTP_01 = "http-01"
DNS_01 = "dns-01"
DNS_ACCOUNT_01 = "dns-account-01"
DNS_PERSIST_01 = "dns-persist-01"
TLS_ALPN_01 = "tls-alpn-01"

DNS01_LABEL = "_acme-challenge"
_PERSIST_LABEL = "_validation-persist"
MOST_ISSUERS = 10
"""So many names of the CA may a dns-persist-01 challenge have (draft-ietf-acme-dns-persist §3)."""

HTTP01_PREFIX = "/.well-known/acme-challenge/"

# RFC 8737 §6: the protocol that is negotiated, and the extension of the certificate that is shown.
ACME_TLS = "acme-tls/1"
ACME_IDENTIFIER_OID = "1.3.6.1.5.5.7.1.31"

# 128 bits of base64url are 22 characters; some test servers give 16. No CA gives more than 64.
_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,128}")
_EXCERPT = 64


class BadToken(TegataError):
    """A challenge token outside the alphabet or length that is safe to use; facts: ``token`` (its start)."""

    code = "acme.token"


def check_token(token: str) -> str:
    """The token itself if it is 16 to 128 characters of base64url, else BadToken. A-66."""
    if not _TOKEN.fullmatch(token):
        raise BadToken(token=token[:_EXCERPT])
    return token


def key_authorization(token: str, thumbprint: str) -> str:
    """What proves that the holder of an account key answers (RFC 8555 §8.1); raises BadToken."""
    return f"{check_token(token)}.{thumbprint}"


def http01_path(token: str) -> str:
    """The path under which an http-01 key authorization is served (RFC 8555 §8.3); raises BadToken."""
    return HTTP01_PREFIX + check_token(token)


def dns01_name(name: str) -> str:
    """Where the TXT record for a name is, without a dot at the end (RFC 8555 §8.4); ``name`` has no wildcard label."""
    return f"{DNS01_LABEL}.{name}"


def dnsaccount01_name(name: str, account_url: str) -> str:
    """Where one account's TXT record for a name is (draft-ietf-acme-dns-account-label §3); its value is dns-01's. X-42.

    Several accounts, of several CAs too, can prove one name at once, each with an alias of its own.
    """
    label = base64.b32encode(hashlib.sha256(account_url.encode("ascii")).digest()[:10]).decode("ascii").lower()
    return f"_{label}.{dns01_name(name)}"


def dnspersist01_name(name: str) -> str:
    """Where the lasting TXT records for a name are (draft-ietf-acme-dns-persist §4); it has no wildcard label. X-44."""
    return f"{_PERSIST_LABEL}.{name}"


def dnspersist01_value(issuer: str, account_url: str, *, wildcard: bool) -> str:
    """The least value by which an account proves a name to an issuer until the record is removed. X-44, X-45."""
    return f"{issuer}; accounturi={account_url}{'; policy=wildcard' if wildcard else ''}"


def dnspersist01_account(prefix: str, thumbprint: str, account_url: str, domain: str) -> str:
    """What an account is called in a domain's record since draft 02 (§4.1); ``*`` as domain is good for any.

    A hash, so that nobody sees in the DNS whose domains belong together.
    """
    hashed = bytes([len(domain)]) + f"{domain}{thumbprint}{account_url}".encode("ascii")
    return f"{prefix}sha-256/{b64.encode(hashlib.sha256(hashed).digest())}"


def dns01_value(key_authorization: str) -> str:
    """The TXT value for a dns-01 key authorization (RFC 8555 §8.4)."""
    return b64.encode(_digest(key_authorization))


def tlsalpn01_server_name(value: str) -> str:
    """The name in the handshake: an identifier's own, or an address's in the reverse DNS (RFC 8738 §6). X-06."""
    return ip_address(value).reverse_pointer if names.is_ip(value) else value


def tlsalpn01_extension(key_authorization: str) -> bytes:
    """The value of the acmeIdentifier extension: the digest as a DER OCTET STRING of 32 octets (RFC 8737 §3)."""
    return b"\x04\x20" + _digest(key_authorization)


def _digest(key_authorization: str) -> bytes:
    return hashlib.sha256(key_authorization.encode("ascii")).digest()
