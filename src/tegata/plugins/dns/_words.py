"""Variables that most providers have, with their sentences. Makes data only."""

from tegata.plugin_api.dns import Variable
from tegata.text.catalogue import Sentence

_INTERVAL = Sentence(
    "Seconds between two looks whether a record can be seen (default: {0})",
    "レコードの反映を確認する間隔（秒、既定値 {0}）",
)
_TIMEOUT = Sentence(
    "Seconds after which a record that cannot be seen is given up (default: {0})",
    "レコードの反映を待つ最長時間（秒、既定値 {0}）",
)
_TTL = Sentence("TTL of the records in seconds (default: {0})", "レコードの TTL（秒、既定値 {0}）")
_HTTP_TIMEOUT = Sentence(
    "Seconds to wait for an answer of the service (default: {0})", "サービスの応答を待つ時間（秒、既定値 {0}）"
)


def _variable(name: str, sentence: Sentence, default: int) -> Variable:
    return Variable(name, Sentence(sentence.en.format(default), sentence.ja.format(default)))


def polling_interval(prefix: str, default: int = 2) -> Variable:
    """``PREFIX_POLLING_INTERVAL``."""
    return _variable(f"{prefix}_POLLING_INTERVAL", _INTERVAL, default)


def propagation_timeout(prefix: str, default: int = 60) -> Variable:
    """``PREFIX_PROPAGATION_TIMEOUT``."""
    return _variable(f"{prefix}_PROPAGATION_TIMEOUT", _TIMEOUT, default)


def ttl(prefix: str, default: int = 120) -> Variable:
    """``PREFIX_TTL``."""
    return _variable(f"{prefix}_TTL", _TTL, default)


def http_timeout(prefix: str, default: int = 30) -> Variable:
    """``PREFIX_HTTP_TIMEOUT``."""
    return _variable(f"{prefix}_HTTP_TIMEOUT", _HTTP_TIMEOUT, default)
