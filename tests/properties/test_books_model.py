"""The books model refuses what Xero refuses, and reckons as Xero does; without that the other tests say nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from embedded_app.accounting.documents import Document, DocumentKind, DocumentLine, Settlement, SettlementKind
from embedded_app.sandbox.shopify.markets import MARKETS
from tests.books_lines import Refused
from tests.books_model import BooksModel
from tests.properties.organisations import chart_of

DAY = date(2026, 11, 23)
LINE = DocumentLine(
    description="Mug",
    quantity=Decimal(1),
    unit_amount=Decimal("9.99"),
    gross=Decimal("9.99"),
    account="200",
    tax_type="TAX0.2",
    tax=Decimal("1.66"),
    tax_amount=None,
    tax_key="VAT 20 % · GB · product",
    sources=("1",),
    rule="",
)


def document(role: str = "placed", kind: DocumentKind = DocumentKind.INVOICE, **changes: Any) -> Document:
    """A document of 9.99 with 1.66 of tax."""
    one = Document(
        role=role,
        kind=kind,
        number=f"SH-{role}",
        generation=1,
        date=DAY,
        due_date=DAY,
        event_day=DAY,
        contact="Shopify customers",
        currency="GBP",
        reference=role,
        lines=(LINE,),
        total=Decimal("9.99"),
        total_tax=Decimal("1.66"),
    )
    return replace(one, **changes)


def with_line(**changes: Any) -> Document:
    """An invoice with one line that differs from the usual one."""
    return document(lines=(replace(LINE, **changes),))


def settled(kind: SettlementKind, role: str, amount: str = "9.99", **changes: Any) -> Settlement:
    """A settlement of that day on the card clearing account."""
    account = "091" if kind in (SettlementKind.PAYMENT, SettlementKind.REFUND) else None
    one = Settlement(kind=kind, role=role, amount=Decimal(amount), date=DAY, reference=f"{kind} {role}")
    return replace(one, account=account, **changes)


def books(*documents: Document) -> BooksModel:
    """British books with these documents of one order."""
    model = BooksModel(chart_of(MARKETS["GB"]))
    for one in documents:
        model.post("order", one)
    return model


CREDIT_NOTE = document("R1", DocumentKind.CREDIT_NOTE)
VOID = document("V1", DocumentKind.VOID, number="SH-placed", lines=(), reverses="placed")
PAID = settled(SettlementKind.PAYMENT, "placed")
REFUNDED = settled(SettlementKind.REFUND, "R1")
ALLOCATED = settled(SettlementKind.ALLOCATION, "R1", to_role="placed")
REMOVED = settled(SettlementKind.ALLOCATION_REMOVAL, "R1", to_role="placed")


def test_it_books_an_invoice_and_its_payment_as_any_textbook_does() -> None:
    model = books(document())

    model.settle("order", PAID)

    assert model.balances() == {"200": Decimal("-8.33"), "820": Decimal("-1.66"), "091": Decimal("9.99")}
    assert (model.taxes(), model.open_amounts()) == ({"TAX0.2": Decimal("1.66")}, {})


def test_it_tells_where_xero_would_reckon_another_tax() -> None:
    assert books(document(total_tax=Decimal("1.67"))).differences == [
        "SH-placed: 9.99 / 1.67 was said, Xero says 9.99 / 1.66"
    ]


def test_it_takes_back_what_a_void_takes_back() -> None:
    assert books(document(), VOID).balances() == {}


def test_it_gives_back_what_an_allocation_took() -> None:
    model = books(document(), CREDIT_NOTE)
    for settlement in (ALLOCATED, REMOVED, replace(ALLOCATED, ordinal=2)):
        model.settle("order", settlement)

    assert (model.open_amounts(), model.balances()) == ({}, {})


def test_it_books_what_the_rate_of_the_day_made_of_a_payment_as_a_gain() -> None:
    model = books(document(currency="EUR", rate=Decimal("1.25")))

    model.settle("order", replace(PAID, bank_amount=Decimal("8.00")))

    assert (model.accounts["499"], model.accounts["610"]) == (Decimal("-0.01"), Decimal(0))


@pytest.mark.parametrize(
    "wrong",
    [
        with_line(account="091"),
        with_line(account="610"),
        with_line(account="999"),
        with_line(account="405"),
        with_line(tax_type="TAX0.17"),
        with_line(tax_amount=Decimal("10.00")),
        with_line(tax_amount=Decimal("-0.01")),
        with_line(unit_amount=Decimal("9.99001")),
        with_line(unit_amount=Decimal("-9.99")),
        with_line(description="x" * 4001),
        with_line(tracking=(("Region", "Nowhere"),)),
        document(currency="USD"),
        document(rate=Decimal("1.1")),
        document(due_date=date(2026, 11, 22)),
        document("O1", DocumentKind.OVERPAYMENT, account="815"),
        document("M1", DocumentKind.SPEND_MONEY, account="815"),
        document("M1", DocumentKind.JOURNAL),
    ],
    ids=str,
)
def test_it_refuses_a_document_that_xero_refuses(wrong: Document) -> None:
    with pytest.raises(Refused):
        books(wrong)


@pytest.mark.parametrize(
    ("settlements", "last"),
    [
        ([], settled(SettlementKind.PAYMENT, "placed", "10.00")),
        ([PAID], settled(SettlementKind.PAYMENT, "placed", "0.01", reference="again")),
        ([], replace(PAID, account="200")),
        ([], replace(PAID, date=date(2026, 11, 22))),
        ([], settled(SettlementKind.REFUND, "placed")),
        ([], settled(SettlementKind.PAYMENT, "E1")),
        ([REFUNDED], ALLOCATED),
        ([PAID], ALLOCATED),
        ([ALLOCATED], PAID),
        ([], REMOVED),
        ([ALLOCATED], replace(REMOVED, amount=Decimal("1.00"))),
    ],
)
def test_it_refuses_a_settlement_that_xero_refuses(settlements: list[Settlement], last: Settlement) -> None:
    model = books(document(), CREDIT_NOTE)
    for settlement in settlements:
        model.settle("order", settlement)

    with pytest.raises(Refused):
        model.settle("order", last)


@pytest.mark.parametrize(
    "write",
    [
        lambda model: model.post("order", document("E1")),
        lambda model: model.post("order", VOID),
        lambda model: model.settle("order", PAID),
        lambda model: model.settle("order", REFUNDED),
        lambda model: model.settle("order", replace(REMOVED, amount=Decimal("1.00"))),
    ],
)
def test_it_refuses_every_write_into_a_closed_period(write: Callable[[BooksModel], None]) -> None:
    model = books(document(), CREDIT_NOTE)
    model.settle("order", replace(ALLOCATED, amount=Decimal("1.00")))
    model.lock_date = DAY

    with pytest.raises(Refused, match=r"closed period|lock date"):
        write(model)


def test_it_refuses_to_void_what_is_partly_paid() -> None:
    model = books(document())
    model.settle("order", replace(PAID, amount=Decimal("1.00")))

    with pytest.raises(Refused, match="it has payments or credit notes"):
        model.post("order", VOID)


def test_it_refuses_a_number_that_is_taken() -> None:
    with pytest.raises(Refused, match="must be unique"):
        books(document(), document("E1", number="SH-placed"))
