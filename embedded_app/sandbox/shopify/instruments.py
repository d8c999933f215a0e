"""Gift cards and store credit as the store keeps them: balances, and every movement that led to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal

from embedded_app.sandbox.shopify.cents import ZERO
from embedded_app.sandbox.shopify.goods import Ids

GIFT_CARD = "gift_card"
STORE_CREDIT = "shopify_store_credit"
INSTRUMENT_GATEWAYS = (GIFT_CARD, STORE_CREDIT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """One movement of a balance; amount is positive for credits. typename: Shopify's type of the transaction."""

    id: str
    typename: str
    amount: Decimal
    processed_at: datetime


@dataclass(slots=True, kw_only=True)
class Instrument:
    """A gift card or a store credit account: what it holds, and what moved it.

    initial_value: of a gift card. order_id and line_item_id: the sale that issued it, None where it was given by hand.
    """

    id: str
    created_at: datetime
    initial_value: Decimal = ZERO
    balance: Decimal = ZERO
    order_id: str | None = None
    line_item_id: str | None = None
    customer_id: str | None = None
    expires_on: date | None = None
    deactivated_at: datetime | None = None
    movements: list[Movement] = field(default_factory=list)

    @property
    def updated_at(self) -> datetime:
        """When it was last changed. That a card expires changes nothing on it."""
        moved = [movement.processed_at for movement in self.movements]
        return max([self.created_at, *moved, *([self.deactivated_at] if self.deactivated_at else [])])

    @property
    def expires_at(self) -> datetime:
        """Midnight of the day it expires, as the search compares it; the end of all days for a card that never does."""
        return datetime.combine(self.expires_on or date.max, time(), UTC)

    @property
    def outstanding(self) -> Decimal:
        """What the store still owes on it; nothing once it is deactivated."""
        return ZERO if self.deactivated_at else self.balance


class Instruments:
    """All gift cards and store credit accounts of a store. Ids are a sequence of their own, so orders' ids stay."""

    def __init__(self, now: Callable[[], datetime], ids: Ids) -> None:
        self._now = now
        self._ids = ids
        self.gift_cards: dict[str, Instrument] = {}
        self.accounts: dict[str, Instrument] = {}

    def outstanding_gift_cards(self) -> Decimal:
        """What all gift cards that have not expired are still worth: what the books' liability must equal."""
        today = datetime.combine(self._now().date(), time(), UTC)
        return sum((card.outstanding for card in self.gift_cards.values() if card.expires_at >= today), ZERO)

    def outstanding_store_credit(self) -> Decimal:
        """What all customers together hold in store credit."""
        return sum((account.outstanding for account in self.accounts.values()), ZERO)

    def issue(
        self,
        value: Decimal,
        *,
        order_id: str | None = None,
        line_item_id: str | None = None,
        customer_id: str | None = None,
        expires_on: date | None = None,
    ) -> Instrument:
        """A new gift card: sold on an order, or given by hand."""
        card = Instrument(
            id=self._ids.gid("GiftCard"),
            created_at=self._now(),
            initial_value=value,
            balance=value,
            order_id=order_id,
            line_item_id=line_item_id,
            customer_id=customer_id,
            expires_on=expires_on,
        )
        self.gift_cards[card.id] = card
        return card

    def deactivate(self, card: Instrument) -> Decimal:
        """End a card, as a merchant does with an expired or a returned one; returns what was left on it."""
        left, card.deactivated_at = card.outstanding, self._now()
        return left

    def cash_out(self, card: Instrument) -> Decimal:
        """Pay what is left on a card out in money (GiftCardCashOutTransaction); returns it."""
        left = card.outstanding
        self._move(card, -left, "GiftCardCashOutTransaction")
        return left

    def grant(self, customer_id: str, amount: Decimal) -> Instrument:
        """Give a customer store credit by hand."""
        account = self._account(customer_id)
        self._move(account, amount, "StoreCreditAccountCreditTransaction")
        return account

    def redeem(self, gateway: str, amount: Decimal, *, card: Instrument | None, customer_id: str | None) -> str | None:
        """Take an amount off a gift card or a customer's credit; returns the id of what paid.

        Without a card named: the oldest that holds as much; None where the store keeps none. Raises ValueError when
        the card or the account holds less.
        """
        if gateway == STORE_CREDIT and customer_id is not None:
            return self._take(self._account(customer_id), amount, "StoreCreditAccountDebitTransaction")
        if gateway != GIFT_CARD:
            return None
        enough = (one for one in self.gift_cards.values() if one.outstanding >= amount)
        payer = card or next(enough, None)
        return None if payer is None else self._take(payer, amount, "GiftCardDebitTransaction")

    def give_back(self, gateway: str, amount: Decimal, *, card_id: str | None, customer_id: str | None) -> str | None:
        """Put money paid back onto the card it came from, or onto the customer's credit; returns the id of it."""
        if gateway == STORE_CREDIT and customer_id is not None:
            account = self._account(customer_id)
            self._move(account, amount, "StoreCreditAccountCreditTransaction")
            return account.id
        if card_id is None or card_id not in self.gift_cards:
            return None
        self._move(self.gift_cards[card_id], amount, "GiftCardCreditTransaction")
        return card_id

    def take_back_sold(self, order_id: str, line_item_id: str, cards: int) -> None:
        """Deactivate so many cards that a line sold, when that line is returned."""
        sold = [
            card
            for card in self.gift_cards.values()
            if (card.order_id, card.line_item_id) == (order_id, line_item_id) and card.deactivated_at is None
        ]
        for card in sold[:cards]:
            self.deactivate(card)

    def _account(self, customer_id: str) -> Instrument:
        if customer_id not in self.accounts:
            self.accounts[customer_id] = Instrument(
                id=self._ids.gid("StoreCreditAccount"), created_at=self._now(), customer_id=customer_id
            )
        return self.accounts[customer_id]

    def _take(self, payer: Instrument, amount: Decimal, typename: str) -> str:
        if amount > payer.outstanding:
            raise ValueError(f"{payer.id} holds {payer.outstanding}: it cannot pay {amount}.")
        self._move(payer, -amount, typename)
        return payer.id

    def _move(self, instrument: Instrument, amount: Decimal, typename: str) -> None:
        instrument.balance += amount
        instrument.movements.append(
            Movement(id=self._ids.gid(typename), typename=typename, amount=amount, processed_at=self._now())
        )
