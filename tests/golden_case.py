"""What a golden case is: facts to decide upon, and the documents, settlements and balances they must make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from embedded_app.accounting.documents import Books, Group
from embedded_app.accounting.order import Order
from tests.golden_cards import Card


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
class Step:
    """One DECIDE: everything known then, and what is decided by.

    orders: each with its group. cards: gift cards as they stand. opening: balances by gateway, empty where none are
    opened. today: the day it is decided on, None where that does not matter. deleted: whether the last order is gone
    from the store. year_end: whether what closes the books is the end of year's lock date. mapping: the document
    `parse_mapping` reads.
    """

    orders: tuple[tuple[Group, Order], ...]
    cards: tuple[Card, ...]
    opening: Mapping[str, Decimal]
    today: date | None
    deleted: bool
    year_end: bool
    mapping: dict[str, Any]
    books: Books

    @property
    def order(self) -> Order:
        """The first order."""
        return self.orders[0][1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One golden case.

    steps: what is known at each DECIDE. balances: by account code, debits positive, without zeros. vat: tax by tax
    type, without zeros. documents and settlements: of all steps together, in posting order, order by order, then those
    beyond orders. organisation: the file its books are from ("uk_books"). held: (cause, sentence) of what the last step
    holds, in the order it is told. unread: the sentences by which a channel holds what it cannot read. day_rates: what
    Xero takes for currencies in which no rate is sent, as units of them for one of the base currency. once: whether
    its books are the same when the last step is all there is.
    """

    name: str
    title: str
    organisation: str
    timezone: str
    currency: str
    steps: tuple[Step, ...]
    account_names: dict[str, str]
    documents: tuple[ExpectedDocument, ...]
    settlements: tuple[ExpectedSettlement, ...]
    held: tuple[tuple[str, str], ...]
    unread: tuple[str, ...]
    once: bool
    balances: dict[str, Decimal]
    vat: dict[str, Decimal]
    day_rates: dict[str, Decimal]

    @property
    def order(self) -> Order:
        """The first order with everything that happened to it."""
        return self.steps[-1].order

    @property
    def group(self) -> Group:
        """The first order's group."""
        return self.steps[-1].orders[0][0]

    @property
    def mapping(self) -> dict[str, Any]:
        """The mapping the last step is decided by."""
        return self.steps[-1].mapping

    @property
    def books(self) -> Books:
        """The books the last step is decided by."""
        return self.steps[-1].books
