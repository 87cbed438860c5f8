"""The mail that tells the customer that the examination is done, through a real SMTP server."""

from datetime import UTC, datetime, timedelta

from tests.peers.ca import TegataCA


def test_adding_a_contract_sends_the_notice(tmp_path, smtp):
    """Its subject is the manual's; it names contract, service and portal, and never the MAC key (M14)."""
    with TegataCA(tmp_path, smtp=smtp.url) as ca:
        contract = ca.add_contract("mail.example.com", user="kunde@example.com")
        (message,) = smtp.wait()
        assert message["To"] == "kunde@example.com"
        assert message["Subject"] == "契約申込書承諾、および、証明書ダウンロード手続きのご案内"
        text = message.get_content()
        assert contract["contract"] in text
        assert ca.portal_url.rstrip("/") in text
        assert contract["eab"]["hmac"] not in text


def test_a_contract_that_ends_is_told(tmp_path, smtp):
    """Once, however often the CA is started (M9)."""
    now = datetime.now(UTC).replace(microsecond=0)
    with TegataCA(tmp_path, smtp=smtp.url) as ca:
        starts, ends = now - timedelta(days=100), now + timedelta(days=5)
        contract = ca.add_contract("ends.example.com", user="kunde@example.com", starts=starts, ends=ends)
        smtp.wait()
        ca.restart()
        _, alarm = smtp.wait(2)
        assert alarm["Subject"] == "ご契約満了のお知らせ、および、契約更新のお願い"
        assert contract["contract"] in alarm.get_content()
        ca.restart()
        later = ca.add_contract("later.example.com", user="kunde@example.com")
        *_, last = smtp.wait(3)
        assert later["contract"] in last.get_content(), "and no second alarm came before it"
