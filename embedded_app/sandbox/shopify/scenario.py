"""What merchants and customers do to an order, each deed written into its ledgers as a store writes it.

Every deed takes the store's time, appends to the agreements, the transactions or both, sets updatedAt and owes the
webhooks of one merchant action.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from embedded_app.sandbox.shopify import bodies
from embedded_app.sandbox.shopify.cents import ZERO
from embedded_app.sandbox.shopify.goods import Basket, Product, Slice, SoldLine, price
from embedded_app.sandbox.shopify.ledger import (
    Agreement,
    LineItem,
    Sale,
    ShippingLine,
    StoredOrder,
    TaxPart,
    Transaction,
)

if TYPE_CHECKING:
    from embedded_app.sandbox.shopify.shop import Shop


def place(shop: Shop, order: StoredOrder, basket: Basket) -> OrderHandle:
    """Put a new order with its first agreement into the store."""
    handle = OrderHandle(shop, order)
    shop.orders[order.id] = order
    handle._sell(basket, "OrderAgreement", "ORDER")
    handle._announce(("orders/create", bodies.order_body(shop, order)))
    return handle


class OrderHandle:
    """One order, and what can be done to it. `order` is its state in the store.

    Lines are named by their index in `lines`: product lines first, then delivery, then what edits and exchanges add.
    """

    def __init__(self, shop: Shop, order: StoredOrder) -> None:
        self.shop = shop
        self.order = order
        self.lines: list[SoldLine] = []

    @property
    def id(self) -> str:
        """The order's global id."""
        return self.order.id

    @property
    def name(self) -> str:
        """The order's printed name, such as #1001."""
        return self.order.name

    def pay(self, gateway: str, amount: Decimal | None = None, *, kind: str = "SALE") -> Transaction:
        """Take money through a gateway; without an amount, all that is outstanding. kind: SALE or CAPTURE."""
        with self.shop.world.lock:
            return self._transact(kind, gateway, self.order.outstanding if amount is None else amount)

    def authorise(self, gateway: str, amount: Decimal | None = None) -> Transaction:
        """Reserve money on a card without taking it."""
        with self.shop.world.lock:
            return self._transact("AUTHORIZATION", gateway, self.order.outstanding if amount is None else amount)

    def fail(self, gateway: str, amount: Decimal | None = None) -> Transaction:
        """A payment that the gateway declines; no money moves."""
        with self.shop.world.lock:
            asked = self.order.outstanding if amount is None else amount
            return self._transact("SALE", gateway, asked, status="FAILURE")

    def change(self, amount: Decimal) -> Transaction:
        """Hand back coins on the last payment taken. Raises ValueError when nothing was paid yet."""
        with self.shop.world.lock:
            paid = [entry for entry in self.order.transactions if entry.money > 0]
            if not paid:
                raise ValueError(f"{self.name} has no payment to give change on.")
            return self._transact("CHANGE", paid[-1].gateway, amount, parent=paid[-1])

    def edit(self, *, add: Sequence[tuple[Product, int]] = (), remove: Mapping[int, int] | None = None) -> Agreement:
        """Add products and take units of lines off, in one agreement."""
        with self.shop.world.lock:
            removed = [self._take_back(index, units) for index, units in (remove or {}).items()]
            basket = Basket(lines=add, ids=self.shop.world.ids)
            agreement = self._sell(basket, "OrderEditAgreement", "ORDER_EDIT", before=removed)
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
        amount: Decimal | None = None,
        gateway: str | None = None,
    ) -> Agreement:
        """Take units of lines back and pay money back, in one RefundAgreement.

        lines: units by line index. goodwill: given back beyond the goods, without tax (an ADJUSTMENT sale).
        amount: money to pay back; default what the agreement credits, as far as it was received; 0 for none. gateway:
        through which; default those that hold money of the order, the latest first. Raises ValueError when nothing is
        named, and when fewer units or less money are left.
        """
        if not lines and not goodwill:
            raise ValueError(f"Say what is refunded on {self.name}: units of lines, or goodwill.")
        with self.shop.world.lock:
            sales = [self._take_back(index, units) for index, units in (lines or {}).items()]
            if goodwill:
                sales.append(self._adjustment(-goodwill))
            return self._refund(sales, amount, gateway)

    def return_goods(self, lines: Mapping[int, int], *, exchange: Sequence[tuple[Product, int]] = ()) -> Agreement:
        """Units come back, others may go out for them, in one ReturnAgreement; `pay` or `pay_back` moves the money."""
        with self.shop.world.lock:
            returned = [self._take_back(index, units) for index, units in lines.items()]
            basket = Basket(lines=exchange, ids=self.shop.world.ids)
            agreement = self._sell(basket, "ReturnAgreement", "RETURN", before=returned, source="Return")
            self._announce(("orders/updated", bodies.order_body(self.shop, self.order)))
            return agreement

    def pay_back(self, amount: Decimal, *, gateway: str | None = None) -> list[Transaction]:
        """Pay money back without an agreement, as happens after a return."""
        with self.shop.world.lock:
            return self._pay_back(amount, gateway)

    def cancel(self, *, reason: str = "CUSTOMER") -> Agreement:
        """Cancel the order: all that is left is taken back, all money that was received is paid back.

        Raises ValueError when it is cancelled already.
        """
        if self.order.cancelled_at:
            raise ValueError(f"{self.name} is cancelled already.")
        with self.shop.world.lock:
            self.order.cancelled_at = self.shop.now()
            self.order.cancel_reason = reason
            left = [(index, line.units_left) for index, line in enumerate(self.lines) if line.units_left]
            sales = [self._take_back(index, units) for index, units in left]
            agreement = self._refund(sales, self.order.net_payment, None)
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
        sold = price(basket, taxes_included=self.order.taxes_included)
        self.lines += sold
        sales = [*before, *(self._sale_of(line) for line in sold)]
        return self._agree(typename, reason, sales, source)

    def _refund(self, sales: Sequence[Sale], amount: Decimal | None, gateway: str | None) -> Agreement:
        agreement = self._agree("RefundAgreement", "REFUND", sales, "Refund")
        credited = -sum((sale.total for sale in sales), ZERO)
        pay_back = min(credited, self.order.net_payment) if amount is None else amount
        self._announce(("refunds/create", bodies.refund_body(self.shop, self.order, agreement.source_id or "")))
        if pay_back > 0:
            self._pay_back(pay_back, gateway)
        else:
            self._announce(("orders/updated", bodies.order_body(self.shop, self.order)))
        return agreement

    def _agree(self, typename: str, reason: str, sales: Sequence[Sale], source: str | None) -> Agreement:
        ids = self.shop.world.ids
        agreement = Agreement(
            id=ids.gid("SalesAgreement"),
            typename=typename,
            reason=reason,
            happened_at=self.shop.now(),
            sales=tuple(sales),
            source_id=ids.gid(source) if source else None,
        )
        self.order.agreements.append(agreement)
        self.order.updated_at = agreement.happened_at
        return agreement

    def _sale_of(self, sold: SoldLine) -> Sale:
        typename, line_type = _kind_of(sold.line)
        return Sale(
            id=self.shop.world.ids.gid("Sale"),
            typename=typename,
            action_type="ORDER",
            line_type=line_type,
            quantity=sold.units,
            total=sold.gross,
            taxes=sold.taxes,
            discount=sold.discount,
            line=sold.line,
        )

    def _take_back(self, index: int, units: int) -> Sale:
        sold = self.lines[index]
        typename, line_type = _kind_of(sold.line)
        slice_: Slice = sold.take_back(units)
        return Sale(
            id=self.shop.world.ids.gid("Sale"),
            typename=typename,
            action_type="RETURN",
            line_type=line_type,
            quantity=-units,
            total=-slice_.gross,
            taxes=tuple(tax.of(-tax.amount) for tax in slice_.taxes),
            discount=-slice_.discount,
            # A returned delivery no longer names its line: ShippingLineSale.shippingLine is null for a RETURN.
            line=None if isinstance(sold.line, ShippingLine) else sold.line,
        )

    def _adjustment(self, total: Decimal, taxes: tuple[TaxPart, ...] = ()) -> Sale:
        # Shopify documents neither the action nor the quantity of an ADJUSTMENT: RETURN and null are our reading.
        return Sale(
            id=self.shop.world.ids.gid("Sale"),
            typename="AdjustmentSale",
            action_type="RETURN",
            line_type="ADJUSTMENT",
            quantity=None,
            total=total,
            taxes=taxes,
        )

    def _pay_back(self, amount: Decimal, gateway: str | None) -> list[Transaction]:
        held = self.order.received_by_gateway()
        route = [gateway] if gateway else list(reversed(held))
        entries = []
        for name in route:
            part = amount if gateway else min(amount, max(held[name], ZERO))
            if part > 0:
                entries.append(self._transact("REFUND", name, part, parent=self._parent(name)))
                amount -= part
        if amount > 0:
            raise ValueError(f"{self.name} cannot pay back {amount} more than it received; name a gateway to force it.")
        return entries

    def _parent(self, gateway: str) -> Transaction | None:
        taken = [entry for entry in self.order.transactions if entry.gateway == gateway and entry.money > 0]
        return taken[-1] if taken else None

    def _transact(
        self, kind: str, gateway: str, amount: Decimal, *, status: str = "SUCCESS", parent: Transaction | None = None
    ) -> Transaction:
        entry = Transaction(
            id=self.shop.world.ids.gid("OrderTransaction"),
            kind=kind,
            status=status,
            gateway=gateway,
            amount=amount,
            processed_at=self.shop.now(),
            parent_id=parent.id if parent else None,
            test=self.order.test,
        )
        self.order.transactions.append(entry)
        self.order.updated_at = entry.processed_at
        self._announce(
            ("order_transactions/create", bodies.transaction_body(self.shop, self.order, entry)),
            ("orders/updated", bodies.order_body(self.shop, self.order)),
        )
        return entry

    def _announce(self, *deliveries: tuple[str, dict[str, Any]]) -> None:
        self.shop.deliveries.queue(list(deliveries))


def _kind_of(line: object) -> tuple[str, str]:
    """Shopify's type name and line type of a line's sales."""
    if isinstance(line, ShippingLine):
        return "ShippingLineSale", "SHIPPING"
    if isinstance(line, LineItem) and line.gift_card:
        return "GiftCardSale", "GIFT_CARD"
    return "ProductSale", "PRODUCT"
