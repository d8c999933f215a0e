"""The places a store may sell in: currency, time zone, how taxes are charged there, which coins there are."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from embedded_app.sandbox.shopify.buyers import Presentment
from embedded_app.sandbox.shopify.goods import GB_VAT, TaxRate

if TYPE_CHECKING:
    from embedded_app.sandbox.shopify.shop import Shop
    from embedded_app.sandbox.shopify.world import World

Taxes = tuple[TaxRate, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """One place. goods: the sets of taxes that goods may bear there, the usual one first; shipping: those of delivery.

    price: what a usual thing costs, in the currency. coin: the smallest coin, where cash is rounded to it.
    presentment: another currency in which customers pay there.
    """

    key: str
    currency: str
    timezone: str
    country: str
    taxes_included: bool
    goods: tuple[Taxes, ...]
    shipping: tuple[Taxes, ...]
    price: Decimal = Decimal("20.00")
    coin: Decimal | None = None
    presentment: Presentment | None = None

    def open(self, world: World) -> Shop:
        """The store of this market in a world, opened when there is none yet."""
        return world.shop(
            f"lawful-{self.key.lower()}.myshopify.com",
            currency=self.currency,
            timezone=self.timezone,
            taxes_included=self.taxes_included,
        )


def _tax(title: str, rate: str) -> TaxRate:
    return TaxRate(title=title, rate=Decimal(rate))


_SALES_TAXES = (_tax("State tax", "0.06"), _tax("County tax", "0.01"))
_QUEBEC = (_tax("GST", "0.05"), _tax("QST", "0.09975"))
_GST = (_tax("GST", "0.1"),)

MARKETS = {
    market.key: market
    for market in (
        Market(
            key="GB",
            currency="GBP",
            timezone="Europe/London",
            country="GB",
            taxes_included=True,
            goods=((GB_VAT,), (_tax("VAT", "0.05"),), (_tax("VAT", "0"),), ()),
            shipping=((GB_VAT,),),
            presentment=Presentment(currency="EUR", rate=Decimal("1.15")),
        ),
        Market(
            key="US",
            currency="USD",
            timezone="America/New_York",
            country="US",
            taxes_included=False,
            goods=(_SALES_TAXES, ()),
            shipping=((), _SALES_TAXES),
            presentment=Presentment(currency="CAD", rate=Decimal("1.3714")),
        ),
        Market(
            key="CA",
            currency="CAD",
            timezone="America/Toronto",
            country="CA",
            taxes_included=False,
            goods=(_QUEBEC, (_tax("GST", "0.05"),)),
            shipping=(_QUEBEC,),
            coin=Decimal("0.05"),
        ),
        Market(
            key="DE",
            currency="EUR",
            timezone="Europe/Berlin",
            country="DE",
            taxes_included=True,
            goods=((_tax("MwSt", "0.19"),), (_tax("MwSt", "0.07"),)),
            shipping=((_tax("MwSt", "0.19"),),),
        ),
        Market(
            key="AU",
            currency="AUD",
            timezone="Australia/Sydney",
            country="AU",
            taxes_included=True,
            goods=(_GST, ()),
            shipping=(_GST,),
            coin=Decimal("0.05"),
            presentment=Presentment(currency="JPY", rate=Decimal("98.5")),
        ),
        Market(
            key="JP",
            currency="JPY",
            timezone="Asia/Tokyo",
            country="JP",
            taxes_included=True,
            goods=((_tax("CT", "0.1"),), (_tax("CT", "0.08"),)),
            shipping=((_tax("CT", "0.1"),),),
            price=Decimal("3000"),
        ),
        Market(
            key="KW",
            currency="KWD",
            timezone="Asia/Kuwait",
            country="KW",
            taxes_included=False,
            goods=((), (_tax("Duty", "0.05"),)),
            shipping=((),),
            price=Decimal("6.250"),
        ),
    )
}
