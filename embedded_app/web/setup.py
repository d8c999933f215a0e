"""Setup, step by step: each step is a page that can be left and come back to; nothing is posted before the last.

What a step shows and takes is in setup_forms.py; what its answers mean, in pipeline.setting_up.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from embedded_app.channels import ChannelError
from embedded_app.db import db
from embedded_app.mail import is_address
from embedded_app.models import Store
from embedded_app.pipeline import calls_left, drafts, previewing, setting_up, surveying
from embedded_app.pipeline.drafts import STEPS, Answers, ChangedMeanwhile
from embedded_app.pipeline.previewing import MOST_AHEAD
from embedded_app.pipeline.setting_up import NotSaved
from embedded_app.web import setup_forms, setup_taxes
from embedded_app.web.admission import admit, merchant, the_store
from embedded_app.web.alerts import keep_address
from embedded_app.web.words import STEP_NAMES, account_names
from embedded_app.xero.errors import XeroError

PREVIEWED_ORDERS = 8
# Deciding so many orders takes as long as a page may.
AHEAD_AT_ONCE = 50
# The steps that say how far the last orders are read, for they show what those had.
OF_LAST_ORDERS = ("accounts", "taxes", "gateways")
ORDER = ("connect", *STEPS, "on")

setup = Blueprint("setup", __name__, url_prefix="/setup")
admit(setup)


@setup.get("/")
def begin() -> Response:
    """To the first step that is left to do."""
    store = the_store()
    answers, _version = drafts.draft_of(db.session(), store)
    return redirect(url_for("setup.show", step=first_open(store, answers), **request.args.to_dict()), 303)


@setup.get("/<step>")
def show(step: str) -> str | Response:
    """One step, with what was answered before or is suggested."""
    if step not in ORDER:
        abort(404)
    store = the_store()
    if step != "connect" and store.organisation is None:
        return redirect(url_for("setup.show", step="connect", **request.args.to_dict()), 303)
    return _page(store, step)


@setup.get("/reading")
def reading() -> str:
    """How far the reading of the last orders is; the page asks again until it is done."""
    return render_template("setup_reading.html", reading=surveying.reading(db.session(), the_store()))


@setup.get("/ahead")
def ahead() -> str:
    """What switching on would post, with the button; asked for by its page where that takes longer than a page may."""
    store = the_store()
    answers, _version = drafts.draft_of(db.session(), store)
    told = _switching_on(store, answers, None, at_once=MOST_AHEAD)
    return render_template(
        "setup_ahead.html",
        step="on",
        previous=STEPS[-1],
        organisation=store.organisation,
        problems={},
        changed=told["ahead"] is None,
        **told,
    )


@setup.post("/<step>")
def save(step: str) -> Response | tuple[str, int]:
    """Keep the answers and go on; or the step again with a sentence at each field that cannot be kept."""
    if step not in STEPS:
        abort(404)
    store, session = the_store(), db.session()
    if store.organisation is None:
        return redirect(url_for("setup.show", step="connect"), 303)
    known = surveying.survey(session, store)
    answers, _version = drafts.draft_of(session, store)
    given: dict[str, Any] = {}
    try:
        given = setup_forms.READERS[step](request.form, known, answers)
        if step == "posting":
            _find_contact(store, given)
            setting_up.change_prefix(session, store, given.pop("prefix"), actor=merchant().actor)
        version = request.form.get("version", type=int, default=-1)
        setting_up.save_step(session, store, step, given, version=version, actor=merchant().actor)
        if step == "posting":
            _read_last_orders(store)
    except NotSaved as refused:
        session.rollback()
        return _page(store, step, given=given or None, problems=refused.problems), 422
    except ChangedMeanwhile:
        session.rollback()
        problem = _("This was changed in another window meanwhile. Look at it again, then save.")
        return _page(store, step, problems={"": problem}), 409
    further = setup_taxes.page_after(request.form) if step == "taxes" else None
    if further is not None:
        return redirect(url_for("setup.show", step=step, page=further), 303)
    return redirect(url_for("setup.show", step=ORDER[ORDER.index(step) + 1]), 303)


@setup.post("/on")
def on() -> Response | tuple[str, int]:
    """Switch posting on."""
    store, session = the_store(), db.session()
    address = request.form.get("address", "").strip()
    try:
        if address and not is_address(address):
            raise NotSaved({"address": _("This is not an e-mail address: correct it, or leave it empty.")})
        if address != (store.notify_address or ""):
            keep_address(session, store, address)
        switched = setting_up.switch_on(session, store, actor=merchant().actor)
    except NotSaved as refused:
        session.rollback()
        return _page(store, "on", given={"address": address}, problems=refused.problems), 422
    if switched.opening:
        sentence = " ".join(switched.opening)
        return _page(store, "opening", problems={"": sentence}), 422
    return redirect(url_for("home.show"), 303)


def _find_contact(store: Store, given: dict[str, Any]) -> None:
    """Find the shared contact in Xero, or have it made there; its id joins the answers."""
    name, create = given.pop("contact_name"), given.pop("create")
    if name:
        try:
            found = setting_up.contact_id(db.session(), store, name, create=create)
        except XeroError as problem:
            raise NotSaved({"contact": problem.sentence}) from None
        if found is None:
            sentence = _("Xero has no active contact of this name. Tick the box to have it made, or name another.")
            raise NotSaved({"contact": sentence})
        given["contact_id"], given["contact_name"] = found, name


def _read_last_orders(store: Store) -> None:
    """Have the store's last orders read for the steps that follow."""
    try:
        surveying.read_last_orders(db.session(), store)
    except ChannelError as problem:
        raise NotSaved({"": problem.sentence}) from None


