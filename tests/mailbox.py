"""A mail server on loopback that keeps what it takes, and refuses on cue."""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from embedded_app.mail import MailServer

SENDER = "crossfoot@books.example"


@dataclass(slots=True)
class Mailbox:
    """What came, oldest first. answers: what the next messages are answered with, in place of being taken; broken_off:
    how many of the next are taken, and the connection then broken before the answer.
    """

    port: int
    mails: list[EmailMessage] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    broken_off: int = 0
    refused_addresses: set[str] = field(default_factory=set)

    @property
    def server(self) -> MailServer:
        """Where it is, for the app."""
        return MailServer(host="127.0.0.1", port=self.port, tls=False, sender=SENDER)

    @property
    def subjects(self) -> list[str]:
        """What came, by subject."""
        return [str(mail["Subject"]) for mail in self.mails]

    @property
    def last(self) -> str:
        """The text of what came last; aiosmtpd looks at every attribute, also before anything came."""
        return str(self.mails[-1].get_content()) if self.mails else ""

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Called by aiosmtpd for each recipient."""
        if address in self.refused_addresses:
            return "550 no such person"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Called by aiosmtpd for each message."""
        if self.answers:
            return self.answers.pop(0)
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        if self.broken_off:
            self.broken_off -= 1
            server.transport.abort()
        return "250 OK"


@contextmanager
def mail_server(host: str = "127.0.0.1", **of_aiosmtpd: Any) -> Iterator[Mailbox]:
    """A mailbox that is open as long as the block runs. of_aiosmtpd: encryption and login, as its SMTP takes them."""
    with socket.socket() as chosen:
        chosen.bind((host, 0))
        port = chosen.getsockname()[1]
    mailbox = Mailbox(port)
    # It tells every word it hears, which tests that look at the program's log would take for ours.
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    controller = Controller(mailbox, hostname=host, port=port, **of_aiosmtpd)
    controller.start()
    try:
        yield mailbox
    finally:
        controller.stop()
