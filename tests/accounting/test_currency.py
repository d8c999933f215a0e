"""Orders the customer saw in another currency: booked in the shop's, or in the customer's at the order's own rate."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from embedded_app.accounting.currency import document_rate
from embedded_app.accounting.documents import Books, Decision, DocumentKind, History
from embedded_app.accounting.mapping import Mapping, SpecialAccount
from embedded_app.accounting.order import Agreement, Order, Tender, TenderKind
from embedded_app.accounting.posting import post
from embedded_app.accounting.rounding import rounding_source
from tests.accounting.shop import (
    BOOKS,
    GROUP,
    MAPPING,
    after,
    at,
    causes,
    decided,
    line,
    moves,
    order,
    paid_back,
    placed,
    received,
    refunded,
)

EURO = replace(MAPPING, currency="presentment", special={SpecialAccount.CURRENCY_GAINS: "429"})
BOOKS_WITH_EURO = replace(BOOKS, currencies=frozenset({"GBP", "EUR"}))
LAMP = placed(line("50.00", id="lamp"))
LAMP_IN_EURO = placed(line("57.50", id="lamp"))
BACK = refunded(line("-25.00", id="back"), day=25)


def shown(*events: Agreement | Tender, settled: dict[str, str] | None = None, rate: str = "1.15") -> Order:
    """An order in pounds, and what the customer saw of it in euro; settled: pounds by tender where not at that rate."""
    facts = order(*events)
    euro = [_in_euro(one, Decimal(rate), settled or {}) for one in events]
    return replace(facts, presented=order(*euro, currency="EUR"))


def _in_euro(event: Agreement | Tender, rate: Decimal, settled: dict[str, str]) -> Agreement | Tender:
    if isinstance(event, Agreement):
        return replace(event, lines=tuple(replace(one, gross=round(one.gross * rate, 2)) for one in event.lines))
    pounds = Decimal(settled[event.id]) if event.id in settled else None
    return replace(event, amount=round(event.amount * rate, 2), settled=pounds)


def decide(
    facts: Order, history: History | None = None, *, mapping: Mapping = EURO, books: Books = BOOKS_WITH_EURO
) -> Decision:
    """What is decided about it by a merchant who books in the customer's currency."""
    return decided(facts, history, mapping=mapping, books=books)


def test_by_default_it_is_booked_in_the_shops_currency() -> None:
    (invoice,) = decided(shown(LAMP, received("50.00"))).documents

    assert (invoice.currency, invoice.total, invoice.rate) == ("GBP", Decimal("50.00"), None)


def test_by_setting_it_is_booked_as_presented_at_the_orders_own_rate() -> None:
    decision = decide(shown(LAMP, received("50.00"), settled={"T1": "49.80"}))

    (invoice,), (payment,) = decision.documents, decision.settlements
    assert (invoice.currency, invoice.total, invoice.rate) == ("EUR", Decimal("57.50"), Decimal("1.150000"))
    assert (payment.amount, payment.bank_amount) == (Decimal("57.50"), Decimal("49.80"))


def test_a_payment_whose_settled_amount_is_unknown_moved_the_shops_amount() -> None:
    (payment,) = decide(shown(LAMP, received("50.00"))).settlements

    assert payment.bank_amount == Decimal("50.00")


def test_the_rate_has_six_decimals_and_is_each_documents_own() -> None:
    third = refunded(line("-16.67", id="third"), day=25)
    facts = shown(LAMP, third)
    euro = replace(facts.presented.agreements[1], lines=(line("-19.18", id="third"),))  # type: ignore[union-attr]
    other = replace(facts.presented, agreements=(facts.presented.agreements[0], euro))  # type: ignore[union-attr, type-var]
    other = replace(other, totals=replace(other.totals, current=Decimal("38.32")))

    rates = [one.rate for one in decide(replace(facts, presented=other)).documents]

    assert rates == [Decimal("1.150000"), Decimal("1.150570")]


def test_one_tender_over_two_invoices_moves_what_was_settled_in_all() -> None:
    added = refunded(line("25.00", id="more"), day=24)

    decision = decide(shown(LAMP, added, received("75.00", day=25), settled={"T1": "74.01"}))

    assert [one.amount for one in decision.settlements] == [Decimal("57.50"), Decimal("28.75")]
    assert [one.bank_amount for one in decision.settlements] == [Decimal("50.00"), Decimal("24.01")]


