"""Notifications: where a merchant is told by mail, of what, what such mail says, and what was sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from embedded_app.clock import now
from embedded_app.config import Config
from embedded_app.db import db
from embedded_app.mail import is_address
from embedded_app.models import Alert, AlertKind, AuditEntry, Store
from embedded_app.pipeline import alerting, letters, summing_up, surveying
from embedded_app.pipeline.alerting import Backlog
from embedded_app.pipeline.letters import Letter
from embedded_app.pipeline.stopped import XERO
from embedded_app.pipeline.summing_up import HeldTogether
from embedded_app.web.admission import admit, merchant, the_store
from embedded_app.web.words import ALERTS

SHOWN_ALERTS = 20

alerts = Blueprint("alerts", __name__, url_prefix=letters.PAGE.rstrip("/"))
admit(alerts)


@dataclass(frozen=True, slots=True)
class Shown:
    """A kind of mail as the page shows it. is_example: nothing is so at the moment, and the mail tells of something
    made up.
    """

    kind: AlertKind
    wanted: bool
    letter: Letter
    is_example: bool


@alerts.get("/")
def show() -> str:
    """Address and kinds, the mails as they would read now, and the last ones sent."""
    return _page(the_store())


@alerts.post("/")
def save() -> Response | tuple[str, int]:
    """Keep where the merchant wants to be told, and of what."""
    store, address = the_store(), request.form.get("address", "").strip()
    if address and not is_address(address):
        problem = {"address": _("This is not an e-mail address: correct it, or leave it empty.")}
        return _page(store, problems=problem, address=address), 422
    keep_address(db.session(), store, address)
    wanted = request.form.getlist("kinds")
    store.notify_off = [kind.value for kind in ALERTS if kind.value not in wanted]
    db.session.commit()
    return redirect(url_for("alerts.show", saved=1), 303)


@alerts.post("/test")
def test() -> Response | tuple[str, int]:
    """Have a test mail sent to the address that is kept."""
    store = the_store()
    if _config().mail is None or store.notify_address is None:
        return _page(store, problems={"test": _("Save an address first.")}), 422
    if not alerting.ask_for_test(db.session(), store, actor=merchant().actor):
        sentence = _("A test mail is on its way already, or ten were sent today. Look at the list below.")
        return _page(store, problems={"test": sentence}), 409
    return redirect(url_for("alerts.show", asked=1), 303)


def keep_address(session: Session, store: Store, address: str) -> None:
    """Keep an address that is one, or "" for none, and the language to write in. Flushes."""
    if address != (store.notify_address or ""):
        # What the old address did not get, the new one does not wait for.
        for alert in session.scalars(select(Alert).where(Alert.store_id == store.id, Alert.not_before > now())):
            alert.not_before = None
    store.notify_address, store.notify_locale = address or None, str(get_locale())
    session.add(AuditEntry(store_id=store.id, at=now(), actor=merchant().actor, act="changed notifications"))
    session.flush()


def _page(store: Store, *, problems: dict[str, str] | None = None, address: str | None = None) -> str:
    session = db.session()
    causes = [one.cause for one in summing_up.held_together(session, store)]
    last = select(Alert).where(Alert.store_id == store.id).order_by(Alert.id.desc()).limit(SHOWN_ALERTS)
    told, zone = session.scalars(last).all(), surveying.zone(session, store)
    return render_template(
        "alerts.html",
        store=store,
        mail=_config().mail,
        address=(store.notify_address or "") if address is None else address,
        problems=problems or {},
        saved="saved" in request.args,
        asked="asked" in request.args,
        shown=[_shown(session, store, kind, causes) for kind in ALERTS],
        told=[(one, (one.sent_at or one.opened_at).astimezone(zone)) for one in told],
        on_the_way=any(one.sent_at is None and one.closed_at is None and one.problem is None for one in told),
    )


def _shown(session: Session, store: Store, kind: AlertKind, causes: list[str]) -> Shown:
    """The mail of this kind as it would be sent now, or with an example in it."""
    app = _config().app_in_admin(store.external_id)
    if kind == AlertKind.DIGEST:
        causes = [alerting.yesterday_of(session, store).isoformat()]
    letter = letters.letter(session, store, kind, causes, app=app)
    example = letter or letters.write(kind, store, _example(session, store, kind), app=app)
    return Shown(kind, kind not in store.notify_off, example, letter is None)


def _example(session: Session, store: Store, kind: AlertKind) -> dict[str, Any]:
    """What a letter of this kind tells of where nothing is so."""
    if kind == AlertKind.HELD:
        sentence = _("Order #1234: choose a tax rate in Xero for ‘VAT 20%%’.")
        return {"groups": [HeldTogether(cause="unmapped tax", count=1, sentences=(sentence,))], "all_held": 1}
    if kind == AlertKind.STOPPED:
        return {"side": XERO, "sentence": ""}
    if kind == AlertKind.BACKLOG:
        since = now() - timedelta(hours=2)
        return {
            "backlog": Backlog(12, since),
            "since": alerting.local(session, store, since),
            "put_off": None,
        }
    standing = summing_up.standing(session, store, count_recorded=False)
    return {"day": alerting.yesterday_of(session, store), "figures": [], "standing": standing, "waiting": 0}


def _config() -> Config:
    config: Config = current_app.extensions["crossfoot.config"]
    return config
