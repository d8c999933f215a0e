"""What an organisation's books hold: contacts, documents with their lines, payments and allocations.

These are plain mutable records; the rules that create and change them are in `documents`, `payments`, `allocations`.
Amounts are in the document's currency, in cents as Decimal; days are calendar days without a zone, as in Xero.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

ZERO = Decimal("0.00")
OPEN_STATUSES = frozenset({"AUTHORISED", "PAID"})  # The statuses that are in the general ledger.


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentKind:
    """What differs between sales invoices and sales credit notes. `sign` is +1 where the customer owes us."""

    name: str
    envelope: str
    type: str
    number_field: str
    number_prefix: str
    number_taken: str
    payment_type: str
    sign: int

    @property
    def id_field(self) -> str:
        """The name of the id in requests and answers: InvoiceID or CreditNoteID."""
        return f"{self.name}ID"


INVOICE = DocumentKind(
    name="Invoice",
    envelope="Invoices",
    type="ACCREC",
    number_field="InvoiceNumber",
    number_prefix="INV-",
    number_taken="Invoice # must be unique.",
    payment_type="ACCRECPAYMENT",
    sign=1,
)
CREDIT_NOTE = DocumentKind(
    name="CreditNote",
    envelope="CreditNotes",
    type="ACCRECCREDIT",
    number_field="CreditNoteNumber",
    number_prefix="CN-",
    number_taken="Credit note # must be unique.",
    payment_type="ARCREDITPAYMENT",
    sign=-1,
)


@dataclass(slots=True, kw_only=True)
class Contact:
    """A customer. `status` is ACTIVE or ARCHIVED."""

    contact_id: str
    name: str
    updated_at: datetime
    number: str = ""
    account_number: str = ""
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    status: str = "ACTIVE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line. `line_amount` is as stated: with tax when the document is Inclusive; `tax_amount` is its tax."""

    line_item_id: str
    description: str
    quantity: Decimal
    unit_amount: Decimal
    account_code: str
    account_id: str
    tax_type: str
    line_amount: Decimal
    tax_amount: Decimal


@dataclass(slots=True, kw_only=True)
class Document:
    """An invoice or a credit note, with what has been paid on it and allocated to or from it."""

    kind: DocumentKind
    document_id: str
    number: str
    contact: Contact | None
    day: date
    due_day: date | None
    reference: str
    url: str
    currency: str
    rate: Decimal
    status: str
    line_amount_types: str
    lines: tuple[Line, ...]
    updated_at: datetime
    payments: "list[Payment]" = field(default_factory=list)
    allocations: "list[Allocation]" = field(default_factory=list)

    @property
    def total_tax(self) -> Decimal:
        """Σ of the lines' tax."""
        return sum((line.tax_amount for line in self.lines), ZERO)

    @property
    def total(self) -> Decimal:
        """What the customer owes (or is owed), tax included."""
        stated = sum((line.line_amount for line in self.lines), ZERO)
        return stated + self.total_tax if self.line_amount_types == "Exclusive" else stated

    @property
    def sub_total(self) -> Decimal:
        """The total without tax."""
        return self.total - self.total_tax

    @property
    def paid(self) -> Decimal:
        """Σ of the payments that stand."""
        return sum((payment.amount for payment in self.payments if payment.status == "AUTHORISED"), ZERO)

    @property
    def allocated(self) -> Decimal:
        """Σ of the allocations that stand: to an invoice, or from a credit note."""
        return sum((allocation.amount for allocation in self.allocations if not allocation.deleted), ZERO)

    @property
    def due(self) -> Decimal:
        """What is still open: an invoice's amount due, a credit note's remaining credit."""
        return self.total - self.paid - self.allocated if self.status in OPEN_STATUSES else ZERO

    def settle_status(self, now: datetime) -> None:
        """Make PAID what has nothing open and AUTHORISED what has, as Xero does itself; and note the change."""
        if self.status in OPEN_STATUSES:
            self.status = "AUTHORISED" if self.due else "PAID"
        self.updated_at = now

    def net(self, line: Line) -> Decimal:
        """A line's amount without tax, in the document's currency: what its account is credited with."""
        return line.line_amount - line.tax_amount if self.line_amount_types == "Inclusive" else line.line_amount


@dataclass(slots=True, kw_only=True)
class Payment:
    """Money received on an invoice, or paid back on a credit note, through one account."""

    payment_id: str
    document: Document
    account_code: str
    account_id: str
    day: date
    amount: Decimal
    reference: str
    updated_at: datetime
    status: str = "AUTHORISED"


@dataclass(slots=True, kw_only=True)
class Allocation:
    """Credit of a credit note used on an invoice. It moves nothing between accounts."""

    allocation_id: str
    credit_note: Document
    invoice: Document
    day: date
    amount: Decimal
    deleted: bool = False
