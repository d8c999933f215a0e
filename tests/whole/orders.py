"""Plain paid orders, as many as a test wants, and the books they must make."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from embedded_app.sandbox.day import CARD, MUG, store_totals
from embedded_app.sandbox.shopify import OrderHandle
from tests.whole.stage import Stage


def place(stage: Stage, count: int = 1) -> list[OrderHandle]:
    """So many orders of one mug, each paid by card; their webhooks are owed."""
    handles = [stage.shop.place_order([(MUG, 1)]) for _ in range(count)]
    for handle in handles:
        handle.pay(CARD)
    return handles


def later(stage: Stage, **duration: int) -> None:
    """Let time pass, then do what is owed."""
    stage.clock.advance(timedelta(**duration).total_seconds())
    stage.work_off()


def assert_the_books_are_equal(stage: Stage) -> None:
    """All that the store sold and took stands in Xero, each document once, and nothing is owed or held."""
    totals = store_totals(stage.shop)["GBP"]
    standing = [one for one in stage.organisation.documents() if one.status in ("AUTHORISED", "PAID")]
    payments = [one for one in stage.organisation.payments() if one.status == "AUTHORISED"]
    assert stage.held() == []
    assert stage.unposted() == 0
    assert sum((one.kind.sign * one.total for one in standing), Decimal(0)) == totals["sales"]
    assert sum((one.document.kind.sign * one.amount for one in payments), Decimal(0)) == totals["tenders"]
    assert len(standing) == len({one.number for one in standing}) == len(stage.organisation.documents())
