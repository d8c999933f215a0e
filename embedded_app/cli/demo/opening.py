"""Before the day: the store installs the app, its bookkeeper connects Xero, maps accounts and switches posting on."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from embedded_app import onboarding
from embedded_app.models import Store
from embedded_app.sandbox.day import play_day
from embedded_app.sandbox.shopify import Shop
from embedded_app.sandbox.xero import Books
from embedded_app.sandbox.xero.identity import ACCESS_LIFE, REFRESH_LIFE
from embedded_app.sandbox.xero.organisation import Organisation

MAPPING = Path(__file__).with_name("mapping.json")
PREFIX = "SH-"
BOOKKEEPER = "the demo's bookkeeper"
# What Setup has to go by; 20 have every kind of story at least once.
EARLIER_ORDERS = 20
EARLIER_SEED = 99


def open_for_business(
    session: Session, shop: Shop, books: Books, organisation: Organisation, user_id: str, *, now: datetime
) -> Store:
    """Do in the rows what installing, connecting and mapping do on the pages. Flushes; the caller commits."""
    pair = shop.issue_tokens()
    store = onboarding.add_store(session, channel="shopify", external_id=shop.domain, prefix=PREFIX, now=now)
    onboarding.keep_store_tokens(
        session,
        store,
        access_token=pair.access,
        refresh_token=pair.refresh,
        access_expires_at=pair.access_expires_at,
        refresh_expires_at=pair.refresh_expires_at,
    )

    access, refresh = books.issue_tokens(user_id)
    grant = onboarding.keep_xero_tokens(
        session,
        xero_user_id=user_id,
        access_token=access,
        refresh_token=refresh,
        access_expires_at=now + ACCESS_LIFE,
        refresh_expires_at=now + REFRESH_LIFE,
    )
    tenant = onboarding.add_organisation(
        session, tenant_id=organisation.tenant_id, grant=grant, base_currency=organisation.base_currency
    )
    store.organisation_id = tenant.id

    onboarding.save_mapping(session, store, mapping_of(organisation), author=BOOKKEEPER, now=now)
    onboarding.switch_posting(session, store, on=True, actor=BOOKKEEPER, now=now)
    return store


def leave_to_the_newcomer(shop: Shop, books: Books) -> None:
    """A store with a day of orders that has not installed the app, and an organisation that nobody has connected."""
    with books.lock:
        books.identity.connections.clear()
    shop.installation.await_the_first()
    for _ in play_day(shop, orders=EARLIER_ORDERS, seed=EARLIER_SEED):
        pass


def mapping_of(organisation: Organisation) -> dict[str, Any]:
    """The demo's mapping; the file names its contact, and this organisation knows the contact's id."""
    document: dict[str, Any] = json.loads(MAPPING.read_text(encoding="utf-8"))
    document["contact"] = organisation.contact(document["contact"]).contact_id
    return document
