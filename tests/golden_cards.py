"""Gift cards of golden cases: what the store says of each, from the columns of their text."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from embedded_app.accounting.giftcard_facts import CashOut, GiftCardFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A gift card as far as the text has told it. sold_on: the name of the order that sold it. spent: on orders."""

    facts: GiftCardFacts
    sold_on: str | None = None
    spent: tuple[tuple[date, Decimal], ...] = ()


def card_began(number: str, what: str, day: str, value: str, *, currency: str) -> Card:
    """ "GIFT CARD  7501  given  2026-11-20  25.00", or "sold on #1301"."""
    sold_on = what.removeprefix("sold on ") if what.startswith("sold on ") else None
    facts = GiftCardFacts(
        id=f"gid://shopify/GiftCard/{number}",
        last_characters=number[-4:],
        initial_value=Decimal(value),
        balance=Decimal(value),
        currency=currency,
        created_on=date.fromisoformat(day),
        was_sold=sold_on is not None,
    )
    return Card(facts=facts, sold_on=sold_on)


def card_after(card: Card, what: str, day: str, amount: str = "0") -> Card:
    """The card after one more event: "expires", "deactivated", "spent" or "cashed out" with an amount."""
    on, facts, value = date.fromisoformat(day), card.facts, Decimal(amount)
    if what == "expires":
        return replace(card, facts=replace(facts, expires_on=on))
    if what == "deactivated":
        return replace(card, facts=replace(facts, deactivated_on=on))
    left = replace(facts, balance=facts.balance - value)
    if what == "spent":
        return replace(card, facts=left, spent=(*card.spent, (on, value)))
    if what != "cashed out":
        raise ValueError(f"nothing is known of a gift card that is {what!r}")
    number = f"{facts.id.rpartition('/')[2]}{len(facts.cash_outs) + 1}"
    paid = CashOut(id=f"gid://shopify/GiftCardCashOutTransaction/{number}", amount=value, day=on)
    return replace(card, facts=replace(left, cash_outs=(*facts.cash_outs, paid)))
