"""After a script: nothing fails any more, and the program is given the time it needs to bring its books in order."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import func, or_, select

from embedded_app import inbox, models, pipeline
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
)
from tests.simulation.checking import check_orders
from tests.simulation.imports import wanted
from tests.simulation.merchants import open_app, reconnect, reinstall
from tests.simulation.seams import LEFT_ALONE
from tests.simulation.working import tick, work
from tests.simulation.worlds import Store, World

# A look-up waits six minutes, an organisation that refused everything an hour, and every night what the last 30 days
# brought is looked at again.
SOON, LOOKED_UP, A_NIGHT = 61, 420, 26 * 3600
MOST_HOPS = 80
MOST_RETRIES = 2
# What takes a person's access at Xero away, and so is a true reason to ask for it again.
ACCESS_LOST = (
    "disconnected",
    "disconnected in the app",
    "Xero: disconnected",
    "Xero: invalid_grant",
    "Xero: unauthorized",
)
# A refresh that was not heard of; Xero takes the old token for half an hour more, so this is one where nobody worked.
TOKEN_CALL, UNHEARD = "POST connect/token", ("crash after_call", "crash before_commit")
AFTER_RETRY = (60, 420)
MORE = (420, 420, 3700, 420, 420, 25 * 3600, 420, 420, 3700, 420)


class NotSettled(AssertionError):
    """Something is still owed long after everything works again."""


def settle(world: World, seed: int) -> None:
    """Stop all faults, and let the program work until it owes nothing; then let the merchant retry what is held."""
    draw = random.Random(seed)
    _stop_faults(world)
    for store in world.stores.values():
        reinstall(world, shop=store.plan.name)
        if not _is_connected(world, store):
            reconnect(world, shop=store.plan.name)
        world.switch(store, on=True)
    _hop(world, draw, SOON)
    _open_where_the_store_seemed_gone(world)
    _reconnect_where_access_was_taken(world)
    _hop(world, draw, LOOKED_UP)
    _finish_imports(world, draw)
    if not owed(world) and not _paused(world):
        check_orders(world)  # before the nightly look back: webhooks and catch-up alone must do
    _wait(world, draw, (A_NIGHT,))
    # What is refused for one reason and then for another is retried once for each.
    for _ in range(MOST_RETRIES):
        if sum(_retry(world, store.store_id) for store in world.stores.values()):
            _wait(world, draw, AFTER_RETRY)
    if _paused(world):
        raise NotSettled(f"nothing stands in the way, and yet a person is asked to act for {_paused(world)}")


def _stop_faults(world: World) -> None:
    world.seams.armed = []
    world.books.faults.clear()
    world.stores_world.faults.clear()
    world.our_clock.offset = timedelta()
    for store in world.stores.values():
        # What was not delivered yet never will be: the catch-up has to find it.
        store.shop.deliveries.discard()
        store.shop.denied_orders.clear()
        store.shop.index_lag = timedelta()


def _finish_imports(world: World, draw: random.Random) -> None:
    """Let the merchants' imports come to their end."""
    for _ in range(MOST_HOPS):
        if not sum(wanted(world, store) for store in world.stores.values()):
            return
        _hop(world, draw, SOON)
    raise NotSettled("an import does not come to its end")


def _is_connected(world: World, store: Store) -> bool:
    connected = world.books.identity.connections_of(store.user_id)
    return store.organisation.tenant_id in {one.tenant_id for one in connected}


def _open_where_the_store_seemed_gone(world: World) -> None:
    """The merchant opens the app, as it asks, where a store that refused us had it believe that it was uninstalled.

    That takes a notice of an uninstallation which came late, after the app was there again.
    """
    met = {kind for kind, _ in world.seams.met}
    if not {"uninstalled", "store: refused"} <= met:
        return
    for store in world.stores.values():
        with world.app.app_context():
            is_gone = db.session.get_one(models.Store, store.store_id).uninstalled_at is not None
        if is_gone:
            open_app(world, store)


def _reconnect_where_access_was_taken(world: World) -> None:
    """The merchant connects again where the program asks for it and something has really taken its access away."""
    met = world.seams.met
    taken = any(kind in ACCESS_LOST for kind, _ in met)
    unheard = any(kind in UNHEARD or state.endswith(TOKEN_CALL) for kind, state in met)
    if not taken and not (unheard and LEFT_ALONE in met):
        return
    for store in world.stores.values():
        if store.organisation.tenant_id in _paused(world):
            reconnect(world, shop=store.plan.name)


def _paused(world: World) -> set[str]:
    """The organisations that the program does not post to until somebody acts, and the stores that it does not read."""
    organisations = select(Organisation.tenant_id).outerjoin(Grant, Organisation.grant_id == Grant.id)
    organisations = organisations.where(or_(Organisation.paused.is_not(None), Grant.revoked.is_not(None)))
    with world.app.app_context():
        stores = select(models.Store.external_id).where(models.Store.paused.is_not(None))
        return {*db.session.scalars(organisations), *db.session.scalars(stores)}


def _retry(world: World, store_id: int) -> int:
    """The merchant retries what is held; returns how much that was."""
    with world.app.app_context():
        row = db.session.get_one(models.Store, store_id)
        return pipeline.retry_held(db.session, row, actor="Alice")


def _wait(world: World, draw: random.Random, hops: Sequence[float]) -> None:
    for seconds in hops:
        _hop(world, draw, seconds)
    for seconds in MORE:
        if not owed(world):
            return
        _hop(world, draw, seconds)
    if owed(world):
        raise NotSettled(f"still owed when all was quiet: {owed(world)}")


def _hop(world: World, draw: random.Random, seconds: float) -> None:
    world.advance(seconds)
    tick(world)
    # Sixty calls a minute: what could not be made then is made in the next ones.
    for _ in range(5):
        if not work(world, draw) or not owed(world):
            return
        world.advance(61)
        tick(world)


def owed(world: World) -> dict[str, int]:
    """What the program has still to do, by kind; what waits for something that is held is not owed."""
    open_deliveries = Delivery.state == DeliveryState.OPEN, Delivery.topic.not_in(inbox.NOTICES)
    kinds = {
        "deliveries": select(func.count()).select_from(Delivery).where(*open_deliveries),
        "writes": select(func.count()).where(Dispatch.state.in_([DispatchState.READY, DispatchState.SENDING])),
        "calls": select(func.count()).where(Batch.state != BatchState.CLOSED),
    }
    with world.app.app_context():
        counts = db.session.execute(select(*(each.scalar_subquery() for each in kinds.values()))).one()
    return {kind: count for kind, count in zip(kinds, counts, strict=True) if count}
