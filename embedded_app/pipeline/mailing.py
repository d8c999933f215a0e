"""Tell a merchant by mail: what is due is claimed for two minutes, written as it stands now, sent, and marked as sent.

Whoever dies between the mail server's answer and the mark has it sent once more, under the same Message-ID, so that a
mailbox can tell; nothing is lost, for the row stays owed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

import structlog
from flask import current_app
from flask_babel import force_locale
from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from embedded_app.clock import now
from embedded_app.config import Config
from embedded_app.db import db
from embedded_app.mail import MailNotSent, MailServer, send
from embedded_app.models import Alert, AlertKind, Store
from embedded_app.pipeline import alerting
from embedded_app.pipeline.letters import PAGE, Letter, letter
from embedded_app.queue import wake

LEASE = timedelta(minutes=2)  # longer than a call to a mail server takes
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=4), timedelta(hours=6)
WRONG_ADDRESS_PAUSE = timedelta(days=1)
DEFAULT_LOCALE = "en_GB"
# What ends with being sent; the others end when they are no longer so.
_ONCE = (AlertKind.DIGEST, AlertKind.TEST)

log = structlog.get_logger(__name__)


def wake_alerts() -> None:
    """Wake the alert of every store that wants to be told; commits."""
    session = db.session()
    if _config().mail is not None:
        wanted = select(Store.id).where(Store.notify_address.is_not(None), Store.uninstalled_at.is_(None))
        for store_id in session.scalars(wanted).all():
            wake(session, "alert", store_id, queue="gather")
    session.commit()


def alert(store_id: int) -> bool:
    """Look what the store's merchant is to be told of, and tell it. Always False: what is left waits for its time."""
    session = db.session()
    server, store = _config().mail, session.get(Store, store_id)
    if server is None or store is None or store.notify_address is None or store.uninstalled_at is not None:
        session.rollback()
        return False
    alerting.look(session, store)
    for kind in AlertKind:
        claimed = _claim(session, store, kind)
        if claimed:
            _tell(session, store, server, claimed)
    return False


def _compose(written: Letter, *, server: MailServer, address: str, message_id: str, app: str) -> EmailMessage:
    """The letter as a message; it says that no person wrote it (RFC 3834), and where such mail is switched off."""
    message = EmailMessage(policy=SMTP)
    message["From"] = Address("Crossfoot", addr_spec=server.sender)
    message["To"] = Address(addr_spec=address)
    message["Subject"] = written.subject
    message["Date"] = format_datetime(now())
    message["Message-ID"] = message_id
    message["Auto-Submitted"] = "auto-generated"
    message["List-Unsubscribe"] = f"<{app}{PAGE}>"
    message.set_content(written.text, cte="quoted-printable")
    return message


def _claim(session: Session, store: Store, kind: AlertKind) -> list[Alert]:
    """The alerts of this kind that are due, ours for a while. Commits."""
    due = or_(Alert.not_before.is_(None), Alert.not_before <= now())
    claimed = session.scalars(
        update(Alert)
        .where(Alert.store_id == store.id, Alert.kind == kind, Alert.sent_at.is_(None), Alert.closed_at.is_(None), due)
        .values(not_before=now() + LEASE, tries=Alert.tries + 1)
        .returning(Alert)
    ).all()
    session.commit()
    return sorted(claimed, key=lambda one: one.id)


def _tell(session: Session, store: Store, server: MailServer, alerts: Sequence[Alert]) -> None:
    """Send one mail that tells of these alerts, which are of one kind. Commits."""
    kind, app = alerts[0].kind, _config().app_in_admin(store.external_id)
    with force_locale(store.notify_locale or DEFAULT_LOCALE):
        written = letter(session, store, kind, [one.cause for one in alerts], app=app)
    if written is None or store.notify_address is None:
        _mark(session, alerts, closed_at=now())
        return
    name = _message_id(store, alerts, server)
    message = _compose(written, server=server, address=store.notify_address, message_id=name, app=app)
    session.commit()  # no transaction stays open while the mail server takes its time
    try:
        send(server, message)
    except MailNotSent as problem:
        log.warning("alert not sent", store=store.id, kind=kind.value, why=str(problem))
        pause = WRONG_ADDRESS_PAUSE if problem.wrong_address else _pause(max(one.tries for one in alerts))
        _mark(session, alerts, not_before=now() + pause, problem=str(problem))
        return
    _mark(session, alerts, sent_at=now(), closed_at=now() if kind in _ONCE else None, not_before=None, problem=None)
    log.info("alert sent", store=store.id, kind=kind.value, causes=len(alerts))


def _mark(session: Session, alerts: Sequence[Alert], **values: object) -> None:
    session.execute(update(Alert).where(Alert.id.in_([one.id for one in alerts])).values(**values))
    session.commit()


def _message_id(store: Store, alerts: Sequence[Alert], server: MailServer) -> str:
    """The same for the same alerts, however often they are sent."""
    what = " ".join(str(one) for one in (store.id, *(one.id for one in alerts)))
    return f"<{alerts[0].kind.value}.{hashlib.sha256(what.encode('ascii')).hexdigest()[:32]}@{server.domain}>"


def _pause(tries: int) -> timedelta:
    doubled: int = 2 ** min(tries - 1, 10)
    return min(FIRST_PAUSE * doubled, LONGEST_PAUSE)


def _config() -> Config:
    config: Config = current_app.extensions["crossfoot.config"]
    return config
