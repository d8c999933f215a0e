"""A shop whose orders of last week are in nobody's books yet, or in those of another app: for tests of the import."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from embedded_app import pipeline
from embedded_app.clock import now
from embedded_app.db import db
from embedded_app.models import Import, ImportState, Organisation, Store
from embedded_app.pipeline import importing
from embedded_app.pipeline.import_rows import open_import
from embedded_app.sandbox.day import CARD, MUG
from embedded_app.sandbox.shopify import OrderHandle
from embedded_app.sandbox.xero import bank_transactions, documents
from embedded_app.sandbox.xero.records import INVOICE
from tests.golden import load_case
from tests.whole.stage import Stage
from tests.whole.test_whole_crashes import killed_at

ACTOR = "Alice"
MOMENTS = ("before_commit", "after_commit")


def sell_last_week(stage: Stage, count: int) -> tuple[date, list[OrderHandle]]:
    """So many paid orders, every tenth of them refunded, told by no webhook; then the books begin a week later.

    Returns the day they were placed on.
    """
    first_day = stage.clock.now().date()
    orders = []
    for place in range(count):
        order = stage.shop.place_order([(MUG, 1 + place % 3)])
        order.pay(CARD)
        if place % 10 == 9:
            order.refund({0: 1})
        orders.append(order)
        stage.clock.advance(1)
    stage.clock.advance(timedelta(days=7).total_seconds())
    start = stage.clock.now().date().isoformat()
    stage.map({**load_case("a_vat_included").mapping, "start_date": start, "before_start": "skip"})
    stage.switch(on=True)
    stage.shop.deliveries.discard()
    return first_day, orders


def begin(stage: Stage, first_day: date) -> None:
    """Begin an import, and go on until it waits for the merchant."""
    with stage.app.app_context():
        importing.begin(db.session(), db.session.get_one(Store, stage.store_id), first_day, actor=ACTOR)
    stage.work_off()


def confirm(stage: Stage, *, leave_out: bool = True) -> None:
    """The merchant's word; nothing is done on it yet."""
    with stage.app.app_context():
        row = open_import(db.session(), stage.store_id)
        assert row is not None
        importing.confirm(
            db.session(), db.session.get_one(Store, stage.store_id), row.id, leave_out=leave_out, actor=ACTOR
        )


def go_on(stage: Stage, *, most: int = 60) -> None:
    """Let time pass and work be done until the import is over."""
    for _ in range(most):
        if the_import(stage).state in (ImportState.DONE, ImportState.STOPPED):
            return
        stage.clock.advance(6)
        stage.work_off()
    raise AssertionError(f"the import is still {the_import(stage).state} after {most} looks")


def the_import(stage: Stage) -> Import:
    """The store's last import, as it stands."""
    with stage.app.app_context():
        row = db.session.query(Import).order_by(Import.id.desc()).first()
        assert row is not None
        db.session.expunge(row)
        return row


def one_step(stage: Stage) -> None:
    """What the import's job does when it is woken."""
    with stage.app.app_context():
        pipeline.import_orders(stage.store_id)


def live_through_kills(stage: Stage, *, at_most: int = 200) -> int:
    """Let the import be killed at one commit after another, and everything else work; returns how often it died."""
    deaths = 0
    for nth in range(at_most):
        if the_import(stage).state in (ImportState.DONE, ImportState.READY):
            return deaths
        with stage.app.app_context(), killed_at(1 + nth // 2 % 6, MOMENTS[nth % 2]) as fate:
            pipeline.import_orders(stage.store_id)
        deaths += fate.struck
        with stage.app.app_context():
            db.session.rollback()
            while pipeline.gather(stage.store_id):
                pass
            pipeline.send(db.session.scalars(select(Organisation.id)).one())
        stage.clock.advance(6)
    raise AssertionError(f"the import is still {the_import(stage).state}")


def invoice_by_another_app(stage: Stage, number: str, *, total: Decimal, day: date, reference: str = "") -> str:
    """An invoice that Crossfoot did not write; returns Xero's id."""
    given = {
        "Type": "ACCREC",
        "Contact": {"ContactID": stage.organisation.contact("Online customers").contact_id},
        "LineItems": [_line(total)],
        "LineAmountTypes": "Inclusive",
        "Date": day.isoformat(),
        "DueDate": day.isoformat(),
        "InvoiceNumber": number,
        "Reference": reference,
        "Status": "AUTHORISED",
    }
    with stage.books.lock, stage.app.app_context():
        return documents.create(stage.organisation, INVOICE, given, unit_places=2, now=now()).document_id


def money_by_another_app(stage: Stage, *, total: Decimal, day: date, reference: str = "") -> str:
    """Money received that Crossfoot did not write; returns Xero's id."""
    given = {
        "Type": "RECEIVE",
        "Contact": {"ContactID": stage.organisation.contact("Online customers").contact_id},
        "BankAccount": {"Code": "090"},
        "LineItems": [_line(total)],
        "LineAmountTypes": "Inclusive",
        "Date": day.isoformat(),
        "Reference": reference,
        "Status": "AUTHORISED",
    }
    with stage.books.lock, stage.app.app_context():
        made = bank_transactions.create(stage.organisation, given, unit_places=2, now=now())
    return made.transaction_id


def _line(total: Decimal) -> dict[str, Any]:
    sale = {"Description": "Sale", "AccountCode": "200", "TaxType": "OUTPUT2"}
    return {**sale, "Quantity": Decimal(1), "UnitAmount": total}
