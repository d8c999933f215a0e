"""Home answers one question: are my books right? Beside it the public page for whoever opens the address directly."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from embedded_app import pipeline
from embedded_app.clock import now
from embedded_app.db import db
from embedded_app.models import Outcome, Store
from embedded_app.pipeline import drafts, summing_up, surveying
from embedded_app.pipeline.stopped import XERO, what_stopped
from embedded_app.pipeline.summing_up import DayFigures, Standing
from embedded_app.web.admission import admit, merchant, the_store
from embedded_app.web.chart import Chart, draw
from embedded_app.web.mapping_links import announced
from embedded_app.web.setup import first_open, progress
from embedded_app.web.words import MENDED_IN, day, money

CHART_DAYS = 30
MOST_COUNTED = 10_000
# A request with one of these, or into a frame, comes from the admin.
_FROM_ADMIN = ("id_token", "shop", "host", "embedded")

home = Blueprint("home", __name__)


@home.before_request
def greet() -> str | None:
    """What Crossfoot is, for whoever opens its address outside the admin."""
    if request.endpoint != "home.show" or "Authorization" in request.headers:
        return None
    if any(name in request.args for name in _FROM_ADMIN) or request.headers.get("Sec-Fetch-Dest") == "iframe":
        return None
    return render_template("start.html")


admit(home)


class Colour(StrEnum):
    """good: nothing to do · busy: on its way · attention: somebody must act · off: nothing is posted, as was chosen."""

    GOOD = "good"
    BUSY = "busy"
    ATTENTION = "attention"
    OFF = "off"


@home.get("/")
def show() -> str:
    """The state of the books; before the switch, the steps of Setup."""
    store, session = the_store(), db.session()
    stopped = why_stopped(store)
    if not store.posting and drafts.latest_mapping(session, store) is None:
        answers, _version = drafts.draft_of(session, store)
        steps = progress(store, answers)
        return render_template(
            "home_first.html",
            steps=steps,
            done=sum(step["done"] for step in steps),
            next_step=first_open(store, answers),
            stopped=stopped,
            unread=surveying.reading(session, store, most=MOST_COUNTED).wanted,
        )
    today = now().astimezone(surveying.zone(session, store)).date()
    standing = summing_up.standing(session, store, until=today, days=CHART_DAYS)
    currency = standing.figures[0].currency if standing.figures else _currency(store)
    days = standing.day_figures(currency)
    colour, sentence = verdict(store, standing, stopped, _since(session, store))
    return render_template(
        "home.html",
        colour=colour,
        sentence=sentence,
        stopped=stopped,
        standing=standing,
        mended_in=MENDED_IN,
        new=announced(session, store),
        waiting=standing.orders.get(Outcome.WAITING, 0),
        days=days,
        currency=currency,
        chart=_chart(days, currency),
        posting=store.posting,
        retried="retried" in request.args and standing.unread > 0,
    )


@home.post("/retry")
def retry() -> Response:
    """Try again what is held, or what is held by one cause."""
    cause = request.form.get("cause") or None
    pipeline.retry_held(db.session(), the_store(), actor=merchant().actor, cause=cause)
    return redirect(url_for("home.show", retried=1), 303)


def why_stopped(store: Store) -> dict[str, str] | None:
    """What keeps everything from going on until somebody acts: the sentence, and which button helps."""
    stopped = what_stopped(store)
    if stopped is None:
        return None
    side, sentence = stopped
    if side == XERO:
        return {"sentence": sentence or _("Xero is not connected any more."), "act": "connect"}
    return {"sentence": sentence, "act": "retry"}


def verdict(store: Store, standing: Standing, stopped: dict[str, str] | None, since: date | None) -> tuple[Colour, str]:
    """One colour and one sentence: are the books right?"""
    held = standing.held_count
    if stopped is not None:
        return Colour.ATTENTION, _("Nothing is posted at the moment. Nothing is lost: it goes on once you have acted.")
    if not store.posting:
        return Colour.OFF, _("Posting is off. Orders are still taken in and wait for it.")
    if held:
        return Colour.ATTENTION, ngettext(
            "One thing needs you before it can be in Xero.", "%(num)s things need you before they can be in Xero.", held
        )
    if standing.on_the_way or standing.unread:
        return Colour.BUSY, _("Sales are on their way to Xero.")
    count = standing.orders.get(Outcome.RECORDED, 0)
    if not standing.in_books:
        return Colour.GOOD, _("No sales to post yet. The next order appears here by itself.")
    differences = [one for one in standing.figures if one.difference]
    if differences:
        told = ", ".join(money(one.difference, one.currency) for one in differences)
        return Colour.ATTENTION, _("Store and Xero differ by %(amounts)s.", amounts=told)
    zero = money(Decimal(0), standing.figures[0].currency)
    if since is None:
        return Colour.GOOD, ngettext(
            "The one sale is in Xero. Difference: %(zero)s.",
            "All %(num)s sales are in Xero. Difference: %(zero)s.",
            count,
            zero=zero,
        )
    return Colour.GOOD, ngettext(
        "The one sale since %(day)s is in Xero. Difference: %(zero)s.",
        "All %(num)s sales since %(day)s are in Xero. Difference: %(zero)s.",
        count,
        zero=zero,
        day=day(since, "long"),
    )


def _since(session: Session, store: Store) -> date | None:
    told = drafts.start_date(session, store)
    return date.fromisoformat(told) if told else None


def _currency(store: Store) -> str:
    return store.organisation.base_currency if store.organisation else "GBP"


def _chart(days: tuple[DayFigures, ...], currency: str) -> Chart | None:
    if not any(one.sold or one.in_xero for one in days):
        return None
    return draw(days, currency)
