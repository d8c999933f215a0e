"""What Xero's OpenAPI description leaves open about requests: which fields must be sent, and how days are written.

The description requires next to nothing, lets any unknown field pass and types every date as a string. This overlay is
read beside it: by the sandbox's tests for every element the sandbox accepts, and by whoever else sends to Xero.
"""

import re
from collections.abc import Iterator
from typing import Any

from tests.specs import xero_properties, xero_request_errors

# Fields without which an element is not taken, or is taken for something nobody chose.
REQUIRED: dict[str, frozenset[str]] = {
    "Invoice": frozenset({"Type"}),
    "CreditNote": frozenset({"Type"}),
    "LineItem": frozenset({"Description"}),
    "Payment": frozenset({"Account", "Date", "Amount"}),
    "Allocation": frozenset({"Amount", "Date", "Invoice"}),
    "Contact": frozenset(),
    "BankTransaction": frozenset({"Type", "Contact", "BankAccount", "Date", "LineAmountTypes", "LineItems"}),
    "BankTransfer": frozenset({"FromBankAccount", "ToBankAccount", "Amount", "Date"}),
    "ManualJournal": frozenset({"Narration", "Date", "JournalLines"}),
    "ManualJournalLine": frozenset({"LineAmount"}),
    "LineItemTracking": frozenset(),
    "Account": frozenset(),
    "Overpayment": frozenset({"OverpaymentID"}),
}
# Of each group at least one: how something is named. A line may leave its account to Xero: that of an overpayment does.
ONE_OF: dict[str, frozenset[str]] = {
    "ManualJournalLine": frozenset({"AccountCode", "AccountID"}),
    "Account": frozenset({"Code", "AccountID"}),
    "Contact": frozenset({"ContactID", "Name"}),
    "Payment": frozenset({"Invoice", "CreditNote", "Overpayment"}),
    "LineItemTracking": frozenset({"Option", "TrackingOptionID"}),
}
# Which schema describes the objects inside a field. Invoice and CreditNote only name a document there.
NESTED = {
    "LineItems": "LineItem",
    "JournalLines": "ManualJournalLine",
    "Contact": "Contact",
    "Account": "Account",
    "BankAccount": "Account",
    "FromBankAccount": "Account",
    "ToBankAccount": "Account",
    "Overpayment": "Overpayment",
    "Tracking": "LineItemTracking",
}
SCHEMA_OF_ENVELOPE = {
    "Invoices": "Invoice",
    "CreditNotes": "CreditNote",
    "Payments": "Payment",
    "Allocations": "Allocation",
    "Contacts": "Contact",
    "BankTransactions": "BankTransaction",
    "BankTransfers": "BankTransfer",
    "ManualJournals": "ManualJournal",
}
DAYS = frozenset({"Date", "DueDate"})
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def request_amiss(envelope: str, element: dict[str, Any]) -> list[str]:
    """What is wrong with one element of a PUT by the description and by this overlay; skips without the description."""
    schema = SCHEMA_OF_ENVELOPE[envelope]
    return [*xero_request_errors(envelope, {envelope: [element]}), *_amiss(schema, element)]


def _amiss(schema: str, element: dict[str, Any]) -> Iterator[str]:
    given = {name for name, value in element.items() if value is not None}
    for name in sorted(REQUIRED[schema] - given):
        yield f"{schema} lacks {name}"
    choice = ONE_OF.get(schema, frozenset())
    if choice and not choice & given:
        yield f"{schema} has none of {', '.join(sorted(choice))}"
    for name in sorted(given - xero_properties(schema)):
        yield f"{schema} has an unknown {name}"
    for name in sorted(DAYS & given):
        if not _DAY.fullmatch(str(element[name])):
            yield f"{schema} writes its {name} as {element[name]!r}"
    for field, inner in NESTED.items():
        value = [] if element.get(field) is None else element[field]
        for item in value if isinstance(value, list) else [value]:
            yield from _amiss(inner, item)
