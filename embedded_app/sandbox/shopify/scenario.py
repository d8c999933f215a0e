"""What merchants and customers do to an order, each deed written into its ledgers as a store writes it.

Every deed takes the store's time, appends to the agreements, the transactions or both, sets updatedAt and owes the
webhooks of one merchant action. Deeds with money only are in `payments`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from embedded_app.sandbox.shopify import bodies, sales
from embedded_app.sandbox.shopify.cents import ZERO
from embedded_app.sandbox.shopify.entries import Agreement, LineItem, Sale
from embedded_app.sandbox.shopify.goods import Extra, Product, TaxRate
from embedded_app.sandbox.shopify.ledger import StoredOrder
from embedded_app.sandbox.shopify.payments import PaidOrder
from embedded_app.sandbox.shopify.pricing import Basket, Till, price

if TYPE_CHECKING:
    from embedded_app.sandbox.shopify.shop import Shop


def place(shop: Shop, order: StoredOrder, basket: Basket) -> OrderHandle:
    """Put a new order with its first agreement into the store."""
    handle = OrderHandle(shop, order)
    shop.orders[order.id] = order
    handle._sell(basket, "OrderAgreement", "ORDER")
    handle._issue_gift_cards()
    handle._announce(("orders/create", bodies.order_body(shop, order)))
    return handle


class OrderHandle(PaidOrder):
    """One order, and what can be done to it. `order` is its state in the store.

    Lines are named by their index in `lines`: product lines first, then delivery, then tips, duties and fees, then what
    edits and exchanges add.
    """

    @property
    def till(self) -> Till:
        """How this order is reckoned."""
        return Till(taxes_included=self.order.taxes_included, unit=self.order.unit, presentment=self.order.presentment)

    def edit(
        self,
        *,
        add: Sequence[tuple[Product, int]] = (),
        remove: Mapping[int, int] | None = None,
        discount: Mapping[int, Decimal] | None = None,
        extras: Sequence[Extra] = (),
    ) -> Agreement:
        """Change the order in one agreement: add products, take units of lines off, lower the price of lines.

        discount: amounts off, by line. Raises ValueError when fewer units are left, or the line came back in part.
        """
        with self.shop.world.lock:
            removed = self._take_back(remove or {})
            ids = self.shop.world.ids
            lowered = [sales.lower(ids, self.till, self.lines[at], off) for at, off in (discount or {}).items()]
            basket = Basket(lines=add, extras=extras, ids=ids)
            agreement = self._sell(basket, "OrderEditAgreement", "ORDER_EDIT", before=[*removed, *lowered])
            self._announce(
                ("orders/edited", bodies.edit_body(self.shop, self.order, agreement.id)),
                ("orders/updated", bodies.order_body(self.shop, self.order)),
            )
            return agreement

    def refund(
        self,
        lines: Mapping[int, int] | None = None,
        *,
        goodwill: Decimal = ZERO,
        goodwill_taxes: Sequence[TaxRate] = (),
        kept: Decimal = ZERO,
        amount: Decimal | None = None,
        gateway: str | None = None,
        coin: Decimal | None = None,
    ) -> Agreement:
        """Take units of lines back and pay money back, in one RefundAgreement.

        lines: units by line index. goodwill: given back beyond the goods (an ADJUSTMENT sale); goodwill_taxes: those
        contained in it. kept: held back of the goods' value, an ADJUSTMENT the other way. amount: money to pay back;
        default what the agreement credits, as far as it was received; 0 for none. gateway: through which; default
        those that hold money of the order, the latest first. coin: cash is rounded to it. Raises ValueError when
        nothing is named, and when fewer units or less money are left.
        """
        if not lines and not goodwill:
            raise ValueError(f"Say what is refunded on {self.name}: units of lines, or goodwill.")
        with self.shop.world.lock:
            entries = self._take_back(lines or {})
            for total, taxes in ((-goodwill, goodwill_taxes), (kept, ())):
                if total:
                    entries.append(sales.adjustment(self.shop.world.ids, self.till, total, taxes))
            return self._refund(entries, amount, gateway, coin)

    def return_goods(
        self,
        lines: Mapping[int, int],
        *,
        exchange: Sequence[tuple[Product, int]] = (),
        fees: Sequence[Extra] = (),
    ) -> Agreement:
        """Units come back, others may go out for them, fees may be kept, in one ReturnAgreement.

        `pay` or `pay_back` moves the money.
        """
        with self.shop.world.lock:
            returned = self._take_back(lines)
            basket = Basket(lines=exchange, extras=fees, ids=self.shop.world.ids)
            agreement = self._sell(basket, "ReturnAgreement", "RETURN", before=returned, source="Return")
            self._announce(("orders/updated", bodies.order_body(self.shop, self.order)))
            return agreement

    def fulfil(self) -> None:
        """Send all of it off."""
        with self.shop.world.lock:
            self.order.fulfilled_at = self.order.updated_at = self.shop.now()
            self._announce(("orders/updated", bodies.order_body(self.shop, self.order)))

    def cancel(self, *, reason: str = "CUSTOMER") -> Agreement:
        """Cancel the order: all that is left is taken back, all money that was received is paid back.

        Raises ValueError when it is cancelled already.
        """
        if self.order.cancelled_at:
            raise ValueError(f"{self.name} is cancelled already.")
        with self.shop.world.lock:
            self.order.cancelled_at = self.shop.now()
            self.order.cancel_reason = reason
            left = {index: line.units_left for index, line in enumerate(self.lines) if line.units_left}
            agreement = self._refund(self._take_back(left), self.order.net_payment, None, None)
            self._announce(("orders/cancelled", bodies.order_body(self.shop, self.order)))
            return agreement

    def _sell(
        self,
        basket: Basket,
        typename: str,
        reason: str,
        *,
        before: Sequence[Sale] = (),
        source: str | None = None,
    ) -> Agreement:
        sold = price(basket, self.till)
        self.lines += sold
        entries = [*before, *(sales.sale_of(self.shop.world.ids, line) for line in sold)]
        return self._agree(typename, reason, entries, source)

    def _take_back(self, lines: Mapping[int, int]) -> list[Sale]:
        entries = []
        for index, units in lines.items():
            sold = self.lines[index]
            entries.append(sales.take_back(self.shop.world.ids, sold, units))
            if sold.face_value is not None and isinstance(sold.line, LineItem):
                self.shop.instruments.take_back_sold(self.order.id, sold.line.id, units)
        return entries

    def _refund(
        self, entries: Sequence[Sale], amount: Decimal | None, gateway: str | None, coin: Decimal | None
    ) -> Agreement:
        agreement = self._agree("RefundAgreement", "REFUND", entries, "Refund")
        pay_back = min(-agreement.total, self.order.net_payment) if amount is None else amount
        self._announce(("refunds/create", bodies.refund_body(self.shop, self.order, agreement.source_id or "")))
        if pay_back > 0:
            self._pay_back(pay_back, gateway, coin=coin)
        else:
            self._announce(("orders/updated", bodies.order_body(self.shop, self.order)))
        return agreement

    def _agree(self, typename: str, reason: str, entries: Sequence[Sale], source: str | None) -> Agreement:
        ids = self.shop.world.ids
        balancing = self._balancing(entries) if source else []
        agreement = Agreement(
            id=ids.gid("SalesAgreement"),
            typename=typename,
            reason=reason,
            happened_at=self.shop.now(),
            sales=(*entries, *balancing),
            source_id=ids.gid(source) if source else None,
        )
        self.order.agreements.append(agreement)
        self.order.updated_at = agreement.happened_at
        return agreement

    def _balancing(self, entries: Sequence[Sale]) -> list[Sale]:
        """What keeps an order from falling below zero when all its goods came back after goodwill had been given.

        Shopify writes an adjustment for it (OrderAdjustmentDiscrepancyReason FULL_RETURN_BALANCING_ADJUSTMENT); here it
        is one per kind of tax, so that the order comes to nothing, its taxes too.
        """
        every = [*self.order.sales(), *entries]
        if sum((sale.total for sale in every), ZERO) >= 0 or any(line.units_left for line in self.lines):
            return []
        given: dict[tuple[tuple[str, Decimal], ...], list[Sale]] = {}
        for sale in every:
            if sale.line_type == "ADJUSTMENT":
                given.setdefault(tuple((tax.title, tax.rate) for tax in sale.taxes), []).append(sale)
        opposites = [sales.balancing(self.shop.world.ids, alike) for alike in given.values()]
        return [sale for sale in opposites if sale.total]