def test_a_cent_of_a_payment_moves_a_cent_at_least() -> None:
    cent = refunded(line("0.01", id="cent"), day=24)

    payments = decide(shown(LAMP, cent, received("50.01", day=25), settled={"T1": "50.00"})).settlements

    assert [one.bank_amount for one in payments] == [Decimal("49.99"), Decimal("0.01")]


@pytest.mark.parametrize(
    ("settled", "kind", "difference"),
    [("26.00", DocumentKind.SPEND_MONEY, "1.00"), ("24.90", DocumentKind.RECEIVE_MONEY, "0.10")],
)
def test_a_refund_settled_at_another_rate_pays_the_credit_note_and_the_difference_apart(
    settled: str, kind: DocumentKind, difference: str
) -> None:
    decision = decide(shown(LAMP, received("50.00"), BACK, paid_back("25.00", day=26), settled={"T2": settled}))

    gain = decision.documents[-1]
    assert (gain.kind, gain.currency, gain.total, gain.account) == (kind, "GBP", Decimal(difference), "092")
    assert (gain.lines[0].account, gain.role) == ("429", "G1")
    assert decision.settlements[-1].bank_amount == Decimal("25.00")


def test_a_refund_at_the_same_rate_leaves_no_difference() -> None:
    decision = decide(shown(LAMP, received("50.00"), BACK, paid_back("25.00", day=26)))

    assert [one.role for one in decision.documents] == ["placed", "R1"]


def test_a_difference_without_an_account_holds_that_refund_alone() -> None:
    facts = shown(LAMP, received("50.00"), BACK, paid_back("25.00", day=26), settled={"T2": "26.00"})

    decision = decide(facts, mapping=replace(EURO, special={}))

    assert [(one.cause, one.subject, one.tender_id) for one in decision.held] == [
        ("unmapped account", "currency gains", "T2")
    ]
    assert moves(decision.settlements) == ["payment placed 57.50"]


def test_money_beyond_what_is_open_waits_as_xero_keeps_no_such_overpayment() -> None:
    (held,) = decide(shown(LAMP, received("60.00"))).held

    assert (held.cause, held.tender_id) == ("received beyond what is open", "T1")
    assert "in the currency of a bank account only" in held.sentence


def test_an_order_keeps_the_currency_of_its_first_document() -> None:
    history = after(decided(shown(LAMP), books=BOOKS_WITH_EURO))

    decision = decide(shown(LAMP, BACK), history)

    assert [(one.currency, one.rate) for one in decision.documents] == [("GBP", None)]


def test_an_order_whose_currency_the_store_no_longer_tells_is_held() -> None:
    history = after(decide(shown(LAMP)))

    (held,) = decide(order(LAMP, BACK), history).held

    assert held.cause == "foreign currency" and "was posted in EUR" in held.sentence


def test_a_currency_the_organisation_does_not_use_holds_all_orders_of_it() -> None:
    (held,) = decide(shown(LAMP), books=replace(BOOKS, currencies=frozenset())).held

    assert (held.cause, held.subject) == ("foreign currency", "EUR")
    assert "Add EUR to its currencies in Xero, or choose to book in the shop's currency" in held.sentence


def test_a_shop_in_a_currency_the_organisation_uses_is_booked_in_it() -> None:
    decision = decided(order(LAMP), books=replace(BOOKS, base_currency="AUD", currencies=frozenset({"GBP"})))

    assert [(one.currency, one.rate) for one in decision.documents] == [("GBP", None)]


EURO_BOOKS = replace(BOOKS_WITH_EURO, bank_accounts=frozenset({"091", "092", "095"}), account_currencies={"095": "EUR"})
EURO_CLEARING = replace(MAPPING, gateways={"paypal": "095", "card": "091", "gift_card": "815"})


def shop_in_euro(*events: Agreement | Tender, history: History | None = None, books: Books = EURO_BOOKS) -> Decision:
    """What is decided about an order of a shop in euro, whose books are in pounds."""
    facts = order(*events, currency="EUR")
    return post(replace(GROUP, currency="EUR"), [facts], EURO_CLEARING, history or History(), books)


def test_a_shop_in_another_currency_than_the_books_is_paid_on_accounts_in_its_own() -> None:
    decision = shop_in_euro(LAMP, received("60.00"), BACK, paid_back("35.00", day=26))

    assert {(one.currency, one.rate) for one in decision.documents} == {("EUR", None)}
    assert [(one.role, one.account) for one in decision.documents][-1] == ("O1", "095")
    assert [(one.account, one.bank_amount) for one in decision.settlements] == [("095", None)] * 3
    assert decision.held == ()


