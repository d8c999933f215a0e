"""Comply: what a store says of the app itself: it was uninstalled, has other scopes, or somebody's data must go.

    app/uninstalled          tokens go, jobs stop; the setup stays until shop/redact
    app/scopes_update        the scopes are read again
    customers/data_request   the record says what we hold of the customer
    customers/redact         names, and what is kept of the notices about their orders, are erased
    shop/redact              everything is erased but what says which documents stand in Xero

A webhook is a hint: its header says which store it means, and only its body is signed. So before anything ends the
store is asked; where it still lets us in, the notice is of the past. Documents in Xero are the merchant's books, which
the law has them keep: they are never touched.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import structlog
from sqlalchemy import ColumnElement, Select, delete, func, or_, select, update
from sqlalchemy.orm import Session

from embedded_app import inbox
from embedded_app.accounting.contacts import CUSTOMER
from embedded_app.channels import AccessLost, ChannelError, StoreBusy
from embedded_app.clock import now
from embedded_app.db import db
from embedded_app.models import (
    Alert,
    AuditEntry,
    Consent,
    Contact,
    DaySales,
    Delivery,
    DeliveryState,
    DryRun,
    Hold,
    Import,
    ImportOrder,
    Mapping,
    OrderFacts,
    Organisation,
    Outcome,
    Seen,
    SetupDraft,
    Skip,
    Store,
    StoreGrant,
)
from embedded_app.pipeline import asking, connecting, day_totals, subscribing
from embedded_app.queue import wake
from embedded_app.xero.errors import XeroError

Row = TypeVar("Row", OrderFacts, Delivery)

ACTOR = "Shopify"
UNINSTALLED = (
    "Crossfoot was uninstalled from this store; open it in the store admin again, and it goes on where it stood."
)
STILL_LETS_US_IN = "The store still lets Crossfoot in, so this notice is of the past: nothing was ended."
BOOKS_STAY = "Documents in Xero are the merchant's books and stay there."
NOTICES_PER_ROUND = 50
ERASED_PER_ROUND = 1000

log = structlog.get_logger(__name__)


def comply(store_id: int) -> bool:
    """Do what the store's open notices ask for, the oldest first; True when more are open. Commits after each."""
    session = db.session()
    notices = session.scalars(
        select(Delivery)
        .where(Delivery.store_id == store_id, Delivery.state == DeliveryState.OPEN, Delivery.topic.in_(inbox.NOTICES))
        .order_by(Delivery.id)
        .limit(NOTICES_PER_ROUND)
    ).all()
    for notice in notices:
        store = session.get_one(Store, store_id)
        try:
            reason = _done(session, store, notice)
        except StoreBusy as busy:
            session.rollback()
            asking.leave_alone(session, store, busy.retry_seconds, then="upkeep")
            return False
        notice.state, notice.outcome, notice.reason = DeliveryState.DONE, Outcome.NOTHING, reason
        notice.ended_at = now()
        session.commit()
        log.info("notice done", store=store_id, topic=notice.topic)
    session.rollback()
    return len(notices) == NOTICES_PER_ROUND


def stores_with_notices() -> Select[tuple[int]]:
    """The stores whose notices are open, in case the job that should see to them was lost."""
    return (
        select(Delivery.store_id)
        .where(Delivery.state == DeliveryState.OPEN, Delivery.topic.in_(inbox.NOTICES))
        .distinct()
    )


def go_on_after_reinstallation(session: Session, store: Store) -> None:
    """Undo what uninstalling paused. Flushes."""
    store.uninstalled_at = None
    organisation = store.organisation
    if organisation is not None and organisation.paused == UNINSTALLED:
        organisation.paused = None
        wake(session, "post", organisation.id)
    session.flush()


def _done(session: Session, store: Store, notice: Delivery) -> str:
    """Do what one notice asks for; returns what was done, in a sentence."""
    if notice.topic == "customers/data_request":
        return _tell_what_is_held(session, store, notice)
    if notice.topic == "customers/redact":
        return _erase_customer(session, store, notice)
    if _lets_us_in(session, store):
        return STILL_LETS_US_IN if notice.topic != "app/scopes_update" else "The scopes were read again."
    if notice.topic == "app/scopes_update":
        return "The store no longer lets Crossfoot in."
    _uninstall(session, store)
    return UNINSTALLED if notice.topic == "app/uninstalled" else _erase_store(session, store)


def _lets_us_in(session: Session, store: Store) -> bool:
    """Whether the store answers us, which also reads its scopes. Commits. Raises StoreBusy."""
    if session.get(StoreGrant, store.id) is None:
        return False
    try:
        subscribing.check(session, store)
    except StoreBusy:
        raise
    except AccessLost:
        return False
    except ChannelError as problem:
        log.warning("store not asked", store=store.id, why=problem.sentence)
    return True


def _uninstall(session: Session, store: Store) -> None:
    """Forget the store's tokens and stop its jobs. Its organisation pauses too, unless another store posts into it."""
    if store.uninstalled_at is not None:
        return
    session.execute(delete(StoreGrant).where(StoreGrant.store_id == store.id))
    store.uninstalled_at, store.paused = now(), UNINSTALLED
    organisation = store.organisation
    if organisation is not None and not _others(session, store, organisation):
        organisation.paused = UNINSTALLED
    _record(session, store, "uninstalled the app", {"kept": "the setup, until Shopify asks for its erasure"})


