"""Every command of ``tegata`` once, as data: lego v4's of one word, and lego v5's of two.

What flags a command takes is said in ``flags``, how words are parsed is ``words``' matter.
"""

from enum import StrEnum
from typing import NamedTuple

from tegata.text.catalogue import Sentence


class Generation(StrEnum):
    """The two command lines lego has had."""

    V4 = "v4"
    V5 = "v5"


class Command(NamedTuple):
    """One command."""

    words: str
    """What is typed: one word, or two."""
    does: str
    """What it is called in code, where both generations' words for one thing meet; flags name commands by this."""
    help: Sentence
    generation: Generation | None = None
    """The only generation that has it; None: both."""

    @property
    def group(self) -> str | None:
        """The first of two words."""
        first, _, second = self.words.partition(" ")
        return first if second else None


_LIST = Sentence("Show certificates and accounts", "証明書とアカウントを表示します")
_REVOKE = Sentence("Revoke a certificate", "証明書を失効します")

_ALL = (
    Command(
        "run",
        "run",
        Sentence("Register an account, then obtain a certificate", "アカウントを登録し、証明書を発行します"),
    ),
    Command(
        "renew",
        "renew",
        Sentence("Renew a certificate when it is time", "更新時期になった証明書を更新します"),
        Generation.V4,
    ),
    Command("revoke", "revoke", _REVOKE, Generation.V4),
    Command("list", "list", _LIST, Generation.V4),
    Command("certificates list", "list", Sentence("Show certificates", "証明書を表示します"), Generation.V5),
    Command("certificates revoke", "revoke", _REVOKE, Generation.V5),
    Command("accounts list", "accounts list", Sentence("Show accounts", "アカウントを表示します"), Generation.V5),
    Command(
        "accounts register",
        "accounts register",
        Sentence("Register an account without obtaining a certificate", "証明書を発行せずにアカウントだけを登録します"),
        Generation.V5,
    ),
    Command(
        "accounts keyrollover",
        "accounts keyrollover",
        Sentence("Give the account a new private key", "アカウントの秘密鍵を新しい鍵に交換します"),
        Generation.V5,
    ),
    Command(
        "accounts recover",
        "accounts recover",
        Sentence("Recover an account by its private key", "秘密鍵からアカウントを復元します"),
        Generation.V5,
    ),
    Command(
        "dnshelp",
        "dnshelp",
        Sentence("Show the providers of --dns and their variables", "--dns のプロバイダーと環境変数を表示します"),
    ),
    Command(
        "dnspersist",
        "dnspersist",
        Sentence(
            "Show the records that dns-persist-01 will want, and which of them are there; nothing is changed",
            "dns-persist-01 に必要なレコードと、その登録状況を表示します（変更は行いません）",
        ),
    ),
    Command(
        "doctor",
        "doctor",
        Sentence(
            "Tell what stands in the way of certificates for these names (CAA, DNSSEC, addresses); nothing is changed",
            "CAA、DNSSEC、アドレスを調べ、証明書発行の妨げになるものを表示します（変更は行いません）",
        ),
    ),
    Command(
        "conformance",
        "conformance",
        Sentence(
            "Check what an ACME server (its directory's URL) does against the standards",
            "ACME サーバー（ディレクトリの URL）の動作を規格と照合します",
        ),
    ),
    Command(
        "archives list",
        "archives list",
        Sentence("Show archived certificates and accounts", "アーカイブ済みの証明書とアカウントを表示します"),
        Generation.V5,
    ),
    Command(
        "archives restore",
        "archives restore",
        Sentence("Bring an archived certificate or account back", "アーカイブ済みの証明書またはアカウントを復元します"),
        Generation.V5,
    ),
    Command(
        "migrate",
        "migrate",
        Sentence("Turn a directory of lego 4 into one of lego 5", "lego 4 のディレクトリを lego 5 の形式に変換します"),
        Generation.V5,
    ),
    *(
        Command(
            f"completion {shell.lower()}",
            "completion",
            Sentence(f"Print the script that completes words in {shell}", f"{shell} の補完スクリプトを出力します"),
        )
        for shell in ("bash", "zsh", "fish", "PowerShell")
    ),
)

COMMANDS: dict[str, Command] = {command.words: command for command in _ALL}
GROUPS: frozenset[str] = frozenset(command.group for command in _ALL if command.group)
# Those that ask a configuration file where things are and who may speak for them, by what they are called in code.
WITH_FILE = frozenset({"revoke", "list", "accounts list", "archives list"})
# The words that may stand where a command is expected.
FIRST_WORDS: frozenset[str] = frozenset(words.split()[0] for words in COMMANDS)


def known(group: str | None = None) -> str:
    """The commands there are, or those of a group, for a sentence."""
    return ", ".join(words for words, command in COMMANDS.items() if group in (None, command.group))
