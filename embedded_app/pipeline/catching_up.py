"""Catch up: ask a store which of its orders changed, so that a webhook that never came costs minutes.

Every five minutes from the last change seen, less an overlap for what the store's search did not know of yet; every
night over the last 30 days, quietly. Both go by the store's own clock alone. What is found is recorded as deliveries,
in one transaction with the cursor; so a listing may end anywhere and is gone on with.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from hashlib import sha256
from time import monotonic
from typing import Any

import structlog
from sqlalchemy import Row, cast, func, select
from sqlalchemy.dialects.postgresql import JSONB, JSONPATH
from sqlalchemy.orm import Session

from embedded_app import inbox
from embedded_app.channels import CHANNELS, AccessLost, ChangedOrders, ListedOrder, QueryRefused, StoreBusy
from embedded_app.clock import now
from embedded_app.db import db
from embedded_app.models import Delivery, DeliveryState, OrderFacts, Priority, Store, StoreGrant
from embedded_app.pipeline import asking, credentials
from embedded_app.queue import wake

WORK_SECONDS = 5.0
# The store's search may lag behind what happened; minutes have been seen.
OVERLAP = timedelta(minutes=10)
LOOK_BACK = timedelta(days=30)
NIGHT = time(2)  # UTC; a look-back that was missed begins when the program is there again
# Listing leaves at least this share of what the store lets us ask to the reading of orders.
LEAVE_ROOM = 0.5

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Listing:
    """One of a store's two listings: the catch-up, or the look-back of a night."""

    is_look_back: bool

    def goes_on(self, store: Store) -> str | None:
        """Where it stands, None where it is to begin."""
        return store.look_back_go_on if self.is_look_back else store.orders_go_on

    def since(self, store: Store) -> datetime:
        """From where it begins: never before the store was installed, or before the start date where that is older."""
        back, first = LOOK_BACK if self.is_look_back else OVERLAP, store.orders_from or store.created_at
        return first if store.orders_read_to is None else max(store.orders_read_to - back, first)

    def source(self, store: Store) -> str:
        """By what its deliveries are told from others: each night finds anew what an earlier one could not mend."""
        return f"look-back {store.looked_back_at:%Y%m%d}" if self.is_look_back else "catch-up"

    def move_on(self, store: Store, page: ChangedOrders) -> None:
        """Set the store's cursors behind this page."""
        if self.is_look_back:
            store.look_back_go_on = page.go_on
            return
        store.orders_go_on = page.go_on
        for listed in page.orders:
            store.orders_read_to = max(listed.updated_at, store.orders_read_to or listed.updated_at)


def wake_catch_up() -> None:
    """Wake the catch-up of every store that may be asked; commits."""
    _wake_all(db.session(), paused=False)


def wake_paused() -> None:
    """Ask paused stores, too, whether they let us in again; commits."""
    _wake_all(db.session(), paused=True)


def catch_up(store_id: int) -> bool:
    """List for some seconds what changed in the store and record what is news to us; True when there is more.

    A store that was paused and answers goes on. One that cannot be asked now is asked again by the sweep, or in five
    minutes.
    """
    session = db.session()
    stop_at = monotonic() + WORK_SECONDS
    for is_look_back in (False, True):
        listing = _Listing(is_look_back)
        while True:
            store = session.get(Store, store_id)
            if store is None or not _may_ask(session, store) or (is_look_back and not _is_look_back_due(store)):
                session.rollback()
                break
            page = _page(session, store, listing)
            if page is None or (page.go_on and page.room is not None and page.room < LEAVE_ROOM):
                return False
            if page.go_on is None:
                break
            if monotonic() >= stop_at:
                return True
    return False


def _wake_all(session: Session, *, paused: bool) -> None:
    condition = Store.paused.is_not(None) if paused else Store.paused.is_(None)
    wanted = select(Store.id).join(StoreGrant, StoreGrant.store_id == Store.id).where(condition)
    for store_id in session.scalars(wanted).all():
        wake(session, "catch_up", store_id, queue="gather")
    session.commit()


def _may_ask(session: Session, store: Store) -> bool:
    return not asking.is_put_off(store.not_before) and session.get(StoreGrant, store.id) is not None


def _is_look_back_due(store: Store) -> bool:
    """Whether one stands in the middle, or none began since last night. A clock that was set back makes it due."""
    if store.paused or store.look_back_go_on is not None:
        return not store.paused
    moment = now()
    night = datetime.combine(moment.date(), NIGHT, moment.tzinfo)
    if moment < night:
        night -= timedelta(days=1)
    last = store.looked_back_at or store.created_at
    return not night <= last <= moment