def _others(session: Session, store: Store, organisation: Organisation) -> int:
    others = select(func.count()).where(
        Store.organisation_id == organisation.id, Store.id != store.id, Store.uninstalled_at.is_(None)
    )
    return session.scalars(others).one()


def _tell_what_is_held(session: Session, store: Store, notice: Delivery) -> str:
    customer = str(notice.kept.get("customer_id", ""))
    contacts = session.scalars(_contacts(store, customer)).all()
    detail = {
        "customer": customer,
        "contacts in Xero": [contact.number for contact in contacts if contact.xero_id],
        "names waiting for their contact": sum(contact.name is not None for contact in contacts),
        "otherwise": "Crossfoot holds orders without names or addresses.",
    }
    _record(session, store, "asked what is held of a customer", detail)
    return "What Crossfoot holds of the customer is in the record; the store's own data is the merchant's to give."


def _erase_customer(session: Session, store: Store, notice: Delivery) -> str:
    """Names go; a contact that stands in Xero keeps its number, by which the merchant's books know it."""
    customer = str(notice.kept.get("customer_id", ""))
    contacts = session.scalars(_contacts(store, customer)).all()
    orders = [f"gid://shopify/Order/{one}" for one in str(notice.kept.get("order_ids", "")).split(",") if one]
    about_them = update(Delivery).where(
        Delivery.store_id == store.id, Delivery.order_external_id.in_(orders), Delivery.state == DeliveryState.DONE
    )
    detail: dict[str, object] = {
        "customer": customer,
        **_erase_contacts(session, contacts, store),
        "notices": session.execute(about_them.values(kept={}, event_id=None)).rowcount,
        "kept": BOOKS_STAY,
    }
    _record(session, store, "erased a customer", detail)
    return f"The customer was erased here. {BOOKS_STAY}"


def _erase_contacts(session: Session, contacts: Sequence[Contact], store: Store) -> dict[str, object]:
    """Take names and, from those Xero does not have, the customer's number; returns how many, for the record."""
    named = [contact for contact in contacts if contact.name is not None]
    unknown = [contact for contact in contacts if contact.xero_id is None]
    for contact in named:
        contact.name = None
    for contact in unknown:
        contact.key, contact.number = f"erased:{contact.id}", f"{store.prefix}erased-{contact.id}"
    session.flush()
    return {"names": len(named), "contacts": len(unknown)}


def _erase_store(session: Session, store: Store) -> str:
    """Erase what the store was set up with and what was read of it; commits in rounds, and may be done twice."""
    contacts = session.scalars(select(Contact).where(Contact.store_id == store.id)).all()
    detail: dict[str, object] = {**_erase_contacts(session, contacts, store), "kept": BOOKS_STAY}
    of_imports = select(Import.id).where(Import.store_id == store.id)
    session.execute(delete(ImportOrder).where(ImportOrder.import_id.in_(of_imports)))
    for what, row in (
        ("setup drafts", SetupDraft),
        ("ways to Xero", Consent),
        ("holds", Hold),
        ("alerts", Alert),
        ("day sums", DaySales),
        ("imports", Import),
        ("changes of the mapping", DryRun),
        ("taxes and gateways seen", Seen),
    ):
        detail[what] = session.execute(delete(row).where(row.store_id == store.id)).rowcount
    day_totals.forget(session, store.id)
    session.execute(update(Mapping).where(Mapping.store_id == store.id).values(document={}))
    session.execute(update(Skip).where(Skip.store_id == store.id).values(reason=""))
    store.posting, store.notify_address, store.subscriptions = False, None, None
    store.notify_off, store.notify_locale = [], None
    session.commit()

    detail["orders"] = _in_rounds(
        session,
        OrderFacts,
        (OrderFacts.store_id == store.id, or_(OrderFacts.facts.is_not(None), OrderFacts.name.is_not(None))),
        {"facts": None, "hash": None, "name": None, "words": None, "gateways": None},
    )
    detail["notices"] = _in_rounds(
        session,
        Delivery,
        (Delivery.store_id == store.id, Delivery.state == DeliveryState.DONE, Delivery.kept != {}),
        {"kept": {}, "event_id": None},
    )
    try:
        connecting.disconnect(session, store, actor=ACTOR)
    except XeroError as problem:
        log.warning("disconnected here only", store=store.id, why=problem.sentence)
    _record(session, store, "erased the store", detail)
    return f"What Crossfoot held of the store was erased. {BOOKS_STAY}"


def _in_rounds(session: Session, row: type[Row], where: tuple[ColumnElement[bool], ...], values: dict[str, Any]) -> int:
    """Update all rows that fit, a thousand at a time, so that no statement runs into its limit; returns how many."""
    changed = 0
    while True:
        some = select(row.id).where(*where).limit(ERASED_PER_ROUND)
        count = session.execute(update(row).where(row.id.in_(some)).values(values)).rowcount
        session.commit()
        changed += count
        if count < ERASED_PER_ROUND:
            return changed


def _contacts(store: Store, customer: str) -> Select[tuple[Contact]]:
    return select(Contact).where(
        Contact.store_id == store.id, Contact.key == f"{CUSTOMER}gid://shopify/Customer/{customer}"
    )


def _record(session: Session, store: Store, act: str, detail: dict[str, object]) -> None:
    session.add(AuditEntry(store_id=store.id, at=now(), actor=ACTOR, act=act, detail=detail))
