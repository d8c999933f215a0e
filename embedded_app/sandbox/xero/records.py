"""What an organisation's books hold: contacts, documents with their lines, payments and allocations.

These are plain mutable records; the rules that create and change them are in the modules named after them. Amounts are
in the document's currency with two decimals, whatever the currency: Xero keeps cents of yen, and no third decimal of a
Kuwaiti dinar. Days are calendar days without a zone, as in Xero.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

ZERO = Decimal("0.00")
ONE = Decimal(1)
OPEN_STATUSES = frozenset({"AUTHORISED", "PAID"})  # The statuses that are in the general ledger.


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentKind:
    """What differs between sales invoices, sales credit notes and overpayments.

    `sign` is +1 where the customer owes us. An overpayment has no number: `number_field` is empty.
    """

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
        """The name of the id in requests and answers: InvoiceID, CreditNoteID or OverpaymentID."""
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
OVERPAYMENT = DocumentKind(
    name="Overpayment",
    envelope="Overpayments",
    type="RECEIVE-OVERPAYMENT",
    number_field="",
    number_prefix="",
    number_taken="",
    payment_type="AROVERPAYMENTPAYMENT",
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
class Tracked:
    """One tracking option on a line, with its category."""

    category_id: str
    option_id: str
    category: str
    option: str


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
    tracking: tuple[Tracked, ...] = ()

    def net(self, line_amount_types: str) -> Decimal:
        """The amount without tax: what the line's account is credited or debited with."""
        return self.line_amount - self.tax_amount if line_amount_types == "Inclusive" else self.line_amount


def total_tax(lines: tuple[Line, ...]) -> Decimal:
    """Σ of the lines' tax."""
    return sum((line.tax_amount for line in lines), ZERO)


def total(lines: tuple[Line, ...], line_amount_types: str) -> Decimal:
    """Σ of the lines, tax included."""
    return sum((line.net(line_amount_types) + line.tax_amount for line in lines), ZERO)


@dataclass(slots=True, kw_only=True)
class Document:
    """An invoice, a credit note or an overpayment, with what has been paid on it and allocated to or from it.

    `settlements` are in posting order, taken-back ones included.
    """

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
    bank_account_code: str = ""  # Where an overpayment came in.
    settlements: "list[Payment | Allocation]" = field(default_factory=list)

    @property
    def payments(self) -> "list[Payment]":
        """Every payment in posting order, deleted ones included."""
        return [item for item in self.settlements if isinstance(item, Payment)]

    @property
    def allocations(self) -> "list[Allocation]":
        """Every allocation in posting order, deleted ones included."""
        return [item for item in self.settlements if isinstance(item, Allocation)]

    @property
    def standing(self) -> "list[Payment | Allocation]":
        """The settlements that have not been taken back."""
        return [item for item in self.settlements if not item.deleted]

    @property
    def total_tax(self) -> Decimal:
        """Σ of the lines' tax."""
        return total_tax(self.lines)

    @property
    def total(self) -> Decimal:
        """What the customer owes (or is owed), tax included."""
        return total(self.lines, self.line_amount_types)

    @property
    def sub_total(self) -> Decimal:
        """The total without tax."""
        return self.total - self.total_tax

    @property
    def paid(self) -> Decimal:
        """Σ of the payments that stand."""
        return sum((payment.amount for payment in self.payments if not payment.deleted), ZERO)

    @property
    def allocated(self) -> Decimal:
        """Σ of the allocations that stand: to an invoice, or from a credit note or an overpayment."""
        return sum((allocation.amount for allocation in self.allocations if not allocation.deleted), ZERO)

    @property
    def due(self) -> Decimal:
        """What is still open: an invoice's amount due, a credit note's or overpayment's remaining credit."""
        return self.total - self.paid - self.allocated if self.status in OPEN_STATUSES else ZERO

    def settle_status(self, now: datetime) -> None:
        """Make PAID what has nothing open and AUTHORISED what has, as Xero does itself; and note the change."""
        if self.status in OPEN_STATUSES:
            self.status = "AUTHORISED" if self.due else "PAID"
        self.updated_at = now


@dataclass(slots=True, kw_only=True)
class Payment:
    """Money received on an invoice, or paid back on a credit note or an overpayment, through one account.

    `amount` is in the document's currency, `bank_amount` in the account's, `base_amount` in the organisation's.
    """

    payment_id: str
    document: Document
    account_code: str
    account_id: str
    day: date
    amount: Decimal
    bank_amount: Decimal
    base_amount: Decimal
    rate: Decimal
    reference: str
    updated_at: datetime
    status: str = "AUTHORISED"

    @property
    def deleted(self) -> bool:
        """True once it has been taken back."""
        return self.status == "DELETED"


@dataclass(slots=True, kw_only=True)
class Allocation:
    """Credit of a credit note or an overpayment (`source`) used on an invoice.

    It moves nothing between accounts, but for a currency gain where the two documents have different rates.
    """

    allocation_id: str
    source: Document
    invoice: Document
    day: date
    amount: Decimal
    deleted: bool = False

    @property
    def credit_note(self) -> Document:
        """The document whose credit is used, which may be an overpayment."""
        return self.source
