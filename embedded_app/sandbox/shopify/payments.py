"""Money deeds on an order: paying, capturing, declining, giving change and paying back."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from embedded_app.sandbox.shopify import bodies
from embedded_app.sandbox.shopify.cents import ZERO, to_coins
from embedded_app.sandbox.shopify.entries import LineItem, Transaction
from embedded_app.sandbox.shopify.goods import SoldLine
from embedded_app.sandbox.shopify.instruments import GIFT_CARD, Instrument
from embedded_app.sandbox.shopify.ledger import StoredOrder

if TYPE_CHECKING:
    from embedded_app.sandbox.shopify.shop import Shop

CASH = "cash"


class PaidOrder:
    """The cash side of one order in its store."""

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
        """Take money through a gateway; without an amount, all that is outstanding. kind: SALE or CAPTURE.

        Gift cards and store credit lose the amount; see `Instruments.redeem`.
        """
        with self.shop.world.lock:
            return self._receive(kind, gateway, self._asked(amount))

    def pay_by_gift_card(self, card: Instrument, amount: Decimal | None = None) -> Transaction:
        """Pay by this gift card; without an amount, as much as it holds and is outstanding."""
        with self.shop.world.lock:
            asked = min(card.outstanding, self.order.outstanding) if amount is None else amount
            return self._receive("SALE", GIFT_CARD, asked, card=card)

    def pay_in_coins(self, coin: Decimal, *, handed: Decimal | None = None) -> Transaction:
        """Pay all that is outstanding in cash, rounded to whole coins; handed: what was laid on the counter before
        change is given. The rounding stands beside the amount, not in it."""
        with self.shop.world.lock:
            due = self.order.outstanding
            rounded = to_coins(due, coin)
            change = ZERO if handed is None else handed - rounded
            if change < 0:
                raise ValueError(f"{self.name} costs {rounded} in coins: {handed} is too little.")
            paid = self._transact("SALE", CASH, due + change, rounding=rounded - due)
            if change:
                self._transact("CHANGE", CASH, change, parent=paid)
            return paid

    def authorise(self, gateway: str, amount: Decimal | None = None) -> Transaction:
        """Reserve money on a card without taking it."""
        with self.shop.world.lock:
            return self._transact("AUTHORIZATION", gateway, self._asked(amount))

    def capture(self, authorisation: Transaction, amount: Decimal | None = None) -> Transaction:
        """Take money that was reserved, all of it or a part; several parts may follow each other."""
        with self.shop.world.lock:
            taken = authorisation.amount if amount is None else amount
            return self._transact("CAPTURE", authorisation.gateway, taken, parent=authorisation)

    def void(self, authorisation: Transaction) -> Transaction:
        """Let a reservation go."""
        with self.shop.world.lock:
            return self._transact("VOID", authorisation.gateway, authorisation.amount, parent=authorisation)

    def fail(self, gateway: str, amount: Decimal | None = None, *, status: str = "FAILURE") -> Transaction:
        """A payment that the gateway declines, or leaves pending (status PENDING); no money moves."""
        with self.shop.world.lock:
            return self._transact("SALE", gateway, self._asked(amount), status=status)

    def change(self, amount: Decimal) -> Transaction:
        """Hand back coins on the last payment taken. Raises ValueError when nothing was paid yet."""
        with self.shop.world.lock:
            taken = [entry for entry in self.order.transactions if entry.kind in ("SALE", "CAPTURE")]
            paid = [entry for entry in taken if entry.status == "SUCCESS"]
            if not paid:
                raise ValueError(f"{self.name} has no payment to give change on.")
            return self._transact("CHANGE", paid[-1].gateway, amount, parent=paid[-1])

    def pay_back(
        self,
        amount: Decimal,
        *,
        gateway: str | None = None,
        coin: Decimal | None = None,
        exchange_gain: Decimal | None = None,
    ) -> list[Transaction]:
        """Pay money back without an agreement, as happens after a return.

        gateway: through which; default those that hold money of the order, the latest first. coin: cash is rounded to
        whole coins, beside the amount. exchange_gain: what the rate of the day made of it, in shop currency.
        """
        with self.shop.world.lock:
            return self._pay_back(amount, gateway, coin=coin, exchange_gain=exchange_gain)

    def _asked(self, amount: Decimal | None) -> Decimal:
        return self.order.outstanding if amount is None else amount

    def _receive(self, kind: str, gateway: str, amount: Decimal, *, card: Instrument | None = None) -> Transaction:
        payer = self.shop.instruments.redeem(gateway, amount, card=card, customer_id=self.order.buyer.customer_id)
        return self._transact(kind, gateway, amount, instrument_id=payer)

    def _pay_back(
        self,
        amount: Decimal,
        gateway: str | None,
        *,
        coin: Decimal | None = None,
        exchange_gain: Decimal | None = None,
    ) -> list[Transaction]:
        held = self.order.received_by_gateway()
        entries = []
        for name in [gateway] if gateway else list(reversed(held)):
            part = amount if gateway else min(amount, max(held[name], ZERO))
            if part > 0:
                rounding = to_coins(part, coin) - part if coin and name == CASH else ZERO
                entries.append(self._refund_by(name, part, rounding, exchange_gain))
                amount -= part
        if amount > 0:
            raise ValueError(f"{self.name} cannot pay back {amount} more than it received; name a gateway to force it.")
        return entries

    def _refund_by(
        self, gateway: str, amount: Decimal, rounding: Decimal, exchange_gain: Decimal | None
    ) -> Transaction:
        taken = [entry for entry in self.order.transactions if entry.gateway == gateway and entry.money > 0]
        parent = taken[-1] if taken else None
        credited = self.shop.instruments.give_back(
            gateway,
            amount,
            card_id=parent.instrument_id if parent else None,
            customer_id=self.order.buyer.customer_id,
        )
        return self._transact(
            "REFUND",
            gateway,
            amount,
            parent=parent,
            rounding=rounding,
            exchange_gain=exchange_gain,
            instrument_id=credited,
        )

    def _transact(
        self,
        kind: str,
        gateway: str,
        amount: Decimal,
        *,
        status: str = "SUCCESS",
        parent: Transaction | None = None,
        rounding: Decimal = ZERO,
        exchange_gain: Decimal | None = None,
        instrument_id: str | None = None,
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
            rounding=rounding,
            presented=self._presented(amount),
            presented_rounding=self.order.presentment.of(rounding) if self.order.presentment else None,
            exchange_gain=exchange_gain,
            instrument_id=instrument_id,
        )
        self.order.transactions.append(entry)
        self.order.updated_at = entry.processed_at
        self._issue_gift_cards()
        self._announce(
            ("order_transactions/create", bodies.transaction_body(self.shop, self.order, entry)),
            ("orders/updated", bodies.order_body(self.shop, self.order)),
        )
        return entry

    def _presented(self, amount: Decimal) -> Decimal | None:
        """The amount in the customer's currency; what settles the order in one currency settles it in both."""
        if self.order.presentment is None:
            return None
        shown = self.order.as_presented()
        if amount == self.order.outstanding:
            return shown.outstanding
        over = self.order.net_payment - self.order.current_total
        if amount == over:
            return shown.net_payment - shown.current_total
        if amount == self.order.net_payment:
            return shown.net_payment
        return self.order.presentment.of(amount)

    def _issue_gift_cards(self) -> None:
        """Cards that were sold are issued once the order is paid."""
        sold = [line for line in self.lines if line.face_value is not None]
        if not sold or self.order.outstanding > 0 or self.order.test:
            return
        issued = {card.line_item_id for card in self.shop.instruments.gift_cards.values()}
        for line in sold:
            if isinstance(line.line, LineItem) and line.line.id not in issued:
                for _ in range(line.units_left):
                    self.shop.instruments.issue(
                        line.face_value or ZERO, order_id=self.order.id, line_item_id=line.line.id
                    )

    def _announce(self, *deliveries: tuple[str, dict[str, Any]]) -> None:
        self.order.keep()
        self.shop.deliveries.queue(list(deliveries))
