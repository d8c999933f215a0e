"""What became of each element of an answered call."""

from decimal import Decimal
from typing import Any

import pytest

from embedded_app.xero.answers import Answer
from embedded_app.xero.endpoints import (
    ALLOCATION_REMOVALS,
    ALLOCATIONS,
    BANK_TRANSACTIONS,
    CONTACTS,
    CREDIT_NOTES,
    INVOICES,
    JOURNALS,
    OVERPAYMENT_ALLOCATION_REMOVALS,
    OVERPAYMENT_ALLOCATIONS,
    OVERPAYMENTS,
    PAYMENTS,
    VOIDS,
)
from embedded_app.xero.errors import OutcomeUnknown
from embedded_app.xero.limits import Limits
from embedded_app.xero.outcomes import Posted, Refused, read_outcomes
from embedded_app.xero.refusals import Cause
from tests.xero.cast import ALLOCATION_ID, CONTACT_ID, CREDIT_NOTE_ID, INVOICE_ID, OVERPAYMENT_ID, PAYMENT_ID

NIL = "00000000-0000-0000-0000-000000000000"
TAKEN: dict[str, Any] = {"ValidationErrors": [{"Message": "Invoice # must be unique."}]}
SH1: dict[str, Any] = {
    "InvoiceID": INVOICE_ID.upper(),
    "InvoiceNumber": "SH-1",
    "Status": "AUTHORISED",
    "Total": Decimal("24.93"),
    "TotalTax": Decimal("4.16"),
    "StatusAttributeString": "OK",
    "HasErrors": False,
}
SH2 = {"InvoiceID": NIL, "InvoiceNumber": "SH-2", "StatusAttributeString": "ERROR", "HasErrors": True, **TAKEN}


def answer(*elements: dict[str, Any], status: int = 200) -> Answer:
    """An answer with these elements."""
    return Answer(status=status, elements=list(elements), limits=Limits(), correlation_id="c-1")


def test_one_refused_invoice_leaves_its_neighbours_posted() -> None:
    first, second, third = read_outcomes(INVOICES, answer(SH1, SH2, SH1), 3)

    assert first == Posted(xero_id=INVOICE_ID, total=Decimal("24.93"), total_tax=Decimal("4.16"), status="AUTHORISED")
    assert isinstance(second, Refused) and second.code is Cause.NUMBER_TAKEN
    assert third == first


@pytest.mark.parametrize(
    ("endpoint", "element", "expected"),
    [
        (
            CREDIT_NOTES,
            {"CreditNoteID": CREDIT_NOTE_ID, "Total": Decimal("9.99"), "TotalTax": Decimal("1.67"), "Status": "PAID"},
            Posted(xero_id=CREDIT_NOTE_ID, total=Decimal("9.99"), total_tax=Decimal("1.67"), status="PAID"),
        ),
        (
            PAYMENTS,
            {"PaymentID": PAYMENT_ID, "Amount": "50.00", "Status": "AUTHORISED"},
            Posted(xero_id=PAYMENT_ID, total=Decimal("50.00"), total_tax=None, status="AUTHORISED"),
        ),
        (
            ALLOCATIONS,
            {"AllocationID": ALLOCATION_ID, "Amount": 60},
            Posted(xero_id=ALLOCATION_ID, total=Decimal(60), total_tax=None, status=""),
        ),
        (
            OVERPAYMENT_ALLOCATIONS,
            {"AllocationID": ALLOCATION_ID, "Amount": "5.00"},
            Posted(xero_id=ALLOCATION_ID, total=Decimal("5.00"), total_tax=None, status=""),
        ),
        (
            OVERPAYMENTS,
            {
                "BankTransactionID": PAYMENT_ID,
                "OverpaymentID": OVERPAYMENT_ID,
                "Total": Decimal("5.00"),
                "TotalTax": Decimal("0.00"),
                "Status": "AUTHORISED",
            },
            Posted(xero_id=OVERPAYMENT_ID, total=Decimal("5.00"), total_tax=Decimal("0.00"), status="AUTHORISED"),
        ),
        (
            BANK_TRANSACTIONS,
            {"BankTransactionID": PAYMENT_ID, "Total": "12.00", "TotalTax": "2.00", "Status": "AUTHORISED"},
            Posted(xero_id=PAYMENT_ID, total=Decimal("12.00"), total_tax=Decimal("2.00"), status="AUTHORISED"),
        ),
        (
            JOURNALS,
            {"ManualJournalID": PAYMENT_ID, "Status": "POSTED"},
            Posted(xero_id=PAYMENT_ID, total=None, total_tax=None, status="POSTED"),
        ),
        (
            CONTACTS,
            {"ContactID": CONTACT_ID, "ContactNumber": "SH-77", "ContactStatus": "ACTIVE"},
            Posted(xero_id=CONTACT_ID, total=None, total_tax=None, status=""),
        ),
        (
            VOIDS,
            {"InvoiceID": INVOICE_ID, "Status": "VOIDED", "Total": Decimal("24.93"), "TotalTax": Decimal("4.16")},
            Posted(xero_id=INVOICE_ID, total=Decimal("24.93"), total_tax=Decimal("4.16"), status="VOIDED"),
        ),
        (
            ALLOCATION_REMOVALS,
            {"AllocationId": ALLOCATION_ID, "IsDeleted": True},
            Posted(xero_id=None, total=None, total_tax=None, status="DELETED"),
        ),
        (
            OVERPAYMENT_ALLOCATION_REMOVALS,
            {"AllocationID": ALLOCATION_ID, "IsDeleted": True},
            Posted(xero_id=None, total=None, total_tax=None, status="DELETED"),
        ),
    ],
)
def test_each_endpoint_yields_its_id_and_figures(endpoint: Any, element: dict[str, Any], expected: Posted) -> None:
    assert read_outcomes(endpoint, answer(element), 1) == [expected]


