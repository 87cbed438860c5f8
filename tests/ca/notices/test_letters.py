"""What the letters say."""

from datetime import UTC, datetime

import msgspec
import pytest

from tegata.ca.model import Application, Certificate, Contract, Organization
from tegata.ca.notices import letters
from tegata.ca.notices.letters import Sender
from tegata.ca.settings import SERVICES

SENDER = Sender("Example CA", "https://ca.example.com:8443/portal/login", "https://ca.example.com:8443/acme/")


@pytest.fixture
def contract() -> Contract:
    return Contract(
        id="C23456789",
        customer_id="customer",
        service="ov-acme-1y",
        organization=Organization(name="株式会社エグザンプル", country="JP"),
        domains=("www.example.com", ".example.net"),
        application=Application.NEW,
        applied_at=datetime(2026, 1, 20, tzinfo=UTC),
        starts=datetime(2026, 1, 30, tzinfo=UTC),
        ends=datetime(2027, 1, 29, 23, 59, 59, tzinfo=UTC),
    )


def letter(contract: Contract) -> letters.Letter:
    return letters.contract_accepted(contract, "admin@example.com", SERVICES[contract.service], SENDER)


def test_the_notice_of_an_acme_contract(contract):
    """The manual's subject; contract, service, names, term, portal, and the manual's command line (M14)."""
    subject, body = letter(contract)
    assert subject == "契約申込書承諾、および、証明書ダウンロード手続きのご案内"
    for told in (
        "株式会社エグザンプル 御中",
        "C23456789",
        "OV (ACME) 1年",
        "新規発行",
        "www.example.com、example.net（サブドメインを含む）",
        "2026/01/30 - 2027/01/30（日本時間）",
        "https://ca.example.com:8443/portal/login",
        "admin@example.com",
        "「ダウンロードはこちら」",
        "\n\n証明書は契約期間内でご利用いただけます。契約更新のお申し込みは",
    ):
        assert told in body
    command = (
        "tegata -s https://ca.example.com:8443/acme/ --eab --hmac [MAC鍵] --kid [MAC鍵識別子]"
        " -d www.example.com -d example.net -m [メールアドレス] --http --key-type rsa2048 run"
    )
    assert f"\n      {command}\n" in body


def test_the_notice_of_a_contract_that_begins_later(contract):
    """It says from when on there are certificates, and nothing of it where they are there at once, or never."""
    told = "証明書の発行は、契約開始日（2026/01/30）から承ります。"
    assert f"\n\n{told}\n\n■ お客様専用ページ" in letter(contract).body
    assert told not in letter(msgspec.structs.replace(contract, applied_at=contract.starts)).body
    service = msgspec.structs.replace(SERVICES["ov-csr-6m"], challenges=())
    assert told not in letters.contract_accepted(contract, "admin@example.com", service, SENDER).body


@pytest.mark.parametrize(
    ("challenges", "way"),
    [
        (("dns-01", "tls-alpn-01", "http-01"), "--http"),
        (("dns-01", "tls-alpn-01"), "--tls"),
        (("dns-account-01", "dns-01"), "--dns [DNSプロバイダー]"),
        (("dns-persist-01", "dns-account-01"), "--dns-account"),
        (("dns-persist-01",), "--dns-persist"),
    ],
)
def test_the_command_proves_names_as_the_service_has_it(contract, challenges, way):
    """Whatever the settings make of the service; of networks of addresses alone the customer fills in an address."""
    service = msgspec.structs.replace(SERVICES["ov-acme-1y"], challenges=challenges)
    of_networks = msgspec.structs.replace(contract, domains=("192.0.2.0/24",))
    body = letters.contract_accepted(of_networks, "admin@example.com", service, SENDER).body
    assert f" -d [IPアドレス] -m [メールアドレス] {way} --key-type rsa2048 run\n" in body


def test_an_international_name(contract):
    """To read in both forms, in the command line by its A-labels."""
    body = letter(msgspec.structs.replace(contract, domains=(".xn--wgv71a119e.jp",))).body
    assert " xn--wgv71a119e.jp (日本語.jp)（サブドメインを含む）" in body
    assert " -d xn--wgv71a119e.jp -m" in body


def test_the_notice_of_a_contract_without_acme(contract):
    """It tells of the portal's way to a certificate, by CSR, and of no EAB (M13, M14)."""
    subject, body = letter(msgspec.structs.replace(contract, service="ov-csr-6m"))
    assert subject == "契約申込書承諾、および、証明書ダウンロード手続きのご案内"
    assert "「証明書の発行申請」に CSR を貼り付けるか、ファイルを選択します。" in body
    assert "\n\n証明書は契約期間内でご利用いただけます。契約更新のお申し込みは" in body
    for word in ("EAB", "tegata"):
        assert word not in body


