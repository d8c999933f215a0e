"""Upkeep: what each store wants now and then, by the clock alone: its access kept alive, its subscriptions checked.

A refresh token ends when it is not used for long (90 days at Shopify), and then only the merchant can help. Asking a
store uses it whenever the hour of the last access token is over: every five minutes, or hourly where it is paused.
"""

from __future__ import annotations

import structlog
from sqlalchemy import Select, or_, select

from embedded_app import outbox
from embedded_app.channels import AccessLost, ChannelError, StoreBusy
from embedded_app.clock import now
from embedded_app.db import db
from embedded_app.models import Store, StoreGrant
from embedded_app.pipeline import asking, complying, day_totals, subscribing
from embedded_app.pipeline.beyond_orders import wake_beyond
from embedded_app.pipeline.catching_up import wake_catch_up, wake_paused
from embedded_app.pipeline.mailing import wake_alerts
from embedded_app.queue import wake

log = structlog.get_logger(__name__)


def five_minutes() -> None:
    """Wake what is looked after every five minutes: what changed in stores, what merchants are told of."""
    session = db.session()
    outbox.mind_the_clock(session, now=now())
    session.commit()
    day_totals.fold_all()
    wake_catch_up()
    wake_alerts()


def hourly() -> None:
    """Wake what is looked after by the hour: gift cards, paused stores, and the upkeep of stores that want it."""
    wake_beyond()
    wake_paused()
    session = db.session()
    for store_id in {*session.scalars(_wanting()), *session.scalars(complying.stores_with_notices())}:
        wake(session, "upkeep", store_id, queue="gather")
    session.commit()


def upkeep(store_id: int) -> bool:
    """Do what the store's notices ask for, and check its subscriptions once a day. Always False: nothing is left.

    What does not work now is tried again in an hour.
    """
    complying.comply(store_id)
    session = db.session()
    store, grant = session.get(Store, store_id), session.get(StoreGrant, store_id)
    if store is None or grant is None or asking.is_put_off(store.not_before):
        session.rollback()
        return False
    try:
        if store.paused is None and subscribing.is_due(store):
            subscribing.check(session, store)
    except StoreBusy as busy:
        asking.leave_alone(session, store, busy.retry_seconds, then="upkeep")
    except AccessLost as lost:
        asking.pause(session, store, lost)
    except ChannelError as problem:
        log.warning("upkeep failed", store=store_id, why=problem.sentence)
    session.rollback()
    return False


def _wanting() -> Select[tuple[int]]:
    """The stores whose subscriptions were not checked for a day, as far as they may be asked."""
    moment = now()
    checked = Store.subscriptions_checked_at
    unchecked = or_(checked.is_(None), checked <= moment - subscribing.EVERY, checked > moment)
    return select(Store.id).join(StoreGrant, StoreGrant.store_id == Store.id).where(unchecked, Store.paused.is_(None))
