"""Settings: what can be changed after Setup, what is listened to and kept, and how to stop, with what that does."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import func, select
from werkzeug.wrappers import Response

from embedded_app import onboarding
from embedded_app.clock import now
from embedded_app.db import db
from embedded_app.models import Delivery, Document, OrderFacts, Store
from embedded_app.pipeline import calls_left, drafts, setting_up, summing_up
from embedded_app.pipeline.drafts import ChangedMeanwhile
from embedded_app.pipeline.setting_up import NotSaved
from embedded_app.web import setup_forms
from embedded_app.web.admission import admit, merchant, the_store
from embedded_app.web.home import why_stopped
from embedded_app.web.words import day_told

MOST_COUNTED = 10_000

settings = Blueprint("settings", __name__, url_prefix="/settings")
admit(settings)


@settings.get("/")
def show() -> str:
    """Everything that can be set, on one page."""
    return _page(the_store())


@settings.post("/numbers")
def numbers() -> Response | tuple[str, int]:
    """Change the prefix of the documents that are decided from now on."""
    store, prefix = the_store(), request.form.get("prefix", "").strip()
    try:
        if not setup_forms.is_prefix(prefix):
            raise NotSaved({"prefix": setup_forms.prefix_problem()})
        setting_up.change_prefix(db.session(), store, prefix, actor=merchant().actor)
    except NotSaved as refused:
        db.session.rollback()
        return _page(store, problems=refused.problems, given={"prefix": prefix}), 422
    db.session.commit()
    return _saved()


@settings.post("/posting")
def posting() -> Response | tuple[str, int]:
    """Change when an order is posted, and to which contacts: a new version of the mapping."""
    words = {name: request.form.get(name, "") for name in ("post_when", "contacts_retail", "contacts_terms")}
    return _save_step("posting", words)


@settings.post("/start")
def start() -> Response | tuple[str, int]:
    """Change the start date."""
    told = day_told(request.form.get("start_date", ""))
    if told is None:
        problem = {"start_date": _("Choose the first day whose orders are posted.")}
        return _page(the_store(), problems=problem), 422
    return _save_step("start", {"start_date": told.isoformat()})


@settings.post("/switch")
def switch() -> Response | tuple[str, int]:
    """Switch posting off, or on again."""
    store, session, on = the_store(), db.session(), request.form.get("posting") == "on"
    if on and drafts.latest_mapping(session, store) is None:
        return _page(store, problems={"switch": _("Finish Setup first; its last step switches posting on.")}), 422
    onboarding.switch_posting(session, store, on=on, actor=merchant().actor, now=now())
    session.commit()
    return _saved()


def _save_step(step: str, changes: dict[str, Any]) -> Response | tuple[str, int]:
    """Change some answers of a step of Setup, and with them the mapping."""
    store, session = the_store(), db.session()
    answers, version = drafts.draft_of(session, store)
    try:
        if step not in answers:
            raise NotSaved({step: _("Finish Setup first.")})
        given = {**answers[step], **changes}
        setting_up.save_step(session, store, step, given, version=version, actor=merchant().actor)
    except NotSaved as refused:
        session.rollback()
        return _page(store, problems=refused.problems, given=changes), 422
    except ChangedMeanwhile:
        session.rollback()
        return _page(store, problems={step: _("This was changed in another window meanwhile. Look again.")}), 409
    return _saved()


def _saved() -> Response:
    return redirect(url_for("settings.show", saved=1), 303)


def _page(store: Store, *, problems: dict[str, str] | None = None, given: dict[str, str] | None = None) -> str:
    session = db.session()
    answers, _version = drafts.draft_of(session, store)
    posting, starting = answers.get("posting", {}), answers.get("start", {})
    values = {
        "prefix": store.prefix,
        "post_when": posting.get("post_when", "placed"),
        "contacts_retail": posting.get("contacts_retail", "shared"),
        "contacts_terms": posting.get("contacts_terms", "customer"),
        "start_date": starting.get("start_date") or "",
        **(given or {}),
    }
    return render_template(
        "settings.html",
        store=store,
        organisation=store.organisation,
        found=calls_left.found(store.organisation) if store.organisation else None,
        is_set_up=drafts.latest_mapping(session, store) is not None,
        values=values,
        problems=problems or {},
        saved="saved" in request.args,
        stopped=why_stopped(store),
        kept=_kept(store),
        most=MOST_COUNTED,
        on_the_way=summing_up.on_the_way(session, store),
    )


def _kept(store: Store) -> dict[str, int]:
    """How much is kept of the store; beyond MOST_COUNTED nobody counts on."""
    session = db.session()
    kept = {}
    for name, row in (("orders", OrderFacts), ("notices", Delivery), ("documents", Document)):
        some = select(row.id).where(row.store_id == store.id).limit(MOST_COUNTED + 1).subquery()
        kept[name] = session.scalars(select(func.count()).select_from(some)).one()
    return kept
