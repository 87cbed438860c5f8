"""What the letters say."""

from datetime import UTC, datetime

import msgspec
import pytest

from tegata.ca.model import Application, Contract, Organization
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


def test_an_international_name(contract):
    """To read in both forms, in the command line by its A-labels."""
    body = letter(msgspec.structs.replace(contract, domains=(".xn--wgv71a119e.jp",))).body
    assert " xn--wgv71a119e.jp (日本語.jp)（サブドメインを含む）" in body
    assert " -d xn--wgv71a119e.jp -m" in body


def test_the_notice_of_a_contract_without_acme(contract):
    """It tells of the portal's way to a certificate, by CSR, and of no EAB (M13, M14)."""
    subject, body = letter(msgspec.structs.replace(contract, service="ov-csr-6m"))
    assert subject == "契約申込書承諾、および、証明書ダウンロード手続きのご案内"
    assert "「証明書の発行申請」に CSR を貼り付けます。" in body
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


def test_nobody_writes_lines_into_the_letter(contract):
    """Names with control characters or braces stay one visible word."""
    organization = Organization(name="Evil\r\n\r\nhttp://evil.example\x1b[2J {portal_url}", country="JP")
    body = letter(msgspec.structs.replace(contract, organization=organization)).body
    assert body.startswith("Evil\\r\\n\\r\\nhttp://evil.example\\x1b[2J {portal_url} 御中\n")