@pytest.mark.parametrize("endpoint", [ALLOCATION_REMOVALS, OVERPAYMENT_ALLOCATION_REMOVALS])
def test_a_removal_confirmed_without_a_body_is_done(endpoint: Any) -> None:
    assert read_outcomes(endpoint, answer(status=204), 1) == [
        Posted(xero_id=None, total=None, total_tax=None, status="DELETED")
    ]


@pytest.mark.parametrize("endpoint", [ALLOCATION_REMOVALS, OVERPAYMENT_ALLOCATION_REMOVALS])
def test_a_removal_that_was_done_before_is_done(endpoint: Any) -> None:
    repeated = {"ValidationErrors": [{"Message": "The allocation has been deleted already."}]}

    assert isinstance(read_outcomes(endpoint, answer(repeated, status=400), 1)[0], Posted)


@pytest.mark.parametrize(
    "element",
    [
        {"HasErrors": True},
        {"HasValidationErrors": True},
        {"StatusAttributeString": "ERROR"},
        TAKEN,
        {"LineItems": [{"ValidationErrors": [{"Message": "Account code '999' is not a valid code."}]}]},
        {"Contact": {"Phones": [{"ValidationErrors": [{"Message": "Phone number too long"}]}]}},
    ],
)
def test_a_refusal_is_found_however_it_is_said(element: dict[str, Any]) -> None:
    assert isinstance(read_outcomes(INVOICES, answer(element), 1)[0], Refused)


def test_all_messages_are_kept_each_once() -> None:
    one, two = {"Message": "Account code '999' is not a valid code."}, {"Message": "Invoice # must be unique."}
    element = {"ValidationErrors": [one, two], "LineItems": [{"ValidationErrors": [one]}]}

    (refused,) = read_outcomes(INVOICES, answer(element), 1)

    assert isinstance(refused, Refused)
    assert refused.original == f"{one['Message']} {two['Message']}"


@pytest.mark.parametrize(
    "elements",
    [
        [],
        [SH1, SH1],
        [{**SH1, "InvoiceID": NIL}],
        [{**SH1, "InvoiceID": None}],
        [{**SH1, **TAKEN}],
        [{}],
    ],
)
def test_an_answer_that_does_not_fit_or_contradicts_itself_is_looked_up(elements: list[dict[str, Any]]) -> None:
    with pytest.raises(OutcomeUnknown, match="does not fit") as raised:
        read_outcomes(INVOICES, answer(*elements), 1)

    assert raised.value.correlation_id == "c-1"


@pytest.mark.parametrize(
    ("endpoint", "element"),
    [
        (VOIDS, {"InvoiceID": INVOICE_ID, "Status": "AUTHORISED"}),
        (ALLOCATION_REMOVALS, {"AllocationID": ALLOCATION_ID, "IsDeleted": False}),
        (ALLOCATIONS, {"Amount": Decimal("60.00")}),
        (OVERPAYMENTS, {"BankTransactionID": PAYMENT_ID, "Total": Decimal("5.00")}),
        (OVERPAYMENT_ALLOCATION_REMOVALS, {"AllocationID": ALLOCATION_ID}),
        (JOURNALS, {"ManualJournalID": NIL}),
    ],
)
def test_a_write_that_left_no_trace_of_itself_is_looked_up(endpoint: Any, element: dict[str, Any]) -> None:
    with pytest.raises(OutcomeUnknown):
        read_outcomes(endpoint, answer(element), 1)


def test_an_unrefused_element_of_a_refused_call_is_looked_up() -> None:
    with pytest.raises(OutcomeUnknown):
        read_outcomes(INVOICES, answer(SH1, SH2, status=400), 2)


def test_ids_that_came_back_in_another_order_are_not_mixed_up() -> None:
    swapped = answer({**SH1, "InvoiceNumber": "SH-2"}, {**SH1, "InvoiceNumber": "SH-1"})

    with pytest.raises(OutcomeUnknown, match="other names"):
        read_outcomes(INVOICES, swapped, 2, names=["SH-1", "SH-2"])


def test_names_that_match_or_are_not_echoed_are_fine() -> None:
    silent = {key: value for key, value in SH1.items() if key != "InvoiceNumber"}

    assert len(read_outcomes(INVOICES, answer(SH1, silent), 2, names=["SH-1", "SH-2"])) == 2


def test_an_overpayment_comes_back_under_the_name_in_its_line() -> None:
    posted = {"OverpaymentID": OVERPAYMENT_ID, "Total": Decimal("5.00")}
    ours = {**posted, "LineItems": [{"Description": "Overpaid (Order 1 (SH-1-O1))"}]}
    another = {**posted, "LineItems": [{"Description": "Overpaid (Order 2 (SH-2-O1))"}]}
    names = ["Order 1 (SH-1-O1)", "Order 1 (SH-1-O1)"]

    assert len(read_outcomes(OVERPAYMENTS, answer(ours, posted), 2, names=names)) == 2
    with pytest.raises(OutcomeUnknown, match="other names"):
        read_outcomes(OVERPAYMENTS, answer(ours, another), 2, names=names)
