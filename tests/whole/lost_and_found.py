"""What the tests of the Shopify side share: a shop that sells mugs, lost webhooks, time passing, books that agree."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import select

from embedded_app import pipeline
from embedded_app.db import db
from embedded_app.models import Delivery, DeliveryState, Store
from embedded_app.sandbox.shopify import OrderHandle, Product
from embedded_app.sandbox.shopify.totals import store_totals
from tests.whole.stage import Stage

MUG = Product(title="Mug", price=Decimal("9.99"))
GATEWAY = "shopify_payments"


def sell(stage: Stage, *, lost: bool = False) -> OrderHandle:
    """A mug is sold and paid for; its webhooks are delivered, or lost."""
    order = stage.shop.place_order([(MUG, 1)])
    order.pay(GATEWAY)
    tell(stage, lost=lost)
    return order


def tell(stage: Stage, *, lost: bool = False) -> None:
    """Deliver the webhooks that are owed, or lose them on the way."""
    if lost:
        stage.shop.deliveries.discard()
    else:
        stage.deliver()


def pass_time(stage: Stage, *, seconds: float = 0, minutes: float = 0, hours: float = 0) -> None:
    """Let time pass and do what is owed by then."""
    stage.clock.advance(seconds + 60 * minutes + 3600 * hours)
    stage.work_off()


def catch_up(stage: Stage) -> None:
    """Let the moment come at which stores are asked what changed, and do what follows."""
    with stage.app.app_context():
        pipeline.wake_catch_up()
    stage.work_off()


def hour(stage: Stage) -> None:
    """Let the full hour come, and do what follows."""
    with stage.app.app_context():
        pipeline.hourly()
    stage.work_off()


def is_equal(stage: Stage) -> bool:
    """Whether Xero has exactly the store's sales and money, nothing is owed and nothing is held."""
    totals = store_totals(stage.shop)["GBP"]
    standing = [one for one in stage.organisation.documents() if one.status in ("AUTHORISED", "PAID")]
    paid = [one for one in stage.organisation.payments() if one.status == "AUTHORISED"]
    sales = sum((one.kind.sign * one.total for one in standing), Decimal(0))
    money = sum((one.document.kind.sign * one.amount for one in paid), Decimal(0))
    return (sales, money, stage.unposted(), stage.held()) == (totals["sales"], totals["tenders"], 0, [])


def told_by(stage: Stage, topic: str) -> list[Delivery]:
    """The deliveries of a topic, oldest first."""
    with stage.app.app_context():
        wanted = select(Delivery).where(Delivery.store_id == stage.store_id, Delivery.topic == topic)
        return list(db.session.scalars(wanted.order_by(Delivery.id)))


def open_deliveries(stage: Stage) -> int:
    """How many deliveries have not been taken in yet."""
    with stage.app.app_context():
        wanted = select(Delivery.id).where(Delivery.store_id == stage.store_id, Delivery.state == DeliveryState.OPEN)
        return len(db.session.scalars(wanted).all())


def store_row(stage: Stage) -> Store:
    """The store's row, as it is now."""
    with stage.app.app_context():
        row = db.session.get_one(Store, stage.store_id)
        db.session.expunge(row)
        return row
