"""Import: what a store sold since a day of the past is posted, once, at nobody's expense.

    listing   the store lists its orders since that day            import_listing.py
    looking   Xero is looked through for what others have made     others_documents.py
    ready     the merchant sees what was found and what it takes   import_estimate.py
    running   order by order is handed over, read, decided, posted import_feeding.py

Nothing is posted and nothing changes before the merchant confirms. What they decide is recorded on the import's row;
the store's job does the rest, a few seconds at a time, from the rows alone.
"""

from __future__ import annotations

from datetime import date, timedelta
from time import monotonic
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from embedded_app.channels import CHANNELS, ChannelError
from embedded_app.clock import now
from embedded_app.db import db
from embedded_app.models import AuditEntry, Import, ImportState, Store, StoreGrant
from embedded_app.pipeline import asking, credentials
from embedded_app.pipeline.import_feeding import hand_over, withdraw
from embedded_app.pipeline.import_listing import list_orders, zone_of
from embedded_app.pipeline.import_rows import JOB, OVER, QUEUE, WORKING, locked, open_import
from embedded_app.pipeline.others_documents import look
from embedded_app.queue import wake

WORK_SECONDS = 5.0
# Without its scope Shopify shows an app the orders of this long; an import that misses older ones is none.
SEEN_DAYS = timedelta(days=60)
# What was found in Xero is told to the merchant; what others post after that is not.
LOOKED_FOR = timedelta(hours=12)
LOOKED_LONG_AGO = (
    "Xero was looked through half a day ago or earlier, so it is looked through once more; confirm what is found then."
)

log = structlog.get_logger(__name__)


class NotImported(Exception):
    """It cannot be done. sentence: why, and what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def import_orders(store_id: int) -> bool:
    """Go on with the store's import for some seconds; True when there is more that can be done at once."""
    session = db.session()
    stop_at = monotonic() + WORK_SECONDS
    while monotonic() < stop_at:
        row, store = open_import(session, store_id), session.get(Store, store_id)
        if row is None or store is None or row.state not in WORKING or _must_wait(store, row):
            session.rollback()
            return False
        if row.state is ImportState.LISTING:
            more = list_orders(session, store, row, stop_at=stop_at)
        elif row.state is ImportState.LOOKING:
            more = look(session, store, row)
        else:
            more = hand_over(session, store, row)
        if not more:
            return False
    return True


def _must_wait(store: Store, row: Import) -> bool:
    return store.paused is not None or asking.is_put_off(store.not_before) or asking.is_put_off(row.not_before)


def begin(session: Session, store: Store, first_day: date, *, actor: str) -> Import:
    """Begin to import what was placed on that day or later; nothing is posted yet. Commits. Raises NotImported."""
    _check(session, store, first_day)
    row = Import(store_id=store.id, first_day=first_day, begun_at=now(), begun_by=actor)
    session.add(row)
    try:
        session.flush()
    except IntegrityError:
        session.rollback()
        raise NotImported("An import is under way already; stop it before you begin another.") from None
    _audit(session, row, actor, "began an import")
    wake(session, JOB, store.id, queue=QUEUE)
    session.commit()
    return row


def confirm(session: Session, store: Store, import_id: int, *, leave_out: bool, actor: str) -> None:
    """Let what was found be posted; leave_out: without the orders for which Xero has a document of others.

    Commits. Raises NotImported where the import is not (any more) as the merchant saw it; what was looked for in Xero
    long ago is looked for once more.
    """
    row = _held(session, store, import_id, ImportState.READY)
    if row.looked_at is None or row.looked_at + LOOKED_FOR <= now():
        row.state, row.not_before = ImportState.LOOKING, None
        wake(session, JOB, store.id, queue=QUEUE)
        session.commit()
        raise NotImported(LOOKED_LONG_AGO)
    row.state, row.leave_out = ImportState.RUNNING, leave_out
    row.confirmed_at, row.confirmed_by, row.not_before = now(), actor, None
    _audit(session, row, actor, "confirmed an import")
    wake(session, JOB, store.id, queue=QUEUE)
    session.commit()


