"""Large orders: what Xero takes is posted, what it does not is held with a sentence."""

from dataclasses import replace
from decimal import Decimal

from embedded_app.accounting.documents import History
from embedded_app.accounting.order import Order
from embedded_app.accounting.sizes import LARGEST_BYTES, size_problems
from embedded_app.xero.encoding import encode
from embedded_app.xero.endpoints import INVOICES
from embedded_app.xero.payloads import invoice
from tests.accounting.shop import causes, decided, line, order, placed, received


def order_of(lines: int, title: str) -> Order:
    """A paid order of so many lines of 12.00."""
    sales = [line("12.00", "2.00", id=f"line/{number}", title=title) for number in range(lines)]
    return order(placed(*sales), received(f"{12 * lines}.00"))


def test_an_order_of_600_lines_is_one_invoice() -> None:
    decision = decided(order_of(600, "Porcelain mug with two handles, hand painted"))

    (document,) = decision.documents
    assert (len(document.lines), document.total) == (600, Decimal("7200.00"))
    assert decision.held == ()


def test_a_document_xero_would_not_take_for_its_size_is_held() -> None:
    decision = decided(order_of(600, "抹" * 5000))

    assert causes(decision.held) == ["document too large"]
    assert "SH-1 has 600 lines whose descriptions take 14.6 MB" in decision.held[0].sentence
    assert decision.documents == ()


def test_the_estimate_is_never_below_what_is_sent() -> None:
    (document,) = decided(order_of(120, "🍵" * 2000), History()).documents

    body = encode(INVOICES, [invoice(document)])

    assert len(body) < LARGEST_BYTES and size_problems([document]) == ()
    doubled = replace(document, lines=document.lines * 2)
    assert 2 * len(body) > LARGEST_BYTES and size_problems([doubled]) != ()
