"""The double entry of documents: balanced, and equal to the books written apart from it."""

from collections import defaultdict
from decimal import Decimal

import pytest

from embedded_app.accounting.documents import History
from embedded_app.accounting.double_entry import RECEIVABLE, TAX, double_entry
from tests.golden import load_case, load_cases, played
from tests.golden_books import RECEIVABLE as RECEIVABLE_CODE
from tests.golden_books import VAT, balances
from tests.golden_case import Case


def is_in_base_currency(case: Case) -> bool:
    """Whether the entries are in the currency of the books, so that they can be added up to balances."""
    base = case.books.base_currency
    told = {one.currency for step in case.steps for _, order in step.orders for one in (order, order.presented) if one}
    return told == {base}


IN_BASE_CURRENCY = [case for case in load_cases() if is_in_base_currency(case)]


def histories_of(case: Case) -> list[History]:
    """What is posted of each of its orders, gift cards and openings."""
    return list(played(case.steps).histories.values())


@pytest.mark.parametrize("case", IN_BASE_CURRENCY, ids=lambda case: case.name)
def test_entries_balance_and_make_the_books_of_every_golden_case(case: Case) -> None:
    for history in histories_of(case):
        entries = double_entry(history.documents, history.settlements, history.documents)

        sums: dict[str, Decimal] = defaultdict(Decimal)
        for entry in entries:
            assert sum(one.debit for one in entry.postings) == sum(one.credit for one in entry.postings), entry.text
            for one in entry.postings:
                sums[{RECEIVABLE: RECEIVABLE_CODE, TAX: VAT}.get(one.account, one.account)] += one.debit - one.credit
        made = {account: amount for account, amount in sums.items() if amount}
        assert made == balances(history.documents, history.settlements)


def test_an_invoice_debits_the_customer_and_credits_sales_and_tax() -> None:
    (history,) = histories_of(load_case("a_vat_included"))

    invoice, payment = double_entry(history.documents, history.settlements, history.documents)

    assert invoice.text == "Invoice SH-1001"
    assert [(one.account, one.debit, one.credit) for one in invoice.postings] == [
        (RECEIVABLE, Decimal("24.93"), 0),
        ("200", 0, Decimal("16.65")),
        ("205", 0, Decimal("4.12")),
        (TAX, 0, Decimal("4.16")),
    ]
    assert [(one.debit, one.credit) for one in payment.postings] == [(Decimal("24.93"), 0), (0, Decimal("24.93"))]


def test_credit_that_only_moves_between_documents_of_a_customer_changes_no_account() -> None:
    (history,) = histories_of(load_case("e_exchange"))

    entries = double_entry((), history.settlements, history.documents)

    assert [entry.text for entry in entries if not entry.postings] == ["Credit put against SH-1005-E1"]
