"""Whom documents are made out to, and when they are due."""

from dataclasses import replace
from datetime import date

import pytest

from embedded_app.accounting.mapping import Mapping
from embedded_app.accounting.order import Customer, Order, Terms
from tests.accounting.shop import BOOKS, MAPPING, after, causes, decided, line, order, placed, received, refunded

SOLD = placed(line("12.00", "2.00"))
COMPANY = Customer(id="501", is_company=True)
NET_30 = Terms(due_on=date(2026, 12, 23))
SHARED = MAPPING.contact
RETAIL = order(SOLD, received("12.00"))


def made_out_to(facts: Order, mapping: Mapping) -> str:
    """The contact of the order's first document."""
    return decided(facts, mapping=mapping).documents[0].contact


@pytest.mark.parametrize(
    ("facts", "changes", "contact"),
    [
        (RETAIL, {}, SHARED),
        (replace(RETAIL, customer=COMPANY), {}, SHARED),
        (replace(RETAIL, customer=COMPANY), {"contacts_retail": "customer"}, "customer:501"),
        (RETAIL, {"contacts_retail": "customer"}, SHARED),
        (replace(RETAIL, customer=COMPANY, terms=NET_30), {}, "customer:501"),
        (replace(RETAIL, customer=COMPANY, terms=NET_30), {"contacts_terms": "shared"}, SHARED),
        (replace(RETAIL, terms=NET_30), {"contacts_terms": "shared"}, SHARED),
    ],
    ids=[
        "retail is shared",
        "even where the customer is known",
        "a contact of their own by setting",
        "but not for a guest",
        "terms go to the company",
        "or are shared by setting",
        "also without a customer",
    ],
)
def test_the_setting_chooses_the_contact(facts: Order, changes: dict[str, str], contact: str) -> None:
    assert made_out_to(facts, replace(MAPPING, **changes)) == contact  # type: ignore[arg-type]


def test_terms_without_a_customer_are_held_with_both_ways_out() -> None:
    (held,) = decided(replace(RETAIL, terms=NET_30)).held

    assert held.cause == "no customer"
    assert "Add the customer to the order in the store" in held.sentence
    assert "share one contact for orders with payment terms in the mapping" in held.sentence


def test_all_documents_keep_the_first_ones_contact_overpayments_included() -> None:
    first = order(SOLD, customer=COMPANY, terms=NET_30)
    history = after(decided(first))
    then = order(SOLD, refunded(line("-12.00", "-2.00")), received("20.00"), customer=None, terms=NET_30)

    decision = decided(then, history)

    assert {one.contact for one in decision.documents} == {"customer:501"}
    assert [one.role for one in decision.documents] == ["R1", "O1"]


def test_an_invoice_is_due_by_its_terms_and_a_credit_note_at_once() -> None:
    facts = order(SOLD, refunded(line("-5.00", "-0.83"), day=25), customer=COMPANY, terms=NET_30)

    assert [one.due_date for one in decided(facts).documents] == [date(2026, 12, 23), date(2026, 11, 25)]


def test_terms_that_fix_no_day_yet_are_due_at_once() -> None:
    (invoice,) = decided(order(SOLD, customer=COMPANY, terms=Terms(due_on=None))).documents

    assert invoice.due_date == invoice.date


def test_an_invoice_is_never_due_before_it_is_dated() -> None:
    books = replace(BOOKS, lock_date=date(2026, 12, 31))

    (invoice,) = decided(order(SOLD, customer=COMPANY, terms=NET_30), books=books).documents

    assert invoice.due_date == invoice.date == date(2027, 1, 1)


def test_terms_without_a_customer_do_not_hide_what_else_holds_the_order() -> None:
    assert causes(decided(replace(RETAIL, terms=NET_30), books=replace(BOOKS, base_currency="AUD")).held) == [
        "foreign currency",
        "no customer",
    ]
