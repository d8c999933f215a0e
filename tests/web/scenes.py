"""Where tests of pages begin: a shop with orders of several kinds, connected, answered or live; written in the rows."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from embedded_app import onboarding
from embedded_app.accounting.mapping_document import parse_mapping
from embedded_app.clock import now
from embedded_app.db import db
from embedded_app.models import Import, ImportOrder, ImportState, Store
from embedded_app.pipeline import drafts, import_estimate, mapping_versions, organisations, surveying
from embedded_app.pipeline.import_rows import open_import
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


def find_for_import(stage: Stage) -> None:
    """An import waits for the merchant's word; another app has booked one of its two orders."""

    def act(stage: Stage, store: Store) -> None:
        row = Import(
            store_id=store.id, first_day=now().date(), state=ImportState.READY, begun_at=now(), begun_by="Alice"
        )
        row.found, row.looked_at = 2, now()
        db.session.add(row)
        db.session.flush()
        document = {"kind": "invoice", "id": "0", "number": "INV-9", "day": now().date().isoformat(), "total": "9.99"}
        for number, found in (("1", None), ("2", {**document, "currency": "GBP", "why": 2, "same": True})):
            order = ImportOrder(import_id=row.id, external_id=number, name=f"#{number}", number=number, document=found)
            order.placed_at = order.updated_at = now()
            order.currency, order.total, order.paid, order.refunded = "GBP", MUG.price, MUG.price, False
            db.session.add(order)
        db.session.flush()
        import_estimate.keep_ahead(db.session(), row)

    in_app(stage, act)


def pause_import(stage: Stage) -> None:
    """The same import, confirmed and paused."""

    def act(stage: Stage, store: Store) -> None:
        row = open_import(db.session(), store.id)
        assert row is not None
        row.state = ImportState.PAUSED

    in_app(stage, act)


def change_mapping(stage: Stage) -> None:
    """A change of the mapping with product rules is prepared, and its dry run is done."""
    in_app(stage, _change_mapping)
    stage.work_off()


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


def _change_mapping(stage: Stage, store: Store) -> None:
    rules = [{"when": {"vendor": vendor}, "account": "260"} for vendor in ("Penguin", "Own", "Other")]
    changed = {**_mapping(stage), "rules": rules, "tracking": [["Channel", "Online store"]]}
    changed["accounts"] = {**changed["accounts"], "shipping": "200"}
    mapping_versions.change_fields(db.session(), store, "rules", changed, version=0, actor="Alice")
    mapping_versions.run(db.session(), store, version=1)


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