def _page(session: Session, store: Store, listing: _Listing) -> ChangedOrders | None:
    """Ask one page and record it with the cursor; None where the store must be left alone. Commits."""
    since, go_on, channel = listing.since(store), listing.goes_on(store), CHANNELS[store.channel]
    try:
        page = asking.ask(
            session,
            store,
            lambda access: channel.changed_orders(credentials.http(), access, since=since, go_on=go_on),
        )
    except StoreBusy as busy:
        asking.leave_alone(session, store, busy.retry_seconds, then="catch_up")
        return None
    except AccessLost as lost:
        asking.pause(session, store, lost)
        return None
    except QueryRefused as refused:
        _begin_anew(session, store, refused)
        return None
    if store.paused:
        asking.resume(session, store, by="the store, which lets us in again")
    if listing.is_look_back and go_on is None:
        store.looked_back_at = now()
    _record(session, store, listing, page, is_whole=go_on is None and page.go_on is None)
    return page


def _begin_anew(session: Session, store: Store, refused: QueryRefused) -> None:
    """A place in a list may no longer be good; orders are read all the same, so the store is not paused. Commits."""
    log.warning("changed orders not listed", store=store.id, why=refused.sentence)
    store.orders_go_on = store.look_back_go_on = None
    session.commit()


def _record(session: Session, store: Store, listing: _Listing, page: ChangedOrders, *, is_whole: bool) -> None:
    """Record what is news on this page and move the cursor, in one transaction. Commits.

    What is found after a long absence, or by the look-back, goes behind what happens now.
    """
    live = is_whole and not listing.is_look_back
    found = inbox.record_changes(
        session,
        store.id,
        _news(session, store.id, page.orders),
        source=listing.source(store),
        priority=Priority.LIVE if live else Priority.IMPORT,
        now=now(),
        marks={one.id: _mark(one) for one in page.orders},
    )
    listing.move_on(store, page)
    if found:
        wake(session, "gather", store.id)
        log.info("changes found that nobody told of", store=store.id, orders=found, look_back=listing.is_look_back)
    session.commit()


def _news(session: Session, store_id: int, listed: Sequence[ListedOrder]) -> dict[str, datetime]:
    """The orders whose change is neither in our facts nor about to be read, with its moment."""
    ids = [one.id for one in listed]
    told = select(
        OrderFacts.external_id,
        OrderFacts.store_updated_at,
        OrderFacts.facts["totals"].label("totals"),
        OrderFacts.facts["cancelled_at"].label("cancelled_at"),
        OrderFacts.facts["fulfilled_at"].label("fulfilled_at"),
        _AGREEMENTS.label("agreements"),
    )
    known = {
        row.external_id: row
        for row in session.execute(told.where(OrderFacts.store_id == store_id, OrderFacts.external_id.in_(ids)))
    }
    waiting = _waiting(session, store_id, ids)
    return {
        one.id: one.updated_at
        for one in listed
        if not (one.id in waiting and waiting[one.id] >= one.updated_at) and not _is_known(known.get(one.id), one)
    }


_AGREEMENTS = func.jsonb_path_query_array(OrderFacts.facts, cast("$.agreements[*].id", JSONPATH), type_=JSONB)


def _mark(listed: ListedOrder) -> str:
    """What tells the states apart that an order has within one second."""
    totals = f"{listed.current_total} {listed.net_payment}"
    state = f"{totals} {listed.cancelled} {listed.fulfilled} {listed.newest_agreement}"
    return ":" + sha256(state.encode()).hexdigest()[:8]


def _waiting(session: Session, store_id: int, ids: Sequence[str]) -> Mapping[str, datetime]:
    """The latest change of each order that an open delivery tells of."""
    waiting = (
        select(Delivery.order_external_id, func.max(Delivery.order_updated_at).label("told_at"))
        .where(
            Delivery.store_id == store_id,
            Delivery.state == DeliveryState.OPEN,
            Delivery.order_external_id.in_(ids),
            Delivery.order_updated_at.is_not(None),
        )
        .group_by(Delivery.order_external_id)
    )
    return {row.order_external_id: row.told_at for row in session.execute(waiting)}


def _is_known(row: Row[Any] | None, listed: ListedOrder) -> bool:
    """Whether our facts are of the listed state, or of a later one.

    An order may change twice within the second that its updatedAt names, so at the same moment the totals decide, and
    whether we know its newest agreement: one that adds up to nothing, such as an exchange, leaves the totals alone.
    """
    if row is None or row.store_updated_at is None or row.totals is None:
        return False
    if row.store_updated_at != listed.updated_at:
        return bool(row.store_updated_at > listed.updated_at)
    return (
        Decimal(row.totals["current"]) == listed.current_total
        and Decimal(row.totals["net_payment"]) == listed.net_payment
        and (row.cancelled_at is not None) == listed.cancelled
        and (row.fulfilled_at is not None) == listed.fulfilled
        and (listed.newest_agreement is None or listed.newest_agreement in row.agreements)
    )
