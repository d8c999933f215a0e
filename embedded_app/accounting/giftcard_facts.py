"""What a store says of one gift card, and what happened to it beyond orders.

An order that sells, takes back or redeems a card books that itself; what remains is that a card was given, that it
ended with something on it, and that it was paid out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from embedded_app.accounting.giftcards import GiftCardEvent, GiftCardEventKind

# The gateway by which stores name payments by gift card, and so the one whose account is the liability.
GIFT_CARD_GATEWAY = "gift_card"
# Shopify calls a cash-out a "balance … redeemed for cash" (GiftCardCashOutTransaction): it left the till.
CASH_GATEWAY = "cash"


@dataclass(frozen=True, slots=True, kw_only=True)
class CashOut:
    """A balance that was paid out in cash. amount: positive, in the card's currency; day: the store's local day."""

    id: str
    amount: Decimal
    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class GiftCardFacts:
    """One gift card as it stands now, without its code and its owner. Days are the store's local ones.

    last_characters: by which a merchant knows it. was_sold: on an order; else it was given by hand. expires_on: the
    last day it can be spent. deactivated_on: when it was ended for good, by hand or because it was returned; balance
    stays as it was. returned: whether it came back to the store that sold it; None where the store does not tell.
    """

    id: str
    last_characters: str
    initial_value: Decimal
    balance: Decimal
    currency: str
    created_on: date
    was_sold: bool = False
    expires_on: date | None = None
    deactivated_on: date | None = None
    returned: bool | None = False
    cash_outs: tuple[CashOut, ...] = ()


def ended_on(card: GiftCardFacts, today: date) -> date | None:
    """The day from which it can no longer be spent; None while it can. today: the store's local day."""
    expired = card.expires_on if card.expires_on is not None and card.expires_on < today else None
    return min((day for day in (expired, card.deactivated_on) if day is not None), default=None)


def events(card: GiftCardFacts, today: date, prefix: str) -> tuple[GiftCardEvent, ...]:
    """What happened to the card beyond orders, oldest first; each always under the same id and number.

    today: the store's local day; a card that expires today can still be spent. prefix: of the store's numbers.
    """
    found = []
    if not card.was_sold:
        found.append(_event(card, GiftCardEventKind.ISSUED, card.initial_value, card.created_on, prefix))
    found += [
        _event(card, GiftCardEventKind.CASHED_OUT, one.amount, one.day, prefix, cash_out=one) for one in card.cash_outs
    ]
    ended = ended_on(card, today)
    if ended is not None and card.balance > 0 and card.returned is not True:
        found.append(_event(card, GiftCardEventKind.EXPIRED, card.balance, ended, prefix))
    return tuple(found)


def expiry_id(card_id: str) -> str:
    """The id of the event that a card expired or was deactivated; it happens once."""
    return f"{card_id} {GiftCardEventKind.EXPIRED}"


def _event(
    card: GiftCardFacts,
    kind: GiftCardEventKind,
    amount: Decimal,
    day: date,
    prefix: str,
    *,
    cash_out: CashOut | None = None,
) -> GiftCardEvent:
    tail = card.id.rpartition("/")[2]
    suffix = {GiftCardEventKind.ISSUED: "", GiftCardEventKind.EXPIRED: "-X"}.get(kind, "-C")
    event_id = expiry_id(card.id) if kind is GiftCardEventKind.EXPIRED else f"{card.id} {kind}"
    if cash_out is not None:
        suffix += cash_out.id.rpartition("/")[2]
        event_id = cash_out.id
    return GiftCardEvent(
        id=event_id,
        number=f"{prefix}GC-{tail}{suffix}",
        kind=kind,
        name=f"Gift card …{card.last_characters}",
        gateway=GIFT_CARD_GATEWAY,
        amount=amount,
        currency=card.currency,
        day=day,
        was_sold=card.was_sold,
        paid_through=CASH_GATEWAY if kind is GiftCardEventKind.CASHED_OUT else None,
        maybe_returned=kind is GiftCardEventKind.EXPIRED and card.returned is None,
    )
