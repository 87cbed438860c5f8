"""What the CA writes to its customers, in Japanese: subjects and bodies. Pure; sends nothing.

A letter never holds a secret: an EAB is fetched from the portal.
"""

from typing import NamedTuple

from tegata.ca.model import Application, Contract
from tegata.ca.policy.names import named
from tegata.ca.settings import Service
from tegata.pki import names
from tegata.text import dates
from tegata.text.catalogue import printable
from tegata.text.language import Language

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
    facts = {
        "organization": contract.organization.name,
        "ca_name": sender.ca_name,
        "contract": contract.id,
        "service": service.label,
        "application": _APPLICATIONS[contract.application],
        "names": "、".join(_told(name) for name in contract.domains),
        "starts": dates.day(contract.starts, Language.JA),
        "ends": dates.day(contract.ends, Language.JA),
        "portal_url": sender.portal_url,
        "login": login,
        "directory_url": sender.directory_url,
        "names_as_flags": " ".join(f"-d {name}" for name in named(contract.domains)),
        "key_type": service.key_types[0],
    }
    # Nothing that somebody typed in may add lines of its own to the letter.
    body = (_ACCEPTED + steps + _CLOSING).format_map({name: printable(text) for name, text in facts.items()})
    return Letter(subject, body)


def _told(name: str) -> str:
    return f"{names.shown(name[1:])}（サブドメインを含む）" if name.startswith(".") else names.shown(name)


_SUBJECT = "契約申込書承諾のご案内"
_SUBJECT_WITH_STEPS = "契約申込書承諾、および、証明書ダウンロード手続きのご案内"

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

■ お客様専用ページ
  {portal_url}
  メールアドレス {login} でログインしてください。
"""

_ACME_STEPS = """
■ 証明書発行の手続き
  (1) お客様専用ページのお申込一覧で、契約番号 {contract} の「詳細」を選択します。
  (2) 認証情報(EAB)/ステッカーのダウンロードの「ダウンロードはこちら」から、
      EAB ファイルをダウンロードします。
  (3) 証明書を設置するサーバーで、EAB ファイルの値を [ ] の箇所に入れて実行します。

      tegata -s {directory_url} --eab --hmac [MAC鍵] --kid [MAC鍵識別子] {names_as_flags} -m [メールアドレス] --http --key-type {key_type} run

  EAB はお客様が証明書を発行するための重要な情報です。管理には十分ご注意ください。

証明書は契約期間内でご利用いただけます。"""  # noqa: E501 - a command is one line, or it cannot be copied

_REQUEST_STEPS = """
■ 証明書発行の手続き
  (1) 証明書を設置するサーバーで、鍵と証明書署名要求（CSR）を作成します。鍵はお客様だけのものです。
  (2) お客様専用ページのお申込一覧で、契約番号 {contract} の「詳細」を選択し、
      「証明書の発行申請」に CSR を貼り付けます。
  (3) 画面の案内に沿って、ドメインの検証（ファイル、または DNS のレコード）を行います。
  (4) 発行された証明書を、同じ画面からダウンロードします。

証明書は契約期間内でご利用いただけます。"""

_CLOSING = """\
契約更新のお申し込みは、お早めにお願いいたします。

このメールは送信専用のアドレスから自動でお送りしています。
--
{ca_name}
"""
