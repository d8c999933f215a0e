"""What setting a shop up comes down to: the store, its organisation, its mapping, and the switch.

The command line uses it now; the Setup pages will.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from embedded_app import inbox, recorded
from embedded_app.accounting.facts import from_facts
from embedded_app.accounting.mapping_check import check
from embedded_app.accounting.mapping_document import MappingError, parse_mapping
from embedded_app.accounting.suggest import Suggestion, suggest
from embedded_app.models import AuditEntry, Grant, Hold, Mapping, OrderFacts, Organisation, Store, StoreGrant
from embedded_app.queue import wake

SUGGEST_FROM_ORDERS = 500
# What every order is held by until Setup is done; no fault of any of them.
UNTIL_SET_UP = ("not connected", "no mapping", "not switched on")


def add_store(session: Session, *, channel: str, external_id: str, prefix: str, now: datetime) -> Store:
    """The store of that channel and id, made where missing; posting is off until it is switched on. Flushes."""
    store = session.scalar(select(Store).where(Store.channel == channel, Store.external_id == external_id))
    if store is None:
        store = Store(channel=channel, external_id=external_id, prefix=prefix, posting=False, created_at=now)
        session.add(store)
        session.flush()
    return store


def keep_store_tokens(
    session: Session,
    store: Store,
    *,
    access_token: str,
    refresh_token: str | None,
    access_expires_at: datetime | None,
    refresh_expires_at: datetime | None = None,
) -> None:
    """Keep the channel's tokens for the store, in place of any older ones. Flushes."""
    grant = session.get(StoreGrant, store.id) or StoreGrant(store_id=store.id)
    grant.access_token, grant.access_expires_at = access_token, access_expires_at
    grant.refresh_token, grant.refresh_expires_at = refresh_token, refresh_expires_at
    session.add(grant)
    store.paused = None
    session.flush()


def keep_xero_tokens(
    session: Session,
    *,
    xero_user_id: str,
    access_token: str,
    refresh_token: str,
    access_expires_at: datetime,
    refresh_expires_at: datetime,
) -> Grant:
    """Keep a Xero user's tokens, in place of any older ones; organisations paused for want of them go on. Flushes."""
    grant = session.scalar(select(Grant).where(Grant.xero_user_id == xero_user_id)) or Grant(xero_user_id=xero_user_id)
    grant.access_token, grant.access_expires_at = access_token, access_expires_at
    grant.refresh_token, grant.refresh_expires_at = refresh_token, refresh_expires_at
    grant.revoked = None
    session.add(grant)
    session.flush()
    for organisation in session.scalars(select(Organisation).where(Organisation.grant_id == grant.id)):
        organisation.paused = None
    return grant


def add_organisation(session: Session, *, tenant_id: str, grant: Grant, base_currency: str) -> Organisation:
    """The organisation of that tenant, made where missing, with its tokens; the rest is read from Xero. Flushes."""
    organisation = session.scalar(select(Organisation).where(Organisation.tenant_id == tenant_id))
    if organisation is None:
        organisation = Organisation(tenant_id=tenant_id, base_currency=base_currency, name="")
        session.add(organisation)
    organisation.grant_id = grant.id
    organisation.paused = None
    session.flush()
    return organisation


def save_mapping(
    session: Session,
    store: Store,
    document: dict[str, Any],
    *,
    author: str,
    now: datetime,
    applies_from: date | None = None,
) -> Mapping:
    """Save the document as the store's next mapping version. Flushes. Raises MappingError; then nothing is saved.

    applies_from: the first day whose orders go by it, None for all that is decided from now on. It is checked against
    the organisation as last read, and the currency of the store's last order; Xero itself refuses what has changed
    there since.
    """
    latest = session.scalar(select(func.max(Mapping.version)).where(Mapping.store_id == store.id)) or 0
    parsed = parse_mapping(document, latest + 1)
    if store.organisation is not None and store.organisation.chart is not None:
        last_told = select(OrderFacts.facts["currency"].astext).where(
            OrderFacts.store_id == store.id, OrderFacts.facts.is_not(None)
        )
        currency = session.scalar(last_told.order_by(OrderFacts.id.desc()).limit(1))
        problems = check(parsed, recorded.chart(store.organisation), shop_currency=currency)
        if problems:
            raise MappingError(problems)
    mapping = Mapping(
        store_id=store.id,
        version=latest + 1,
        document=document,
        author=author,
        created_at=now,
        applies_from=applies_from,
    )
    session.add(mapping)
    detail = {"version": latest + 1} | ({"applies from": applies_from.isoformat()} if applies_from else {})
    session.add(AuditEntry(store_id=store.id, at=now, actor=author, act="saved a mapping", detail=detail))
    session.flush()
    return mapping


def suggest_mapping(session: Session, store: Store, *, contact: str) -> Suggestion:
    """A mapping proposed from the organisation's chart and the store's last orders, with a reason for each choice.

    contact: the ContactID of the shared contact. Raises ValueError where the organisation has not been read yet.
    """
    if store.organisation is None:
        raise ValueError(f"{store.external_id} has no organisation yet")
    latest = session.scalars(
        select(OrderFacts.facts)
        .where(OrderFacts.store_id == store.id, OrderFacts.facts.is_not(None))
        .order_by(OrderFacts.id.desc())
        .limit(SUGGEST_FROM_ORDERS)
    )
    orders = [from_facts(facts) for facts in latest if facts is not None]
    return suggest(recorded.chart(store.organisation), orders, contact=contact)


def switch_posting(session: Session, store: Store, *, on: bool, actor: str, now: datetime) -> None:
    """Switch posting on (what waited for it is decided again, and what was decided before is sent) or off (deliveries
    are still taken in, and nothing more is sent). Flushes.
    """
    store.posting = on
    act = "switched posting on" if on else "switched posting off"
    session.add(AuditEntry(store_id=store.id, at=now, actor=actor, act=act))
    session.flush()
    if on:
        waiting = session.scalars(
            select(OrderFacts.external_id)
            .join(Hold, Hold.order_id == OrderFacts.id)
            .where(Hold.store_id == store.id, Hold.closed_at.is_(None), Hold.cause.in_(UNTIL_SET_UP))
            .distinct()
        )
        inbox.ask_again(session, store.id, waiting.all(), topic="switched on", now=now)
        if store.organisation_id is not None:
            wake(session, "post", store.organisation_id)
