"""What a store sells, and the lines it sold: how much of each is still with the customer."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from embedded_app.sandbox.shopify import cents
from embedded_app.sandbox.shopify.entries import Figures, LineItem, OtherLine, ShippingLine, TaxPart


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxRate:
    """One tax as the store prints it; rate is a fraction. channel_liable: collected and remitted by the marketplace."""

    title: str
    rate: Decimal
    channel_liable: bool | None = False


GB_VAT = TaxRate(title="VAT", rate=Decimal("0.2"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A thing on sale. price: per unit in the store's currency, with or without tax as the store's setting says.

    face_value: what a gift card is worth, its price unless it is sold above or below it.
    """

    title: str
    price: Decimal
    taxes: tuple[TaxRate, ...] = (GB_VAT,)
    sku: str | None = None
    product_type: str = ""
    vendor: str = "Own"
    tags: tuple[str, ...] = ()
    gift_card: bool = False
    face_value: Decimal | None = None

    @property
    def worth(self) -> Decimal:
        """A gift card's face value."""
        return self.price if self.face_value is None else self.face_value


@dataclass(frozen=True, slots=True, kw_only=True)
class Extra:
    """A charge that is no product: line_type TIP, DUTY, ADDITIONAL_FEE or, inside a return, FEE.

    amount: with or without tax as the store's setting says. fee_type: RestockingFee or ReturnShippingFee.
    """

    line_type: str
    title: str
    amount: Decimal
    taxes: tuple[TaxRate, ...] = ()
    fee_type: str = "RestockingFee"


@dataclass(slots=True, kw_only=True)
class SoldLine:
    """A line as it was sold, and how many of its units have been taken back so far.

    figures: all units together. presented: the same in the customer's currency, None where it is the shop's.
    unit and presented_unit: the smallest units of the two currencies.
    """

    line: LineItem | ShippingLine | OtherLine
    units: int
    figures: Figures
    presented: Figures | None = None
    unit: Decimal = cents.CENT
    presented_unit: Decimal = cents.CENT
    taken_back: int = 0

    @property
    def units_left(self) -> int:
        """Units the customer still has."""
        return self.units - self.taken_back

    @property
    def gross(self) -> Decimal:
        """What all units came to, tax included, discount off."""
        return self.figures.gross

    @property
    def taxes(self) -> tuple[TaxPart, ...]:
        """The taxes in it."""
        return self.figures.taxes

    @property
    def face_value(self) -> Decimal | None:
        """What each gift card of the line is worth; None for everything else."""
        return self.line.face_value if isinstance(self.line, LineItem) else None

    def take_back(self, units: int) -> tuple[Figures, Figures | None]:
        """Take units back; the figures are that share of the line, so that all units together give the whole line.

        All positive; the second ones in the customer's currency. Raises ValueError when fewer units are left.
        """
        if not 0 < units <= self.units_left:
            raise ValueError(
                f"{units} × {self.line.title} cannot be returned: {self.units_left} are left on the order."
            )
        own = self.worth_of(units)
        shown = None if self.presented is None else self._slice(self.presented, units, self.presented_unit)
        self.taken_back += units
        return own, shown

    def worth_of(self, units: int) -> Figures:
        """What the next units to come back are worth, without taking them."""
        return self._slice(self.figures, units, self.unit)

    def lower(self, off: Figures, presented_off: Figures | None) -> None:
        """Take a later discount off the line. Raises ValueError once units of it came back."""
        if self.taken_back:
            raise ValueError(f"{self.line.title} was returned in part: its price cannot be lowered any more.")
        self.figures = _less(self.figures, off)
        if self.presented is not None and presented_off is not None:
            self.presented = _less(self.presented, presented_off)

    def _slice(self, figures: Figures, units: int, unit: Decimal) -> Figures:
        taken, whole = self.taken_back, self.units
        return figures.each(lambda total: cents.slice_of(total, taken=taken, units=units, whole=whole, unit=unit))


class Ids:
    """Gives the numbers that end Shopify's global ids; one sequence for a whole world, so ids never repeat."""

    def __init__(self, first: int = 5_000_000_000) -> None:
        self._next = first

    def number(self) -> int:
        """The next unused number."""
        self._next += 1
        return self._next

    def gid(self, kind: str) -> str:
        """A new global id, such as gid://shopify/Order/5000000001."""
        return f"gid://shopify/{kind}/{self.number()}"


def _less(whole: Figures, off: Figures) -> Figures:
    return Figures(
        gross=whole.gross - off.gross,
        taxes=tuple(tax.of(tax.amount - gone.amount) for tax, gone in zip(whole.taxes, off.taxes, strict=True)),
        discount=whole.discount + off.gross,
    )
