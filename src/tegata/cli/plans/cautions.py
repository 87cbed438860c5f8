"""What a CA may well refuse, or nobody will trust, of a certificate that is to be ordered: told before, stops nothing.

Pure. Which CA this is, is known by its directory's host; others have copied the rules of Let's Encrypt.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from urllib.parse import urlsplit

from tegata.cli.plans.servers import DIRECTORIES
from tegata.pki.names import is_ip
from tegata.text.catalogue import Sentence

_MOST_NAMES = 100
_MOST_NAMES_OF_NEWER_PROFILES = 25
_NEWER_PROFILES = frozenset({"tlsserver", "shortlived"})
_SHORT_LIVED = "shortlived"
# Let's Encrypt has five certificates of the same names a week, and others have copied that too.
_OFTEN = timedelta(days=7) / 5


def _host(directory: str) -> str | None:
    try:
        return urlsplit(directory).hostname
    except ValueError:
        return None


_STAGING = frozenset(_host(url) for name, url in DIRECTORIES.items() if name.endswith("-staging"))
_LETS_ENCRYPT = frozenset(_host(url) for name, url in DIRECTORIES.items() if name.startswith("letsencrypt"))

_STAGED = Sentence(
    "This CA is for trying things out: no browser trusts its certificates.",
    "これは試験用の認証局です。発行される証明書はブラウザーに信頼されません。",
)
_MANY = Sentence(
    "The certificate is to have {count} names. Most CAs take at most {most} ({profile}): split it into several if this "
    "one refuses.",
    "証明書に {count} 個の名前があります。多くの認証局の上限は {most} 個です（{profile}）。"
    "拒否された場合は複数の証明書に分けてください。",
)
_ADDRESSES = Sentence(
    "Let's Encrypt certifies addresses in certificates of its profile {profile} only: give --profile {profile}.",
    "Let's Encrypt が IP アドレスを認証するのは、プロファイル {profile} の証明書だけです。"
    "--profile {profile} を指定してください。",
)
_EACH_RUN = Sentence(
    "By --days or --renew-force each run orders a new certificate, whatever is left of the one in place, which is "
    "{hours} hours old. CAs limit how often: have the schedule run once a month, or leave the flag out and let the "
    "certificate's end decide.",
    "--days または --renew-force の指定により、証明書の残り日数にかかわらず、実行のたびに新しい証明書を注文します"
    "（現在の証明書は発行から {hours} 時間）。認証局には発行回数の上限があります。"
    "実行を月 1 回程度にするか、この指定を外して有効期限による判断に任せてください。",
)


def each_run(days: int | None, life: timedelta, age: timedelta) -> Iterator[tuple[Sentence, dict[str, object]]]:
    """What to warn of where so many ``--days`` renew a certificate of this life at any age, and so young a one (C-03).

    Once a month is how it is meant; each night more are ordered than a CA gives.
    """
    if days is not None and not 0 <= days < life // timedelta(days=1) and age < _OFTEN:
        yield _EACH_RUN, {"hours": max(0, age // timedelta(hours=1))}


def cautions(server: str, names: Sequence[str], profile: str | None) -> Iterator[tuple[Sentence, dict[str, object]]]:
    """What to warn of, with its facts (C-06, C-16)."""
    host = _host(server)
    if host in _STAGING:
        yield _STAGED, {}
    most = _MOST_NAMES_OF_NEWER_PROFILES if profile in _NEWER_PROFILES else _MOST_NAMES
    if len(names) > most:
        yield _MANY, {"count": len(names), "most": most, "profile": profile or "classic"}
    if host in _LETS_ENCRYPT and profile != _SHORT_LIVED and any(map(is_ip, names)):
        yield _ADDRESSES, {"profile": _SHORT_LIVED}
