"""What an organisation's books hold beside documents: bank transactions, bank transfers, manual journals, tracking."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from embedded_app.sandbox.xero.records import Contact, Line, Tracked, total, total_tax


@dataclass(slots=True, kw_only=True)
class BankTransaction:
    """Money spent or received outside documents.

    `type` is SPEND, RECEIVE, RECEIVE-OVERPAYMENT (then `overpayment_id` names the credit it made) or, for the two sides
    of a transfer, SPEND-TRANSFER and RECEIVE-TRANSFER. Amounts are in `currency`, which is the bank account's.
    """

    transaction_id: str
    type: str
    contact: Contact | None
    day: date
    reference: str
    url: str
    account_code: str
    account_id: str
    currency: str
    rate: Decimal
    line_amount_types: str
    lines: tuple[Line, ...]
    updated_at: datetime
    overpayment_id: str = ""
    transferred: Decimal | None = None
    status: str = "AUTHORISED"

    @property
    def sign(self) -> int:
        """+1 where money comes in."""
        return 1 if self.type.startswith("RECEIVE") else -1

    @property
    def total_tax(self) -> Decimal:
        """Σ of the lines' tax."""
        return total_tax(self.lines)

    @property
    def total(self) -> Decimal:
        """What the bank account moves by, without sign."""
        return total(self.lines, self.line_amount_types) if self.transferred is None else self.transferred


@dataclass(slots=True, kw_only=True)
class BankTransfer:
    """Money moved between two bank accounts of one currency; its two sides are bank transactions."""

    transfer_id: str
    spent: BankTransaction
    received: BankTransaction
    day: date
    amount: Decimal
    rate: Decimal
    reference: str
    created_at: datetime
    status: str = "AUTHORISED"


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalLine:
    """One line of a manual journal. Debits are positive; `line_amount` holds the tax when the journal is Inclusive."""

    account_code: str
    account_id: str
    description: str
    tax_type: str
    line_amount: Decimal
    tax_amount: Decimal
    tracking: tuple[Tracked, ...]

    def net(self, line_amount_types: str) -> Decimal:
        """The amount without tax."""
        return self.line_amount - self.tax_amount if line_amount_types == "Inclusive" else self.line_amount


@dataclass(slots=True, kw_only=True)
class ManualJournal:
    """A journal entered by hand, in base currency. `status` is DRAFT, POSTED, VOIDED or DELETED."""

    journal_id: str
    narration: str
    day: date
    line_amount_types: str
    lines: tuple[JournalLine, ...]
    url: str
    on_cash_basis: bool
    status: str
    updated_at: datetime


@dataclass(slots=True, kw_only=True)
class TrackingOption:
    """One option of a tracking category. `status` is ACTIVE, ARCHIVED or DELETED."""

    option_id: str
    name: str
    status: str = "ACTIVE"


@dataclass(slots=True, kw_only=True)
class TrackingCategory:
    """A tracking category with its options. `status` is ACTIVE, ARCHIVED or DELETED."""

    category_id: str
    name: str
    options: list[TrackingOption] = field(default_factory=list)
    status: str = "ACTIVE"
