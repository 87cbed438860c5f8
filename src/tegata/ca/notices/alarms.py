"""What the CA writes to its operators: what keeps it from its work, and what to do, in Japanese and English. Pure."""

from collections.abc import Mapping

from tegata.ca.model import Alarm, AlarmKind
from tegata.ca.notices.letters import Letter
from tegata.clock import rfc3339
from tegata.text.catalogue import Sentence, printable
from tegata.text.language import Language

_TITLES: Mapping[AlarmKind, Sentence] = {
    AlarmKind.CRL_LATE: Sentence("a CRL is not published", "CRL を発行できていません"),
    AlarmKind.KEY_AWAY: Sentence("the key of {about} is out of reach", "{about} の鍵に接続できません"),
    AlarmKind.ENDS_SOON: Sentence("{about} ends soon", "{about} の期限が近づいています"),
    AlarmKind.AGENT_SILENT: Sentence(
        "the perspective {about} does not answer", "確認地点 {about} から応答がありません"
    ),
    AlarmKind.DISK_FULL: Sentence("the disk of {about} is nearly full", "{about} のディスクの空きが残りわずかです"),
    AlarmKind.CLOCK_APART: Sentence("the clock of {about} is wrong", "{about} の時計がずれています"),
    AlarmKind.DATABASE_AWAY: Sentence("{about} has no use of the database", "{about} からデータベースを利用できません"),
}
_TEXTS: Mapping[AlarmKind, Sentence] = {
    AlarmKind.CRL_LATE: Sentence(
        "{names}: due, and could not be signed. Once the last one ends, clients may refuse every certificate on it.\n"
        "Look at the log of serve (crl.failed, crl.postponed) and at the issuing CA's key.",
        "{names}: 更新の時期を過ぎましたが、署名できていません。"
        "現在の CRL の期限が切れると、証明書が拒否されるおそれがあります。\n"
        "serve のログ（crl.failed、crl.postponed）と発行認証局の鍵を確認してください。",
    ),
    AlarmKind.KEY_AWAY: Sentence(
        "Seen at {node} ({reason}). It signs no certificate and no CRL meanwhile; what waits is done once it is back.\n"
        "Look at the token (HSM), its module and its PIN.",
        "{node} で検知しました（{reason}）。この間、証明書と CRL に署名できません。"
        "復旧後、保留中の処理は再開されます。\n"
        "トークン（HSM）とそのモジュール、PIN を確認してください。",
    ),
    AlarmKind.ENDS_SOON: Sentence(
        "It ends on {ends}, and only people renew it: see tegata-ca check and tegata-ca ceremony.",
        "{ends} に期限を迎えます。自動では更新されません。tegata-ca check と tegata-ca ceremony を確認してください。",
    ),
    AlarmKind.AGENT_SILENT: Sentence(
        "Asked by {node} ({reason}). With too few perspectives no name can be validated.\n"
        "Look at the agent (tegata-ca perspective serve) and at the way to it.",
        "{node} から確認しました（{reason}）。応答する確認地点が不足すると、ドメイン名を確認できません。\n"
        "エージェント（tegata-ca perspective serve）と、そこまでの通信経路を確認してください。",
    ),
    AlarmKind.DISK_FULL: Sentence(
        "{mib} MiB are left for the CA's directory; without any nothing can be recorded, nor issued.",
        "認証局のディレクトリの空き容量は {mib} MiB です。空きがなくなると記録も発行もできません。",
    ),
    AlarmKind.CLOCK_APART: Sentence(
        "It is {seconds} s off the database server's (below zero: behind), and this node issues nothing. "
        "Set both by NTP.",
        "データベースサーバーの時計と {seconds} 秒ずれているため（負の値は遅れ）、このノードは発行を停止しています。"
        "両方を NTP で合わせてください。",
    ),
    AlarmKind.DATABASE_AWAY: Sentence(
        "{reason}\nRequests are answered 503 meanwhile. Look at the database and at the way to it.",
        "{reason}\nこの間、要求には 503 を返します。データベースと、そこまでの通信経路を確認してください。",
    ),
}
_BEGUN = Sentence("Alarm", "異常")
_OVER = Sentence("Over", "復旧")
_OVER_TEXT = Sentence("This is over.", "この異常は解消しました。")
_AT = Sentence("Told at {at} by {node}.", "検知日時 {at}、検知したノード {node}")


def alarm(told: Alarm, ca_name: str) -> Letter:
    """The letter that something is wrong, or is no longer."""
    facts: dict[str, object] = {name: printable(fact) for name, fact in told.facts.items()}
    facts |= {"about": printable(told.about), "at": rfc3339(told.at)}
    state, text = (_OVER, _OVER_TEXT) if told.is_over else (_BEGUN, _TEXTS[told.kind])
    ja, en = (_title(state, told.kind, facts, language) for language in (Language.JA, Language.EN))
    parts = [
        f"{title}\n\n{text.fill(language, facts)}\n\n{_AT.fill(language, facts)}\n"
        for title, language in ((ja, Language.JA), (en, Language.EN))
    ]
    return Letter(f"[{printable(ca_name)}] {ja} / {en}", "\n".join([*parts, f"--\n{printable(ca_name)}\n"]))


def _title(state: Sentence, kind: AlarmKind, facts: dict[str, object], language: Language) -> str:
    return f"{state.fill(language, facts)}: {_TITLES[kind].fill(language, facts)}"
