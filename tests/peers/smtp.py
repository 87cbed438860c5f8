"""A real SMTP server that keeps the messages it is given; knows nothing of their contents."""

import email.message
import email.parser
import email.policy
import threading
from typing import Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.peers.ports import free_port


class Smtp:
    """An SMTP server on loopback without TLS or log in; ``messages`` are those received so far, in order."""

    def __init__(self) -> None:
        self.messages: list[email.message.EmailMessage] = []
        self._changed = threading.Condition()
        self._port = free_port()
        self._controller = Controller(self, hostname="127.0.0.1", port=self._port)

    @property
    def url(self) -> str:
        """The server as ``tegata-ca init --smtp`` takes it."""
        return f"smtp://127.0.0.1:{self._port}"

    def wait(self, count: int = 1, seconds: float = 60) -> list[email.message.EmailMessage]:
        """All messages once there are at least ``count``; an AssertionError when they do not come in time."""
        with self._changed:
            enough = self._changed.wait_for(lambda: len(self.messages) >= count, seconds)
            assert enough, f"{len(self.messages)} messages after {seconds} s, {count} expected"
            return list(self.messages)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Keep one message."""
        assert isinstance(envelope.content, bytes)
        message = email.parser.BytesParser(policy=email.policy.default).parsebytes(envelope.content)
        with self._changed:
            self.messages.append(message)
            self._changed.notify_all()
        return "250 kept"

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()
