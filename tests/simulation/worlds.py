"""A world: stores, organisations and the program between them, in one process, under one clock, without sockets."""

from __future__ import annotations

import random
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import requests
from flask import Flask

from embedded_app import models, onboarding
from embedded_app.clock import EXTENSION, SetClock
from embedded_app.db import db
from embedded_app.sandbox.shopify.ledger import StoredOrder
from embedded_app.sandbox.shopify.markets import Market
from embedded_app.sandbox.shopify.shop import Shop
from embedded_app.sandbox.shopify.story import Story
from embedded_app.sandbox.shopify.world import App
from embedded_app.sandbox.shopify.world import World as Stores
from embedded_app.sandbox.xero.books import Books
from embedded_app.sandbox.xero.organisation import Organisation
from tests.clocks import OurClock
from tests.simulation import places
from tests.simulation.before import sell_before
from tests.simulation.calls import calling
from tests.simulation.places import PLACES, Place
from tests.simulation.platforms import platforms
from tests.simulation.scripts import Script, ShopPlan
from tests.simulation.seams import Seams, dying_unheard
from tests.simulation.wires import Line, WsgiAdapter, sessions

SHOPIFY, XERO, CROSSFOOT = "shopify.example", "xero.example", "crossfoot.example"
CONTACT = "Online customers"
ACCESS_LIFE, REFRESH_LIFE = timedelta(minutes=30), timedelta(days=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Late:
    """A call whose caller has given it up, and which is carried out at that moment."""

    due_at: datetime
    request: requests.PreparedRequest


@dataclass(slots=True, kw_only=True)
class Store:
    """One store of the world. stories: its orders' lives, by the names the script gives them. deleted: its orders that
    its merchant deleted. before: the day of each order that is older than the installation, by id."""

    plan: ShopPlan
    place: Place
    shop: Shop
    organisation: Organisation
    store_id: int
    user_id: str
    stories: dict[str, Story] = field(default_factory=dict)
    deleted: list[StoredOrder] = field(default_factory=list)
    before: dict[str, date] = field(default_factory=dict)

    @property
    def market(self) -> Market:
        """Where it sells."""
        return self.place.market


@dataclass(slots=True, kw_only=True)
class World:
    """Everything that a script plays in.

    clock: the true time, which the platforms go by; our_clock: the program's. running: the jobs that are being worked
    on, by task and key. late: calls that are yet to be carried out. touched: what people changed in Xero by hand.
    locks: the lock dates there ever were, by tenant. worked_at: when jobs were last worked on. unseen: orders that
    only the nightly look back finds: changed in the very second in which they may have been read, or denied meanwhile.
    """

    app: Flask
    clock: SetClock
    our_clock: OurClock
    stores_world: Stores
    books: Books
    seams: Seams
    lines: dict[str, Line]
    stores: dict[str, Store] = field(default_factory=dict)
    last_tick: datetime
    running: list[tuple[str, int]] = field(default_factory=list)
    late: list[Late] = field(default_factory=list)
    touched: list[Any] = field(default_factory=list)
    locks: dict[str, list[date]] = field(default_factory=dict)
    worked_at: datetime | None = None
    unseen: set[str] = field(default_factory=set)

    @property
    def http(self) -> requests.Session:
        """How the store's platform reaches the app."""
        session = requests.Session()
        session.trust_env = False
        session.mount("https://", WsgiAdapter(self.lines))
        return session

    def advance(self, seconds: float) -> None:
        """Let time go by; what lands late lands at its moment."""
        until = self.clock.now() + timedelta(seconds=seconds)
        for late in sorted(self.late, key=lambda one: one.due_at):
            if late.due_at <= until:
                self.late.remove(late)
                self.clock.advance(max((late.due_at - self.clock.now()).total_seconds(), 0))
                self._land(late.request)
        self.clock.advance(max((until - self.clock.now()).total_seconds(), 0))

    def _land(self, request: requests.PreparedRequest) -> None:
        """Carry a call out that nobody waits for any more."""
        quiet = {host: Line(line.application) for host, line in self.lines.items()}
        with suppress(requests.ConnectionError):
            WsgiAdapter(quiet).send(request)

    def organisations(self) -> dict[str, Organisation]:
        """The organisations of the world's stores, by tenant."""
        return {one.organisation.tenant_id: one.organisation for one in self.stores.values()}

    def map(self, store: Store, variant: int) -> None:
        """Save a mapping of the store, as its merchant does."""
        document = places.mapping(store.place, store.organisation.contact(CONTACT).contact_id, variant)
        with self.app.app_context():
            row = db.session.get_one(models.Store, store.store_id)
            onboarding.save_mapping(db.session, row, document, author="Alice", now=self.clock.now())
            db.session.commit()

    def switch(self, store: Store, *, on: bool) -> None:
        """Switch the store's posting on or off, as its merchant does."""
        with self.app.app_context():
            row = db.session.get_one(models.Store, store.store_id)
            onboarding.switch_posting(db.session, row, on=on, actor="Alice", now=self.clock.now())
            db.session.commit()


def open_world(app: Flask, script: Script) -> World:
    """The script's stores and organisations, connected, mapped and switched on; nothing has happened in them yet.

    The app's database is empty. Its clock and its way out are this world's from now on.
    """
    clock = SetClock(datetime.fromisoformat(script.starts_at))
    config = app.extensions["crossfoot.config"]
    known = App(client_id=config.shopify_api_key, client_secret=config.shopify_api_secret)
    stores = Stores(clock=clock, app=known, limits=False, seed=script.seed)
    books = Books(clock, seed=script.seed)
    books.identity.client_id, books.identity.client_secret = config.xero_client_id, config.xero_client_secret
    seams = Seams()
    their_stores, their_xero = platforms(stores, books)
    lines = {
        SHOPIFY: Line(their_stores, calling(seams, "store", stores.faults.struck)),
        XERO: Line(their_xero, calling(seams, "Xero", books.faults.struck)),
        CROSSFOOT: Line(app, dying_unheard),
    }
    world = World(
        app=app,
        clock=clock,
        our_clock=OurClock(clock),
        stores_world=stores,
        books=books,
        seams=seams,
        lines=lines,
        last_tick=clock.now(),
    )
    stores.faults.sleep = books.faults.sleep = world.advance
    app.extensions[EXTENSION], app.extensions["crossfoot.http"] = world.our_clock, sessions(lines)
    organisations: dict[int, tuple[Organisation, str]] = {}
    for plan in script.shops:
        _open_store(world, plan, organisations, is_shared=script.seed % 2 == 1)
    # What happens in the very second of switching on may count as before it.
    clock.advance(1)
    return world


def _open_store(
    world: World, plan: ShopPlan, organisations: dict[int, tuple[Organisation, str]], *, is_shared: bool
) -> None:
    place, books = PLACES[plan.place], world.books
    if plan.organisation not in organisations:
        # In every second world one accountant has connected all organisations, and all share that person's tokens.
        others = [user for _, user in organisations.values()] if is_shared else []
        user_id = others[0] if others else books.new_id()
        company = replace(place.company, name=f"{place.company.name} {plan.organisation}")
        organisations[plan.organisation] = books.open_organisation(company, user_id), user_id
    organisation, user_id = organisations[plan.organisation]
    shop = world.stores_world.shop(
        plan.domain,
        currency=place.market.currency,
        timezone=place.market.timezone,
        taxes_included=place.market.taxes_included,
    )
    older = sell_before(shop, place.market, world.clock, random.Random(plan.prefix), plan.before)
    tokens = shop.issue_tokens()
    with world.app.app_context():
        row = connect_xero(world, organisation, user_id)
        store = onboarding.add_store(
            db.session, channel="shopify", external_id=shop.domain, prefix=plan.prefix, now=world.clock.now()
        )
        store.organisation_id = row.id
        onboarding.keep_store_tokens(
            db.session,
            store,
            access_token=tokens.access,
            refresh_token=tokens.refresh,
            access_expires_at=tokens.access_expires_at,
            refresh_expires_at=tokens.refresh_expires_at,
        )
        db.session.commit()
        store_id = store.id
    opened = Store(plan=plan, place=place, shop=shop, organisation=organisation, store_id=store_id, user_id=user_id)
    world.stores[plan.name] = opened
    zone = ZoneInfo(place.market.timezone)
    for number, story in enumerate(older, start=1):
        opened.stories[f"{plan.name} before {number}"] = story
        opened.before[story.handle.id] = story.handle.order.created_at.astimezone(zone).date()
    world.map(opened, 0)
    world.switch(opened, on=True)


def connect_xero(world: World, organisation: Organisation, user_id: str) -> models.Organisation:
    """Let a Xero user connect the organisation (again), as the consent screen and Setup do; the caller commits."""
    books, now = world.books, world.clock.now()
    connected = {one.tenant_id for one in books.identity.connections_of(user_id)}
    if organisation.tenant_id not in connected:
        books.identity.connect(user_id, organisation.tenant_id, now)
    access, refresh = books.issue_tokens(user_id)
    grant = onboarding.keep_xero_tokens(
        db.session,
        xero_user_id=user_id,
        access_token=access,
        refresh_token=refresh,
        access_expires_at=now + ACCESS_LIFE,
        refresh_expires_at=now + REFRESH_LIFE,
    )
    row = onboarding.add_organisation(
        db.session, tenant_id=organisation.tenant_id, grant=grant, base_currency=organisation.base_currency
    )
    db.session.flush()
    return row
