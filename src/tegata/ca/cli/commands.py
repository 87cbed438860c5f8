"""The commands of ``tegata-ca``: every command and option once, as a table. How a line is read is ``grammar``'s."""

from collections.abc import Sequence
from pathlib import Path
from typing import get_args

from tegata.ca.cli.options import Command, Option, instant, link
from tegata.ca.model import Cause, Source
from tegata.ca.policy.certificates import OF_CAS, OF_OPERATORS, Reason
from tegata.ca.settings import Region
from tegata.pki.reasons import NUMBERS
from tegata.text.catalogue import Sentence


def _told(reasons: Sequence[Reason]) -> str:
    names = {number: name for name, number in NUMBERS.items()}
    return ", ".join(f"{reason:d}={names[reason]}" for reason in reasons)


_OF_OPERATORS, _OF_CAS = _told(OF_OPERATORS), _told(OF_CAS)
DEFAULT_HOME = "tegata-ca"
HOME_VARIABLE = "TEGATA_CA_DIR"

EVERYWHERE = (
    Option(
        "dir",
        "DIR",
        Sentence(
            f"the CA's directory (default ./{DEFAULT_HOME}, or {HOME_VARIABLE})",
            f"認証局のディレクトリ（省略時は ./{DEFAULT_HOME} または環境変数 {HOME_VARIABLE}）",
        ),
        type=Path,
    ),
    Option(
        "json",
        "",
        Sentence("print JSON; errors too, one line on stderr", "JSON で出力（エラーも標準エラー出力に 1 行で出力）"),
    ),
)
_ENDS = Option(
    "ends",
    "T",
    Sentence(
        "end of the contract, RFC 3339 in UTC (default: the service's term)",
        "契約の終了日時（RFC 3339、UTC。省略時はサービスの期間）",
    ),
    type=instant,
)
_EXPIRES = Option(
    "expires",
    "T",
    Sentence(
        "end of the credential and of its accounts (default: the contract's)",
        "EAB とそのアカウントの有効期限（省略時は契約の終了まで）",
    ),
    type=instant,
)
_BY = Option(
    "by",
    "NAME",
    Sentence("who is there, for the transcript; may be repeated", "立会者の名前（記録に残ります。複数指定可）"),
    required=True,
    many=True,
)
_COUNTRY = Option(
    "country",
    "CC",
    Sentence("where that organization is (default JP)", "組織の所在国（省略時は JP）"),
)
_ROOT_KEY = Option(
    "key",
    "URI",
    Sentence(
        "the root's key, file: or pkcs11: (default file:keys/root.key)",
        "ルートの鍵（file: または pkcs11:。省略時は file:keys/root.key）",
    ),
)

_SERIALS = (
    Option(
        "serial",
        "SERIAL",
        Sentence("a certificate; may be repeated", "証明書のシリアル番号（複数指定可）"),
        many=True,
    ),
    Option(
        "serials",
        "FILE",
        Sentence("a file with a serial number in each line", "各行にシリアル番号を書いたファイル"),
    ),
)
_REVOKING = (
    Option(
        "reason",
        "N",
        Sentence(
            f"reason of RFC 5280: {_OF_OPERATORS}; 1 takes the keys' other certificates too",
            f"RFC 5280 の失効理由: {_OF_OPERATORS}（1 は同じ鍵の他の証明書も失効）",
        ),
        required=True,
        type=int,
    ),
    Option(
        "revoking",
        "N",
        Sentence(
            "how many certificates that is, as report show or contract end counts",
            "証明書の枚数（report show、contract end が示すもの）",
        ),
        required=True,
        type=int,
    ),
    Option("by", "NAME", Sentence("who revokes", "失効を行う担当者"), required=True),
    Option(
        "second",
        "NAME",
        Sentence(
            "who agrees, another person; needed for more than one certificate",
            "同意する別の担当者（証明書が複数のとき必要）",
        ),
    ),
    Option("most", "N", Sentence("only so many now (default: all)", "今回失効する枚数（省略時はすべて）"), type=int),
)

