"""Customers with a contact of their own: named by the store, made once, and their names kept nowhere."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select, text

from embedded_app.accounting.order import Order
from embedded_app.db import db
from embedded_app.models import Contact
from embedded_app.sandbox.xero.faults import FaultKind
from tests.golden import load_case
from tests.whole.stage import Stage


@pytest.fixture
def order() -> Order:
    """Case F's order on the day it was placed: 500.00 on account, to company 501."""
    return load_case("f_edited_before_paid").steps[0].order


@pytest.fixture
def b2b(alice: Stage) -> Stage:
    """Alice sells on account."""
    alice.map(load_case("f_edited_before_paid").mapping)
    return alice


def contacts(stage: Stage) -> dict[str, str]:
    """Names by number of the contacts we made, as Xero has them."""
    return {one.number: one.name for one in stage.organisation.records.contacts.values() if one.number}


def test_a_company_gets_a_contact_that_its_documents_are_made_out_to(b2b: Stage, order: Order) -> None:
    b2b.post(order)

    [(number, name)] = contacts(b2b).items()
    invoice = b2b.organisation.document("SH-1190")
    assert invoice.contact is not None
    assert (invoice.contact.number, invoice.contact.name) == (number, name)
    assert number.startswith("SH-") and name


def test_its_name_is_erased_here_once_it_stands_in_xero(b2b: Stage, order: Order) -> None:
    b2b.post(order)

    [name] = contacts(b2b).values()
    with b2b.app.app_context():
        assert db.session.scalars(select(Contact.name)).all() == [None]
        bodies = db.session.execute(text("SELECT endpoint, convert_from(body, 'UTF8') FROM batch")).all()
        assert ("contacts", "") in [tuple(row) for row in bodies]
        assert not any(name in body for _, body in bodies)


def test_a_second_order_of_the_same_company_takes_the_same_contact(b2b: Stage, order: Order) -> None:
    later = load_case("f_edited_before_paid").steps[0].order
    b2b.post(order)
    b2b.post(_another(later))

    assert len(contacts(b2b)) == 1
    made_out_to = {document.contact.number for document in b2b.organisation.documents() if document.contact}
    assert len(made_out_to) == 1


def test_two_orders_of_one_company_that_come_together_make_one_contact(b2b: Stage, order: Order) -> None:
    b2b.state(order)
    b2b.state(_another(order))
    b2b.deliver()
    b2b.work_off()

    assert len(contacts(b2b)) == 1
    assert b2b.unposted() == 0


def test_a_name_that_somebody_else_has_in_xero_gets_a_suffix(b2b: Stage, order: Order) -> None:
    b2b.post(order)
    [name] = contacts(b2b).values()
    for contact in b2b.organisation.records.contacts.values():
        contact.number = "" if contact.name == name else contact.number
    with b2b.app.app_context():
        db.session.execute(text("UPDATE contact SET key = 'customer:somebody else', number = 'other'"))
        db.session.commit()

    b2b.post(_another(order))

    assert contacts(b2b) == {"SH-501": f"{name} (2)"}


@pytest.mark.parametrize("fault", [FaultKind.TIMEOUT_AFTER_WRITE, FaultKind.TIMEOUT_BEFORE_WRITE, FaultKind.RESET])
def test_a_contact_whose_outcome_is_unknown_is_looked_up_and_stands_once(
    b2b: Stage, order: Order, fault: FaultKind
) -> None:
    b2b.books.faults.add(fault, method="PUT", path="/Contacts", seconds=0.01)
    b2b.post(order)
    assert b2b.unposted() == 2

    b2b.wait(minutes=7)

    assert len(contacts(b2b)) == 1
    assert b2b.unposted() == 0


def test_a_customer_without_a_name_is_held_and_posts_once_the_name_may_be_read(b2b: Stage, order: Order) -> None:
    b2b.shop.denied_fields.add("Company.name")
    b2b.post(order)
    assert ["no name for customer SH-501" in sentence for sentence in b2b.held()] == [True]

    b2b.shop.denied_fields.clear()
    b2b.retry()

    assert b2b.held() == []
    assert b2b.organisation.document("SH-1190").status == "AUTHORISED"


def _another(order: Order) -> Order:
    """An order like this one, with ids of its own."""
    agreements = tuple(
        replace(
            agreement,
            id=f"{agreement.id}9",
            lines=tuple(replace(line, id=f"{line.id}9") for line in agreement.lines),
        )
        for agreement in order.agreements
    )
    return replace(order, id=f"{order.id}9", name=f"{order.name}9", agreements=agreements)
