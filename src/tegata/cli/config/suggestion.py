"""A configuration file to begin with, made of what a migrated tree holds: accounts, certificates, and whose they are.

Pure: text out. How names are proved is written nowhere in a tree, so that is left to fill in; no secret is in it.
"""

from collections.abc import Mapping, Sequence

import msgspec
import yaml

from tegata.text.catalogue import Sentence
from tegata.text.language import Language

_HEAD = Sentence(
    "Suggested by “tegata migrate”. Say under challenges how names are proved, and look at the rest; then use it by "
    "“tegata --config FILE”, or as .lego.yml.",
    "「tegata migrate」が作成した設定ファイルの案です。challenges にドメイン名の検証方法を記入し、"
    "内容を確認してから「tegata --config ファイル」で、または .lego.yml として使用してください。",
)
# What lego's words for the types of keys are in the file.
_CHALLENGES = "challenges:\n#  web: {http: {webroot: /var/www/html}}\n#  own: {http: {address: ':80'}}\n"


class Known(msgspec.Struct, frozen=True):
    """A certificate of the tree."""

    called: str
    names: Sequence[str]
    key_type: str
    account: str | None
    """None: it cannot be told whose it is."""


def text(
    language: Language, storage: str, accounts: Mapping[str, tuple[str, str]], certificates: Sequence[Known]
) -> str:
    """The file; ``accounts`` are by what they are called, each with its CA's directory and mail address."""
    content = {
        "storage": storage,
        "accounts": {
            called: {"server": server, **({"email": email} if email else {})}
            for called, (server, email) in accounts.items()
        },
    }
    entries = {
        each.called: {
            "domains": list(each.names),
            **({"keyType": each.key_type.lower()} if each.key_type else {}),
            **({"account": each.account} if each.account else {}),
        }
        for each in certificates
    }
    return "".join(
        (
            f"# {_HEAD.fill(language, {})}\n",
            _dumped(content),
            _CHALLENGES,
            _dumped({"certificates": entries}) if entries else "",
        )
    )


def _dumped(value: object) -> str:
    return str(yaml.safe_dump(value, allow_unicode=True, sort_keys=False, width=10_000))
