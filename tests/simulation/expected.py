"""What a store's own ledgers say must be in the books, order by order: reckoned from the simulated store alone.

By the design's rules and not by the program's code: nothing of `embedded_app.accounting` is used here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from embedded_app.sandbox.shopify.entries import LineItem, Sale, Transaction, number_of
from embedded_app.sandbox.shopify.ledger import StoredOrder
from tests.simulation import places
from tests.simulation.places import Place
from tests.simulation.worlds import Store

ZERO = Decimal(0)
PROMOTIONS, GIFT_CARDS, ROUNDING = "405", "815", "860"
Sums = dict[str, Decimal]


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """One payment with the change given on it: what it moved, where, and when. id: as references name it."""

    id: str
    account: str
    day: date
    amount: Decimal


@dataclass(slots=True, kw_only=True)
class Expected:
    """What one order must have left in the books. accounts: with tax, sales positive; nets: without.

    documents: (day, signed total) of what each agreement makes. money: by id; signed, received positive. rounding: what
    coins added to what was to be paid. unclear: whether the store does not say who remits a tax of it. repriced:
    whether a person changed a document's total.
    """

    order: StoredOrder
    number: str
    accounts: Sums
    nets: Sums
    taxes: Sums
    documents: Counter[tuple[date, Decimal]] = field(default_factory=Counter)
    money: dict[str, Money] = field(default_factory=dict)
    rounding: Decimal = ZERO
    is_rounded: bool = False
    unclear: bool = False
    repriced: bool = False

    @property
    def total(self) -> Decimal:
        """What the customer was charged in all."""
        return sum(self.accounts.values(), ZERO)

    @property
    def moved(self) -> Decimal:
        """The money that was received and not paid back."""
        return sum((one.amount for one in self.money.values()), ZERO)


def expected_of(store: Store, order: StoredOrder) -> Expected:
    """The order as it must stand in the books."""
    zone = ZoneInfo(store.market.timezone)
    number = store.plan.prefix + order.name.removeprefix("#")
    found = Expected(order=order, number=number, accounts=Counter(), nets=Counter(), taxes=Counter())
    if order.test:
        return found
    for agreement in order.agreements:
        for sale in agreement.sales:
            _add(store, sale, found)
        for side in (1, -1):
            total = sum((sale.total for sale in agreement.sales if sale.total * side > 0), ZERO)
            if total:
                found.documents[_day(agreement.happened_at, zone), total] += 1
    found.is_rounded = any(entry.rounding_money for entry in order.transactions)
    found.rounding = sum((entry.rounding_money for entry in order.transactions), ZERO)
    found.accounts[ROUNDING] += found.rounding
    found.nets[ROUNDING] += found.rounding
    found.accounts, found.nets = without_zeros(found.accounts), without_zeros(found.nets)
    found.taxes = without_zeros(found.taxes)
    found.money = _money(order, zone)
    return found


def cards_of(store: Store, orders: Container[str | None] = (None,)) -> dict[str, Decimal]:
    """The gift cards these orders sold, number and value; by default those given by hand: journals of their own."""
    given = (card for card in store.shop.instruments.gift_cards.values() if card.order_id in orders)
    return {f"{store.plan.prefix}GC-{number_of(card.id)}": card.initial_value for card in given}


def without_zeros(sums: Sums) -> Sums:
    """The sums that are not zero."""
    return {name: amount for name, amount in sorted(sums.items()) if amount}


def _add(store: Store, sale: Sale, found: Expected) -> None:
    """Add a sale to what is on each account, and to the tax of each type."""
    place = store.place
    account = places.ACCOUNTS[sale.line_type.lower().replace("_", " ")]
    parts = {account: sale.total}
    if sale.line_type == "GIFT_CARD":
        worth = worth_of(store, sale)
        parts = {account: worth, PROMOTIONS: sale.total - worth}
    collected = any(tax.channel_liable for tax in sale.taxes)
    found.unclear = found.unclear or any(tax.channel_liable is None for tax in sale.taxes)
    for tax in sale.taxes if place.separate or collected else ():
        other = places.MARKETPLACE_TAX if tax.channel_liable else place.separate[tax.title]
        parts[account] -= tax.amount
        parts[other] = parts.get(other, ZERO) + tax.amount
    for name, amount in parts.items():
        found.accounts[name] += amount
        found.nets[name] += amount
    if sale.taxes and not place.separate and not collected:
        found.nets[account] -= sale.tax
        found.taxes[_tax_type(place, sale)] += sale.tax


def _tax_type(place: Place, sale: Sale) -> str:
    told = [(tax.title, tax.rate) for tax in sale.taxes]
    return next(name for taxes, name in place.tax_types.items() if [(tax.title, tax.rate) for tax in taxes] == told)


def worth_of(store: Store, sale: Sale) -> Decimal:
    """What the gift cards of a sale can be spent for, signed like it; their price before the store has made them."""
    item = sale.line
    if not isinstance(item, LineItem) or item.face_value is None:
        return sale.total
    return item.face_value * (sale.quantity or 0) if item.id in _made(store) else sale.total


def sells_unmade_cards(store: Store, order: StoredOrder) -> bool:
    """Whether the order sells gift cards that the store has not made: it makes them when the order is paid."""
    sales = (sale for agreement in order.agreements for sale in agreement.sales)
    items = (sale.line for sale in sales if isinstance(sale.line, LineItem) and sale.line.face_value is not None)
    return any(item.id not in _made(store) for item in items)


def _made(store: Store) -> set[str | None]:
    """The lines whose gift cards the store has made."""
    return {card.line_item_id for card in store.shop.instruments.gift_cards.values()}


def _money(order: StoredOrder, zone: ZoneInfo) -> dict[str, Money]:
    """What moved, change taken off the payment that it was given on."""
    found: dict[str, Money] = {}
    for entry in order.transactions:
        if not entry.money:
            continue
        moved = entry.money + entry.rounding_money
        key = _payment(entry)
        before = found[key].amount if key in found else ZERO
        first = found.get(key)
        found[key] = Money(
            id=key,
            account=places.family(places.GATEWAYS[entry.gateway]),
            day=first.day if first else _day(entry.processed_at, zone),
            amount=before + moved,
        )
    return {key: one for key, one in found.items() if one.amount}


def _payment(entry: Transaction) -> str:
    """The number of the payment a transaction belongs to."""
    return str(number_of(entry.parent_id if entry.kind == "CHANGE" and entry.parent_id else entry.id))


def _day(moment: datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date()
