"""What every document of one order is made with: its group, the order as it is booked, the mapping, the books."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from embedded_app.accounting.documents import Books, Group
from embedded_app.accounting.mapping import Mapping
from embedded_app.accounting.order import Order


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """The ground an order's documents stand on.

    order: in the currency it is booked in, its tenders as money that moved. shop: the same order in the shop's
    currency, where that is another; else None. contact: whom all its documents are made out to.
    """

    group: Group
    order: Order
    shop: Order | None
    mapping: Mapping
    books: Books
    contact: str

    def takes_money_on(self, account: str) -> bool:
        """Whether the order's money can be booked on an account: in its documents' currency, or at the store's rate.

        The store tells a rate only where it tells the order in two currencies; between others Xero would need one.
        """
        shop = self.order if self.shop is None else self.shop
        return self.books.currency_of(account) in (self.order.currency, shop.currency)

    def number(self, role: str) -> str:
        """The number of the document with that role, unique in the organisation as the group's own number is."""
        return document_number(self.group, role)


def document_number(group: Group, role: str) -> str:
    """A document's number: the group's own for what was placed, with the role appended for all others.

    Xero may never free a voided number, so a group that was undone and is posted again takes new ones.
    """
    number = group.number if role == "placed" else f"{group.number}-{role}"
    return number if group.generation == 1 else f"{number}.{group.generation}"


def next_role(letter: str, roles: Iterable[str]) -> str:
    """The next role of a letter (R1, R2, …), after the highest there is: one may be missing that was never sent."""
    taken = [int(role[1:]) for role in roles if role.startswith(letter)]
    return f"{letter}{1 + max(taken, default=0)}"
