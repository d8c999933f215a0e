"""Import: post what was sold before. The page says what was found and what it takes before anything is posted; then it
shows how far it is, and pauses, resumes or stops it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import format_timedelta, lazy_gettext
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from embedded_app.accounting.documents import DocumentKind
from embedded_app.db import db
from embedded_app.models import Import, ImportOrder, ImportState, Store
from embedded_app.pipeline import import_estimate, importing, surveying
from embedded_app.pipeline.import_rows import open_import
from embedded_app.pipeline.importing import NotImported
from embedded_app.pipeline.others_documents import Why
from embedded_app.web.admission import admit, merchant, the_store
from embedded_app.web.home import why_stopped
from embedded_app.web.words import day_told
from embedded_app.xero.foreign import ForeignKind
from embedded_app.xero.links import document_link

HISTORY = 10
FOUND_A_PAGE = 50
SHORTEST = timedelta(minutes=1)

KINDS = {
    ForeignKind.INVOICE.value: lazy_gettext("Invoice"),
    ForeignKind.RECEIVED.value: lazy_gettext("Money received"),
}
WHY = {
    Why.ID: lazy_gettext("carries the store's own number of the order"),
    Why.NAME: lazy_gettext("names the order"),
    Why.AMOUNT: lazy_gettext("has its amount and its day"),
}
_LINKED = {ForeignKind.INVOICE: DocumentKind.INVOICE, ForeignKind.RECEIVED: DocumentKind.RECEIVE_MONEY}

imports = Blueprint("imports", __name__, url_prefix="/import")
admit(imports)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundDocument:
    """An order and the document that stands in Xero for it, as a page shows them. link: to Xero, where it is known."""

    order: ImportOrder
    placed_on: date
    what: str
    day: date
    total: Decimal
    currency: str
    why: str
    link: str | None


@imports.get("/")
def show() -> str:
    """Where to begin an import; or the one that is under way, with what can be decided about it."""
    return _page(the_store())


@imports.get("/progress")
def progress() -> str:
    """How far the import is; the page asks again until its state is another."""
    store = the_store()
    row = open_import(db.session(), store.id)
    if row is None or row.state.value != request.args.get("state"):
        return render_template("import_changed.html")
    return render_template("import_progress.html", row=row, **_far(store, row))


@imports.get("/found")
def found() -> str | Response:
    """Order by order, what another app has made in Xero; fifty at a time."""
    store, session = the_store(), db.session()
    row = open_import(session, store.id)
    if row is None:
        return redirect(url_for("imports.show"), 303)
    after = request.args.get("after", type=int, default=0)
    orders = session.scalars(
        select(ImportOrder)
        .where(ImportOrder.import_id == row.id, ImportOrder.document.is_not(None), ImportOrder.id > after)
        .order_by(ImportOrder.id)
        .limit(FOUND_A_PAGE + 1)
    ).all()
    shown = _found(store, orders[:FOUND_A_PAGE])
    following = orders[FOUND_A_PAGE - 1].id if len(orders) > FOUND_A_PAGE else None
    return render_template("import_found.html", row=row, documents=shown, following=following, after=after)


@imports.post("/begin")
def begin() -> Response | tuple[str, int]:
    """Begin an import from a day on; nothing is posted yet."""
    store, told = the_store(), request.form.get("first_day", "")
    first_day = day_told(told)
    if first_day is None:
        problem = {"first_day": _("Choose the first day whose orders are to be posted.")}
        return _page(store, problems=problem, first_day=told), 422
    try:
        importing.begin(db.session(), store, first_day, actor=merchant().actor)
    except NotImported as refused:
        return _page(store, problems={"first_day": refused.sentence}, first_day=told), 422
    return redirect(url_for("imports.show"), 303)


@imports.post("/confirm")
def confirm() -> Response | tuple[str, int]:
    """Post what was found, with or without what another app has booked."""
    leave_out = request.form.get("others", "leave out") != "post"
    return _act(importing.confirm, leave_out=leave_out)


@imports.post("/pause")
def pause() -> Response | tuple[str, int]:
    """Hand over nothing more until it is resumed."""
    return _act(importing.pause)


@imports.post("/resume")
def resume() -> Response | tuple[str, int]:
    """Go on where it stood."""
    return _act(importing.resume)


@imports.post("/stop")
def stop() -> Response | tuple[str, int]:
    """End it for good."""
    return _act(importing.stop)


def _act(change: Callable[..., None], **more: Any) -> Response | tuple[str, int]:
    """Change the import that the form names; the page again with a sentence where it is no longer as it was shown."""
    store, import_id = the_store(), request.form.get("import", type=int, default=0)
    try:
        change(db.session(), store, import_id, actor=merchant().actor, **more)
    except NotImported as refused:
        return _page(store, problems={"": refused.sentence}), 409
    return redirect(url_for("imports.show"), 303)


def _page(store: Store, *, problems: dict[str, str] | None = None, first_day: str = "") -> str:
    session = db.session()
    row = open_import(session, store.id)
    shown: dict[str, Any] = {"row": row, "store": store, "problems": problems or {}, "stopped": why_stopped(store)}
    if row is not None and problems:
        shown["problems"] = {"": " ".join(problems.values())}  # there is no field for a day on these pages
    if row is None:
        earliest = importing.earliest_day(session, store)
        shown |= {
            "first_day": first_day,
            "earliest": earliest,
            "today": importing.today(session, store),
            "sees_all": importing.sees_old_orders(session, store),
            "history": importing.history(session, store, HISTORY),
        }
        return render_template("import.html", **shown)
    if row.state is ImportState.READY:
        return render_template("import_ready.html", **shown, **_ready(store, row))
    return render_template("import_running.html", **shown, **_far(store, row))


def _ready(store: Store, row: Import) -> dict[str, Any]:
    """What was found, what posting it takes, and what standing in Xero already leaves out."""
    session = db.session()
    everything = import_estimate.ahead(row, without_found=False)
    without = import_estimate.ahead(row, without_found=True)
    booked = select(ImportOrder).where(ImportOrder.import_id == row.id, ImportOrder.document.is_not(None))
    first = session.scalars(booked.order_by(ImportOrder.id).limit(5)).all()
    estimate = import_estimate.estimate(session, store, row, without)
    return {
        "everything": everything,
        "without": without,
        "known": row.known,
        "money_only": import_estimate.money_only(row),
        "found_count": everything.orders - without.orders,
        "documents": _found(store, first),
        "estimate": estimate,
        "takes": _takes(estimate.duration),
        "organisation": store.organisation,
    }


def _far(store: Store, row: Import) -> dict[str, Any]:
    """How far the import is, in figures, and how long the rest takes."""
    if row.state not in (ImportState.RUNNING, ImportState.PAUSED):
        return {"percent": None, "takes": None, "left": 0}
    ahead = import_estimate.ahead(row, without_found=row.leave_out)
    estimate = import_estimate.estimate(db.session(), store, row, ahead)
    over = row.known + row.left_out + row.posted + row.held + row.nothing
    return {
        "percent": min(100, 100 * over // row.found) if row.found else 100,
        "takes": _takes(estimate.duration),
        "days": estimate.days,
        "left": max(0, row.found - over),
    }


def _takes(duration: timedelta) -> str:
    return str(format_timedelta(max(duration, SHORTEST), granularity="minute", threshold=1.2))


def _found(store: Store, orders: Sequence[ImportOrder]) -> list[FoundDocument]:
    zone = surveying.zone(db.session(), store)
    short_code = store.organisation.short_code if store.organisation else None
    return [_found_document(order, order.document, zone, short_code) for order in orders if order.document]


def _found_document(
    order: ImportOrder, document: Mapping[str, Any], zone: ZoneInfo, short_code: str | None
) -> FoundDocument:
    kind = ForeignKind(document["kind"])
    return FoundDocument(
        order=order,
        placed_on=order.placed_at.astimezone(zone).date(),
        what=f"{KINDS[kind.value]} {document['number']}".strip(),
        day=date.fromisoformat(document["day"]),
        total=Decimal(document["total"]),
        currency=document["currency"],
        why=str(WHY[Why(document["why"])]),
        link=document_link(_LINKED[kind], document["id"], short_code),
    )