def pause(session: Session, store: Store, import_id: int, *, actor: str) -> None:
    """Hand over nothing more until the merchant says so; what is decided already is still sent. Commits."""
    row = _held(session, store, import_id, ImportState.RUNNING)
    row.state, row.problem = ImportState.PAUSED, None
    withdraw(session, store.id, row.id)
    _audit(session, row, actor, "paused an import")
    session.commit()


def resume(session: Session, store: Store, import_id: int, *, actor: str) -> None:
    """Go on with a paused import where it stood. Commits."""
    row = _held(session, store, import_id, ImportState.PAUSED)
    row.state, row.problem, row.not_before = ImportState.RUNNING, None, None
    _audit(session, row, actor, "resumed an import")
    wake(session, JOB, store.id, queue=QUEUE)
    session.commit()


def stop(session: Session, store: Store, import_id: int, *, actor: str) -> None:
    """End the import for good; what is posted stays, what is decided already is still sent. Commits."""
    row = _held(session, store, import_id, *WORKING, ImportState.READY, ImportState.PAUSED)
    listing_id = row.listing_id if row.state is ImportState.LISTING else None
    row.state, row.ended_at, row.ended_by, row.problem = ImportState.STOPPED, now(), actor, None
    withdraw(session, store.id, row.id)
    _audit(session, row, actor, "stopped an import")
    session.commit()
    if listing_id is not None:
        _end_listing(session, store, listing_id)


def history(session: Session, store: Store, most: int) -> list[Import]:
    """The store's imports that are over, the latest first."""
    over = select(Import).where(Import.store_id == store.id, Import.state.in_(OVER))
    return list(session.scalars(over.order_by(Import.id.desc()).limit(most)))


def today(session: Session, store: Store) -> date:
    """The store's own day."""
    return now().astimezone(ZoneInfo(zone_of(session, store) or "UTC")).date()


def earliest_day(session: Session, store: Store) -> date | None:
    """The first day an import may begin at: after what is closed in Xero, and as far back as the store shows orders."""
    organisation = store.organisation
    closed = [organisation.period_lock_date, organisation.end_of_year_lock_date] if organisation else []
    days = [day + timedelta(days=1) for day in closed if day is not None]
    if not sees_old_orders(session, store):
        days.append(today(session, store) - SEEN_DAYS + timedelta(days=1))
    return max(days, default=None)


def sees_old_orders(session: Session, store: Store) -> bool:
    """Whether the store shows the app its orders of any age."""
    grant = session.get(StoreGrant, store.id)
    return grant is None or not grant.scopes or CHANNELS[store.channel].sees_old_orders(grant.scopes)


def _check(session: Session, store: Store, first_day: date) -> None:
    if not store.posting or store.organisation is None:
        raise NotImported("Finish Setup and switch posting on first; then what was sold before can be imported.")
    if first_day > today(session, store):
        raise NotImported("This day is still to come: choose the first day whose orders are to be posted.")
    earliest = earliest_day(session, store)
    if earliest is not None and first_day < earliest:
        raise NotImported(
            f"Orders can be imported from {earliest.isoformat()} on: earlier days are closed in Xero, or the store "
            "does not show orders of that age. Choose that day or a later one."
        )


def _held(session: Session, store: Store, import_id: int, *states: ImportState) -> Import:
    """The store's import, held for a change; raises NotImported where it is in none of these states."""
    row = locked(session, import_id, *states)
    if row is None or row.store_id != store.id:
        session.rollback()
        raise NotImported("The import has changed meanwhile. Look how it stands now.")
    return row


def _audit(session: Session, row: Import, actor: str, act: str) -> None:
    detail = {"import": row.id, "from": row.first_day.isoformat(), "leave out": row.leave_out}
    session.add(AuditEntry(store_id=row.store_id, at=now(), actor=actor, act=act, detail=detail))


def _end_listing(session: Session, store: Store, listing_id: str) -> None:
    """Nobody wants the list any more; where the store cannot be told, it ends by itself."""
    channel = CHANNELS[store.channel]
    try:
        asking.ask(session, store, lambda access: channel.end_listing(credentials.http(), access, listing_id))
    except ChannelError as problem:
        log.info("listing not ended", store=store.id, why=problem.sentence)
