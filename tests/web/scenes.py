"""Where tests of pages begin: a shop with orders of several kinds, connected, answered or live; written in the rows."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from embedded_app import onboarding
from embedded_app.accounting.mapping_document import parse_mapping
from embedded_app.clock import now
from embedded_app.db import db
from embedded_app.models import Store
from embedded_app.pipeline import drafts, organisations, surveying
from embedded_app.sandbox.shopify import Product
from embedded_app.sandbox.shopify.shop import Shop
from tests.golden import load_case
from tests.whole.stage import Stage, connect_xero

MUG = Product(title="Mug", price=Decimal("9.99"))
START = "2026-01-01"
ORDERS = 5


def sell(shop: Shop) -> None:
    """Orders by card and PayPal, one refunded in part, one unpaid."""
    for gateway in ("shopify_payments", "paypal", "shopify_payments"):
        shop.place_order([(MUG, 2)], shipping=Decimal("4.95")).pay(gateway)
    refunded = shop.place_order([(MUG, 3)])
    refunded.pay("paypal")
    refunded.refund({0: 1})
    shop.place_order([(MUG, 1)])


def connect(stage: Stage) -> None:
    """Connect Xero and read the last orders; the app must have been opened once."""
    in_app(stage, _connect)
    read_orders(stage)


def answer(stage: Stage) -> None:
    """Give every step of Setup its answers; posting stays off."""
    in_app(stage, _answer)


def switch_on(stage: Stage) -> None:
    """Switch posting on, and let the orders be posted."""
    in_app(stage, _switch_on)
    stage.work_off()


def pay_by_unknown_gateway(stage: Stage) -> None:
    """One more order, which is held."""
    stage.shop.place_order([(MUG, 1)]).pay("klarna")
    read_orders(stage)


def pause(stage: Stage) -> None:
    """Xero was disconnected at Xero."""

    def act(stage: Stage, store: Store) -> None:
        assert store.organisation is not None
        store.organisation.paused = "Xero no longer lets Crossfoot in: connect it again."

    in_app(stage, act)


def read_orders(stage: Stage) -> None:
    """Read what is new in the store, and post it where posting is on."""
    in_app(stage, lambda _, store: surveying.read_last_orders(db.session(), store))
    stage.work_off()


def in_app(stage: Stage, act: Callable[[Stage, Store], Any]) -> Any:
    """Do something with the store's row, and commit."""
    with stage.app.app_context():
        found = act(stage, db.session.get_one(Store, stage.store_id))
        db.session.commit()
        return found


def _connect(stage: Stage, store: Store) -> None:
    stage.books.identity.connect(stage.user_id, stage.organisation.tenant_id, now=now())
    row = connect_xero(stage.books, stage.organisation, stage.user_id, now=now())
    store.organisation_id = row.id
    db.session.commit()
    organisations.read(db.session(), row)


def _mapping(stage: Stage) -> dict[str, Any]:
    contact = stage.organisation.contact("Online customers").contact_id
    return {**load_case("a_vat_included").mapping, "contact": contact, "start_date": START, "before_start": "skip"}


def _answer(stage: Stage, store: Store) -> None:
    for step, answers in drafts.answers_of(parse_mapping(_mapping(stage), 1)).items():
        version = drafts.draft_of(db.session(), store)[1]
        drafts.keep_answers(db.session(), store, step, answers, version=version, now=now())


def _switch_on(stage: Stage, store: Store) -> None:
    onboarding.save_mapping(db.session(), store, _mapping(stage), author="Alice", now=now())
    onboarding.switch_posting(db.session(), store, on=True, actor="Alice", now=now())
