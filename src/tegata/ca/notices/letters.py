"""What the CA writes to its customers, in Japanese: subjects and bodies. Pure; sends nothing.

A letter never holds a secret: an EAB is fetched from the portal.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from tegata.acme.challenges import DNS_01, DNS_ACCOUNT_01, DNS_PERSIST_01, HTTP_01, TLS_ALPN_01
from tegata.ca.model import Application, Certificate, Contract
from tegata.ca.policy.names import named
from tegata.ca.settings import Service
from tegata.pki import names
from tegata.text import dates
from tegata.text.catalogue import printable
from tegata.text.language import Language

# How a customer who has no own wish proves the names, the easiest way first.
_WAYS = (
    (HTTP_01, "--http"),
    (TLS_ALPN_01, "--tls"),
    (DNS_01, "--dns [DNSプロバイダー]"),
    (DNS_ACCOUNT_01, "--dns-account"),
    (DNS_PERSIST_01, "--dns-persist"),
)
_APPLICATIONS = {Application.NEW: "新規発行", Application.RENEWAL: "契約更新"}


class Sender(NamedTuple):
    """Who writes, and where the customer is sent to."""

    ca_name: str
    portal_url: str
    directory_url: str


class Letter(NamedTuple):
    """A subject and a body of text."""

    subject: str
    body: str


def contract_accepted(contract: Contract, login: str, service: Service, sender: Sender) -> Letter:
    """The examination is done: the contract, and how to get a certificate, by ACME or in the portal."""
    # A service without challenges has no certificates, so its letter speaks of none.
    subject = _SUBJECT_WITH_STEPS if service.challenges else _SUBJECT
    steps = _ACME_STEPS if service.has_acme else _REQUEST_STEPS if service.is_by_request else "\n"
    # A contract that was taken up before its term begins has no certificate yet.
    begins = _BEGINS_LATER if service.challenges and contract.starts > contract.applied_at else ""
    facts = _of_contract(contract, login, service, sender) | {
        "application": _APPLICATIONS[contract.application],
        "names": "、".join(_told(name) for name in contract.domains),
        "directory_url": sender.directory_url,
        # Of networks alone no name can be told.
        "names_as_flags": " ".join(f"-d {name}" for name in named(contract.domains) or ["[IPアドレス]"]),
        "way": next((flags for kind, flags in _WAYS if kind in service.challenges), ""),
        "key_type": service.key_types[0],
    }
    return Letter(subject, _filled(_ACCEPTED + begins + _PORTAL + steps + _CLOSING + _END, facts))


def renewal_overdue(
    contract: Contract, login: str, service: Service, certificates: Sequence[Certificate], sender: Sender
) -> Letter:
    """Certificates were not replaced in their time: which, until when they last, and where to look."""
    lines = [
        _filled(_OVERDUE_ONE, {"names": _several(one.names), "serial": one.serial, "ends": _day(one.not_after)})
        for one in certificates[:_MOST_TOLD]
    ]
    if len(certificates) > _MOST_TOLD:
        lines.append(f"  ほか {len(certificates) - _MOST_TOLD} 件\n")
    steps = _OVERDUE_STEPS if service.has_acme else _OVERDUE_REQUEST_STEPS
    facts = _of_contract(contract, login, service, sender)
    body = _filled(_OVERDUE, facts) + "".join(lines) + _filled(steps + _PORTAL + _END, facts)
    return Letter(_SUBJECT_OVERDUE, body)


def contract_ending(contract: Contract, login: str, service: Service, sender: Sender) -> Letter:
    """A contract ends soon, and its certificates with it."""
    steps = _ENDING_STEPS if service.has_acme else _ENDING_REQUEST_STEPS
    facts = _of_contract(contract, login, service, sender)
    return Letter(_SUBJECT_ENDING, _filled(_ENDING + steps + _PORTAL + _END, facts))


def _of_contract(contract: Contract, login: str, service: Service, sender: Sender) -> dict[str, str]:
    return {
        "organization": contract.organization.name,
        "ca_name": sender.ca_name,
        "contract": contract.id,
        "service": service.label,
        "starts": _day(contract.starts),
        "ends": _day(contract.ends),
        "portal_url": sender.portal_url,
        "login": login,
    }


def _filled(text: str, facts: Mapping[str, str]) -> str:
    """The text with the facts put in; nothing that somebody typed in may add lines of its own to a letter."""
    return text.format_map({name: printable(fact) for name, fact in facts.items()})


def _day(instant: datetime) -> str:
    return dates.day(instant, Language.JA)


def _several(named: Sequence[str]) -> str:
    """The first names of a certificate, as a reader knows them."""
    told = "、".join(names.shown(name) for name in named[:_MOST_NAMES])
    return told if len(named) <= _MOST_NAMES else f"{told} ほか {len(named) - _MOST_NAMES} 件"


def _told(name: str) -> str:
    return f"{names.shown(name[1:])}（サブドメインを含む）" if name.startswith(".") else names.shown(name)


_SUBJECT = "契約申込書承諾のご案内"
_SUBJECT_WITH_STEPS = "契約申込書承諾、および、証明書ダウンロード手続きのご案内"

_PORTAL = """
■ お客様専用ページ
  {portal_url}
  メールアドレス {login} でログインしてください。
