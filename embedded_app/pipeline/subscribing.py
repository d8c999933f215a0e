"""Subscribe: whether the store sends the webhooks we work by, checked every day, and mended where we made them.

Usually the app's own settings at the channel (shopify.app.toml) subscribe for every store; the channel keeps those and
does not list them. With SHOPIFY_WEBHOOKS=api the app subscribes in each store itself; the channel deletes such
subscriptions when deliveries fail for hours, so they are made again here, and the catch-up finds what was missed.
"""

from __future__ import annotations

from datetime import timedelta

import structlog
from flask import current_app
from sqlalchemy.orm import Session

from embedded_app.channels import CHANNELS
from embedded_app.clock import now
from embedded_app.config import Config
from embedded_app.models import Store, StoreGrant
from embedded_app.pipeline import asking, credentials

EVERY = timedelta(days=1)

log = structlog.get_logger(__name__)


def check(session: Session, store: Store) -> None:
    """Ask the store which webhooks it sends us, subscribe to what is missing if that is ours to do, keep both. Commits.

    Raises StoreBusy, AccessLost or QueryRefused. The row then says in `subscriptions`:

        by         "app": the app's settings subscribe, and nothing can be listed · "store": we do, store by store
        live       the topics that come here by subscriptions of ours
        missing    those that should and do not
        refused    what the store said against making one, by topic
        old_orders whether orders of any age are seen; else changes of orders older than 60 days are never told
    """
    config: Config = current_app.extensions["crossfoot.config"]
    channel, ours = CHANNELS[store.channel], config.shopify_webhooks == "api"
    address = f"{config.app_url}/webhooks/{store.channel}"
    found = asking.ask(
        session,
        store,
        lambda access: channel.keep_subscriptions(credentials.http(), access, address=address, make=ours),
    )
    missing = [topic for topic in channel.needed_topics() if topic not in found.live] if ours else []
    store.subscriptions = {
        "by": "store" if ours else "app",
        "live": list(found.live),
        "missing": missing,
        "refused": found.refused,
        "old_orders": channel.sees_old_orders(found.scopes),
    }
    store.subscriptions_checked_at = now()
    session.get_one(StoreGrant, store.id).scopes = sorted(found.scopes)
    session.commit()
    if found.made or missing:
        log.warning("webhook subscriptions mended", store=store.id, made=list(found.made), missing=missing)


def is_due(store: Store) -> bool:
    """Whether a day has passed since the last check; a clock that was set back makes it due."""
    last = store.subscriptions_checked_at
    return last is None or not last <= now() < last + EVERY
