"""The mail that tells the customer that the examination is done, through a real SMTP server."""

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
