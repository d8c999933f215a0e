"""Every line of every golden case is explained, and the sentences say what a merchant would ask."""

from dataclasses import replace
from datetime import date

import pytest

from embedded_app.accounting.documents import DocumentKind
from embedded_app.accounting.explain import Explanation, LedgerRow, explain, explain_beyond
from tests.accounting.shop import BOOKS, decided, line, order, placed
from tests.golden import load_case, load_cases, played
from tests.golden_case import Case

SALES = (DocumentKind.INVOICE, DocumentKind.CREDIT_NOTE)


def explained(name: str) -> list[Explanation]:
    """The explanations of a golden case."""
    return explanations_of(load_case(name))


def explanations_of(case: Case) -> list[Explanation]:
    """The explanations of every line of a case: of its orders, then of what is beyond them."""
    orders = {group.key: order for group, order in case.steps[-1].orders}
    found: list[Explanation] = []
    for key, history in played(case.steps).histories.items():
        documents = history.documents
        found += explain(orders[key], documents, case.books) if key in orders else explain_beyond(documents)
    return found


@pytest.mark.parametrize("case", load_cases(), ids=lambda case: case.name)
def test_every_line_of_a_golden_case_is_explained(case: Case) -> None:
    documents = played(case.steps).documents

    explanations = explanations_of(case)

    assert [one.line for one in explanations] == [line for document in documents for line in document.lines]
    for one in explanations:
        assert one.rows and all(row.day is not None or not case.once for row in one.rows), one
        assert one.account_rule and one.tax_rule and one.strategy
        assert all(note[0].isupper() and note.endswith(".") for note in one.notes)


@pytest.mark.parametrize("case", load_cases(), ids=lambda case: case.name)
def test_the_account_of_what_was_sold_is_the_one_its_rule_names(case: Case) -> None:
    sales = {one.number for one in played(case.steps).documents if one.kind in SALES}

    for one in explanations_of(case):
        assert one.number not in sales or one.account_rule.endswith(f" {one.line.account}")


@pytest.mark.parametrize("case", load_cases(), ids=lambda case: case.name)
def test_every_sale_line_that_was_booked_explains_a_line(case: Case) -> None:
    documents = [one for one in played(case.steps).documents if one.kind is not DocumentKind.VOID]
    booked = {agreement_id for document in documents for agreement_id in document.agreements}

    sources = {source for one in explanations_of(case) for source in one.line.sources}

    sold = {
        sale.id
        for _, order in case.steps[-1].orders
        for agreement in order.agreements
        if agreement.id in booked
        for sale in agreement.lines
        if sale.gross
    }
    assert sold <= sources


def test_it_tells_the_ledger_row_the_rules_and_the_rounding() -> None:
    shipping = explained("a_vat_included")[1]

    text = "shipping: 1 × Standard shipping, 4.95 GBP, VAT 20 % 0.83"
    assert shipping.rows == (LedgerRow(event="placed", day=date(2026, 11, 23), text=text),)
    assert shipping.account_rule == "shipping goes to account 205"
    assert shipping.tax_rule == "VAT 20 % · GB · shipping goes to OUTPUT2"
    assert shipping.strategy == "Xero's tax rate on the line"
    assert shipping.notes == ("Xero alone would compute 0.82; the store says 0.83, which is sent.",)


def test_a_line_whose_tax_xero_finds_by_itself_needs_no_note() -> None:
    assert explained("a_vat_included")[0].notes == ()


def test_a_tax_line_names_all_the_sales_it_is_of() -> None:
    state = explained("c_sales_tax_refund")[2]

    assert [row.text.split(",")[0] for row in state.rows] == ["product: 1 × Desk", "product: 3 × Lamp"]
    assert state.account_rule == "State 6 % goes to account 821"


def test_a_discount_at_full_price_says_why_its_tax_is_sent() -> None:
    discount = explained("n_discount_full_price")[1]

    assert discount.rows[0].text.endswith("VAT 20 % 9.54, 1.77 of discount taken off")
    assert discount.notes == ("Lines that take off always send their tax: -0.29.",)


def test_a_price_reduction_tells_the_difference_from_the_stores_tax() -> None:
    goodwill = explained("h_price_reduction")[-1]

    assert goodwill.notes == ("The store states 0.00 of tax here; as a price reduction it is 1.67.",)
    assert goodwill.rows[0].text == "adjustment: Goodwill, -10.00 GBP"


def test_pieces_no_unit_price_fits_are_told() -> None:
    facts = order(placed(line("0.03", quantity=700)))

    (one,) = explain(facts, decided(facts).documents, BOOKS)

    assert one.notes == ("No unit price of 4 decimals gives 0.03 for 700, so they stand as one.",)


def test_a_line_whose_sale_the_store_removed_says_so() -> None:
    facts = order(placed(line("12.00", "2.00")))

    (one,) = explain(replace(facts, agreements=()), decided(facts).documents, BOOKS)

    assert one.rows == (LedgerRow(event="removed", day=None, text="line, which the store no longer has"),)


def test_a_tax_rate_xero_no_longer_has_leaves_its_figure_out() -> None:
    facts = order(placed(line("4.95", "0.83")))

    (one,) = explain(facts, decided(facts).documents, replace(BOOKS, rates={}))

    assert one.notes == ("The store says 0.83, which is sent.",)


def test_what_happened_to_a_gift_card_is_told_by_its_own_event() -> None:
    issued = explained("d_given_and_cashed_out")[0]

    text = "Gift card …7501 issued, 25.00 GBP"
    assert issued.rows == (LedgerRow(event="issued", day=date(2026, 11, 20), text=text),)
    assert (issued.account_rule, issued.tax_rule) == ("issued: account 405", "outside tax: NONE")
