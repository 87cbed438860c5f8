"""The HTTP of DNS providers: one request with JSON, limits on what comes back, errors that say which service it was.

Proxies and trusted roots are the environment's. Redirects are not followed: a service's credentials go nowhere else.
Knows no particular service.
"""

import threading
from collections.abc import Collection, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit, urlunsplit

import msgspec

from tegata.plugin_api.dns import ProviderRefused, ProviderUnreachable
from tegata.plugin_api.environment import BadSetting
from tegata.text.catalogue import printable

if TYPE_CHECKING:
    import ssl

    import httpx2

ANSWER_LIMIT = 4 * 1024 * 1024
_EXCERPT = 200


class Answer(NamedTuple):
    """What a service answered."""

    status: int
    content: bytes


class Api:
    """The HTTP interface of one service under ``base``.

    ``variable`` names the setting that ``base`` comes from; raises BadSetting when it is no http or https URL.
    ``credentials`` are for Basic authentication. May be used from several threads.
    """

    def __init__(
        self,
        provider: str,
        variable: str,
        base: str,
        *,
        seconds: float = 30,
        headers: Mapping[str, str] | None = None,
        credentials: tuple[str, str] | None = None,
    ) -> None:
        self.provider = provider
        try:
            parts = urlsplit(base)
            usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            usable = False
        if not usable:
            raise BadSetting(provider=provider, variable=variable, reason="it is not an http or https URL")
        self._base = base.rstrip("/")
        self._seconds = seconds
        self._headers = {"Accept": "application/json", "Accept-Encoding": "identity", **(headers or {})}
        self._credentials = credentials
        self._lock = threading.Lock()

    def send(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        headers: Mapping[str, str] | None = None,
        besides: Collection[int] = (),
    ) -> Answer:
        """Send ``body``, if any, as JSON to ``base`` + ``path``; statuses from 200 to 299 are good, and ``besides``.

        ``headers`` are further ones for this request. Raises ProviderUnreachable, ProviderRefused.
        """
        import httpx2  # noqa: PLC0415 - it costs a tenth of a second, and ``dnshelp`` needs none of it

        url = self._base + path
        sent = {**self._headers, **(headers or {})}
        content = None
        if body is not None:
            sent["Content-Type"] = "application/json"
            content = msgspec.json.encode(body)
        try:
            with self._lock:
                trust = self._trust
        except OSError:
            reason = "the trusted roots cannot be read, see SSL_CERT_FILE and SSL_CERT_DIR"
            raise ProviderUnreachable(provider=self.provider, url=without_credentials(url), reason=reason) from None
        try:
            with (
                httpx2.Client(verify=trust, timeout=self._seconds, headers=sent, auth=self._credentials) as client,
                client.stream(method, url, content=content) as response,
            ):
                answer = Answer(response.status_code, b"".join(self._limited(response, url)))
        except (httpx2.LocalProtocolError, UnicodeError):
            # Its own text shows the header, which may be a credential.
            reason = "a setting holds a character that HTTP does not take"
            raise ProviderUnreachable(provider=self.provider, url=without_credentials(url), reason=reason) from None
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError, ImportError) as error:
            reason = "no answer in time" if isinstance(error, httpx2.TimeoutException) else str(error)
            reason = printable(reason) or type(error).__name__
            raise ProviderUnreachable(provider=self.provider, url=without_credentials(url), reason=reason) from None
        if not 200 <= answer.status < 300 and answer.status not in besides:
            raise self.refused(path, answer)
        return answer

    def refused(self, path: str, answer: Answer) -> ProviderRefused:
        """The error for an answer that is of no use."""
        text = answer.content[: _EXCERPT * 4].decode("utf-8", "replace").strip()[:_EXCERPT]
        url = without_credentials(self._base + path)
        return ProviderRefused(provider=self.provider, url=url, status=answer.status, answer=printable(text))

    @cached_property
    def _trust(self) -> "ssl.SSLContext | bool":
        """The trusted roots, read once, and only where TLS is spoken."""
        import httpx2  # noqa: PLC0415 - see above

        return httpx2.create_ssl_context() if self._base.startswith("https:") else False

    def _limited(self, response: "httpx2.Response", url: str) -> Iterator[bytes]:
        length = 0
        for chunk in response.iter_raw():
            length += len(chunk)
            if length > ANSWER_LIMIT:
                raise ProviderUnreachable(
                    provider=self.provider, url=without_credentials(url), reason="the answer is too long"
                )
            yield chunk


def without_credentials(url: str) -> str:
    """A URL as it may be shown: without user and password."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
