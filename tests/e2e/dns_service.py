"""An operator's own HTTP service for ``httpreq``: it writes what it is asked to BIND, by signed updates."""

import base64
import hashlib

import dns.query
import dns.rcode
import dns.tsigkeyring
import dns.update

from tests.e2e.dns_site import DnsSite
from tests.peers.dns_network import COM
from tests.plugins.dns.web import Asked, Service


def _record(body: dict[str, str]) -> tuple[str, str]:
    """Name and value; in RAW mode they are the service's own to work out (RFC 8555 §8.4)."""
    if "fqdn" in body:
        return body["fqdn"], body["value"]
    digest = hashlib.sha256(body["keyAuth"].encode()).digest()
    return f"_acme-challenge.{body['domain']}.", base64.urlsafe_b64encode(digest).decode().rstrip("=")


class BindService(Service):
    """The service for the zone example.com; ``most`` is how many values stood at one name at once."""

    def __init__(self, site: DnsSite) -> None:
        super().__init__(self._write)
        self.most = 0
        self._site = site

    def _write(self, asked: Asked) -> int:
        name, value = _record(asked.body)
        key, bind = self._site.key, self._site.network.bind
        keyring = dns.tsigkeyring.from_text({key.name: key.secret})
        message = dns.update.UpdateMessage(COM, keyring=keyring, keyalgorithm=key.algorithm)
        if asked.path == "/present":
            message.add(name, 1, "TXT", value)
        else:
            message.delete(name, "TXT", value)
        done = dns.query.tcp(message, bind.host, port=bind.port, timeout=60).rcode()
        self.most = max(self.most, len(bind.texts(name)))
        return 200 if done == dns.rcode.NOERROR else 500