def test_the_notice_of_a_contract_without_certificates(contract):
    """It sends the customer to the portal, and promises no certificate: there is no way to one."""
    replaced = msgspec.structs.replace(contract, application=Application.RENEWAL)
    service = msgspec.structs.replace(SERVICES["ov-csr-6m"], challenges=())
    subject, body = letters.contract_accepted(replaced, "admin@example.com", service, SENDER)
    assert subject == "契約申込書承諾のご案内"
    assert "OV (RSA2024) 半年" in body
    assert "お申込種別     契約更新" in body
    assert "（協定世界時）" not in body
    assert "でログインしてください。\n\n契約更新のお申し込みは" in body
    for promise in ("証明書発行", "証明書は", "ダウンロード", "EAB", "tegata"):
        assert promise not in body


CERTIFICATE = Certificate(
    serial="00ab12",
    order_id="order",
    account_id="account",
    contract_id="C23456789",
    names=("www.example.com", "xn--wgv71a119e.jp"),
    not_before=datetime(2026, 1, 30, tzinfo=UTC),
    not_after=datetime(2026, 4, 29, 23, 59, 59, tzinfo=UTC),
    spki_digest=b"",
    tbs=b"",
    intended_at=datetime(2026, 1, 30, tzinfo=UTC),
)


def test_the_alarm_of_certificates_that_were_not_renewed(contract):
    """C-14: Which they are and until when they last in Japan, where to look, and where to log in."""
    service = SERVICES["ov-acme-1y"]
    subject, body = letters.renewal_overdue(contract, "admin@example.com", service, [CERTIFICATE], SENDER)
    assert subject == "証明書更新のご確認のお願い"
    for told in (
        "株式会社エグザンプル 御中",
        "C23456789",
        "  www.example.com、xn--wgv71a119e.jp (日本語.jp)\n    有効期限 2026/04/30（日本時間）、シリアル番号 00ab12\n",
        "自動更新（cron、タスクスケジューラなど）",
        SENDER.portal_url,
        "admin@example.com",
        "Example CA",
    ):
        assert told in body
    many = letters.renewal_overdue(contract, "admin@example.com", service, [CERTIFICATE] * 23, SENDER).body
    assert many.count("00ab12") == 20
    assert "  ほか 3 件\n" in many
    just = letters.renewal_overdue(contract, "admin@example.com", service, [CERTIFICATE] * 20, SENDER).body
    assert just.count("00ab12") == 20
    assert " ほか " not in just
    by_request = letters.renewal_overdue(contract, "x@example.com", SERVICES["ov-csr-6m"], [CERTIFICATE], SENDER).body
    assert "CSR を提出してください" in by_request
    assert "cron" not in by_request


@pytest.mark.parametrize(("many", "rest"), [(10, "\n"), (11, " ほか 1 件\n")])
def test_the_alarm_of_a_certificate_with_many_names(contract, many, rest):
    """Ten of them tell which it is; how many more there are is told."""
    listed = msgspec.structs.replace(CERTIFICATE, names=tuple(f"n{number}.example.com" for number in range(many)))
    body = letters.renewal_overdue(contract, "a@example.com", SERVICES["ov-acme-1y"], [listed], SENDER).body
    told = "、".join(listed.names[:10])
    assert f"  {told}{rest}" in body


def test_the_notice_of_a_contract_that_ends(contract):
    """M9: Its term, and that it is the contract that has to be renewed; an EAB stays only where there is one."""
    subject, body = letters.contract_ending(contract, "admin@example.com", SERVICES["ov-acme-1y"], SENDER)
    assert subject == "ご契約満了のお知らせ、および、契約更新のお願い"
    assert "2026/01/30 - 2027/01/30（日本時間）" in body
    assert "EAB とアカウントはそのまま" in body
    assert "EAB" not in letters.contract_ending(contract, "x@example.com", SERVICES["ov-csr-6m"], SENDER).body


def test_nobody_writes_lines_into_an_alarm(contract):
    """As in the first letter."""
    organization = Organization(name="Evil\r\n{login}", country="JP")
    evil = msgspec.structs.replace(contract, organization=organization)
    body = letters.renewal_overdue(evil, "a@example.com", SERVICES["ov-acme-1y"], [CERTIFICATE], SENDER).body
    assert body.startswith("Evil\\r\\n{login} 御中\n")


def test_nobody_writes_lines_into_the_letter(contract):
    """Names with control characters or braces stay one visible word."""
    organization = Organization(name="Evil\r\n\r\nhttp://evil.example\x1b[2J {portal_url}", country="JP")
    body = letter(msgspec.structs.replace(contract, organization=organization)).body
    assert body.startswith("Evil\\r\\n\\r\\nhttp://evil.example\\x1b[2J {portal_url} 御中\n")