def first_open(store: Store, answers: Answers) -> str:
    """The first step that is left to do."""
    if store.organisation is None:
        return "connect"
    return next(iter(setting_up.missing_steps(answers)), "on")


def progress(store: Store, answers: Answers) -> list[dict[str, Any]]:
    """The steps with whether each is done."""
    missing = setting_up.missing_steps(answers)
    done = {
        "connect": store.organisation is not None,
        **{step: step not in missing for step in STEPS},
        "on": store.posting,
    }
    return [{"step": step, "name": STEP_NAMES[step], "done": done[step]} for step in ORDER]


def _page(
    store: Store, step: str, *, given: dict[str, Any] | None = None, problems: dict[str, str] | None = None
) -> str:
    session = db.session()
    answers, version = drafts.draft_of(session, store)
    return render_template(
        f"setup_{step}.html",
        step=step,
        steps=progress(store, answers),
        previous=ORDER[ORDER.index(step) - 1] if step != "connect" else None,
        version=version,
        store=store,
        organisation=store.organisation,
        reading=surveying.reading(session, store) if step in OF_LAST_ORDERS else None,
        names=account_names(store.organisation),
        problems=problems or {},
        is_live=store.posting,
        **_shown(store, step, answers, given),
    )


def _shown(store: Store, step: str, answers: Answers, given: dict[str, Any] | None) -> dict[str, Any]:
    """What this step shows beside what all do."""
    if step == "connect":
        return {"found": calls_left.found(store.organisation) if store.organisation else None}
    if step == "on":
        return _switching_on(store, answers, given, at_once=MOST_AHEAD if given else AHEAD_AT_ONCE)
    if step == "preview":
        rulebook = setting_up.draft_rulebook(db.session(), store, answers)
        orders = previewing.last_orders(db.session(), store, PREVIEWED_ORDERS) if rulebook else ()
        previews = previewing.previews(db.session(), store, orders, rulebook) if rulebook else ()
        return {"previews": previews, "rulebook": rulebook}
    shown = {**answers, step: given} if given is not None else answers
    return setup_forms.SHOWN[step](store, surveying.survey(db.session(), store), shown)


def _switching_on(store: Store, answers: Answers, given: dict[str, Any] | None, *, at_once: int) -> dict[str, Any]:
    """What the last step shows. at_once: of up to how many orders it is said now what would be posted; of more the page
    asks apart, once it stands.
    """
    session = db.session()
    rulebook = setting_up.draft_rulebook(session, store, answers)
    missing = [STEP_NAMES[one] for one in setting_up.missing_steps(answers)]
    told = {
        "missing": missing,
        "rulebook": rulebook,
        "ahead": None,
        "balances": answers.get("opening", {}).get("balances", {}),
        "address": (given or {}).get("address", store.notify_address or ""),
    }
    if rulebook is None or missing or store.posting:
        return told
    if at_once < MOST_AHEAD and previewing.are_more_ahead(session, store, rulebook, at_once):
        return told | {"adding_up": True}
    return told | {"ahead": previewing.ahead(session, store, rulebook)}
