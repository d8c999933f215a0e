"""One store: its settings, its orders, its tokens and the webhooks it owes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from embedded_app.accounting.order import Order
from embedded_app.sandbox.shopify import stating
from embedded_app.sandbox.shopify.bucket import Bucket
from embedded_app.sandbox.shopify.bulk import BulkOperations
from embedded_app.sandbox.shopify.buyers import Buyer, Presentment, Terms
from embedded_app.sandbox.shopify.cents import ZERO
from embedded_app.sandbox.shopify.goods import GB_VAT, Extra, Product, TaxRate
from embedded_app.sandbox.shopify.installation import Installation
from embedded_app.sandbox.shopify.instruments import Instruments
from embedded_app.sandbox.shopify.ledger import StoredOrder
from embedded_app.sandbox.shopify.pricing import Basket
from embedded_app.sandbox.shopify.scenario import OrderHandle, place
from embedded_app.sandbox.shopify.subscriptions import Subscriptions
from embedded_app.sandbox.shopify.tokens import TokenPair, Tokens
from embedded_app.sandbox.shopify.webhooks import Deliveries

if TYPE_CHECKING:
    from embedded_app.sandbox.shopify.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """A shop on a street, where orders are taken at the till. country: ISO code."""

    id: str
    name: str
    country: str | None


class Shop:
    """A store's state, in plain objects that tests set up and read.

    denied_fields: GraphQL fields ("Order.shippingAddress") that answer ACCESS_DENIED and null.
    denied_orders: ids of orders the app may not see.
    next_statuses: HTTP refusals for the next calls, one each (402 frozen, 423 locked, 503 …).
    index_lag: how far the search of orders is behind what happened; reading by id is not.
    full_bodies: webhooks carry whole orders with personal data, as without include_fields.
    instruments: its gift cards and store credit accounts. installation: whether and how it has the app. bulk: its bulk
    operations.
    """

    def __init__(
        self, world: World, domain: str, *, name: str, currency: str, timezone: str, taxes_included: bool
    ) -> None:
        self.world = world
        self.id = world.ids.gid("Shop")
        self.domain = domain
        self.name = name
        self.currency = currency
        self.timezone = timezone
        self.taxes_included = taxes_included
        self.orders: dict[str, StoredOrder] = {}
        self.locations: dict[str, Location] = {}
        self.instruments = Instruments(self.now, world.instrument_ids)
        self.tokens = Tokens(self.now, world.uuid)
        self.bucket = Bucket(world.clock)
        self.deliveries = Deliveries(self)
        self.installation = Installation(self)
        self.subscriptions = Subscriptions(self)
        self.bulk = BulkOperations(self)
        self.denied_fields: set[str] = set()
        self.denied_orders: set[str] = set()
        self.full_bodies = False
        self.index_lag = timedelta()
        self.next_statuses: list[int] = []
        self.next_name = 1001

    @property
    def handle(self) -> str:
        """Its name in the admin's addresses."""
        return self.domain.removesuffix(".myshopify.com")

    def now(self) -> datetime:
        """The time in the store, in whole seconds: Shopify's DateTime has no fractions."""
        return self.world.clock.now().replace(microsecond=0)

    def issue_tokens(self) -> TokenPair:
        """A first token pair, as if the merchant had just installed the app."""
        with self.world.lock:
            self.installation.install()
            return self.tokens.issue()

    def location(self, name: str, country: str | None = "GB") -> Location:
        """The shop of this name and country, opened when there is none yet."""
        key = f"{name} {country}"
        if key not in self.locations:
            self.locations[key] = Location(id=self.world.ids.gid("Location"), name=name, country=country)
        return self.locations[key]

    def place_order(
        self,
        lines: Sequence[tuple[Product, int]],
        *,
        shipping: Decimal | None = None,
        shipping_taxes: tuple[TaxRate, ...] = (GB_VAT,),
        shipping_discount: Decimal = ZERO,
        discount: Decimal = ZERO,
        percent_off: Decimal = ZERO,
        line_discounts: Mapping[int, Decimal] | None = None,
        extras: Sequence[Extra] = (),
        country: str | None = "GB",
        source_name: str = "web",
        location: str | None = None,
        name: str | None = None,
        buyer: Buyer | None = None,
        terms: Terms | None = None,
        presentment: Presentment | None = None,
        test: bool = False,
    ) -> OrderHandle:
        """Take an order: products with quantities, perhaps delivery, and extras (tips, duties, additional fees).

        Prices and discounts are with or without tax as the store's `taxes_included` says; `Basket` tells how each
        discount is spread. name: the printed name, the store's next number unless given, unique or not.
        """
        basket = Basket(
            lines=lines,
            discount=discount,
            percent_off=percent_off,
            line_discounts=line_discounts or {},
            shipping=shipping,
            shipping_taxes=shipping_taxes,
            shipping_discount=shipping_discount,
            extras=extras,
            ids=self.world.ids,
        )
        with self.world.lock:
            now = self.now()
            order = StoredOrder(
                id=self.world.ids.gid("Order"),
                name=name or f"#{self.next_name}",
                currency=self.currency,
                created_at=now,
                updated_at=now,
                country=country,
                source_name=source_name,
                location=self.location(location, country).name if location else None,
                taxes_included=self.taxes_included,
                test=test,
                buyer=buyer or Buyer(),
                terms=terms,
                presentment=presentment,
            )
            self.next_name += 1
            return place(self, order, basket)

    def state_order(self, order: Order) -> StoredOrder:
        """Serve exactly this order, whatever a store would have reckoned; see `stating.state`."""
        with self.world.lock:
            return stating.state(self, order)

    def delete_order(self, order_id: str) -> None:
        """Remove an order from the store, as a merchant may; its ids answer null from now on."""
        with self.world.lock:
            del self.orders[order_id]
