"""Xero's messages as causes and sentences."""

import pytest

from embedded_app.xero.refusals import Cause, explain

MESSAGES = [
    (
        "The document date cannot be before the period lock date, currently set at 31 October 2026.",
        Cause.LOCK_DATE,
        "",
    ),
    ("The document date cannot be before the end of year lock date, currently set at …", Cause.LOCK_DATE, ""),
    ("Invoice # must be unique.", Cause.NUMBER_TAKEN, ""),
    ("Credit note # must be unique.", Cause.NUMBER_TAKEN, ""),
    ("The TaxType code 'OUTPUT9' cannot be used with account code '200'.", Cause.TAX_TYPE, "OUTPUT9"),
    ("Account code '999' is not a valid code for this document.", Cause.ACCOUNT, "999"),
    ("Account code '200' has been archived, or has been deleted.", Cause.ACCOUNT, "200"),
    ("The contact status 'ARCHIVED' is not valid for contacts", Cause.CONTACT, "ARCHIVED"),
    (
        "The contact name Ann is already assigned to another contact. The contact name must be unique across all "
        "active contacts.",
        Cause.NAME_TAKEN,
        "",
    ),
    ("The contact name 'Lock Date Tracking Ltd' is already assigned to another contact.", Cause.NAME_TAKEN, ""),
    ("The ContactNumber SH-C77 is already assigned to another contact.", Cause.NUMBER_TAKEN, ""),
    ("The contact Name must have no leading, trailing or repeated spaces and no < or >.", Cause.CONTACT, ""),
    ("Payment amount exceeds the amount outstanding on this document", Cause.AMOUNT, ""),
    ("The line total 5.00 does not match the expected line total 5.01", Cause.AMOUNT, ""),
    ("Organisation is not subscribed to currency EUR", Cause.CURRENCY, "EUR"),
    ("A currency rate must be specified", Cause.RATE, ""),
    ("The total debits (5.00) must equal total credits (4.99)", Cause.TOTALS, ""),
    ("The tracking option 'North' does not exist in the tracking category 'Region'.", Cause.TRACKING, "North"),
    ("Account code '091' cannot be used in a manual journal.", Cause.ACCOUNT, "091"),
    ("Payments can only be made against Authorised documents", Cause.STATUS, ""),
    (
        "This document cannot be edited as it has a payment or credit note allocated to it.",
        Cause.STATUS,
        "",
    ),
    (
        "The invoice cannot be voided because it has payments or credit notes allocated to it",
        Cause.STATUS,
        "",
    ),
    ("Invoice not of valid status for modification", Cause.STATUS, ""),
    (
        "Account code '400' is not valid: the INVENTORY account cannot be used in a manual journal.",
        Cause.ACCOUNT,
        "400",
    ),
    ("Something Xero has never said before", Cause.OTHER, ""),
]


@pytest.mark.parametrize(("message", "cause", "subject"), MESSAGES)
def test_a_message_becomes_a_cause_a_subject_and_a_sentence_that_says_what_to_do(
    message: str, cause: Cause, subject: str
) -> None:
    refused = explain([message])

    assert (refused.code, refused.subject, refused.original) == (cause, subject, message)
    assert "retry" in refused.sentence.lower() and refused.sentence.endswith(f"Xero says: “{message}”")


def test_a_message_that_is_understood_decides_over_one_that_is_not() -> None:
    refused = explain(["A validation error occurred", "Account code '999' is not a valid code for this document."])

    assert (refused.code, refused.subject) == (Cause.ACCOUNT, "999")


def test_a_message_without_end_is_cut() -> None:
    assert len(explain(["x" * 100_000]).sentence) < 1200
