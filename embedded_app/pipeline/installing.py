"""Install: a store whose merchant opens the app gets its row and its tokens, at once and together.

Shopify shows the grant screen and then opens the app with an ID token; that token is traded for the store's own. Opened
again after an uninstallation, the store goes on where it stood.
"""

from __future__ import annotations

import structlog
from flask import current_app
from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from embedded_app import onboarding
from embedded_app.channels.shopify import install as shopify
from embedded_app.clock import now
from embedded_app.config import Config
from embedded_app.models import AuditEntry, Grant, Organisation, Store, StoreGrant
from embedded_app.pipeline import asking, complying, credentials
from embedded_app.queue import wake

FIRST_PREFIX = "SH-"
# What shopify.app.toml declares under access_scopes; a test compares the two.
SCOPES = frozenset(
    {
        "read_orders",
        "read_returns",
        "read_products",
        "read_locations",
        "read_payment_terms",
        "read_gift_cards",
        "read_gift_card_transactions",
    }
)

# Not by joinedload: a row so read is locked only together with what is joined to it.
_INSTALLED = (
    select(Store, Organisation, Grant)
    .join(StoreGrant, StoreGrant.store_id == Store.id)
    .outerjoin(Organisation, Organisation.id == Store.organisation_id)
    .outerjoin(Grant, Grant.id == Organisation.grant_id)
    .where(Store.channel == "shopify", Store.external_id == bindparam("shop"))
    .where(Store.uninstalled_at.is_(None), func.coalesce(Store.paused, "") == "")
)

log = structlog.get_logger(__name__)


def installed(session: Session, shop: str) -> Store | None:
    """The store of this domain, if we have access to it that has not been lost.

    Read with what nearly every page asks of it: its organisation, and whether that one lets us in.
    """
    found = session.execute(_INSTALLED, {"shop": shop}).first()
    if found is None:
        return None
    store, organisation, grant = found
    set_committed_value(store, "organisation", organisation)
    if organisation is not None:
        set_committed_value(organisation, "grant", grant)
    return store


def install(session: Session, shop: str, id_token: str, *, user_id: str) -> Store:
    """Trade the verified ID token for the store's tokens and keep both in one transaction. Commits.

    user_id: Shopify's id of who opened the app, for the record. Raises IdTokenTooOld, AccessLost, QueryRefused or
    StoreBusy; then nothing is kept.
    """
    config: Config = current_app.extensions["crossfoot.config"]
    session.rollback()  # No transaction is held open while Shopify is asked.
    granted = shopify.exchange(
        credentials.http(),
        config.admin_origin(shop),
        config.shopify_api_key,
        config.shopify_api_secret,
        id_token,
        now(),
    )
    store = onboarding.add_store(session, channel="shopify", external_id=shop, prefix=FIRST_PREFIX, now=now())
    tokens = granted.tokens
    onboarding.keep_store_tokens(
        session,
        store,
        access_token=tokens.access_token,
        refresh_token=tokens.refresh_token,
        access_expires_at=tokens.access_expires_at,
        refresh_expires_at=tokens.refresh_expires_at,
    )
    session.get_one(StoreGrant, store.id).scopes = sorted(granted.scopes)
    _go_on(session, store, user_id)
    session.commit()
    log.info("store installed", store=store.id)
    return store


def missing_scopes(session: Session, store: Store) -> frozenset[str]:
    """What the app needs and the merchant has not granted (yet).

    Nothing is missing while nobody has told us what was granted.
    """
    granted = session.scalar(select(StoreGrant.scopes).where(StoreGrant.store_id == store.id))
    return shopify.not_granted(SCOPES, granted) if granted else frozenset()


def _go_on(session: Session, store: Store, user_id: str) -> None:
    """Let a store be read (again): what was paused for want of access is over."""
    asking.resume(session, store, by=f"Shopify user {user_id}")
    complying.go_on_after_reinstallation(session, store)
    session.add(AuditEntry(store_id=store.id, at=now(), actor=f"Shopify user {user_id}", act="let the app in"))
    for task in ("upkeep", "catch_up"):
        wake(session, task, store.id, queue="gather")