def test_money_on_an_account_in_another_currency_waits_with_both_named() -> None:
    decision = shop_in_euro(LAMP, received("20.00"), received("30.00", "card", id="T2"))

    assert moves(decision.settlements) == ["payment placed 20.00"]
    assert [(one.cause, one.subject, one.tender_id) for one in decision.held] == [("account currency", "card", "T2")]
    assert decision.held[0].sentence == (
        "30.00 EUR was received by card on #1, but its account 091 is kept in GBP, and the store tells no rate between "
        "the two. Choose a bank account in EUR for card in the mapping, then retry."
    )


def test_a_gift_card_cannot_pay_in_another_currency_than_the_books() -> None:
    (held,) = shop_in_euro(LAMP, received("50.00", "gift_card")).held

    assert held.sentence == (
        "50.00 EUR was received by gift_card on #1, but its account 815 is kept in GBP, like all in Xero that are no "
        "bank accounts, and the store tells no rate between the two. Enter it in Xero by hand, at the rate you choose."
    )


def test_a_refund_on_an_account_in_another_currency_waits_too() -> None:
    decision = shop_in_euro(LAMP, received("50.00"), BACK, paid_back("25.00", "card", day=26))

    assert [(one.cause, one.tender_id) for one in decision.held] == [("account currency", "T2")]
    assert "25.00 EUR was paid back by card" in decision.held[0].sentence


def test_a_shop_in_pounds_cannot_be_paid_on_an_account_in_euro() -> None:
    (held,) = decided(order(LAMP, received("50.00")), mapping=EURO_CLEARING, books=EURO_BOOKS).held

    assert "account 095 is kept in EUR" in held.sentence and "Choose a bank account in GBP" in held.sentence


def test_credit_of_a_closed_period_is_led_through_an_account_in_its_currency() -> None:
    more = refunded(line("30.00", id="more"), number=3, day=25)
    events = LAMP, received("50.00"), BACK, more, received("1.00", "card", id="T2", day=26)
    unallocated = [one for one in shop_in_euro(*events).settlements if one.to_role is None]
    history = History(documents=shop_in_euro(*events).documents, settlements=tuple(unallocated))

    decision = shop_in_euro(*events, history=history, books=replace(EURO_BOOKS, lock_date=date(2026, 11, 30)))

    assert moves(decision.settlements) == ["refund R1 25.00", "payment E1 25.00"]
    assert {(one.account, one.bank_amount) for one in decision.settlements} == {("095", None)}


def test_an_order_booked_as_presented_may_be_paid_on_an_account_in_that_currency() -> None:
    mapping = replace(EURO, gateways=EURO_CLEARING.gateways)
    facts = shown(LAMP, received("50.00"), BACK, paid_back("25.00", day=26), settled={"T1": "49.80", "T2": "26.00"})

    decision = decide(facts, mapping=mapping, books=EURO_BOOKS)

    assert [(one.amount, one.bank_amount) for one in decision.settlements] == [
        (Decimal("57.50"), None),
        (Decimal("28.75"), None),
    ]
    assert [one.role for one in decision.documents] == ["placed", "R1"]
    assert decision.held == ()


@pytest.mark.parametrize(("settled", "said"), [("0.00", "0.00"), ("0.01", "0.01")], ids=["nothing", "a cent for two"])
def test_a_payment_that_moved_less_than_a_cent_for_each_document_waits(settled: str, said: str) -> None:
    added = refunded(line("25.00", id="more"), day=24)

    decision = decide(shown(LAMP, added, received("75.00", day=25), settled={"T1": settled}))

    assert (decision.settlements, [one.cause for one in decision.held]) == ((), ["settled nothing"])
    assert decision.held[0].sentence == (
        f"86.25 EUR was received by paypal on #1, but the store says that it moved {said} GBP: less than a cent for "
        "each document it settles, and Xero takes no payment below that. Check it in the store, or enter it in Xero by "
        "hand."
    )


def test_what_change_was_given_was_not_settled() -> None:
    change = replace(received("8.00", "cash", id="T2"), kind=TenderKind.CHANGE, parent_id="T1")

    (payment,) = decide(
        shown(LAMP, received("58.00", "cash"), change, settled={"T1": "58.00", "T2": "8.01"})
    ).settlements

    assert (payment.amount, payment.bank_amount) == (Decimal("57.50"), Decimal("49.99"))


