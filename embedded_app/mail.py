"""Mail, by the standard library: a mail server as one setting names it, and a message handed to it.

smtp://name:password@mail.example:587    encrypted by STARTTLS before anything else is said
smtps://name:password@mail.example:465   encrypted from the first byte
smtp://localhost:1025                    in the clear, which only a mail server of this machine may be
"""

from __future__ import annotations

import re
import smtplib
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from urllib.parse import SplitResult, unquote, urlsplit

LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "::1")
TIMEOUT_SECONDS = 10
PORTS = {"smtp": 587, "smtps": 465}
_REMEDY = "give one like smtp://name:password@mail.example:587, with signs such as @ in the password written as %40"
# The addresses that browsers take (HTML, "valid e-mail address"), less those that RFC 5322 wants quoted; whether mail
# arrives only mail can tell.
_ATOM, _LABEL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+", r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})+")
LONGEST_ADDRESS = 254


class MailNotSent(Exception):
    """The message was not taken; the text is a sentence. wrong_address: the server takes no mail for its recipient."""

    def __init__(self, sentence: str, *, wrong_address: bool = False) -> None:
        self.wrong_address = wrong_address
        super().__init__(sentence)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """Who takes our mail. tls: from the first byte. sender: the address our mail comes from."""

    host: str
    port: int
    tls: bool
    sender: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)

    @property
    def is_local(self) -> bool:
        """Whether it runs on this machine, so that nobody can listen in."""
        return self.host in LOOPBACK_HOSTS

    @property
    def domain(self) -> str:
        """What our mail comes from: the name we give ourselves, and the end of each message's id."""
        return self.sender.rpartition("@")[2]


def is_address(text: str) -> bool:
    """Whether mail may be sent to this text."""
    return len(text) <= LONGEST_ADDRESS and _ADDRESS.fullmatch(text) is not None


def mail_server(url: str, sender: str | None) -> MailServer:
    """The mail server of SMTP_URL, which sends as SMTP_FROM. Raises ValueError with the sentence that mends it."""
    parts, port = _parts(url)
    if parts.scheme not in PORTS or not parts.hostname or parts.path.rstrip("/") or parts.query or parts.fragment:
        raise ValueError(f"SMTP_URL is not the address of a mail server: {_REMEDY}.")
    if (parts.username is None) != (parts.password is None):
        raise ValueError(f"SMTP_URL names a user or a password without the other: {_REMEDY}.")
    if sender is None:
        raise ValueError("SMTP_FROM is missing: set it to the address that Crossfoot's mail comes from.")
    if not is_address(sender):
        raise ValueError("SMTP_FROM is not an e-mail address: give one like crossfoot@books.example.")
    return MailServer(
        host=parts.hostname,
        port=port or PORTS[parts.scheme],
        tls=parts.scheme == "smtps",
        sender=sender,
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
    )


def _parts(url: str) -> tuple[SplitResult, int | None]:
    try:
        parts = urlsplit(url)
        return parts, parts.port
    except ValueError:
        raise ValueError(f"SMTP_URL is not the address of a mail server: {_REMEDY}.") from None


def send(server: MailServer, message: EmailMessage) -> None:
    """Hand the message to the server; returns once the server answers for it. Raises MailNotSent."""
    try:
        with _connected(server) as connection:
            if not server.tls and not server.is_local:
                connection.starttls(context=ssl.create_default_context())
            if server.user and server.password:
                connection.login(server.user, server.password)
            connection.send_message(message)
    except smtplib.SMTPRecipientsRefused as refused:
        codes = [code for code, _answer in refused.recipients.values()]
        wrong = bool(codes) and all(code >= 500 for code in codes)
        sentence = "The mail server takes no mail for this address: correct it." if wrong else _BUSY
        raise MailNotSent(sentence, wrong_address=wrong) from None
    except smtplib.SMTPAuthenticationError:
        raise MailNotSent("The mail server does not take our name and password: correct SMTP_URL.") from None
    except smtplib.SMTPNotSupportedError:
        raise MailNotSent("The mail server offers no encryption or no login: name one in SMTP_URL that does.") from None
    except ssl.SSLError:
        raise MailNotSent("The mail server could not prove who it is: correct SMTP_URL.") from None
    except smtplib.SMTPResponseException as answer:
        sentence = "The mail server refuses this mail." if answer.smtp_code >= 500 else _BUSY
        raise MailNotSent(f"{sentence} (SMTP {answer.smtp_code})") from None
    except smtplib.SMTPException:
        raise MailNotSent("The mail server broke off.") from None
    except OSError:
        raise MailNotSent("The mail server could not be reached.") from None


_BUSY = "The mail server takes no mail at the moment."


class _Connection(smtplib.SMTP):
    """A connection that, once the server has answered for the message, minds no more how it ends."""

    def __exit__(self, *_: object) -> None:
        try:
            self.quit()
        except (smtplib.SMTPException, OSError):
            self.close()


class _TlsConnection(smtplib.SMTP_SSL, _Connection):
    """The same, encrypted from the first byte."""


def _connected(server: MailServer) -> smtplib.SMTP:
    if server.tls:
        secure = ssl.create_default_context()
        return _TlsConnection(
            server.host, server.port, local_hostname=server.domain, timeout=TIMEOUT_SECONDS, context=secure
        )
    return _Connection(server.host, server.port, local_hostname=server.domain, timeout=TIMEOUT_SECONDS)
