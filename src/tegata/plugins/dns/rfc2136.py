"""DNS records by DNS updates (RFC 2136) at the zone's primary server: the provider ``rfc2136``, also ``dnsupdate``.

Reads the settings and chooses the zone; the messages are ``_update``'s.
"""

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tegata.plugin_api.dns import About, Environment, ProviderFailed, Surroundings, TxtRecord, Variable
from tegata.plugin_api.environment import BadSetting
from tegata.plugins.dns import _words
from tegata.plugins.dns._tsig import ALGORITHMS, tsig_key
from tegata.text.catalogue import Sentence

if TYPE_CHECKING:
    from tegata.plugins.dns._update import UpdateServer

_CODE = "rfc2136"
# lego's v4 spelling first, which the manual's readers have; messages use it.
_PREFIXES = ("RFC2136", "DNSUPDATE")
_DNS_PORT = 53


class Rfc2136Provider:
    """Adds and removes single values at ``RFC2136_NAMESERVER``; others at the name stay.

    The zone is one of ``RFC2136_ZONES``, or else the one that the server itself names.
    """

    about = About(
        "RFC2136",
        _CODE,
        "v0.3.0",
        (
            Variable(
                "RFC2136_NAMESERVER",
                Sentence(
                    "The zone's primary name server, HOST or HOST:PORT",
                    "ゾーンのプライマリーネームサーバー（HOST または HOST:PORT）",
                ),
            ),
            Variable("RFC2136_TSIG_KEY", Sentence("Name of the TSIG key", "TSIG 鍵の名前")),
            Variable("RFC2136_TSIG_SECRET", Sentence("Secret of the TSIG key, in base64", "TSIG 鍵の秘密値（Base64）")),
            Variable(
                "RFC2136_TSIG_ALGORITHM",
                Sentence(
                    f"Algorithm of the TSIG key: {', '.join(ALGORITHMS)} (default: {ALGORITHMS[0]})",
                    f"TSIG 鍵のアルゴリズム：{'、'.join(ALGORITHMS)}（既定値 {ALGORITHMS[0]}）",
                ),
            ),
            Variable(
                "RFC2136_TSIG_FILE",
                Sentence(
                    "File with the key as tsig-keygen writes it, in place of the three above",
                    "tsig-keygen が出力した鍵のファイル（上の 3 つの代わりに指定します）",
                ),
            ),
        ),
        (
            Variable(
                "RFC2136_DNS_TIMEOUT",
                Sentence(
                    "Seconds to wait for an answer of the server (default: 10)",
                    "サーバーの応答を待つ時間（秒、既定値 10）",
                ),
            ),
            _words.polling_interval("RFC2136"),
            _words.propagation_timeout("RFC2136"),
            _words.ttl("RFC2136"),
            Variable(
                "RFC2136_ZONES",
                Sentence(
                    "The zones that may be changed, separated by commas (default: the server is asked)",
                    "変更対象のゾーン（コンマ区切り。指定しない場合はサーバーに問い合わせます）",
                ),
            ),
        ),
    )
    side_by_side = True

    def __init__(self, surroundings: Surroundings) -> None:
        environment = surroundings.environment
        zones = environment.text(*_spelled("ZONES")).split(",")
        self._zones = [zone.strip().lower().rstrip(".") + "." for zone in zones if zone.strip()]
        self._server = _server(environment)
        self._found: dict[str, str] = {}
        self.timing = environment.timing(*_PREFIXES)

    def add(self, record: TxtRecord) -> None:
        """Add the value."""
        self._server.add(self._zone_of(record.name), record.name, record.value, self.timing.ttl)

    def remove(self, record: TxtRecord) -> None:
        """Remove the value."""
        self._server.remove(self._zone_of(record.name), record.name, record.value)

    def _zone_of(self, name: str) -> str:
        if self._zones:
            holding = [zone for zone in self._zones if f".{name}".endswith(f".{zone}")]
            if not holding:
                raise ProviderFailed(provider=_CODE, reason="no zone of RFC2136_ZONES holds the name")
            return max(holding, key=len)
        if name not in self._found:
            self._found[name] = self._server.zone_of(name)
        return self._found[name]


def _spelled(name: str) -> tuple[str, ...]:
    return tuple(f"{prefix}_{name}" for prefix in _PREFIXES)


def _server(environment: Environment) -> "UpdateServer":
    # dnspython costs a tenth of a second, and `dnshelp` needs none of it.
    from tegata.plugins.dns._update import BadKeyName, UpdateServer  # noqa: PLC0415 - see the line above

    (nameserver,) = environment.needed(_spelled("NAMESERVER"))
    host, port = _host_and_port(environment, nameserver)
    key = tsig_key(environment, *_PREFIXES)
    seconds = environment.seconds(*_spelled("DNS_TIMEOUT"), default=10)
    try:
        return UpdateServer(_CODE, host, port, key, seconds=seconds)
    except BadKeyName:
        reason = "the name of the key is no DNS name"
        raise BadSetting(provider=environment.provider, variable="RFC2136_TSIG_KEY", reason=reason) from None


def _host_and_port(environment: Environment, nameserver: str) -> tuple[str, int]:
    bare_ipv6 = nameserver.count(":") > 1 and not nameserver.startswith("[")
    try:
        parts = urlsplit(f"//[{nameserver}]" if bare_ipv6 else f"//{nameserver}")
        host, port = parts.hostname, _DNS_PORT if parts.port is None else parts.port
    except ValueError:
        host, port = None, 0
    if not host or not port:
        reason = "it is not HOST or HOST:PORT of a name server"
        raise BadSetting(provider=environment.provider, variable="RFC2136_NAMESERVER", reason=reason)
    return host, port


PLUGIN = Rfc2136Provider
