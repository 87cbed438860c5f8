"""Every ACME URL this CA hands out, made from the configured base: paths, and the way back from an account URL.

The Host header of a request is never looked at (A-15, S-29). Knows no request and no record.
"""

from tegata.ca.errors import UnknownAccount

DIRECTORY = "/acme/"
NEW_NONCE = "/acme/new-nonce"
NEW_ACCOUNT = "/acme/new-account"
NEW_ORDER = "/acme/new-order"
NEW_AUTHZ = "/acme/new-authz"
REVOKE_CERT = "/acme/revoke-cert"
KEY_CHANGE = "/acme/key-change"
ACCOUNT = "/acme/account/{id}"
ORDERS = "/acme/orders/{id}"
ORDERS_AFTER = "/acme/orders/after/{id}"
ORDER = "/acme/order/{id}"
FINALIZE = "/acme/order/{id}/finalize"
AUTHORIZATION = "/acme/authorization/{id}"
CHALLENGE = "/acme/challenge/{id}"
CERTIFICATE = "/acme/certificate/{id}"
ALTERNATE = "/acme/certificate/alternate/{id}"
RENEWAL_INFO = "/acme/renewal-info/{id}"


class Links:
    """The URLs of one CA; ``base`` is the setting ``acme.url``."""

    def __init__(self, base: str) -> None:
        self._base = base.rstrip("/")

    def to(self, path: str, identifier: str = "") -> str:
        """The URL of one of this file's paths, with the object's id in its place."""
        return self._base + path.replace("{id}", identifier)

    def account_id(self, kid: str) -> str:
        """The id in an account URL that we handed out, compared as an exact string (A-11).

        Raises UnknownAccount for any other text.
        """
        identifier = kid.rpartition("/")[2]
        if kid != self.to(ACCOUNT, identifier):
            raise UnknownAccount
        return identifier
