"""Sweep: wake whatever is owed and nobody is working on. The rows are the truth; wake-ups only make it quick."""

from __future__ import annotations

from sqlalchemy import Select, and_, or_, select

from embedded_app import inbox, outbox, waits
from embedded_app.clock import now
from embedded_app.db import db
from embedded_app.models import (
    Batch,
    BatchState,
    Delivery,
    DeliveryState,
    Dispatch,
    DispatchState,
    Grant,
    Organisation,
    Store,
)
from embedded_app.pipeline import credentials
from embedded_app.pipeline.asking import is_due
from embedded_app.pipeline.dry_running import stores_running
from embedded_app.pipeline.import_rows import stores_importing
from embedded_app.queue import wake


def sweep() -> None:
    """Wake the gather of every store with open deliveries and the post of every organisation that something is due to.

    Also wakes the reading of gift cards and the listing of orders that stand in the middle, and makes ready what waits
    only for posted dispatches, in case the commit that should have done so was lost.
    """
    session = db.session()
    for store_id in session.scalars(_stores_owed()).all():
        wake(session, "gather", store_id)
    for store_id in session.scalars(_stores_half_read()).all():
        wake(session, "beyond", store_id, queue="gather")
    for store_id in session.scalars(_stores_half_listed()).all():
        wake(session, "catch_up", store_id, queue="gather")
    for store_id in session.scalars(stores_running()).all():
        wake(session, "dry_run", store_id, queue="gather")
    for store_id in session.scalars(stores_importing()).all():
        wake(session, "import_orders", store_id, queue="gather")
    session.commit()
    for organisation_id in session.scalars(_organisations_waiting()).all():
        outbox.promote(session, organisation_id)
    session.commit()
    for organisation_id in session.scalars(_organisations_owed()).all():
        wake(session, "post", organisation_id)
    session.commit()


def _stores_owed() -> Select[int]:
    owed = (
        select(Delivery.id)
        .where(Delivery.store_id == Store.id, Delivery.state == DeliveryState.OPEN, is_due(Delivery.not_before))
        .where(Delivery.topic.not_in(inbox.NOTICES))
        .exists()
    )
    return select(Store.id).where(owed, Store.paused.is_(None), is_due(Store.not_before))


def _stores_half_read() -> Select[int]:
    """Those whose gift cards were read in part, and may be read on by now."""
    return select(Store.id).where(
        Store.gift_cards_go_on.is_not(None),
        Store.posting,
        Store.paused.is_(None),
        is_due(Store.not_before),
    )


def _stores_half_listed() -> Select[int]:
    """Those whose changed orders were listed in part, and may be listed on by now."""
    return select(Store.id).where(
        or_(Store.orders_go_on.is_not(None), Store.look_back_go_on.is_not(None)),
        Store.paused.is_(None),
        is_due(Store.not_before),
    )


def _organisations_waiting() -> Select[int]:
    waiting = (
        select(Dispatch.id)
        .where(Dispatch.organisation_id == Organisation.id, Dispatch.state == DispatchState.WAITING)
        .exists()
    )
    return select(Organisation.id).where(waiting)


def _organisations_owed() -> Select[int]:
    """Those with a dispatch to pack, a batch to send, an attempt that died, or an unknown batch to look up by now.

    Also those whose refresh token has not been used for long: their next step renews it. One whose call is in flight is
    being worked on.
    """
    moment = now()
    dispatches = (
        select(Dispatch.id)
        .where(
            Dispatch.organisation_id == Organisation.id,
            Dispatch.state == DispatchState.READY,
            Dispatch.store_id.in_(select(Store.id).where(Store.posting)),
            waits.is_due(Dispatch.not_before, moment, waits.BY_XERO),
            or_(
                Dispatch.priority <= Organisation.least_urgent,
                waits.is_due(Organisation.least_urgent_until, moment, waits.BY_XERO),
            ),
        )
        .exists()
    )
    due = waits.is_due(Batch.not_before, moment, waits.BY_XERO)
    batches = (
        select(Batch.id)
        .where(
            Batch.organisation_id == Organisation.id,
            or_(
                and_(Batch.state == BatchState.READY, due),
                and_(Batch.state == BatchState.SENT, Batch.attempted_at <= moment - outbox.ATTEMPT_LEASE),
                and_(Batch.state == BatchState.UNKNOWN, due, Batch.first_sent_at <= moment - outbox.LOOK_UP_AFTER),
            ),
        )
        .exists()
    )
    idle = Grant.refresh_expires_at <= moment + credentials.RENEW_BEFORE_EXPIRY
    in_flight = (
        select(Batch.id)
        .where(
            Batch.organisation_id == Organisation.id,
            Batch.state == BatchState.SENT,
            Batch.attempted_at > moment - outbox.ATTEMPT_LEASE,
        )
        .exists()
    )
    return select(Organisation.id).where(
        or_(dispatches, batches, Organisation.grant.has(and_(Grant.revoked.is_(None), idle))),
        ~in_flight,
        Organisation.paused.is_(None),
        waits.is_due(Organisation.not_before, moment, waits.BY_XERO),
    )
