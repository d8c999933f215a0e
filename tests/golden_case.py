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

    lines: (quantity × unit amount, description, gross, account, tax type, tax, "sent" where the tax is sent or "").
    """

    kind: str
    role: str
    number: str
    date: date
    total: Decimal
    tax: Decimal
    reference: str
    lines: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedSettlement:
    """A settlement as the text gives it. target: the account of money, the invoice's role of an allocation."""

    kind: str
    role: str
    amount: Decimal
    date: date
    target: str
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One golden case.

    steps: the order's facts at each DECIDE. balances: by account code, debits positive, without zeros. mapping: the
    document `parse_mapping` reads. vat: tax by tax type, without zeros. documents and settlements: of all steps
    together, in posting order.
    """

    name: str
    title: str
    steps: tuple[Order, ...]
    group: Group
    mapping: dict[str, Any]
    books: Books
    account_names: dict[str, str]
    documents: tuple[ExpectedDocument, ...]
    settlements: tuple[ExpectedSettlement, ...]
    balances: dict[str, Decimal]
    vat: dict[str, Decimal]

    @property
    def order(self) -> Order:
        """The order with everything that happened to it."""
        return self.steps[-1]
