"""Mail to a server elsewhere: encrypted before anything is said, to nobody but the server that was named."""

from __future__ import annotations

import datetime
import ipaddress
import ssl
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from embedded_app.mail import MailNotSent, MailServer, send
from tests.mailbox import SENDER, mail_server

# This machine too, but not by a name that is taken for it.
ELSEWHERE = "127.0.0.2"
NAME, PASSWORD = "crossfoot", "pass word"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of ELSEWHERE that signs itself, with its key, in one file."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    today = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(issuer_name=name, subject_name=name, public_key=key.public_key())
        .serial_number(1)
        .not_valid_before(today - datetime.timedelta(days=1))
        .not_valid_after(today + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(ELSEWHERE))]), critical=True)
        .sign(key, hashes.SHA256())
    )
    kind, form, no_password = (
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path = tmp_path_factory.mktemp("mail") / "server.pem"
    path.write_bytes(made.public_bytes(kind) + key.private_bytes(kind, form, no_password))
    return path


def encrypting(certificate: Path) -> ssl.SSLContext:
    """What a server offers STARTTLS with."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def login(server: SMTP, session: Session, envelope: Envelope, mechanism: str, told: object) -> AuthResult:
    """Called by aiosmtpd: whether a name and a password are good."""
    assert isinstance(told, LoginPassword)
    good = (told.login, told.password) == (NAME.encode(), PASSWORD.encode())
    return AuthResult(success=good, handled=False)


def message() -> EmailMessage:
    written = EmailMessage()
    written["From"], written["To"], written["Subject"] = SENDER, "alice@store.example", "Hello"
    written.set_content("Hello.")
    return written


def at(port: int, password: str = PASSWORD) -> MailServer:
    return MailServer(host=ELSEWHERE, port=port, tls=False, sender=SENDER, user=NAME, password=password)


def test_name_password_and_mail_are_told_only_after_starttls(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    # It takes neither in the clear.
    strict = {"tls_context": encrypting(certificate), "require_starttls": True, "authenticator": login}
    with mail_server(ELSEWHERE, **strict, auth_required=True) as mailbox:
        send(at(mailbox.port), message())
        with pytest.raises(MailNotSent, match="does not take our name and password"):
            send(at(mailbox.port, password="wrong"), message())

    assert mailbox.subjects == ["Hello"]


def test_a_server_that_cannot_prove_who_it_is_hears_nothing(certificate: Path) -> None:
    with mail_server(ELSEWHERE, tls_context=encrypting(certificate), authenticator=login) as mailbox:
        with pytest.raises(MailNotSent, match="could not prove who it is"):
            send(at(mailbox.port), message())

    assert mailbox.subjects == []


def test_a_server_elsewhere_without_encryption_hears_nothing() -> None:
    with mail_server(ELSEWHERE, authenticator=login, auth_require_tls=False) as mailbox:
        with pytest.raises(MailNotSent, match="offers no encryption"):
            send(at(mailbox.port), message())

    assert mailbox.subjects == []
