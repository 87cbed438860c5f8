"""Sending letters by SMTP (aiosmtplib). Knows the mail server and the form of a mail, not what is written in it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import NamedTuple
from urllib.parse import SplitResult, unquote, urlsplit

import aiosmtplib

from tegata.ca.errors import CaError, NoticeRefused, Refused
from tegata.ca.journal import Journal
from tegata.ca.model import Alarm, Certificate, Contract, Customer
from tegata.ca.notices import alarms, letters
from tegata.ca.notices.letters import Letter, Sender
from tegata.ca.settings import Mail, Service
from tegata.pki import names
from tegata.text.catalogue import printable

_SECONDS = 30.0
_FOR_GOOD = 500
_PORTS = {"smtp": 25, "smtps": 465}

log = Journal("mail")


class MailUndelivered(CaError):
    """A mail to ``recipient`` was not taken by the mail server: ``reason``."""

    code = "notice.undelivered"


class _Server(NamedTuple):
    host: str
    port: int
    tls: bool
    user: str | None
    password: str | None


class Mailer:
    """Writes to customers and operators; a Notifier.

    ``directory`` is where a relative ``mail.password_file`` is, ``acme_url`` the setting ``acme.url``. Raises Refused
    for settings that cannot be used.

    With a user name, STARTTLS is required and the server's certificate verified, so that the password is seen by nobody
    else. Without one STARTTLS is used where it is offered, with any certificate, as mail servers do (RFC 7435).
    """

    def __init__(
        self,
        settings: Mail,
        *,
        directory: Path,
        ca_name: str,
        acme_url: str,
        services: Mapping[str, Service],
        clock: Callable[[], datetime],
    ) -> None:
        base = acme_url.rstrip("/")
        self._server = _server(settings, directory)
        self._domain = _domain(base)
        self._from = _sender(settings.sender or f"noreply@{self._domain}", ca_name)
        self._sender = Sender(ca_name, f"{base}/portal/login", f"{base}/acme/")
        self._services = services
        self._clock = clock
        self._operators = [_operator(address) for address in settings.operators]

    async def contract_accepted(self, contract: Contract, customer: Customer) -> None:
        """Send the letter that the contract is accepted; raises MailUndelivered, NoticeRefused."""
        service = self._services[contract.service]
        letter = letters.contract_accepted(contract, customer.login, service, self._sender)
        await self._send(letter, customer.login, f"contract-accepted.{contract.id}")

    async def renewal_overdue(
        self, contract: Contract, customer: Customer, certificates: Sequence[Certificate], notice: str
    ) -> None:
        """Send the letter that certificates were not renewed in time; raises MailUndelivered."""
        service = self._services[contract.service]
        letter = letters.renewal_overdue(contract, customer.login, service, certificates, self._sender)
        await self._send(letter, customer.login, f"renewal-overdue.{notice}")

    async def contract_ending(self, contract: Contract, customer: Customer, notice: str) -> None:
        """Send the letter that the contract ends soon; raises MailUndelivered."""
        letter = letters.contract_ending(contract, customer.login, self._services[contract.service], self._sender)
        await self._send(letter, customer.login, f"contract-ending.{notice}")

    async def alarm(self, alarm: Alarm, notice: str) -> None:
        """Send one mail to all operators; raises MailUndelivered, NoticeRefused where it reaches none of them."""
        if self._operators:
            letter = alarms.alarm(alarm, self._sender.ca_name)
            await self._send(letter, ", ".join(self._operators), f"alarm.{notice}", self._operators)

    async def _send(self, letter: Letter, recipient: str, identifier: str, all_of: Sequence[str] = ()) -> None:
        server = self._server
        secret = server.user is not None
        try:
            message = self._message(letter, all_of or [recipient], identifier)
        except ValueError as error:
            raise NoticeRefused(recipient=recipient, reason=error) from None
        try:
            refused, _ = await aiosmtplib.send(
                message,
                sender=self._from.addr_spec,
                recipients=[*(all_of or [recipient])],
                hostname=server.host,
                port=server.port,
                username=server.user,
                password=server.password,
                use_tls=server.tls,
                start_tls=True if secret and not server.tls else None,
                validate_certs=secret or server.tls,
                local_hostname=self._domain,
                timeout=_SECONDS,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            kind = NoticeRefused if all(one.code >= _FOR_GOOD for one in error.recipients) else MailUndelivered
            raise kind(recipient=recipient, reason=error.recipients[0].message) from None
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            raise MailUndelivered(recipient=recipient, reason=error) from None
        for address, answer in refused.items():  # others have it
            log.warning("mail.refused", recipient=address, reason=printable(answer.message))

    def _message(self, letter: Letter, recipients: Sequence[str], identifier: str) -> EmailMessage:
        """The mail (RFC 5322); a ValueError for a recipient that is no single address.

        Sent again after a failure it has the same Message-ID, so that a receiver can drop the double.
        """
        message = EmailMessage(policy=SMTP)
        message["From"] = self._from
        message["To"] = [_address(recipient) for recipient in recipients]
        message["Subject"] = letter.subject
        message["Date"] = self._clock()
        message["Message-ID"] = f"<{identifier}@{self._domain}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.body, charset="utf-8", cte="base64")
        return message


def _server(settings: Mail, directory: Path) -> _Server:
    try:
        parts = urlsplit(settings.smtp)
        port = parts.port
    except ValueError:
        raise _unusable() from None
    if parts.scheme not in _PORTS or not parts.hostname or parts.password is not None or parts.path.strip("/"):
        raise _unusable()
    user, password = _login(parts, settings, directory)
    return _Server(parts.hostname, port or _PORTS[parts.scheme], parts.scheme == "smtps", user, password)


def _login(parts: SplitResult, settings: Mail, directory: Path) -> tuple[str | None, str | None]:
    if parts.username is None:
        return None, None
    path = directory / settings.password_file
    try:
        return unquote(parts.username), path.read_text("utf-8").rstrip("\r\n")
    except (OSError, ValueError) as error:
        raise Refused(reason=f"mail.password_file {path} cannot be read: {error}") from None


def _unusable() -> Refused:
    """The URL itself is not told: it may hold the password that made it unusable."""
    return Refused(
        reason="mail.smtp is smtp://HOST:PORT or smtps://HOST:PORT, with USER@ at most;"
        " a password goes into mail.password_file"
    )


def _sender(address: str, ca_name: str) -> Address:
    try:
        return _address(address, ca_name)
    except ValueError as error:
        raise Refused(reason=f"mail.sender: {error}") from None


def _operator(address: str) -> str:
    try:
        return _address(address).addr_spec
    except ValueError as error:
        raise Refused(reason=f"mail.operators: {error}") from None


def _address(text: str, display_name: str = "") -> Address:
    """One mail address; a ValueError for anything else, line ends above all."""
    try:
        return Address(display_name, addr_spec=text)
    except (ValueError, IndexError, MessageError):
        raise ValueError(f"{text!r} is no mail address") from None


def _domain(acme_url: str) -> str:
    """The CA's host as the domain of a mail address (RFC 5321 §4.1.3 for an IP address)."""
    host = urlsplit(acme_url).hostname or ""
    if not names.is_ip(host):
        return host
    return f"[IPv6:{host}]" if ":" in host else f"[{host}]"
