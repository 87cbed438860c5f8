"""The log lines for what the client reports.

Knows events, and nothing of how they came about. Where lego has a line, it is lego's; our own are in both languages.
"""

from collections.abc import Callable

import msgspec

from tegata.cli.console import INFO, WARN, shown
from tegata.cli.context import Context
from tegata.client import events
from tegata.errors import TegataError
from tegata.text.catalogue import Sentence, explain

# What is said of each event, with its fields in braces; others are not worth a line. {TYPE} is the challenge's type as
# lego shouts it, {email} the account's, {main} the certificate's first name.
_LINES: dict[type[events.Event], tuple[str, str | Sentence]] = {
    events.Registering: (INFO, "acme: Registering account for {email}"),
    events.AuthorizationRead: (INFO, "[{name}] AuthURL: {url}"),
    events.AlreadyValid: (INFO, "[{name}] acme: authorization already valid; skipping challenge"),
    events.SolverMissing: (INFO, "[{name}] acme: Could not find solver for: {challenge_type}"),
    events.SolverChosen: (INFO, "[{name}] acme: use {challenge_type} solver"),
    events.Trying: (INFO, "[{name}] acme: Trying to solve {TYPE}"),
    events.Validated: (INFO, "[{name}] The server validated our request"),
    events.Finalizing: (INFO, "[{names}] acme: Validations succeeded; requesting certificates"),
    events.WaitingForCertificate: (INFO, "Wait for certificate"),
    events.CertificateReceived: (INFO, "[{main}] Server responded with a certificate."),
    events.Retrying: (
        WARN,
        Sentence("{error} Trying again in {seconds} seconds", "{error} {seconds} 秒後に再試行します"),
    ),
    events.ProfileDropped: (
        WARN,
        Sentence(
            "The CA does not offer the profile {profile} (it offers: {offered}); its default is ordered",
            "認証局はプロファイル {profile} を提供していません（提供: {offered}）。既定のプロファイルで注文します",
        ),
    ),
    events.ChainNotOffered: (
        INFO,
        Sentence(
            "[{main}] acme: no chain from the CA has the issuer {preferred}; the default chain is used",
            "[{main}] acme: 発行者が {preferred} のチェーンは提供されていません。既定のチェーンを使用します",
        ),
    ),
    events.ReplacesDropped: (
        WARN,
        Sentence(
            "The order is not linked to the certificate it replaces: {error}",
            "注文を更新元の証明書に関連付けませんでした: {error}",
        ),
    ),
    events.Presenting: (INFO, "[{name}] acme: Preparing to solve {TYPE}"),
    events.LastingRecordFound: (
        INFO,
        Sentence(
            '[{name}] acme: this record is there already: {place} TXT "{text}"',
            '[{name}] acme: このレコードはすでにあります: {place} TXT "{text}"',
        ),
    ),
    events.LastingRecordMade: (
        WARN,
        Sentence(
            "[{name}] Whoever has the account's private key can have certificates for this name from now on, until the "
            "record at {place} is removed: guard the key like the zone itself",
            "[{name}] {place} のレコードがある間は、アカウントの秘密鍵があればこの名前の証明書を取得できます。"
            "秘密鍵はゾーンと同様に厳重に管理してください",
        ),
    ),
    events.LastingRecordEnds: (
        WARN,
        Sentence(
            "[{name}] The record at {place} proves nothing after {until}: replace it by one with a later persistUntil, "
            "or with none, before the next renewal",
            "[{name}] {place} のレコードは {until} を過ぎると認証に使えません。次の更新までに、persistUntil がより遅い"
            "レコード、または persistUntil のないレコードに置き換えてください",
        ),
    ),
    events.CheckingPropagation: (INFO, "[{name}] acme: Checking DNS record propagation using [{servers}]"),
    events.AwaitingPropagation: (INFO, "Wait for propagation [timeout: {timeout}s, interval: {interval}s]"),
    events.ClockDiffers: (
        WARN,
        Sentence(
            "This machine's clock is {seconds} seconds {way} the CA's: set it, certificates' and renewals' dates go by "
            "it",
            "このマシンの時計は認証局より {seconds} 秒{way}います。証明書の更新時期に影響しますので合わせてください",
        ),
    ),
    events.CleaningUp: (INFO, "[{name}] acme: Cleaning {TYPE} challenge"),
    events.CleanupFailed: (
        WARN,
        Sentence(
            "[{name}] acme: cleaning up {challenge_type} failed: {error}",
            "[{name}] acme: {challenge_type} の後片付けに失敗しました: {error}",
        ),
    ),
}
_WAYS = {"ahead of": Sentence("ahead of", "進んで"), "behind": Sentence("behind", "遅れて")}


def narrator(context: Context, email: str, main_name: str) -> Callable[[events.Event], None]:
    """Something to report to, which writes the log lines of one account and certificate, and fills the board."""
    board = context.console.with_board(context.environ, context.language)

    def narrate(event: events.Event) -> None:
        if board is not None:
            board.take(main_name, event)
        if type(event) not in _LINES:
            return
        level, template = _LINES[type(event)]
        facts = {name: _told(context, value) for name, value in msgspec.structs.asdict(event).items()}
        facts |= {"email": shown(email), "main": shown(main_name), "TYPE": facts.get("challenge_type", "").upper()}
        context.console.log(_in_words(template, facts, context), level)

    return narrate


def _in_words(template: str | Sentence, facts: dict[str, str], context: Context) -> str:
    if isinstance(template, str):
        return template.format_map(facts)
    if facts.get("way") in _WAYS:
        facts["way"] = _WAYS[facts["way"]].fill(context.language, {})
    return template.fill(context.language, dict(facts))


def obtaining(names: tuple[str, ...], *, bundle: bool = True, csr: bool = False) -> str:
    """The first line of an order."""
    bundled = "bundled " if bundle else ""
    given = " given a CSR" if csr else ""
    return f"[{', '.join(names)}] acme: Obtaining {bundled}SAN certificate{given}"


def _told(context: Context, value: object) -> str:
    """A field of an event, for a line."""
    match value:
        case TegataError():
            return explain(value, context.language).what
        case tuple():
            return ", ".join(shown(each) for each in value)
        case float():
            return f"{value:.1f}"
        case _:
            return shown(value)
