"""What Xero will hold: documents, settlements between them and the tenders, and the decision that made them.

The same types serve what is to be posted now and the history of what was decided before, so that deciding again over
a history is the same code as deciding for the first time. Amounts are positive; the kind says which side they stand on.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping as ReadOnlyMapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum


class DocumentKind(StrEnum):
    """What Xero will hold.

    INVOICE and CREDIT_NOTE are Xero's ACCREC and ACCRECCREDIT; VOID takes an invoice back as if it never was.
    OVERPAYMENT is money received beyond what is open: credit of the customer, like a credit note. SPEND_MONEY and
    RECEIVE_MONEY are bank transactions on a clearing account. JOURNAL moves amounts between accounts without money.
    """

    INVOICE = "invoice"
    CREDIT_NOTE = "credit note"
    VOID = "void"
    OVERPAYMENT = "overpayment"
    SPEND_MONEY = "spend money"
    RECEIVE_MONEY = "receive money"
    JOURNAL = "journal"


class SettlementKind(StrEnum):
    """PAYMENT on an invoice; REFUND, a payment on a credit note; ALLOCATION of credit to an invoice, or its removal."""

    PAYMENT = "payment"
    REFUND = "refund"
    ALLOCATION = "allocation"
    ALLOCATION_REMOVAL = "allocation removal"


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentLine:
    """One line of a document.

    gross: what the line adds to the document's total, tax included, signed within the document (a discount shown on its
    own line is negative). quantity × unit_amount rounds to gross. tax: the store's figure. tax_amount: that same figure
    where Xero's own arithmetic would differ and it must be sent, else None. account: an account code, or an AccountID
    where the account has no code. sources: ids of the sale lines behind it. rule, tax_rule: which rules of the mapping
    chose the account and the tax type, in words. tracking: up to two (category, option) pairs. In a JOURNAL gross is
    positive for a debit and negative for a credit. strategy: how the tax is told ("rate", "separate", "marketplace";
    "price reduction" where it is not the store's). is_tax: the line is itself a tax: its gross is the store's tax, its
    own tax is zero. tax_difference: what the line's tax exceeds the store's by, listed and never hidden; zero unless
    the strategy is price reduction.
    """

    description: str
    quantity: Decimal
    unit_amount: Decimal
    gross: Decimal
    account: str
    tax_type: str
    tax: Decimal
    tax_amount: Decimal | None
    tax_key: str
    sources: tuple[str, ...]
    rule: str
    tracking: tuple[tuple[str, str], ...] = ()
    is_tax: bool = False
    tax_rule: str = ""
    strategy: str = "rate"
    tax_difference: Decimal = Decimal(0)

    @property
    def stated_tax(self) -> Decimal:
        """The store's own tax in this line, whether Xero holds it as tax or as a line of its own."""
        return (self.gross if self.is_tax else self.tax) - self.tax_difference


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """An invoice, a credit note, the voiding of an invoice, or what else Xero holds (DocumentKind).

    role: unique within the group and generation: "placed", "E1", "R1", "V1". number: what Xero shows, generation
    included. date: the book date; event_day: the store's true day (earlier where a lock date moved the book date).
    agreements: the content hash of each agreement it books, by agreement id: the same id with another hash is an error.
    reverses: for VOID, the role of the invoice it voids; its lines are empty, its total the invoice's.
    contact: a ContactID, or "customer:" and the channel's customer id where a contact of the customer's own is wanted.
    tender_id and account: for OVERPAYMENT, SPEND_MONEY and RECEIVE_MONEY, the tender behind it, if any, and its
    clearing account. rate: the CurrencyRate to send (units of the document's currency for one of the base currency),
    None for the base currency.
    """

    role: str
    kind: DocumentKind
    number: str
    generation: int
    date: datetime.date
    due_date: datetime.date
    event_day: datetime.date
    contact: str
    currency: str
    reference: str
    lines: tuple[DocumentLine, ...]
    total: Decimal
    total_tax: Decimal
    agreements: ReadOnlyMapping[str, str] = field(default_factory=dict)
    reverses: str | None = None
    tender_id: str | None = None
    account: str | None = None
    rate: Decimal | None = None

    @property
    def tax_difference(self) -> Decimal:
        """What its tax exceeds the store's by, in all: price reductions the store stated without tax."""
        return sum((line.tax_difference for line in self.lines), Decimal(0))

    @property
    def sign(self) -> int:
        """+1 for what adds to the customer's debt, −1 for what takes from it."""
        return 1 if self.kind is DocumentKind.INVOICE else -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """Money or credit put against a document.

    role: the document paid (PAYMENT), refunded (REFUND) or whose credit is given (ALLOCATION and its removal).
    to_role: the invoice that credit goes to, for allocations only. tender_id, account: for payments and refunds only;
    account is the clearing or liability account. ordinal: 1, 2, … tells apart settlements that are otherwise alike
    (an allocation, its removal, and the same allocation again). reference: what finds it again in Xero. bank_amount:
    what moved on the account, where its currency is not the document's.
    """

    kind: SettlementKind
    role: str
    amount: Decimal
    date: datetime.date
    reference: str
    ordinal: int = 1
    to_role: str | None = None
    tender_id: str | None = None
    account: str | None = None
    bank_amount: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Why an order is not posted.

    cause: a stable code ("unmapped tax", "unmapped gateway", …), by which the held are grouped. subject: the tax key,
    gateway, … in question, so that one action frees all of its kind. sentence: what happened and what to do.
    tender_id: set where only this tender is held and the rest of the order posts.
    """

    cause: str
    subject: str
    sentence: str
    tender_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The agreements that share one document: here one order. number: the documents' base number, prefix included."""

    kind: str
    key: str
    currency: str
    number: str
    generation: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """What the organisation in Xero dictates.

    rates: effective rate of each active tax type, as a fraction. lock_date: the last day that is closed, None where
    none. rounding_account: the account with SystemAccount=ROUNDING. currencies: those it subscribes to; its base
    currency may be left out. bank_accounts: those of type BANK, by what the mapping names them; None where not read.
    account_currencies: of accounts kept in another currency than the base currency, by what the mapping names them.
    """

    base_currency: str
    rates: ReadOnlyMapping[str, Decimal]
    lock_date: datetime.date | None = None
    rounding_account: str | None = None
    currencies: frozenset[str] = frozenset()
    bank_accounts: frozenset[str] | None = None
    account_currencies: ReadOnlyMapping[str, str] = field(default_factory=dict)

    def currency_of(self, account: str) -> str:
        """The currency an account is kept in. Xero keeps bank accounts alone in others than the base currency."""
        return self.account_currencies.get(account, self.base_currency)


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What was decided for this group before, in the order it was decided. Held tenders are not in it."""

    documents: tuple[Document, ...] = ()
    settlements: tuple[Settlement, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What to post now, on top of the history.

    documents and settlements: in posting order; each payment after its document, each allocation after both.
    held: reasons. A reason without tender_id holds the whole group and comes with no documents and no settlements; one
    with tender_id holds only that tender. waiting: what a whole order waits for before any of it is posted. nothing:
    why there is nothing to post. Where documents, settlements and held are all empty, one of these two is given.
    """

    documents: tuple[Document, ...] = ()
    settlements: tuple[Settlement, ...] = ()
    held: tuple[Held, ...] = ()
    nothing: str | None = None
    waiting: str | None = None
