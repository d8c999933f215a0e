"""Money as the Admin API answers it: always in two currencies, the shop's and the customer's."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from embedded_app.sandbox.shopify.buyers import Presentment
from embedded_app.sandbox.shopify.cents import unit_of
from embedded_app.sandbox.shopify.ledger import StoredOrder

Answer = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Purse:
    """The two currencies of one order."""

    currency: str
    presentment: Presentment | None = None

    @staticmethod
    def of(order: StoredOrder) -> Purse:
        """The currencies of this order."""
        return Purse(currency=order.currency, presentment=order.presentment)

    @property
    def unit(self) -> Decimal:
        """The smallest unit of the shop's currency."""
        return unit_of(self.currency)

    @property
    def shown_currency(self) -> str:
        """The customer's currency."""
        return self.presentment.currency if self.presentment else self.currency

    def bag(self, amount: Decimal, shown: Decimal | None = None) -> Answer:
        """A MoneyBag. shown: what the customer sees; where it is not known, it is converted."""
        if self.presentment is None:
            same = money(amount, self.currency)
            return {"shopMoney": same, "presentmentMoney": same}
        presented = self.presentment.of(amount) if shown is None else shown
        return {
            "shopMoney": money(amount, self.currency),
            "presentmentMoney": money(presented, self.presentment.currency),
        }


def money(amount: Decimal, currency: str) -> Answer:
    """A MoneyV2."""
    return {"amount": amount_text(amount), "currencyCode": currency}


def amount_text(amount: Decimal) -> str:
    """A Decimal as Shopify writes it: no trailing zeros, but at least one decimal ("8600.0", "4.95")."""
    whole, _, decimals = f"{abs(amount) if amount == 0 else amount:f}".partition(".")
    return f"{whole}.{decimals.rstrip('0') or '0'}"
