"""An operator's own HTTP service for ``httpreq``: it writes what it is asked to BIND, by signed updates."""

import dns.query
import dns.rcode
import dns.tsigkeyring
import dns.update

from tests.e2e.dns_site import DnsSite
from tests.peers.dns_network import COM
from tests.plugins.dns.web import Asked, Service


class BindService(Service):
    """The service for the zone example.com; ``most`` is how many values stood at one name at once."""

    def __init__(self, site: DnsSite) -> None:
        super().__init__(self._write)
        self.most = 0
        self._site = site

    def _write(self, asked: Asked) -> int:
        name, value = asked.body["fqdn"], asked.body["value"]
        key, bind = self._site.key, self._site.network.bind
        keyring = dns.tsigkeyring.from_text({key.name: key.secret})
        message = dns.update.UpdateMessage(COM, keyring=keyring, keyalgorithm=key.algorithm)
        if asked.path == "/present":
            message.add(name, 1, "TXT", value)
        else:
            message.delete(name, "TXT", value)
        done = dns.query.tcp(message, bind.host, port=bind.port, timeout=5).rcode()
        self.most = max(self.most, len(bind.texts(name)))
        return 200 if done == dns.rcode.NOERROR else 500
