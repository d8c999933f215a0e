"""What merchants and their accountants do: mappings, the switch, Xero connected anew; lock dates and edits by hand."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from embedded_app import models
from embedded_app.channels import ChannelError
from embedded_app.db import db
from embedded_app.pipeline import connecting, installing
from embedded_app.sandbox.shopify.entries import number_of
from embedded_app.sandbox.shopify.id_tokens import id_token
from embedded_app.sandbox.xero.organisation import Organisation
from embedded_app.sandbox.xero.records import Document, Payment
from embedded_app.xero.errors import XeroError
from tests.simulation.worlds import Store, World, connect_xero

REPRICED_BY = Decimal(1)


@dataclass(slots=True, kw_only=True)
class Touched:
    """Something of ours that a person changed in Xero: what it was like then is what it must be like for ever.

    number: of the document it is, or is on. tender: of the payment that was removed. what: they did, as in EDITS.
    """

    organisation: Organisation
    number: str
    record: Document | Payment
    as_left: dict[str, Any]
    tender: str | None = None
    what: str = ""

    def changed(self) -> list[str]:
        """What somebody changed since."""
        return [name for name, value in self.as_left.items() if getattr(self.record, name) != value]


def change_mapping(world: World, *, shop: str, variant: int) -> None:
    """The merchant saves another mapping."""
    world.map(world.stores[shop], variant)


def switch(world: World, *, shop: str, on: bool) -> None:
    """The merchant switches posting on or off."""
    world.switch(world.stores[shop], on=on)


def disconnect(world: World, *, shop: str) -> None:
    """Somebody clicks Disconnect in Xero, under Connected apps."""
    store, identity = world.stores[shop], world.books.identity
    for connection in identity.connections_of(store.user_id):
        if connection.tenant_id == store.organisation.tenant_id:
            del identity.connections[connection.connection_id]
            world.seams.met["disconnected", "Xero"] += 1


def reconnect(world: World, *, shop: str) -> None:
    """The merchant connects Xero again."""
    store = world.stores[shop]
    with world.app.app_context():
        connect_xero(world, store.organisation, store.user_id)
        db.session.commit()


def delete_order(world: World, *, shop: str, order: str) -> None:
    """The merchant deletes an order in the store."""
    store = world.stores[shop]
    story = store.stories.pop(order, None)
    if story is None:
        return
    store.deleted.append(story.handle.order)
    store.shop.delete_order(story.handle.id)
    store.shop.deliveries.queue([("orders/delete", {"id": number_of(story.handle.id)})])
    world.seams.met["order deleted", "store"] += 1


def disconnect_here(world: World, *, shop: str) -> None:
    """The merchant clicks Disconnect in Crossfoot."""
    store = world.stores[shop]
    with world.app.app_context():
        row = db.session.get_one(models.Store, store.store_id)
        with suppress(XeroError):
            connecting.disconnect(db.session(), row, actor="Alice")
    world.seams.met["disconnected in the app", "Xero"] += 1


# More than any fault of the store lasts.
MOST_TRIES = 6


def uninstall(world: World, *, shop: str) -> None:
    """The merchant uninstalls the app; the store says so in its last webhook."""
    store = world.stores[shop]
    if store.shop.installation.installed:
        store.shop.installation.uninstall()
        world.seams.met["uninstalled", "store"] += 1


def reinstall(world: World, *, shop: str) -> None:
    """The merchant installs the app again and opens it."""
    store = world.stores[shop]
    if not store.shop.installation.installed:
        store.shop.installation.install()
        open_app(world, store)


def open_app(world: World, store: Store) -> None:
    """The merchant opens the app where it has no tokens; where that fails the page says so, and is opened again."""
    for _ in range(MOST_TRIES):
        try:
            _open(world, store)
        except ChannelError as problem:
            failed = problem
        else:
            return
    raise failed


def _open(world: World, store: Store) -> None:
    known = world.stores_world.app
    token = id_token(
        store.shop.domain,
        client_id=known.client_id,
        secret=known.client_secret,
        user_id="90210",
        token_id=world.stores_world.uuid(),
        now=world.clock.now(),
    )
    with world.app.app_context():
        installing.install(db.session(), store.shop.domain, token, user_id="90210")


def lock(world: World, *, shop: str, days: int | None) -> None:
    """The accountant closes the books until so many days ago, or opens them again."""
    store = world.stores[shop]
    today = world.clock.now().astimezone(ZoneInfo(store.market.timezone)).date()
    store.organisation.period_lock = None if days is None else today - timedelta(days=days)
    if store.organisation.period_lock is not None:
        world.locks.setdefault(store.organisation.tenant_id, []).append(store.organisation.period_lock)
    world.seams.met["lock date moved", "Xero"] += 1


def edit(world: World, *, shop: str, what: str, seed: int) -> None:
    """The accountant changes something of ours in Xero by hand."""
    store, draw = world.stores[shop], random.Random(seed)
    done = EDITS[what](world, store, draw)
    if done is not None:
        done.what = what
        for one in world.touched:
            if one.record is done.record:  # What was left then is now as it is left here.
                one.as_left = {name: value for name, value in one.as_left.items() if name not in done.as_left}
        world.touched.append(done)
        world.seams.met[f"by hand: {what}", "Xero"] += 1


def _void(world: World, store: Store, draw: random.Random) -> Touched | None:
    standing = [
        one
        for one in store.organisation.documents()
        if one.status == "AUTHORISED" and not one.paid and not one.allocated and not store.organisation.locked(one.day)
    ]
    if not standing:
        return None
    document = draw.choice(standing)
    document.status, document.updated_at = "VOIDED", world.clock.now()
    return _touched(store, document, status="VOIDED")


def _rename(world: World, store: Store, draw: random.Random) -> Touched | None:
    standing = [one for one in store.organisation.documents() if one.status in ("AUTHORISED", "PAID")]
    if not standing:
        return None
    document = draw.choice(standing)
    document.reference, document.updated_at = f"{document.reference} seen by hand", world.clock.now()
    return _touched(store, document, reference=document.reference)


def _reprice(world: World, store: Store, draw: random.Random) -> Touched | None:
    unpaid = [
        one for one in store.organisation.documents() if one.status == "AUTHORISED" and not one.paid and one.total > 2
    ]
    unpaid = [one for one in unpaid if not one.allocated]
    if not unpaid:
        return None
    document = draw.choice(unpaid)
    first, *rest = document.lines
    document.lines = (replace(first, line_amount=first.line_amount - REPRICED_BY), *rest)
    document.updated_at = world.clock.now()
    return _touched(store, document, lines=document.lines)


def _remove_payment(world: World, store: Store, draw: random.Random) -> Touched | None:
    standing = [one for one in store.organisation.payments() if not one.deleted]
    standing = [one for one in standing if not store.organisation.locked(one.day)]
    if not standing:
        return None
    payment = draw.choice(standing)
    payment.status, payment.updated_at = "DELETED", world.clock.now()
    payment.document.settle_status(world.clock.now())
    number, tender = payment.reference.split(" ")[:2]
    return Touched(
        organisation=store.organisation,
        number=number,
        record=payment,
        as_left={"status": "DELETED"},
        tender=tender,
    )


def _touched(store: Store, document: Document, **as_left: Any) -> Touched:
    return Touched(organisation=store.organisation, number=document.number, record=document, as_left=as_left)


EDITS: dict[str, Callable[[World, Store, random.Random], Touched | None]] = {
    "void": _void,
    "rename": _rename,
    "reprice": _reprice,
    "remove payment": _remove_payment,
}
BY_PEOPLE: dict[str, Callable[..., None]] = {
    "mapping": change_mapping,
    "switch": switch,
    "disconnect": disconnect,
    "reconnect": reconnect,
    "delete order": delete_order,
    "disconnect here": disconnect_here,
    "uninstall": uninstall,
    "reinstall": reinstall,
    "lock": lock,
    "edit": edit,
}
