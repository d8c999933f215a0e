"""Look-up against the sandbox's Xero: an answer got lost, and the books are asked what became of the call."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from embedded_app.sandbox.xero.faults import FaultKind
from embedded_app.xero import payloads
from embedded_app.xero.endpoints import ALLOCATION_REMOVALS, ALLOCATIONS, INVOICES, PAYMENTS
from embedded_app.xero.errors import OutcomeUnknown
from embedded_app.xero.lookup import Sought, find
from tests.xero.calls import allocated, pay, posted, send, sh1001
from tests.xero.conftest import Marlow

SINCE = datetime(2026, 11, 24, 11, 58, tzinfo=UTC)


def test_the_credit_note_shows_whether_an_allocation_is_there(marlow: Marlow) -> None:
    note_id, invoice_id, allocation_id = allocated(marlow)
    given = Sought(document_id=note_id, invoice_id=invoice_id, amount=Decimal("9.99"))
    removed = Sought(document_id=note_id, allocation_id=allocation_id)

    note = marlow.api.by_id(ALLOCATIONS, note_id)
    assert note is not None and find(ALLOCATION_REMOVALS, removed, [note]) is None
    found = find(ALLOCATIONS, given, [note])
    send(marlow.api, ALLOCATION_REMOVALS, {}, path_ids=(note_id, allocation_id), key="t:4")
    changed = list(marlow.api.changed(ALLOCATION_REMOVALS, SINCE))

    assert found is not None and found.xero_id == allocation_id
    assert find(ALLOCATION_REMOVALS, removed, changed) is not None
    assert find(ALLOCATIONS, given, changed) is None


def test_what_was_written_before_the_answer_got_lost_is_found_again(marlow: Marlow) -> None:
    marlow.books.faults.add(FaultKind.RESET_AFTER_WRITE, method="PUT", path="/Invoices")
    sought = Sought(name="SH-1001", contact=marlow.contact_id, amount=Decimal("24.93"))

    with pytest.raises(OutcomeUnknown):
        send(marlow.api, INVOICES, payloads.invoice(sh1001(marlow)))
    found = find(INVOICES, sought, marlow.api.changed(INVOICES, SINCE))

    assert found is not None and found.xero_id == marlow.organisation.document("SH-1001").document_id


def test_what_was_never_written_is_not_found(marlow: Marlow) -> None:
    marlow.books.faults.add(FaultKind.RESET, method="PUT", path="/Invoices")
    sought = Sought(name="SH-1001", contact=marlow.contact_id, amount=Decimal("24.93"))

    with pytest.raises(OutcomeUnknown):
        send(marlow.api, INVOICES, payloads.invoice(sh1001(marlow)))

    assert find(INVOICES, sought, marlow.api.changed(INVOICES, SINCE)) is None


def test_a_payment_is_found_by_its_reference(marlow: Marlow) -> None:
    invoice_id = posted(marlow.api, INVOICES, payloads.invoice(sh1001(marlow)))
    payment_id = posted(marlow.api, PAYMENTS, pay(invoice_id), key="t:2")
    sought = Sought(name="SH-1001 tender 1", document_id=invoice_id, amount=Decimal("24.93"))

    found = find(PAYMENTS, sought, marlow.api.changed(PAYMENTS, SINCE))

    assert found is not None and (found.xero_id, found.total) == (payment_id, Decimal("24.93"))


def test_look_up_reads_every_page_and_only_what_changed(marlow: Marlow) -> None:
    for batch in range(3):
        elements = [payloads.invoice(sh1001(marlow, number=f"SH-{batch}-{count}")) for count in range(50)]
        send(marlow.api, INVOICES, *elements, key=f"t:{batch}")

    numbers = {element["InvoiceNumber"] for element in marlow.api.changed(INVOICES, SINCE)}

    assert len(numbers) == 150
    assert list(marlow.api.changed(INVOICES, SINCE + timedelta(hours=1))) == []
