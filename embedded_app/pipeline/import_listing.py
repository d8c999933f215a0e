"""An import's first step: the store lists its orders since a day, and each is kept with what importing it takes."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from time import monotonic
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from embedded_app.bulk import insert_all
from embedded_app.channels import (
    CHANNELS,
    AccessLost,
    Channel,
    Listing,
    ListingPart,
    ListingState,
    PlacedOrder,
    QueryRefused,
    QueryTooLarge,
    StoreBusy,
)
from embedded_app.models import Import, ImportOrder, ImportOrderState, ImportState, OrderFacts, Outcome, Store
from embedded_app.pipeline import asking, credentials
from embedded_app.pipeline.import_rows import give_up, locked, put_off

LOOK_AGAIN_SECONDS = 5
TRIES = 3
# No place is further ahead of UTC: where the store's zone is not known yet, a listing begins early enough for all.
_EARLIEST = timedelta(hours=14)
# What an order that was decided so is left as: an import would find nothing new about it.
_DECIDED = (Outcome.RECORDED, Outcome.WAITING, Outcome.SKIPPED)

NOT_LISTED = "The store began {tries} times to list its orders and never finished. Begin the import again later."

log = structlog.get_logger(__name__)


def list_orders(session: Session, store: Store, row: Import, *, stop_at: float) -> bool:
    """Begin the listing, look after it, or record what it brought; True where it may go on at once. Commits.

    What was recorded stays recorded: a reading that breaks off is gone on with at its byte.
    """
    channel, import_id, listing_id = CHANNELS[store.channel], row.id, row.listing_id
    try:
        if listing_id is None:
            return _begin(session, store, row, channel)
        http = credentials.http()
        listing = asking.ask(session, store, lambda access: channel.listing(http, access, listing_id))
        return _follow(session, store, import_id, listing, stop_at=stop_at)
    except StoreBusy as busy:
        session.rollback()
        put_off(session, import_id, busy.retry_seconds)
    except AccessLost as lost:
        session.rollback()
        asking.pause(session, store, lost)
    except (QueryRefused, QueryTooLarge) as refused:
        session.rollback()
        return _begin_anew(session, import_id, refused.sentence)
    return False


def first_moment(session: Session, store: Store, row: Import) -> datetime:
    """When the import's first day begins, by the store's own zone as its last order tells it."""
    zone = zone_of(session, store)
    if zone is None:
        return datetime.combine(row.first_day, time(), UTC) - _EARLIEST
    return datetime.combine(row.first_day, time(), ZoneInfo(zone))


def zone_of(session: Session, store: Store) -> str | None:
    """The store's time zone, None before any order of it was read."""
    return session.scalar(
        select(OrderFacts.facts["timezone"].astext)
        .where(OrderFacts.store_id == store.id, OrderFacts.facts.is_not(None))
        .order_by(OrderFacts.id.desc())
        .limit(1)
    )


def _begin(session: Session, store: Store, row: Import, channel: Channel) -> bool:
    """Have the list made. One that a crash leaves behind here is made in vain, and nothing else."""
    import_id, since, http = row.id, first_moment(session, store, row), credentials.http()
    listing_id = asking.ask(session, store, lambda access: channel.begin_listing(http, access, since=since))
    current = locked(session, import_id, ImportState.LISTING)
    if current is not None:
        current.listing_id, current.listed_to = listing_id, 0
        current.listing_tries += 1
    session.commit()
    return current is not None


def _follow(session: Session, store: Store, import_id: int, listing: Listing, *, stop_at: float) -> bool:
    if listing.state is ListingState.LOST:
        return _begin_anew(session, import_id, NOT_LISTED.format(tries=TRIES))
    if listing.state is ListingState.RUNNING:
        current = locked(session, import_id, ImportState.LISTING)
        if current is not None:
            current.found = listing.count
        session.commit()
        put_off(session, import_id, LOOK_AGAIN_SECONDS)
        return False
    return _read(session, store, import_id, listing.address, stop_at=stop_at)


def _read(session: Session, store: Store, import_id: int, address: str | None, *, stop_at: float) -> bool:
    """Record the listed orders, each part with the place it ends at in one transaction."""
    row = session.get_one(Import, import_id)
    since, listed_to = first_moment(session, store, row), row.listed_to
    session.commit()
    if address is not None:
        channel, http = CHANNELS[store.channel], credentials.http()
        for part in channel.read_listing(http, address, read_to=listed_to):
            if not _record(session, store, import_id, part, since=since):
                return False
            if monotonic() >= stop_at:
                return True
    current = locked(session, import_id, ImportState.LISTING)
    if current is not None:
        current.state, current.found = ImportState.LOOKING, _count(session, import_id)
        current.known = _count(session, import_id, ImportOrder.state == ImportOrderState.KNOWN)
        log.info("orders listed for an import", store=store.id, orders=current.found)
    session.commit()
    return current is not None


def _record(session: Session, store: Store, import_id: int, part: ListingPart, *, since: datetime) -> bool:
    """False where the import was stopped meanwhile."""
    current = locked(session, import_id, ImportState.LISTING)
    if current is None:
        session.commit()
        return False
    wanted = [order for order in part.orders if not order.test and order.placed_at >= since]
    known = known_ids(session, store.id, {order.id: order.updated_at for order in wanted})
    insert_all(
        session,
        ImportOrder,
        [_row(import_id, order, is_known=order.id in known) for order in wanted],
        unless_taken=("import_id", "external_id"),
    )
    current.listed_to = part.read_to
    session.commit()
    return True


def known_ids(session: Session, store_id: int, changed: dict[str, datetime]) -> set[str]:
    """Those of the orders that were decided already as they stand; changed: the last change of each, by its id."""
    found = session.execute(
        select(OrderFacts.external_id, OrderFacts.store_updated_at).where(
            OrderFacts.store_id == store_id,
            OrderFacts.external_id.in_(list(changed)),
            OrderFacts.outcome.in_(_DECIDED),
            OrderFacts.store_updated_at.is_not(None),
        )
    )
    return {row.external_id for row in found if row.store_updated_at >= changed[row.external_id]}


def _row(import_id: int, order: PlacedOrder, *, is_known: bool) -> dict[str, object]:
    return {
        "import_id": import_id,
        "external_id": order.id,
        "name": order.name,
        "number": order.number,
        "placed_at": order.placed_at,
        "updated_at": order.updated_at,
        "currency": order.currency,
        "total": order.total,
        "paid": order.paid,
        "refunded": order.refunded,
        "state": ImportOrderState.KNOWN if is_known else ImportOrderState.DUE,
    }


def _count(session: Session, import_id: int, *more: ColumnElement[bool]) -> int:
    return session.scalars(select(func.count()).where(ImportOrder.import_id == import_id, *more)).one()


def _begin_anew(session: Session, import_id: int, sentence: str) -> bool:
    """A list that is lost is asked for again, a few times; then the import ends with that sentence. Commits."""
    current = locked(session, import_id, ImportState.LISTING)
    if current is None:
        session.commit()
        return False
    if current.listing_tries >= TRIES or current.listing_id is None:
        give_up(session, current, sentence)
        return False
    current.listing_id, current.listed_to = None, 0
    session.commit()
    put_off(session, import_id, LOOK_AGAIN_SECONDS)
    return False
