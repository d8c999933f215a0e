"""What the situations are made of: their form, some goods, some gateways and two buyers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from embedded_app.sandbox.shopify.buyers import Buyer, Company
from embedded_app.sandbox.shopify.goods import GB_VAT, Product, TaxRate
from embedded_app.sandbox.shopify.markets import MARKETS
from embedded_app.sandbox.shopify.scenario import OrderHandle

if TYPE_CHECKING:
    from embedded_app.sandbox.shopify.shop import Shop

Script = Iterator[tuple[OrderHandle, str]]
CARD, PAYPAL, BANK, CASH = "shopify_payments", "paypal", "bank_deposit", "cash"
CUSTOMER = Buyer(customer_id="gid://shopify/Customer/7001")
COMPANY = Buyer(
    customer_id="gid://shopify/Customer/7002",
    company=Company(
        id="gid://shopify/Company/7101",
        name="Hollow Hill Ltd",
        location_id="gid://shopify/CompanyLocation/7201",
        location_name="Head office",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One situation. market: the key of the place it happens in. play: the script, in a store of that market."""

    title: str
    play: Callable[[Shop], Script]
    market: str = "GB"


def thing(price: str, title: str = "Thing", taxes: tuple[TaxRate, ...] = (GB_VAT,)) -> Product:
    """Something that costs so much."""
    return Product(title=title, price=Decimal(price), taxes=taxes, sku=title.upper()[:12], product_type="Things")


MUG = thing("9.99", "Mug")
STATE_AND_COUNTY = MARKETS["US"].goods[0]
