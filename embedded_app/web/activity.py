"""Activity: every order and what became of it; the held first, each group of it with the one action that frees it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, redirect, render_template, request, stream_with_context, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from embedded_app import pipeline
from embedded_app.accounting.money import plain
from embedded_app.db import db
from embedded_app.models import Store
from embedded_app.pipeline import activity as listing
from embedded_app.pipeline import surveying
from embedded_app.pipeline.activity import Event
from embedded_app.pipeline.activity_filters import Cursor, Filters, State
from embedded_app.pipeline.beyond_events import beyond_events
from embedded_app.pipeline.held_groups import HeldGroup, held_groups
from embedded_app.pipeline.searching import LONGEST_SEARCH, Found, search
from embedded_app.web.admission import admit, merchant, the_store
from embedded_app.web.remedies import BY_SUBJECT, remedy
from embedded_app.web.words import OUTCOMES, amount_told

LONGEST_CHOICE = 255
LONGEST_SUBJECT = 2000
FIELDS = ("q", "state", "cause", "subject", "since", "until", "least", "most", "gateway", "sold_at")
# What spreadsheets take for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")

activity = Blueprint("activity", __name__, url_prefix="/activity")
admit(activity)


@activity.get("/")
def show() -> str | AnyResponse | tuple[str, int]:
    """The orders that the filters let through; a search that names one thing leads straight to its story."""
    store, session = the_store(), db.session()
    filters, problems = _filters()
    found = search(session, store, filters.text) if filters.text else ()
    if len(found) == 1 and filters == Filters(text=filters.text):
        return redirect(story_url(found[0]), 303)
    local = surveying.zone(session, store)
    after = _cursor()
    page = listing.page(session, store, filters, after=after, local=local, found=found)
    groups = _groups(session, store) if after is None and filters in (Filters(), Filters(state=State.HELD)) else ()
    body = render_template(
        "activity.html",
        filters=filters,
        given={name: request.args.get(name, "") for name in FIELDS},
        problems=problems,
        groups=groups,
        page=page,
        others=[story_url(one) for one in found if not one.is_order],
        local=local,
        # Looked up once for all rows, as is where their stories are.
        stories=url_for("story.show", order_id=0).removesuffix("0"),
        states={state: str(name) for state, name in OUTCOMES.items()},
        choices=listing.choices(session, store),
        next_page=_address(after=_told(page.after)) if page.after else None,
        first_page=_address() if after else None,
        download=_address("activity.download"),
        retried="retried" in request.args,
    )
    return (body, 422) if problems else body


@activity.get("/other")
def other() -> str:
    """What is beyond orders: gift cards and opening balances."""
    store, session = the_store(), db.session()
    after = request.args.get("after", "")
    events, more = beyond_events(session, store, after=int(after) if after.isdecimal() and len(after) < 19 else None)
    return render_template("activity_other.html", events=events, more=more, states=OUTCOMES)


@activity.get("/orders.csv")
def download() -> Response:
    """All that the filters let through as CSV, however much it is, without holding it in memory."""
    store, session = the_store(), db.session()
    filters, _problems = _filters()
    local = surveying.zone(session, store)
    lines = csv_lines(_rows(listing.everything(session, store, filters, local), local))
    answer = Response(stream_with_context(_closing(session, lines)), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="orders.csv"'
    return answer


@activity.post("/retry")
def retry() -> AnyResponse:
    """Try again what is held by one cause, or one subject of it."""
    cause, subject = request.form.get("cause") or None, request.form.get("subject") or None
    pipeline.retry_held(db.session(), the_store(), actor=merchant().actor, cause=cause, subject=subject)
    return redirect(url_for("activity.show", state=State.HELD.value, retried=1), 303)


def story_url(found: Found) -> str:
    """The address of the story of what a search found."""
    if found.is_order:
        return url_for("story.show", order_id=found.row_id)
    return url_for("story.beyond", group_id=found.row_id)


def csv_lines(rows: Iterable[Iterable[str | Decimal]]) -> Iterator[str]:
    """The rows as lines of CSV; a text that a spreadsheet would take for a formula gets an apostrophe before it."""
    for row in rows:
        line = io.StringIO()
        csv.writer(line).writerow([_cell(value) for value in row])
        yield line.getvalue()


def _closing(session: Session, lines: Iterator[str]) -> Iterator[str]:
    """The lines; then the session is closed, for the request that would do so ended before the first of them."""
    try:
        yield from lines
    finally:
        session.close()


def _cell(value: str | Decimal) -> str:
    if isinstance(value, Decimal):
        return plain(value)
    return f"'{value}" if value.startswith(_FORMULA) else value


def _rows(events: Iterable[Event], local: ZoneInfo) -> Iterator[list[str | Decimal]]:
    yield [
        _("Order"),
        _("Placed"),
        _("Total"),
        _("Currency"),
        _("Sold at"),
        _("Payment gateways"),
        _("State"),
        _("Why"),
        _("Documents"),
    ]
    for one in events:
        yield [
            one.name,
            one.placed_at.astimezone(local).date().isoformat() if one.placed_at else "",
            "" if one.amount is None else one.amount,
            one.currency or "",
            one.sold_at or "",
            "; ".join(one.gateways),
            str(OUTCOMES[one.state.value]),
            " ".join(one.sentences),
            "; ".join(one.documents),
        ]


def _groups(session: Session, store: Store) -> list[dict[str, Any]]:
    return [_with_remedy(group) for group in held_groups(session, store, by_subject=BY_SUBJECT)]


def _with_remedy(group: HeldGroup) -> dict[str, Any]:
    return {"held": group, "remedy": remedy(group.cause, group.subject)}


def _filters() -> tuple[Filters, dict[str, str]]:
    """The filters as the address has them, and a sentence for each field that says nothing we understand."""
    problems: dict[str, str] = {}
    told = {name: request.args.get(name, "").strip() for name in FIELDS}
    since, until = (_day(told[name], name, problems) for name in ("since", "until"))
    least, most = (_amount(told[name], name, problems) for name in ("least", "most"))
    filters = Filters(
        state=next((one for one in State if one.value == told["state"]), None),
        cause=told["cause"][:LONGEST_CHOICE],
        subject=told["subject"][:LONGEST_SUBJECT],
        since=since,
        until=until,
        least=least,
        most=most,
        gateway=told["gateway"][:LONGEST_CHOICE],
        sold_at=told["sold_at"][:LONGEST_CHOICE],
        text=told["q"][:LONGEST_SEARCH],
    )
    return filters, problems


def _day(text: str, field: str, problems: dict[str, str]) -> date | None:
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or not 1990 <= day.year <= 2100:
        problems[field] = _("This is not a day: choose it from the calendar, or write it as 2026-04-30.")
        return None
    return day


def _amount(text: str, field: str, problems: dict[str, str]) -> Decimal | None:
    amount = amount_told(text) if text else None
    if text and (amount is None or abs(amount) >= Decimal(10) ** 14):
        problems[field] = _("This is not an amount: write it as 120.50.")
        return None
    return amount


def _told(cursor: Cursor | None) -> str:
    if cursor is None:
        return ""
    return f"{cursor.placed_at.isoformat() if cursor.placed_at else ''}~{cursor.order_id}"


def _cursor() -> Cursor | None:
    """Where the page begins, as `_told` wrote it; the first page where it is nothing of ours."""
    moment, _tilde, order_id = request.args.get("after", "").partition("~")
    try:
        placed_at = datetime.fromisoformat(moment) if moment else None
        number = int(order_id)
    except ValueError:
        return None
    if (placed_at is not None and placed_at.tzinfo is None) or not 0 < number < 2**31:
        return None
    return Cursor(placed_at=placed_at, order_id=number)


def _address(endpoint: str = "activity.show", **more: str) -> str:
    """This page under the same filters."""
    kept = {name: request.args[name] for name in FIELDS if request.args.get(name)}
    return url_for(endpoint, **kept, **more)
