"""What a golden case is: facts to decide upon, and the documents, settlements and balances they must make."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from embedded_app.accounting.documents import Books, Group
from embedded_app.accounting.order import Order


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedDocument:
    """A document as the text gives it.

    lines: (quantity × unit amount, description, gross, account, tax type, tax, "sent" where the tax is sent or "",
    tracking "Channel: Online" and the like, joined by commas, or ""). tax_difference: what its tax exceeds the store's
    by. account: of bank transactions. rate: of a foreign currency. contact: where it is the customer's own.
    """

    kind: str
    role: str
    number: str
    date: date
    total: Decimal
    tax: Decimal
    reference: str
    lines: tuple[tuple[str, ...], ...] = ()
    tax_difference: Decimal = Decimal(0)
    account: str = ""
    due: date | None = None
    rate: Decimal | None = None
    contact: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedSettlement:
    """A settlement as the text gives it. target: the account of money, the invoice's role of an allocation."""

    kind: str
    role: str
    amount: Decimal
    date: date
    target: str
    reference: str
    banked: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One golden case.

    steps: the order's facts at each DECIDE. balances: by account code, debits positive, without zeros. mapping: the
    document `parse_mapping` reads. vat: tax by tax type, without zeros. documents and settlements: of all steps
    together, in posting order. organisation: the file its books are from ("uk_books"). held: (cause, sentence) of what
    the last step holds, in the order it is told.
    """

    name: str
    title: str
    organisation: str
    steps: tuple[Order, ...]
    group: Group
    mapping: dict[str, Any]
    books: Books
    account_names: dict[str, str]
    documents: tuple[ExpectedDocument, ...]
    settlements: tuple[ExpectedSettlement, ...]
    held: tuple[tuple[str, str], ...]
    balances: dict[str, Decimal]
    vat: dict[str, Decimal]

    @property
    def order(self) -> Order:
        """The order with everything that happened to it."""
        return self.steps[-1]
