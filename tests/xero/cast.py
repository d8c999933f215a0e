"""The documents and settlements these tests send: cases A, B and E of the accounting rules."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from embedded_app.accounting.documents import Document, DocumentKind, DocumentLine, Settlement, SettlementKind

INVOICE_ID = "c45720a1-ade3-4a38-a064-d15489be6841"
CREDIT_NOTE_ID = "7be578f5-63af-45c8-9b00-dcc4732baf0b"
CONTACT_ID = "a3675fc4-f8dd-4f03-ba5b-f1870566bcd7"
OVERPAYMENT_ID = "b356e488-2678-4be4-ad4b-d294df2d48d6"
ALLOCATION_ID = "2bb15054-3868-4f85-a9c6-0402ec8c1201"
PAYMENT_ID = "61ed71fc-01bf-4eb8-8419-8a18789ff45f"
ACCOUNT_ID = "5690f1e8-1d02-4893-90c2-ee1a69eff942"
DAY = date(2026, 11, 24)


def line(gross: str, tax: str, *, quantity: str = "1", sends_tax: bool = False, **changes: Any) -> DocumentLine:
    """A line of sales with 20 % VAT."""
    whole = DocumentLine(
        description="Mug",
        quantity=Decimal(quantity),
        unit_amount=Decimal(gross) / Decimal(quantity),
        gross=Decimal(gross),
        account="200",
        tax_type="OUTPUT2",
        tax=Decimal(tax),
        tax_amount=Decimal(tax) if sends_tax else None,
        tax_key="VAT 20 %",
        sources=("sale-1",),
        rule="everything else",
    )
    return replace(whole, **changes)


def invoice(number: str = "SH-1001", **changes: Any) -> Document:
    """Case A: two mugs at 9.99 and shipping whose half cent the store rounds up."""
    shipping = line("4.95", "0.83", sends_tax=True, description="Shipping", account="205")
    whole = Document(
        role="placed",
        kind=DocumentKind.INVOICE,
        number=number,
        generation=1,
        date=DAY,
        due_date=DAY,
        event_day=DAY,
        contact=CONTACT_ID,
        currency="GBP",
        reference="Order 1001",
        lines=(line("19.98", "3.33", quantity="2"), shipping),
        total=Decimal("24.93"),
        total_tax=Decimal("4.16"),
    )
    return replace(whole, **changes)


def credit_note(number: str = "SH-1001-R1", **changes: Any) -> Document:
    """Case B: one of the mugs comes back."""
    lines = (line("9.99", "1.67", sends_tax=True),)
    whole = invoice(number, role="R1", kind=DocumentKind.CREDIT_NOTE, lines=lines, reference="Refund of order 1001")
    return replace(whole, total=Decimal("9.99"), total_tax=Decimal("1.67"), **changes)


def settlement(kind: SettlementKind, amount: str, **changes: Any) -> Settlement:
    """A settlement that settles the invoice, or gives the credit note to it."""
    whole = Settlement(kind=kind, role="placed", amount=Decimal(amount), date=DAY, reference="SH-1001 tender 1")
    return replace(whole, **changes)


def overpayment(**changes: Any) -> Document:
    """Case M: 5.00 more than the order came to."""
    lines = (line("5.00", "0.00", description="Overpaid by card", account="610", tax_type="NONE"),)
    whole = invoice(
        "SH-1001-O1", role="O1", kind=DocumentKind.OVERPAYMENT, lines=lines, account="091", tender_id="tender-1"
    )
    return replace(whole, **{"total": Decimal("5.00"), "total_tax": Decimal("0.00"), **changes})


def bank_transaction(kind: DocumentKind = DocumentKind.SPEND_MONEY, **changes: Any) -> Document:
    """A refund of an order from before the start date: 12.00 out of card clearing."""
    whole = overpayment(role="S1", kind=kind, number="SH-0900-S1", reference="Refund of order 900")
    lines = (line("12.00", "0.00", description="Refund of order 900", account="260", tax_type="NONE"),)
    return replace(whole, **{"lines": lines, "total": Decimal("12.00"), **changes})


def journal(**changes: Any) -> Document:
    """A gift card of 20.00 issued by hand: promotions to the liability."""
    lines = (
        line("20.00", "0.00", description="Promotions", account="405"),
        line("-20.00", "0.00", description="Gift cards", account="815"),
    )
    whole = overpayment(role="J1", kind=DocumentKind.JOURNAL, number="SH-G1", reference="Gift card 1 issued")
    return replace(whole, **{"lines": lines, "account": None, "total": Decimal("20.00"), **changes})