COMMANDS = (
    Command(
        ("init",),
        Sentence(
            "make a new CA in an empty directory: settings, keys, certificates, database",
            "空のディレクトリに新しい認証局（設定、鍵、証明書、データベース）を作成",
        ),
        options=(
            Option(
                "url",
                "URL",
                Sentence("https base URL of the ACME service and the portal", "ACME とポータルの基本 URL（https）"),
                required=True,
            ),
            Option(
                "public-url",
                "URL",
                Sentence(
                    "http base URL of CRLs, issuer certificates and the sticker's page",
                    "CRL、発行者証明書、ステッカーのページの基本 URL（http）",
                ),
                required=True,
            ),
            Option(
                "name",
                "NAME",
                Sentence("organization in the CA's own certificates", "認証局自身の証明書に記載する組織名"),
            ),
            _COUNTRY,
            Option("tos", "URL", Sentence("terms of service", "利用規定の URL")),
            Option(
                "resolver",
                "HOST:PORT",
                Sentence("DNS server used for validation", "検証に使う DNS サーバー"),
                many=True,
            ),
            Option(
                "http01-port",
                "N",
                Sentence("port at which http-01 is looked for (default 80)", "http-01 で確認するポート（省略時は 80）"),
                type=int,
            ),
            Option(
                "allow-network",
                "CIDR",
                Sentence("private network that validation may enter", "検証で接続してよいプライベートネットワーク"),
                many=True,
            ),
            Option(
                "smtp",
                "URL",
                Sentence(
                    "mail server for notices, smtp://host:port or smtps://host:port",
                    "通知用のメールサーバー（smtp://ホスト:ポート または smtps://ホスト:ポート）",
                ),
            ),
            Option(
                "root",
                "DIR",
                Sentence(
                    "root.pem and root.crl of an offline root; its CAs come by ceremony request",
                    "オフラインルートの root.pem と root.crl のディレクトリ（下位認証局は ceremony request で作成）",
                ),
            ),
            Option(
                "database",
                "URL",
                Sentence(
                    "a PostgreSQL for several nodes, postgresql://USER@HOST/NAME (default: a file)",
                    "複数ノード用の PostgreSQL（postgresql://利用者@ホスト/名前。省略時はファイル）",
                ),
            ),
        ),
    ),
    Command(
        ("serve",),
        Sentence(
            "serve ACME and the portal (TLS), and the public files (plain HTTP)",
            "ACME とポータル（TLS）、公開ファイル（HTTP）のサービスを開始",
        ),
        options=(
            Option(
                "listen",
                "HOST:PORT",
                Sentence(
                    "address of ACME and portal, in place of the setting",
                    "ACME とポータルの待ち受けアドレス（設定より優先）",
                ),
            ),
            Option(
                "public-listen",
                "HOST:PORT",
                Sentence(
                    "address of the public files, in place of the setting",
                    "公開ファイルの待ち受けアドレス（設定より優先）",
                ),
            ),
        ),
    ),
    Command(
        ("perspective", "add"),
        Sentence(
            "make the directory of a remote perspective's agent, and name it in the settings; again: new keys for it",
            "遠隔の確認地点のエージェント用ディレクトリを作成し、設定に追加（再実行すると鍵を更新）",
        ),
        "NAME",
        (
            Option(
                "address",
                "HOST:PORT",
                Sentence("where this CA reaches the agent", "認証局から見たエージェントのアドレス"),
                required=True,
            ),
            Option(
                "region",
                "REGION",
                Sentence(
                    f"the registry it lies in: {', '.join(get_args(Region))}",
                    f"所在地の地域レジストリ: {', '.join(get_args(Region))}",
                ),
                required=True,
            ),
            Option(
                "listen",
                "HOST:PORT",
                Sentence(
                    "where the agent listens (default: every address, the same port)",
                    "エージェントの待ち受けアドレス（省略時は全アドレス、同じポート）",
                ),
            ),
        ),
    ),
    Command(
        ("perspective", "list"),
        Sentence(
            "list the remote perspectives, and whether each answers now", "遠隔の確認地点と、現在応答するかの一覧"
        ),
    ),
    Command(
        ("perspective", "serve"),
        Sentence(
            "be the agent of a remote perspective; --dir is the directory made by add",
            "遠隔の確認地点のエージェントとして動作（--dir は add で作成したディレクトリ）",
        ),
    ),
    Command(
        ("check",),
        Sentence(
            "look at everything that can be wrong with the set-up, and mend nothing",
            "構成の問題を点検（変更はしません）",
        ),
    ),
    Command(
        ("migrate",),
        Sentence(
            "bring the database up to date before serve does; it says what was done",
            "データベースを serve より前に最新の形式にし、行った内容を表示",
        ),
        options=(
            Option(
                "finish",
                "",
                Sentence(
                    "also what nodes of the release before could not live with",
                    "以前の版のノードが対応できない変更も適用",
                ),
            ),
        ),
    ),
    Command(
        ("backup",),
        Sentence(
            "copy the database to a new file, while serve runs too",
            "データベースを新しいファイルにバックアップ（serve の動作中も可）",
        ),
        "FILE",
    ),
    Command(
        ("restore",),
        Sentence(
            "put a backup in the database's place, while serve runs too",
            "バックアップからデータベースを復元（serve の動作中も可）",
        ),
        "FILE",
        (
            Option(
                "force",
                "",
                Sentence(
                    "even if certificates or revocations are lost that came after the backup",
                    "バックアップ後の証明書や失効の記録が失われても実行",
                ),
            ),
        ),
    ),
    Command(
        ("contract", "add"),
        Sentence(
            "record an accepted contract with its EAB credential and its customer",
            "承諾した契約を、EAB とお客様とともに登録",
        ),
        options=(
            Option(
                "organization",
                "NAME",
                Sentence("organization in the certificates", "証明書に記載する組織名"),
                required=True,
            ),
            Option("country", "CC", Sentence("its country, two letters", "国（2 文字）"), required=True),
            Option("state", "NAME", Sentence("its prefecture or state", "都道府県")),
            Option("locality", "NAME", Sentence("its city", "市区町村")),
            Option(
                "service", "ID", Sentence("the service, by id or label", "サービス（ID または名称）"), required=True
            ),
            Option(
                "domain",
                "NAME",
                Sentence(
                    "a name (.example.com: all below it too), address or network",
                    "ドメイン名（.example.com は配下も含む）、IP アドレス、またはネットワーク",
                ),
                required=True,
                many=True,
            ),
            Option(
                "user", "MAIL", Sentence("who logs in to the portal", "ポータルにログインする利用者"), required=True
            ),
            Option(
                "starts",
                "T",
                Sentence(
                    "start of the contract, RFC 3339 in UTC (default: now)",
                    "契約の開始日時（RFC 3339、UTC。省略時は現在）",
                ),
                type=instant,
            ),
            _ENDS,
        ),
    ),
    Command(
        ("contract", "list"),
        Sentence("list all contracts", "すべての契約の一覧"),
        options=(
            Option(
                "waiting",
                "",
                Sentence(
                    "what waits instead: contracts to be examined, examinations to be released, applications",
                    "対応待ちの一覧（審査待ちの契約、承認待ちの審査、ポータルからの発行申請）",
                ),
            ),
            Option(
                "user",
                "MAIL",
                Sentence(
                    "only those of who logs in by this address", "このメールアドレスでログインするお客様の契約のみ"
                ),
            ),
        ),
    ),
    Command(("contract", "show"), Sentence("show a contract", "契約を表示"), "ID"),
    Command(("contract", "renew"), Sentence("renew a contract", "契約を更新（契約更新）"), "ID", (_ENDS,)),
    Command(
        ("contract", "suspend"),
        Sentence(
            "suspend a contract: nothing is issued until it is resumed",
            "契約を一時停止（再開するまで証明書を発行しません）",
        ),
        "ID",
    ),
    Command(("contract", "resume"), Sentence("resume a suspended contract", "一時停止中の契約を再開"), "ID"),
    Command(
        ("contract", "end"),
        Sentence(
            "end a contract for good; its certificates stay as they are, and how many are valid is told",
            "契約を終了（取り消せません）。証明書は失効せず、有効なものの枚数を表示",
        ),
        "ID",
    ),
    Command(
        ("contract", "revoke"),
        Sentence(
            "revoke a contract's certificates, as after its end, or some of them at a time",
            "契約の証明書をすべて、または一部ずつ失効（契約の終了後など）",
        ),
        "ID",
        _REVOKING,
    ),
    Command(
        ("contract", "examine"),
        Sentence(
            "record that the organization of an OV contract was examined; it counts once another person releases it",
            "OV 契約の組織の審査を記録（別の担当者が承認すると有効になります）",
        ),
        "ID",
        (
            Option("by", "NAME", Sentence("who examined it", "審査担当者"), required=True),
            Option(
                "source",
                "KIND",
                Sentence(f"by what: {', '.join(Source)}", f"確認方法: {', '.join(Source)}"),
                required=True,
                type=Source,
            ),
            Option(
                "evidence",
                "TEXT",
                Sentence(
                    "which record of that source, and where its copy is kept", "確認した資料と、その写しの保管場所"
                ),
                required=True,
            ),
            Option(
                "authority",
                "TEXT",
                Sentence("how the applicant's authority was confirmed, and with whom", "申込権限の確認方法と確認先"),
                required=True,
            ),
            Option(
                "examined",
                "T",
                Sentence("when, RFC 3339 in UTC (default: now)", "日時（RFC 3339、UTC。省略時は現在）"),
                type=instant,
            ),
        ),
    ),
    Command(
        ("contract", "release"),
        Sentence(
            "release what another person has examined: the contract's certificates may name the organization",
            "別の担当者が行った審査を承認（証明書に組織名を記載できるようになります）",
        ),
        "ID",
        (
            Option("by", "NAME", Sentence("who releases it", "承認者"), required=True),
            Option(
                "examination",
                "ID",
                Sentence(
                    "the examination that was looked at; needed where several wait, refused where a later one came",
                    "確認した審査の ID（複数の承認待ちがある場合は必須。後から別の審査が記録されていれば拒否）",
                ),
            ),
        ),
    ),
    Command(
        ("contract", "examinations"),
        Sentence("list the examinations of a contract, the newest first", "契約の審査の一覧（新しい順）"),
        "ID",
    ),
    Command(
        ("customer", "password"),
        Sentence(
            "make a new password for the portal in place of a lost one; who is logged in by the old one is logged out",
            "ポータルのパスワードを再発行（以前のパスワードでのログインは終了します）",
        ),
        "MAIL",
    ),
    Command(
        ("customer", "rename"),
        Sentence(
            "have a user of the portal log in, and be written to, by another mail address, as where it was mistyped",
            "ポータルの利用者のメールアドレスを変更（誤って登録した場合など）",
        ),
        "MAIL",
        (Option("to", "MAIL", Sentence("the new mail address", "新しいメールアドレス"), required=True),),
    ),
    Command(
        ("operator", "add"),
        Sentence(
            "let a user of the portal do there what these commands do, where [portal] operator_networks are set",
            "ポータルの利用者を運用者として登録（[portal] operator_networks の設定が必要）",
        ),
        "MAIL",
        (Option("name", "NAME", Sentence("who that is, in what they record", "記録に残る名前"), required=True),),
    ),
    Command(("operator", "list"), Sentence("list the operators of the portal", "ポータルの運用者の一覧")),
    Command(
        ("operator", "remove"),
        Sentence(
            "let a user of the portal be no operator any more, from the next request on",
            "運用者の登録を取り消し（次の操作から有効）",
        ),
        "MAIL",
    ),
    Command(
        ("paused", "list"),
        Sentence(
            "list the names of a contract that are paused for failing again and again",
            "失敗が続いて停止中の、契約のドメイン名の一覧",
        ),
        "CONTRACT",
    ),
    Command(
        ("paused", "resume"),
        Sentence("let paused names of a contract be tried again", "停止中のドメイン名の確認を再開"),
        "CONTRACT",
        (Option("name", "NAME", Sentence("only this name", "このドメイン名のみ")),),
    ),
    Command(("eab", "list"), Sentence("list the EAB credentials of a contract", "契約の EAB の一覧"), "CONTRACT"),
    Command(
        ("eab", "add"),
        Sentence("add an EAB credential to a contract, beside those that it has", "契約に EAB を追加"),
        "CONTRACT",
        (
            Option(
                "domain",
                "NAME",
                Sentence(
                    "only this of the contract's names (default: all)",
                    "契約のドメイン名のうち、これのみ（省略時はすべて）",
                ),
                many=True,
            ),
            Option(
                "accounts",
                "N",
                Sentence(
                    "how many accounts it may register (default: any number)",
                    "登録できるアカウント数（省略時は無制限）",
                ),
                type=int,
            ),
            _EXPIRES,
            Option(
                "label",
                "TEXT",
                Sentence("what to call it, such as the server that it is for", "名称（利用するサーバー名など）"),
            ),
        ),
    ),
    Command(
        ("eab", "label"),
        Sentence("call an EAB credential otherwise", "EAB の名称を変更"),
        "KID",
        (
            Option(
                "label",
                "TEXT",
                Sentence(
                    "what to call it, such as the server that it is for; empty: nothing",
                    "名称（利用するサーバー名など。空にすると消去）",
                ),
                required=True,
            ),
        ),
    ),
    Command(
        ("eab", "show"),
        Sentence("show an EAB credential, who used it last, and what depends on it", "EAB と最終利用、影響範囲を表示"),
        "KID",
    ),
    Command(
        ("eab", "rotate"),
        Sentence(
            "replace an EAB credential; accounts made with the old one stay",
            "EAB をローテーション（旧 EAB で登録したアカウントは残ります）",
        ),
        "KID",
        (
            Option(
                "until",
                "T",
                Sentence(
                    "until when the old one registers accounts too (default: no more)",
                    "旧 EAB でも登録できる期限（省略時は直ちに終了）",
                ),
                type=instant,
            ),
            _EXPIRES,
        ),
    ),
    Command(
        ("eab", "disable"),
        Sentence("disable an EAB credential and the accounts made with it", "EAB と、それで登録したアカウントを無効化"),
        "KID",
        (
            Option(
                "accounts",
                "N",
                Sentence(
                    "only if so many accounts depend on it, as eab show counts them",
                    "eab show が示すアカウント数がこの数のときのみ実行",
                ),
                type=int,
            ),
        ),
    ),
    Command(
        ("eab", "file"),
        Sentence("print the EAB file of a contract", "契約の EAB ファイルを出力"),
        "CONTRACT",
        (
            Option(
                "kid",
                "KID",
                Sentence(
                    "of this EAB credential (default: an active one that is not limited, if any)",
                    "対象の EAB（省略時は有効で制限のないもの）",
                ),
            ),
        ),
    ),
    Command(
        ("audit", "verify"),
        Sentence(
            "check the audit log: that nothing of it was changed, taken out or put in",
            "監査ログに変更・削除・挿入がないことを検証",
        ),
        options=(
            Option(
                "head",
                "N:DIGEST",
                Sentence("a newest link that was noted earlier, elsewhere", "以前に別の場所へ控えた最新のリンク"),
                type=link,
            ),
        ),
    ),
    Command(
        ("audit", "export"),
        Sentence(
            "write the audit log to a new file, to be checked elsewhere",
            "監査ログを新しいファイルに書き出し（別の場所での検証用）",
        ),
        "FILE",
    ),
    Command(
        ("audit", "certificates"),
        Sentence(
            "lint all certificates again; with pkilint too, CA certificates, CRLs and OCSP, where it is installed",
            "すべての証明書を再検査（pkilint があれば、認証局証明書・CRL・OCSP も検査）",
        ),
    ),
    Command(
        ("audit", "show"),
        Sentence(
            'what happened to a contract, EAB, account, order, challenge, certificate or "node HOST"',
            '契約、EAB、アカウント、オーダー、チャレンジ、証明書、または "node HOST" の履歴',
        ),
        "ID",
    ),
    Command(
        ("cert", "list"),
        Sentence("list certificates", "証明書の一覧"),
        options=(Option("contract", "ID", Sentence("only this contract's", "この契約のもののみ")),),
    ),
    Command(("cert", "show"), Sentence("show a certificate", "証明書を表示"), "SERIAL"),
    Command(
        ("cert", "evidence"),
        Sentence(
            "print what was seen when a certificate's names were validated, as JSON",
            "証明書のドメイン名を検証したときの証跡を JSON で出力",
        ),
        "SERIAL",
    ),
    Command(
        ("cert", "revoke"),
        Sentence("revoke a certificate", "証明書を失効"),
        "SERIAL",
        (
            Option(
                "reason",
                "N",
                Sentence(
                    f"reason of RFC 5280: {_OF_OPERATORS}; 1 takes the key's other certificates too",
                    f"RFC 5280 の失効理由: {_OF_OPERATORS}（1 は同じ鍵の他の証明書も失効）",
                ),
                required=True,
                type=int,
            ),
        ),
    ),
    Command(
        ("cert", "replace"),
        Sentence(
            "have certificates replaced by ARI, as before a mass revocation; nothing is revoked",
            "ARI で証明書の差し替えを依頼（一斉失効の前など。失効はしません）",
        ),
        options=(
            *_SERIALS,
            Option(
                "by", "T", Sentence("until when, RFC 3339 in UTC", "期限（RFC 3339、UTC）"), required=True, type=instant
            ),
            Option(
                "page",
                "URL",
                Sentence("a page that says why (default: the portal)", "理由を説明するページ（省略時はポータル）"),
            ),
        ),
    ),
    Command(
        ("report", "add"),
        Sentence(
            "take up a report of a problem with certificates; its terms are those of the Baseline Requirements",
            "証明書の問題報告を受付（期限は Baseline Requirements による）",
        ),
        options=(
            Option(
                "cause",
                "CAUSE",
                Sentence(f"why they are to be revoked: {', '.join(Cause)}", f"失効の原因: {', '.join(Cause)}"),
                required=True,
                type=Cause,
            ),
            Option("about", "TEXT", Sentence("what was reported", "報告内容"), required=True),
            Option(
                "from", "NAME", Sentence("who reported it, and where an answer goes", "報告者と回答先"), required=True
            ),
            *_SERIALS,
            Option(
                "received",
                "T",
                Sentence("when it came, RFC 3339 in UTC (default: now)", "受付日時（RFC 3339、UTC。省略時は現在）"),
                type=instant,
            ),
        ),
    ),
    Command(
        ("report", "list"),
        Sentence("list the open reports, and what is due for each", "対応中の報告と、それぞれの次の期限の一覧"),
        options=(Option("all", "", Sentence("those that are closed too", "完了した報告も表示")),),
    ),
    Command(
        ("report", "show"),
        Sentence("show a report, and which of its certificates are in use still", "報告と、有効なままの証明書を表示"),
        "ID",
    ),
    Command(
        ("report", "answer"),
        Sentence("record the first answer to the reporter", "報告者への最初の回答を記録"),
        "ID",
        (Option("text", "TEXT", Sentence("what was answered", "回答内容"), required=True),),
    ),
    Command(
        ("report", "replace"),
        Sentence(
            "have its certificates replaced by ARI until they are due to be revoked; nothing is revoked",
            "報告された証明書を失効期限までに差し替えるよう ARI で依頼（失効はしません）",
        ),
        "ID",
        (
            Option(
                "page",
                "URL",
                Sentence("a page that says why (default: the portal)", "理由を説明するページ（省略時はポータル）"),
            ),
        ),
    ),
    Command(
        ("report", "customers"),
        Sentence("list the customers of its certificates, to be told", "連絡が必要なお客様の一覧"),
        "ID",
    ),
    Command(
        ("report", "revoke"),
        Sentence("revoke its certificates, or some of them at a time", "報告された証明書を失効（一部ずつも可）"),
        "ID",
        _REVOKING,
    ),
    Command(
        ("report", "close"),
        Sentence(
            "close a report that was answered and whose certificates are revoked or expired",
            "回答済みで、証明書が失効または期限切れの報告を完了",
        ),
        "ID",
        (
            Option("outcome", "TEXT", Sentence("what came of it", "結果"), required=True),
            Option("unfounded", "", Sentence("nothing need be revoked", "失効は不要")),
        ),
    ),
    Command(
        ("ceremony", "root"),
        Sentence(
            "make a root in an offline directory (--dir): its key, its certificate, its CRL",
            "オフラインのディレクトリ（--dir）にルートの鍵・証明書・CRL を作成",
        ),
        options=(
            Option(
                "name", "NAME", Sentence("organization in the certificates", "証明書に記載する組織名"), required=True
            ),
            _COUNTRY,
            _ROOT_KEY,
            _BY,
        ),
    ),
    Command(
        ("ceremony", "request"),
        Sentence(
            "ask for a certificate: issuing2 for the next issuing CA; issuing or services to renew with the same key",
            "証明書を要求（issuing2 は次の発行認証局、issuing と services は同じ鍵での更新）",
        ),
        "CA",
        (_BY,),
    ),
    Command(
        ("ceremony", "sign"),
        Sentence("sign a request by the root in --dir", "--dir のルートで要求に署名"),
        "FILE",
        (
            Option(
                "sha256",
                "DIGEST",
                Sentence(
                    "of the request, as ceremony request printed it", "ceremony request が表示した要求のダイジェスト"
                ),
                required=True,
            ),
            _ROOT_KEY,
            _BY,
        ),
    ),
    Command(
        ("ceremony", "crl"),
        Sentence(
            "make another CRL of the root in --dir, with one more CA revoked if that is asked",
            "--dir のルートの CRL を作成（指定すれば認証局を失効）",
        ),
        options=(
            Option(
                "revoke", "FILE", Sentence("the certificate of a CA that is to be revoked", "失効する認証局の証明書")
            ),
            Option(
                "reason",
                "N",
                Sentence(f"why, by RFC 5280: {_OF_CAS}", f"RFC 5280 の失効理由: {_OF_CAS}"),
                type=int,
            ),
            _ROOT_KEY,
            _BY,
        ),
    ),
    Command(
        ("ceremony", "install"),
        Sentence(
            "put a certificate or CRL of the root into the CA's directory",
            "ルートが発行した証明書または CRL を認証局のディレクトリに配置",
        ),
        "FILE",
        (_BY,),
    ),
    Command(
        ("ceremony", "verify"),
        Sentence("check that the transcript of --dir is whole", "--dir の記録が完全であることを検証"),
    ),
    Command(
        ("key", "show"),
        Sentence(
            "show whether a key is blocked, and the certificates that would be revoked with it",
            "鍵が使用禁止かどうかと、併せて失効する証明書を表示",
        ),
        "KEY",
    ),
    Command(
        ("key", "block"),
        Sentence(
            "block a key that others know: its certificates are revoked, and nothing is issued for it any more",
            "他者に知られた鍵を使用禁止（その鍵の証明書は失効し、以後発行しません）",
        ),
        "KEY",
        (
            Option(
                "revoking",
                "N",
                Sentence("how many certificates that is, as key show counts them", "key show が示す証明書の枚数"),
                required=True,
                type=int,
            ),
        ),
    ),
    Command(
        ("key", "list"),
        Sentence(
            "list the keys that are blocked, and those of the list in the settings",
            "使用禁止の鍵と、設定のリストにある鍵の一覧",
        ),
    ),
)