"""

_END = """
このメールは送信専用のアドレスから自動でお送りしています。
--
{ca_name}
"""

_ACCEPTED = """\
{organization} 御中

このたびは、サーバー証明書サービスにお申し込みいただき、ありがとうございます。
審査が完了し、下記のとおりご契約を承諾いたしましたので、お知らせいたします。

■ ご契約の内容
  契約番号       {contract}
  サービス       {service}
  お申込種別     {application}
  コモンネーム   {names}
  契約期間       {starts} - {ends}（日本時間）
"""

_BEGINS_LATER = """
証明書の発行は、契約開始日（{starts}）から承ります。
"""

_ACME_STEPS = """
■ 証明書発行の手続き
  (1) お客様専用ページのお申込一覧で、契約番号 {contract} の「詳細」を選択します。
  (2) 認証情報(EAB)/ステッカーのダウンロードの「ダウンロードはこちら」から、
      EAB ファイルをダウンロードします。
  (3) 証明書を設置するサーバーで、EAB ファイルの値を [ ] の箇所に入れて実行します。

      tegata -s {directory_url} --eab --hmac [MAC鍵] --kid [MAC鍵識別子] {names_as_flags} -m [メールアドレス] {way} --key-type {key_type} run

  EAB はお客様が証明書を発行するための重要な情報です。管理には十分ご注意ください。

証明書は契約期間内でご利用いただけます。"""  # noqa: E501 - a command is one line, or it cannot be copied

_REQUEST_STEPS = """
■ 証明書発行の手続き
  (1) 証明書を設置するサーバーで、鍵と証明書署名要求（CSR）を作成します。鍵はお客様だけのものです。
  (2) お客様専用ページのお申込一覧で、契約番号 {contract} の「詳細」を選択し、
      「証明書の発行申請」に CSR を貼り付けるか、ファイルを選択します。
  (3) 画面の案内に沿って、ドメインの検証（ファイル、または DNS のレコード）を行います。
  (4) 発行された証明書を、同じ画面からダウンロードします。

証明書は契約期間内でご利用いただけます。"""

_MOST_TOLD, _MOST_NAMES = 20, 10
_SUBJECT_OVERDUE = "証明書更新のご確認のお願い"
_SUBJECT_ENDING = "ご契約満了のお知らせ、および、契約更新のお願い"

_OVERDUE = """\
{organization} 御中

下記の証明書は更新の時期を過ぎましたが、新しい証明書がまだ発行されていません。
このまま有効期限を過ぎると、ブラウザーでサイトに接続できなくなります。

■ ご契約
  契約番号       {contract}
  サービス       {service}

■ 更新されていない証明書
"""

_OVERDUE_ONE = """\
  {names}
    有効期限 {ends}（日本時間）、シリアル番号 {serial}
"""

_OVERDUE_STEPS = """
■ ご確認いただきたいこと
  (1) サーバーで、証明書の自動更新（cron、タスクスケジューラなど）が動いているか。
  (2) 更新のコマンドを手動で実行し、エラーが表示されないか。表示された参照番号は、
      お問い合わせの際にお知らせください。

すでにサイトの運用を終了している場合、ご対応の必要はありません。
"""

_OVERDUE_REQUEST_STEPS = """
■ 証明書更新の手続き
  お客様専用ページの契約の「詳細」から「証明書の発行申請」に進み、CSR を提出してください。

すでにサイトの運用を終了している場合、ご対応の必要はありません。
"""

_ENDING = """\
{organization} 御中

下記のご契約は、まもなく満了します。証明書は契約期間を超えてご利用いただけません。
引き続きご利用の場合は、お早めに契約更新をお申し込みください。

■ ご契約
  契約番号       {contract}
  サービス       {service}
  契約期間       {starts} - {ends}（日本時間）
"""

_ENDING_STEPS = """
契約更新後も EAB とアカウントはそのままご利用いただけます。証明書は、サーバーの自動更新が
契約更新の後に新しいものへ入れ替えます。
"""

_ENDING_REQUEST_STEPS = """
契約更新後に、お客様専用ページで新しい証明書の発行を申請してください。
"""

_CLOSING = """\
契約更新のお申し込みは、お早めにお願いいたします。
"""
