"""An order as the store tells it: a header and two append-only ledgers, agreements (revenue) and tenders (cash).

Amounts are Decimals in the order's currency, in major units. Moments are aware datetimes; the store's local calendar
day of a moment is what books are dated by. No personal data is part of an order: of its destination only the country.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo


class LineKind(StrEnum):
    """What a sale line is for; each kind has its account in the mapping."""

    PRODUCT = "product"
    SHIPPING = "shipping"
    TIP = "tip"
    GIFT_CARD = "gift card"
    DUTY = "duty"
    FEE = "fee"
    ADDITIONAL_FEE = "additional fee"
    ADJUSTMENT = "adjustment"
    ROUNDING = "rounding"


class AgreementKind(StrEnum):
    """Why the store's revenue ledger grew."""

    PLACED = "placed"
    EDITED = "edited"
    REFUNDED = "refunded"
    RETURNED = "returned"


class TenderKind(StrEnum):
    """Which way money went. CHANGE is coins handed back at the till, netted against its parent tender."""

    RECEIVED = "received"
    PAID_BACK = "paid back"
    CHANGE = "change"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tax:
    """One tax on one sale line.

    title: as the store prints it ("VAT", "GST"). rate: a fraction (0.2 for 20 %). amount: signed like its line's gross.
    marketplace: whether a marketplace collects and remits it; None where the store does not know.
    """

    title: str
    rate: Decimal
    amount: Decimal
    marketplace: bool | None = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleLine:
    """One signed line of an agreement.

    id: the store's own id of this line. quantity: signed, 0 for adjustments without goods.
    gross: signed, tax included, discounts already off. discount: what came off, tax included, positive where it made
    the line cheaper (a returned line's is negative). face_value: of gift cards, what they can be spent for, signed like
    gross; None where the store does not tell it apart from the price.
    """

    id: str
    kind: LineKind
    title: str
    quantity: int
    gross: Decimal
    taxes: tuple[Tax, ...] = ()
    discount: Decimal = Decimal(0)
    sku: str | None = None
    product_type: str | None = None
    vendor: str | None = None
    tags: tuple[str, ...] = ()
    face_value: Decimal | None = None

    @property
    def tax(self) -> Decimal:
        """The store's tax on this line, all taxes together, signed like gross."""
        if len(self.taxes) == 1:  # nearly always, and asked for several times in each decision
            return self.taxes[0].amount
        return sum((tax.amount for tax in self.taxes), Decimal(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """A change of what was sold, at a moment; never altered once made."""

    id: str
    kind: AgreementKind
    happened_at: datetime
    lines: tuple[SaleLine, ...]

    @property
    def gross(self) -> Decimal:
        """Signed sum of its lines."""
        return sum((line.gross for line in self.lines), Decimal(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Tender:
    """Money that moved through one gateway.

    amount is positive, kind says the way. parent_id: the tender it answers. rounding: cash rounding the store declared
    on it, signed as the store signs it; whether the amount contains it, the order's own totals tell. settled: what the
    gateway settled in the shop's currency, for a tender told in another one; like amount with rounding in it or beside.
    """

    id: str
    kind: TenderKind
    gateway: str
    amount: Decimal
    processed_at: datetime
    parent_id: str | None = None
    rounding: Decimal = Decimal(0)
    settled: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Payment terms: the order may be paid later. due_on: the store's local day, None while it is not fixed."""

    due_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """Who bought, by the channel's id alone; a name is read when a contact is made and is never part of an order."""

    id: str
    is_company: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreTotals:
    """The store's own totals, against which its ledgers are checked before anything is posted.

    original: the placed order. current: after all agreements. net_payment: received − paid back. rounding: cash
    rounding as the store declares it for the order, payments' less refunds'.
    """

    original: Decimal
    current: Decimal
    net_payment: Decimal
    rounding: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One order's facts.

    id: the channel's global id. name: as printed, prefix and all ("#1001"). timezone: the store's IANA zone.
    country: ISO code of the destination (point of sale: of the location), None where unknown.
    channel: where it was sold, as the store names it ("web", "pos"). test: a test order, never posted.
    agreements and tenders: by moment, oldest first; ties keep the store's own order.
    terms: None where payment is due at once. fulfilled_at: when all of it had left, None before.
    presented: the same order in the currency the customer saw, where that is another one: its currency and amounts
    differ, its ids do not.
    """

    id: str
    name: str
    currency: str
    timezone: str
    placed_at: datetime
    updated_at: datetime
    agreements: tuple[Agreement, ...]
    tenders: tuple[Tender, ...]
    totals: StoreTotals
    cancelled_at: datetime | None = None
    country: str | None = None
    channel: str | None = None
    location: str | None = None
    test: bool = False
    terms: Terms | None = None
    customer: Customer | None = None
    fulfilled_at: datetime | None = None
    presented: Order | None = None

    def local_day(self, moment: datetime) -> date:
        """The store's calendar day on which the moment fell."""
        return moment.astimezone(ZoneInfo(self.timezone)).date()
