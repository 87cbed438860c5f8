"""Mail through real SMTP servers: plain, with STARTTLS, with TLS, with log in, and failing."""

import asyncio
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from tegata.ca.errors import NoticeRefused, Refused
from tegata.ca.issuing import hierarchy, layout
from tegata.ca.issuing.server_certificate import ServerCertificate
from tegata.ca.model import Application, Certificate, Contract, Customer, Organization
from tegata.ca.notices.mail import Mailer, MailUndelivered
from tegata.ca.settings import SERVICES, Mail
from tests.peers.ports import free_port
from tests.peers.smtp import Smtp

pytestmark = [pytest.mark.anyio, pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")]

# TLS is judged by the real clock.
NOW = datetime.now(UTC).replace(microsecond=0)
CUSTOMER = Customer(id="customer", login="admin@example.com", password_hash="", created_at=NOW)
CONTRACT = Contract(
    id="C23456789",
    customer_id="customer",
    service="ov-acme-1y",
    organization=Organization(name="株式会社エグザンプル", country="JP"),
    domains=("www.example.com",),
    application=Application.NEW,
    applied_at=NOW,
    starts=NOW,
    ends=NOW + timedelta(days=365),
)


def mailer(smtp: str, directory: Path = Path(), *, url: str = "https://ca.example.com:8443", **settings) -> Mailer:
    return Mailer(
        Mail(smtp=smtp, **settings),
        directory=directory,
        ca_name="エグザンプル認証局",
        acme_url=url,
        services=SERVICES,
        clock=lambda: NOW,
    )


async def test_the_mail_arrives():
    """One mail to the customer, in UTF-8, with the manual's subject and the CA as its sender (M14)."""
    with Smtp() as smtp:
        await mailer(smtp.url).contract_accepted(CONTRACT, CUSTOMER)
        (message,) = smtp.wait()
    assert message["Subject"] == "契約申込書承諾、および、証明書ダウンロード手続きのご案内"
    assert message["From"] == "エグザンプル認証局 <noreply@ca.example.com>"
    assert message["To"] == "admin@example.com"
    assert message["Message-ID"] == "<contract-accepted.C23456789@ca.example.com>"
    assert message["Date"].datetime == NOW
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content_type() == "text/plain"
    text = message.get_content()
    assert "株式会社エグザンプル 御中" in text
    assert "https://ca.example.com:8443/portal/login" in text
    assert "https://ca.example.com:8443/acme/" in text
    for line in message.as_bytes().splitlines():
        assert line.isascii()
        assert len(line) <= 998


async def test_each_notice_is_one_mail():
    """C-14, M9: By its own Message-ID, so that one that is sent again is no other, and the next one is."""
    certificate = Certificate(
        serial="00ab12",
        order_id="order",
        account_id="account",
        contract_id=CONTRACT.id,
        names=CONTRACT.domains,
        not_before=NOW,
        not_after=NOW + timedelta(days=90),
        spki_digest=b"",
        tbs=b"",
        intended_at=NOW,
    )
    with Smtp() as smtp:
        sending = mailer(smtp.url)
        await sending.renewal_overdue(CONTRACT, CUSTOMER, [certificate], "one")
        await sending.contract_ending(CONTRACT, CUSTOMER, "two")
        mails = smtp.wait(2)
    assert [(mail["Message-ID"], mail["Subject"], mail["To"]) for mail in mails] == [
        ("<renewal-overdue.one@ca.example.com>", "証明書更新のご確認のお願い", CUSTOMER.login),
        ("<contract-ending.two@ca.example.com>", "ご契約満了のお知らせ、および、契約更新のお願い", CUSTOMER.login),
    ]
    assert "00ab12" in mails[0].get_content()


@pytest.mark.parametrize(
    ("url", "sender"),
    [
        ("https://127.0.0.1:8443", "noreply@[127.0.0.1]"),
        ("https://[::1]:8443", "noreply@[IPv6:::1]"),
    ],
)
async def test_a_ca_without_a_name_has_a_sender_all_the_same(url, sender):
    """An IP address is written as a domain literal (RFC 5321 §4.1.3)."""
    with Smtp() as smtp:
        await mailer(smtp.url, url=url).contract_accepted(CONTRACT, CUSTOMER)
        (message,) = smtp.wait()
    assert message["From"].addresses[0].addr_spec == sender


async def test_the_sender_of_the_settings():
    """As the operator wants it."""
    with Smtp() as smtp:
        await mailer(smtp.url, sender="ca@example.jp").contract_accepted(CONTRACT, CUSTOMER)
        (message,) = smtp.wait()
    assert message["From"].addresses[0].addr_spec == "ca@example.jp"


@pytest.mark.parametrize(
    "login",
    ["a@example.com\r\nBcc: b@example.com", "a@example.com, b@example.com", "a b@example.com", "nobody", "", "<a@b>x"],
)
async def test_no_header_is_injected(login):
    """A login that is no single plain address gets no mail, nobody else does, and it is not tried for ever."""
    with Smtp() as smtp:
        with pytest.raises(NoticeRefused):
            await mailer(smtp.url).contract_accepted(CONTRACT, msgspec.structs.replace(CUSTOMER, login=login))
        assert smtp.messages == []


async def test_a_server_that_is_not_there():
    """The job tries again; the reason is told."""
    with pytest.raises(MailUndelivered) as failure:
        await mailer(f"smtp://127.0.0.1:{free_port()}").contract_accepted(CONTRACT, CUSTOMER)
    assert failure.value.facts["recipient"] == "admin@example.com"


async def test_a_server_that_says_nothing(monkeypatch):
    """It is not waited for without an end: its mail is tried again later."""
    monkeypatch.setattr("tegata.ca.notices.mail._SECONDS", 0.1)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        with pytest.raises(MailUndelivered):
            await mailer(f"smtp://127.0.0.1:{silent.getsockname()[1]}").contract_accepted(CONTRACT, CUSTOMER)


@pytest.mark.parametrize(
    "words", [b"554 5.3.2 closed\r\n", b"421 4.3.2 later\r\n", b"HTTP/1.1 400 Bad Request\r\n", b""]
)
async def test_a_server_that_takes_nothing_from_anybody(words):
    """Whatever it says, that is about the server and not about the customer: it is tried again (RFC 5321 §3.1)."""

    async def greet(_, writer):
        writer.write(words)
        writer.close()

    async with await asyncio.start_server(greet, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(MailUndelivered) as failure:
            await mailer(f"smtp://127.0.0.1:{port}").contract_accepted(CONTRACT, CUSTOMER)
    assert failure.value.facts["recipient"] == "admin@example.com"


class Door:
    """A server that lets one user in and keeps what it was told."""

    def __init__(self) -> None:
        self.logins: list[LoginPassword] = []
        self.mails = 0

    def authenticate(self, server, session, envelope, mechanism, data) -> AuthResult:
        self.logins.append(data)
        return AuthResult(success=data == LoginPassword(b"ca user", b"geheim"))

    async def handle_DATA(self, server, session, envelope) -> str:  # noqa: N802 - aiosmtpd's name
        self.mails += 1
        return "250 kept"

    async def handle_RCPT(self, server, session, envelope, address, options) -> str:  # noqa: N802 - aiosmtpd's name
        if address.startswith("unknown@"):
            return "550 5.1.1 no such user"
        if address.startswith("long@"):
            return "500 5.5.2 line too long"
        if address.startswith("full@"):
            return "452 4.2.2 mailbox full"
        envelope.rcpt_tos.append(address)
        return "250 ok"


@contextmanager
def door(tls: ssl.SSLContext | None, *, implicit: bool = False) -> Iterator[tuple[Door, int]]:
    """A mail server that takes a log in once there is TLS, if it has any."""
    handler, port = Door(), free_port()
    controller = Controller(
        handler,
        hostname="127.0.0.1",
        port=port,
        ssl_context=tls if implicit else None,
        tls_context=None if implicit else tls,
        authenticator=handler.authenticate,
        # aiosmtpd counts only STARTTLS as TLS; a door without any would let its user in all the same.
        auth_require_tls=not implicit and tls is not None,
    )
    controller.start()
    try:
        yield handler, port
    finally:
        controller.stop()


@pytest.fixture(scope="module")
def server_tls(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, Path]:
    """A TLS context for 127.0.0.1, and the root that vouches for it."""
    directory = tmp_path_factory.mktemp("ca")
    urls = {"url": "https://127.0.0.1", "public_url": "http://127.0.0.1"}
    hierarchy.create(directory, name="Example CA", secret=b"x", now=NOW, **urls)
    context = ServerCertificate(directory, secret=b"x", now=NOW, environ={}, **urls).context
    return context, directory / layout.ROOT_CERTIFICATE


@pytest.fixture
def password(tmp_path: Path) -> Path:
    (tmp_path / "smtp.password").write_text("geheim\n")
    return tmp_path


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
async def test_a_log_in_over_verified_tls(server_tls, password, monkeypatch, scheme):
    """User from the URL, password from its file, by STARTTLS or TLS from the start."""
    context, root = server_tls
    monkeypatch.setenv("SSL_CERT_FILE", str(root))
    with door(context, implicit=scheme == "smtps") as (handler, port):
        sending = mailer(f"{scheme}://ca%20user@127.0.0.1:{port}", password, password_file="smtp.password")
        await sending.contract_accepted(CONTRACT, CUSTOMER)
        assert handler.logins == [LoginPassword(b"ca user", b"geheim")]
        assert handler.mails == 1


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
async def test_the_password_is_not_shown_to_a_stranger(server_tls, password, scheme):
    """A certificate nobody vouches for: no log in, no mail."""
    context, _ = server_tls
    with door(context, implicit=scheme == "smtps") as (handler, port):
        sending = mailer(f"{scheme}://ca%20user@127.0.0.1:{port}", password, password_file="smtp.password")
        with pytest.raises(MailUndelivered):
            await sending.contract_accepted(CONTRACT, CUSTOMER)
        assert (handler.logins, handler.mails) == ([], 0)


async def test_the_password_is_not_sent_without_tls(password):
    """A server that offers no STARTTLS does not get it."""
    with door(None) as (handler, port):
        sending = mailer(f"smtp://ca%20user@127.0.0.1:{port}", password, password_file="smtp.password")
        with pytest.raises(MailUndelivered):
            await sending.contract_accepted(CONTRACT, CUSTOMER)
        assert (handler.logins, handler.mails) == ([], 0)


async def test_tls_from_the_start_is_verified_without_a_log_in_too(server_tls):
    """Who asks for it means that server."""
    with door(server_tls[0], implicit=True) as (handler, port):
        with pytest.raises(MailUndelivered):
            await mailer(f"smtps://127.0.0.1:{port}").contract_accepted(CONTRACT, CUSTOMER)
        assert handler.mails == 0


async def test_starttls_without_a_log_in_takes_any_certificate(server_tls):
    """As mail servers do among each other: the local one's self-made certificate is no obstacle (RFC 7435)."""
    with door(server_tls[0]) as (handler, port):
        await mailer(f"smtp://127.0.0.1:{port}").contract_accepted(CONTRACT, CUSTOMER)
        assert handler.mails == 1


async def test_a_refused_recipient_is_told():
    """With the server's words, and whether it is for good, which each code from 500 on is (RFC 5321 §4.2.1)."""
    with door(None) as (_, port):
        for name, words in (("unknown", "no such user"), ("long", "line too long")):
            nobody = msgspec.structs.replace(CUSTOMER, login=f"{name}@example.com")
            with pytest.raises(NoticeRefused) as failure:
                await mailer(f"smtp://127.0.0.1:{port}").contract_accepted(CONTRACT, nobody)
            assert words in str(failure.value.facts["reason"])
        full = msgspec.structs.replace(CUSTOMER, login="full@example.com")
        with pytest.raises(MailUndelivered) as passing:
            await mailer(f"smtp://127.0.0.1:{port}").contract_accepted(CONTRACT, full)
        assert "full" in str(passing.value.facts["reason"])


@pytest.mark.parametrize(
    ("smtp", "more"),
    [
        ("mail.example.com:25", {}),
        ("http://mail.example.com", {}),
        ("smtp://", {}),
        ("smtp://mail.example.com:x", {}),
        ("smtp://mail.example.com/path", {}),
        ("smtp://user:secret@mail.example.com", {}),
        ("smtp://user:secret@mail.example.com", {"password_file": "smtp.password"}),
        ("smtp://user@mail.example.com", {"password_file": "latin1.password"}),
        ("smtp://user@mail.example.com", {"password_file": "nowhere"}),
        ("smtp://mail.example.com", {"sender": "no address"}),
        ("smtp://mail.example.com", {"operators": ("ops@example.com", "no address")}),
        ("smtp://mail.example.com", {"sender": "a@example.com\r\nBcc: b@example.com"}),
    ],
)
async def test_settings_that_cannot_be_used(smtp, more, tmp_path):
    """They are refused when the CA starts; a password has no place in the URL and is not repeated."""
    (tmp_path / "smtp.password").write_text("geheim\n")
    (tmp_path / "latin1.password").write_bytes(b"\xe9")
    with pytest.raises(Refused) as refusal:
        mailer(smtp, tmp_path, **more)
    assert "secret" not in str(refusal.value)
    assert str(refusal.value.facts["reason"]).startswith("mail.")


@pytest.mark.parametrize(("smtp", "port"), [("smtp://mail.example.com", 25), ("smtps://mail.example.com", 465)])
async def test_default_ports(smtp, port):
    """Those of RFC 5321 and RFC 8314."""
    assert mailer(smtp)._server.port == port