@pytest.mark.parametrize(("cash", "in_it"), [("49.98", True), ("50.00", False)], ids=["in it", "beside it"])
def test_cash_rounded_in_the_shops_coins_moves_what_the_coins_were(cash: str, in_it: bool) -> None:
    paid, euro = received(cash, "cash", hour=12), received("57.48" if in_it else "57.50", "cash", hour=12)
    facts = replace(shown(LAMP, paid), totals=replace(order(LAMP, paid).totals, rounding=Decimal("-0.02")))
    tenders = replace(paid, rounding=Decimal("-0.02")), replace(euro, rounding=Decimal("-0.02"), settled=paid.amount)
    presented = replace(order(LAMP_IN_EURO, euro, currency="EUR"), tenders=(tenders[1],))
    presented = replace(presented, totals=replace(presented.totals, rounding=Decimal("-0.02")))

    (payment,) = decide(replace(facts, tenders=(tenders[0],), presented=presented)).settlements

    assert (payment.amount, payment.bank_amount) == (Decimal("57.48"), Decimal("49.98"))


def test_cash_rounding_of_an_order_that_began_at_nothing_tells_its_rate_by_the_payment() -> None:
    euro, pounds = (replace(received(one, "cash"), rounding=Decimal("-0.02")) for one in ("57.50", "50.00"))
    booked, shop = order(placed(line("0.00")), euro, currency="EUR"), order(placed(line("0.00")), pounds)
    free = replace(booked.totals, original=Decimal(0))

    rate = document_rate(replace(booked, totals=free), replace(shop, totals=free), [rounding_source(euro)])

    assert rate == Decimal("1.15")


def test_a_refund_that_moved_nothing_waits_and_makes_no_gain() -> None:
    facts = shown(LAMP, received("50.00"), BACK, paid_back("25.00", day=26), settled={"T2": "0.00"})

    decision = decide(facts)

    assert [one.role for one in decision.documents] == ["placed", "R1"]
    assert [(one.cause, one.tender_id) for one in decision.held] == [("settled nothing", "T2")]


def test_a_shop_in_another_currency_than_the_books_cannot_be_booked_as_presented() -> None:
    books = replace(BOOKS_WITH_EURO, base_currency="AUD")

    assert causes(decide(shown(LAMP), books=books).held) == ["foreign currency"]


def test_deciding_again_adds_nothing() -> None:
    facts = shown(LAMP, received("50.00"), BACK, paid_back("25.00", day=26), settled={"T1": "49.80", "T2": "26.00"})
    history = after(decide(facts))

    again = decide(facts, history)

    assert (again.documents, again.settlements, again.held) == ((), (), ())


def test_a_payment_that_was_posted_and_settled_otherwise_since_is_told_with_both_figures() -> None:
    history = after(decide(shown(LAMP, received("50.00"), settled={"T1": "49.80"})))

    (held,) = decide(shown(LAMP, received("50.00"), settled={"T1": "49.70"}), history).held

    assert (held.cause, held.subject) == ("changed tender", "T1")
    assert "49.80 GBP" in held.sentence and "49.70 GBP" in held.sentence


def test_what_is_given_away_at_full_price_has_the_rate_of_its_discount() -> None:
    gift, in_euro = (placed(line("0.00", id="lamp", discount=Decimal(off))) for off in ("50.00", "57.50"))
    facts = replace(order(gift), presented=order(in_euro, currency="EUR"))
    special = {SpecialAccount.DISCOUNTS: "220"}

    (invoice,) = decide(facts, mapping=replace(EURO, discounts="full price", special=special)).documents

    assert invoice.rate == Decimal("1.150000")


def test_an_order_without_amounts_in_the_shops_currency_has_no_rate_and_is_held() -> None:
    free = placed(line("0.00", id="lamp"))
    facts = replace(order(free), presented=order(placed(line("57.50", id="lamp")), currency="EUR"))

    (held,) = decide(facts).held

    assert "has no amount in the shop's currency to tell its rate by" in held.sentence


def test_both_ledgers_must_agree_with_the_stores_totals() -> None:
    facts = shown(LAMP)
    wrong_in_pounds = replace(facts, totals=replace(facts.totals, current=Decimal("49.00")))

    (held,) = decide(wrong_in_pounds).held

    assert held.cause == "store totals disagree" and "49.00 GBP as current total" in held.sentence


def test_a_cancellation_on_the_same_day_voids_the_invoice_in_its_currency() -> None:
    facts = shown(LAMP, refunded(line("-50.00", id="back")))
    facts = replace(facts, presented=replace(facts.presented, cancelled_at=at(23)))  # type: ignore[type-var]

    assert [(one.kind, one.currency) for one in decide(facts).documents] == [
        (DocumentKind.INVOICE, "EUR"),
        (DocumentKind.VOID, "EUR"),
    ]
