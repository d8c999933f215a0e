"""The story of one event, and what a person may do about it: try again, read again, leave out with a reason.

`/activity/of?id=…` is where the link on an order's page in the store admin leads, and what any other page of the store
can link to; see extensions/order-story.
"""

from __future__ import annotations

from typing import NoReturn
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, current_app, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from embedded_app import inbox
from embedded_app.channels import CHANNELS
from embedded_app.clock import now
from embedded_app.config import Config
from embedded_app.db import db
from embedded_app.models import AuditEntry, OrderFacts, Store
from embedded_app.pipeline import retrying, skipping, stories, surveying
from embedded_app.pipeline.activity_filters import State
from embedded_app.pipeline.stories import Story
from embedded_app.web.admission import admit, merchant, the_store
from embedded_app.web.remedies import remedy
from embedded_app.web.words import OUTCOMES, TOPICS, account_names
from embedded_app.xero.links import document_link, payment_link

# Of an order in these states a part may be left out; of one that stands in Xero there is nothing left to leave.
MAY_BE_SKIPPED = (State.HELD, State.WAITING, State.ON_THE_WAY)

story = Blueprint("story", __name__, url_prefix="/activity")
admit(story)


@story.get("/<int:order_id>")
def show(order_id: int) -> str:
    """The story of an order."""
    return _page(the_store(), order_id)


@story.get("/other/<int:group_id>")
def beyond(group_id: int) -> str:
    """The story of what is beyond orders."""
    store, session = the_store(), db.session()
    told = stories.beyond_story(session, store, group_id)
    return _render(store, told, surveying.zone(session, store)) if told else _not_here()


@story.get("/of")
def of_order() -> str | tuple[str, int]:
    """The story of the order that the store admin is showing; or that it was not read yet, with the button to do so."""
    store, session = the_store(), db.session()
    order_id = CHANNELS[store.channel].order_id(request.args.get("id", ""))
    if order_id is None:
        return render_template("story_unread.html", order_id=None), 404
    row_id = _row_id(session, store, order_id)
    if row_id is not None:
        return _page(store, row_id)
    asked = inbox.is_asked_for(session, store.id, order_id)
    return render_template("story_unread.html", order_id=order_id, asked=asked, posting=store.posting)


@story.post("/of")
def read_order() -> Response | tuple[str, int]:
    """Read an order that was never read."""
    store, session = the_store(), db.session()
    order_id = CHANNELS[store.channel].order_id(request.form.get("id", ""))
    if order_id is None:
        return render_template("story_unread.html", order_id=None), 404
    _read_again(session, store, order_id)
    return redirect(url_for("story.of_order", id=order_id), 303)


@story.post("/<int:order_id>/read")
def read(order_id: int) -> Response:
    """Read the order from the store again, and decide on it afresh."""
    store, session = the_store(), db.session()
    _read_again(session, store, _external_id(session, store, order_id))
    return _back(order_id, "read")


@story.post("/<int:order_id>/retry")
def retry(order_id: int) -> Response:
    """Try again what is held of this order."""
    store, session = the_store(), db.session()
    _external_id(session, store, order_id)
    retrying.retry_order(session, store, order_id, actor=merchant().actor)
    return _back(order_id, "retried")


@story.post("/<int:order_id>/skip")
def skip(order_id: int) -> Response | tuple[str, int]:
    """Leave the order out, with a reason."""
    store, session = the_store(), db.session()
    external_id = _external_id(session, store, order_id)
    reason = request.form.get("reason", "").strip()
    if not reason:
        told = _("Say why, so that whoever looks at these books later understands it.")
        return _page(store, order_id, problems={"reason": told}), 422
    try:
        skipping.skip(session, store, [external_id], reason=reason, actor=merchant().actor)
    except skipping.BeingSent as problem:
        session.rollback()
        return _page(store, order_id, problems={"reason": problem.sentence}, reason=reason), 409
    session.commit()
    return _back(order_id, "skipped")


@story.post("/<int:order_id>/take-back")
def take_back(order_id: int) -> Response:
    """Post the order after all."""
    store, session = the_store(), db.session()
    skipping.take_back(session, store, [_external_id(session, store, order_id)], actor=merchant().actor)
    session.commit()
    return _back(order_id, "taken-back")


def _page(store: Store, order_id: int, *, problems: dict[str, str] | None = None, reason: str = "") -> str:
    told = stories.order_story(db.session(), store, order_id)
    if told is None:
        return _not_here()
    local = ZoneInfo(told.order.timezone) if told.order else surveying.zone(db.session(), store)
    return _render(store, told, local, problems=problems, reason=reason)


def _render(
    store: Store, told: Story, local: ZoneInfo, *, problems: dict[str, str] | None = None, reason: str = ""
) -> str:
    config: Config = current_app.extensions["crossfoot.config"]
    short_code = store.organisation.short_code if store.organisation else None
    in_admin = None
    if told.row is not None:
        channel = CHANNELS[store.channel]
        in_admin = channel.order_url(config.shopify_admin_url, store.external_id, told.row.external_id)
    return render_template(
        "story.html",
        story=told,
        local=local,
        names=account_names(store.organisation),
        in_admin=in_admin,
        document_link=lambda row: document_link(row.booked.kind, row.row.xero_id, short_code),
        payment_link=lambda row: payment_link(row.row.xero_id, short_code),
        remedies=[remedy(hold.cause, hold.subject) for hold in told.open_holds],
        may_skip=told.row is not None and told.state in MAY_BE_SKIPPED,
        states=OUTCOMES,
        topics=TOPICS,
        problems=problems or {},
        reason=reason,
        done=request.args.get("done", ""),
    )


def _not_here() -> NoReturn:
    abort(make_response(render_template("story_unread.html", order_id=None), 404))


def _row_id(session: Session, store: Store, external_id: str) -> int | None:
    of_store = OrderFacts.store_id == store.id, OrderFacts.external_id == external_id
    read = OrderFacts.outcome.is_not(None) | OrderFacts.facts.is_not(None)
    return session.scalar(select(OrderFacts.id).where(*of_store, read))


def _external_id(session: Session, store: Store, order_id: int) -> str:
    """The channel's id of an order of this store; 404 where it has none."""
    of_store = OrderFacts.store_id == store.id, OrderFacts.id == order_id
    found = session.scalar(select(OrderFacts.external_id).where(*of_store))
    return found if found is not None else _not_here()


def _read_again(session: Session, store: Store, external_id: str) -> None:
    inbox.ask_again(session, store.id, [external_id], topic="read again", now=now())
    detail = {"order": external_id}
    session.add(
        AuditEntry(store_id=store.id, at=now(), actor=merchant().actor, act="read an order again", detail=detail)
    )
    session.commit()


def _back(order_id: int, done: str) -> Response:
    return redirect(url_for("story.show", order_id=order_id, done=done), 303)
