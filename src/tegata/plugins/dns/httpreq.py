"""DNS records by an operator's own HTTP service: the provider ``httpreq``, with lego's requests. Knows no DNS."""

from tegata.plugin_api.dns import About, Surroundings, TxtRecord, Variable
from tegata.plugins.dns import _words
from tegata.plugins.dns._http import Api
from tegata.text.catalogue import Sentence


class HttpReqProvider:
    """POSTs ``{"fqdn", "value"}``, or with ``HTTPREQ_MODE=RAW`` ``{"domain", "token", "keyAuth"}``."""

    about = About(
        "HTTP request",
        "httpreq",
        "v2.0.0",
        (
            Variable("HTTPREQ_ENDPOINT", Sentence("The URL of the service", "サービスの URL")),
            Variable(
                "HTTPREQ_MODE",
                Sentence(
                    "RAW: send domain, token and key authorization in place of the record",
                    "RAW を指定すると、レコードの代わりにドメイン、トークン、キーオーソリゼーションを送ります",
                ),
            ),
        ),
        (
            _words.http_timeout("HTTPREQ"),
            Variable("HTTPREQ_PASSWORD", Sentence("Password for Basic authentication", "Basic 認証のパスワード")),
            _words.polling_interval("HTTPREQ"),
            _words.propagation_timeout("HTTPREQ"),
            Variable("HTTPREQ_USERNAME", Sentence("User name for Basic authentication", "Basic 認証のユーザー名")),
        ),
    )
    side_by_side = True

    def __init__(self, surroundings: Surroundings) -> None:
        environment = surroundings.environment
        (endpoint,) = environment.needed("HTTPREQ_ENDPOINT")
        user, password = environment.text("HTTPREQ_USERNAME"), environment.text("HTTPREQ_PASSWORD")
        self._api = Api(
            "httpreq",
            "HTTPREQ_ENDPOINT",
            endpoint,
            seconds=environment.seconds("HTTPREQ_HTTP_TIMEOUT", default=30),
            credentials=(user, password) if user and password else None,
        )
        self._raw = environment.text("HTTPREQ_MODE") == "RAW"
        self.timing = environment.timing("HTTPREQ")

    def add(self, record: TxtRecord) -> None:
        """POST to ``/present``."""
        self._api.send("POST", "/present", self._message(record))

    def remove(self, record: TxtRecord) -> None:
        """POST to ``/cleanup``."""
        self._api.send("POST", "/cleanup", self._message(record))

    def _message(self, record: TxtRecord) -> dict[str, str]:
        if self._raw:
            return dict(zip(("domain", "token", "keyAuth"), record.raw("httpreq", "HTTPREQ_MODE"), strict=True))
        return {"fqdn": record.name, "value": record.value}


PLUGIN = HttpReqProvider
