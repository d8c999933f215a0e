"""Money received beyond what is open: kept as an overpayment, later allocated, refunded, or held where Xero cannot."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from embedded_app.accounting.documents import DocumentKind
from embedded_app.accounting.mapping import SpecialAccount
from embedded_app.accounting.order import AgreementKind
from tests.accounting.shop import (
    BOOKS,
    MAPPING,
    agreed,
    at,
    causes,
    decided,
    line,
    moves,
    order,
    paid_back,
    placed,
    posted,
    received,
    refunded,
)

SOLD_40 = placed(line("40.00"))
ADDED_10 = agreed("agreement/2", AgreementKind.EDITED, line("10.00"), day=25)
PAID_45 = received("45.00", day=24)


def test_what_is_received_beyond_what_is_open_stands_on_the_clearing_account() -> None:
    decision = decided(order(SOLD_40, PAID_45))

    (over,) = (one for one in decision.documents if one.kind is DocumentKind.OVERPAYMENT)
    assert moves(decision.settlements) == ["payment placed 40.00"]
    assert (over.role, over.total, over.account, over.tender_id) == ("O1", Decimal("5.00"), "092", "T1")
    assert (over.number, over.reference, over.date) == ("SH-1-O1", "SH-1-O1 T1", date(2026, 11, 24))


def test_an_overpayment_has_one_line_outside_tax_without_account() -> None:
    (over,) = decided(order(SOLD_40, PAID_45)).documents[1:]

    assert [(one.gross, one.tax, one.tax_type, one.account) for one in over.lines] == [(5, 0, "NONE", "")]


def test_money_for_an_order_that_was_voided_is_an_overpayment() -> None:
    facts = order(SOLD_40, refunded(line("-40.00")), received("40.00", day=24), cancelled_at=at(23))

    decision = decided(facts, posted(order(*facts.agreements, cancelled_at=at(23))))

    assert [(one.kind, one.total) for one in decision.documents] == [(DocumentKind.OVERPAYMENT, Decimal("40.00"))]


def test_it_is_allocated_to_what_is_sold_later() -> None:
    decision = decided(order(SOLD_40, PAID_45, ADDED_10))

    assert moves(decision.settlements) == ["payment placed 40.00", "allocation O1 to E1 5.00"]


def test_money_goes_before_it_to_the_later_invoice() -> None:
    history = posted(order(SOLD_40, PAID_45, ADDED_10))

    decision = decided(order(SOLD_40, PAID_45, ADDED_10, received("10.00", id="T5", day=26)), history)

    assert moves(decision.settlements) == ["allocation removal O1 to E1 5.00", "payment E1 10.00"]


def test_it_is_paid_back_out_of_the_overpayment() -> None:
    decision = decided(order(SOLD_40, PAID_45, paid_back("5.00", day=26)))

    assert moves(decision.settlements) == ["payment placed 40.00", "refund O1 5.00"]


def test_a_refund_that_waited_takes_the_overpayment_that_came_later() -> None:
    facts = order(SOLD_40, paid_back("5.00", day=23), PAID_45)

    assert moves(decided(facts).settlements) == ["payment placed 40.00", "refund O1 5.00"]
    assert decided(facts, posted(facts)).held == ()


def test_each_overpaid_tender_makes_its_own() -> None:
    decision = decided(order(SOLD_40, PAID_45, received("3.00", "cash", id="T9", day=25)))

    overpayments = [(one.role, one.total, one.account) for one in decision.documents[1:]]
    assert overpayments == [("O1", Decimal("5.00"), "092"), ("O2", Decimal("3.00"), "093")]


def test_a_gift_card_that_pays_too_much_is_held_alone_until_there_is_something_to_pay() -> None:
    facts = order(SOLD_40, received("45.00", "gift_card"))

    (held,) = decided(facts).held
    later = decided(order(SOLD_40, *facts.tenders, ADDED_10), posted(facts))

    assert (held.cause, held.tender_id) == ("received beyond what is open", "T1")
    assert "only 40.00 GBP of #1 is open" in held.sentence and "bank accounts only" in held.sentence
    assert moves(later.settlements) == ["payment placed 40.00", "payment E1 5.00"]


def test_what_xero_says_of_its_accounts_goes_before_what_the_mapping_suggests() -> None:
    books = replace(BOOKS, bank_accounts=frozenset({"815"}))

    overpaid_by_card = decided(order(SOLD_40, received("45.00", "gift_card")), books=books)
    overpaid_by_paypal = decided(order(SOLD_40, PAID_45), books=books)

    assert (len(overpaid_by_card.documents), overpaid_by_card.held) == (2, ())
    assert (len(overpaid_by_paypal.documents), len(overpaid_by_paypal.held)) == (1, 1)


def test_the_account_of_a_line_or_of_a_special_purpose_is_no_bank_account() -> None:
    mapping = replace(MAPPING, special={SpecialAccount.MARKETPLACE_TAX: "092"})
    unread = replace(BOOKS, bank_accounts=None)

    assert causes(decided(order(SOLD_40, PAID_45), mapping=mapping, books=unread).held) == [
        "received beyond what is open"
    ]


def test_an_overpayment_changed_in_the_store_afterwards_holds_the_order() -> None:
    history = posted(order(SOLD_40, PAID_45))

    (held,) = decided(order(SOLD_40, received("43.00", day=24)), history).held

    assert held.cause == "changed tender"
    assert "45.00 GBP is now 43.00 GBP" in held.sentence


def test_a_payment_at_the_checkout_pays_an_order_that_was_written_minutes_later() -> None:
    decision = decided(order(SOLD_40, received("40.00", day=22)), mapping=MAPPING)

    assert moves(decision.settlements) == ["payment placed 40.00"]
    assert len(decision.documents) == 1


def test_sixty_tenders_on_one_order_are_all_placed() -> None:
    tenders = [received("1.00", id=f"T{number}", hour=number % 24) for number in range(60)]

    decision = decided(order(SOLD_40, *tenders))

    assert sum(one.amount for one in decision.settlements) == 40
    assert len(decision.documents) == 21  # the invoice and twenty overpayments
