"""Any change of gift cards and store credit beyond orders: what it does to the accounts, or why it is held."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from embedded_app.accounting.giftcards import GiftCardEvent, GiftCardEventKind, post_gift_card
from embedded_app.accounting.mapping import Mapping, SpecialAccount
from embedded_app.sandbox.shopify.markets import MARKETS
from tests.books_model import BooksModel
from tests.properties.organisations import GATEWAYS, books_of, chart_of, mappings
from tests.properties.profile import played

ISSUED, EXPIRED, CASHED_OUT = GiftCardEventKind
GB = MARKETS["GB"]
FIRST_DAY = date(2026, 11, 1)


@st.composite
def events(draw: st.DrawFn) -> list[GiftCardEvent]:
    """Changes within ten days, most of them in the organisation's currency and of whole cents."""
    return [
        GiftCardEvent(
            id=f"gid://shopify/GiftCard/{position}",
            number=f"SH-GC-{position}",
            kind=draw(st.sampled_from(GiftCardEventKind)),
            name="gift card …7H2K",
            gateway=draw(st.sampled_from(["gift_card", "shopify_store_credit"])),
            amount=draw(st.integers(1, 20_000)) / draw(st.sampled_from([Decimal(100)] * 9 + [Decimal(1000)])),
            currency=draw(st.sampled_from(["GBP"] * 9 + ["EUR"])),
            day=FIRST_DAY + timedelta(days=draw(st.integers(0, 9))),
            was_sold=draw(st.booleans()),
            paid_through=draw(st.sampled_from(["paypal", "cash", "gift_card", None])),
            maybe_returned=draw(st.sampled_from([False] * 9 + [True])),
        )
        for position in range(draw(st.integers(1, 5)))
    ]


def legs(event: GiftCardEvent, mapping: Mapping) -> dict[str, Decimal] | None:
    """What the event debits and credits by the design; None where it has to be held."""
    liability = mapping.gateways.get(event.gateway)
    if event.kind is CASHED_OUT:
        other = mapping.gateways.get(event.paid_through or "")
        other = None if other in ("815", "816") else other
    else:
        is_breakage = event.kind is EXPIRED and event.was_sold
        other = mapping.special.get(SpecialAccount.BREAKAGE if is_breakage else SpecialAccount.PROMOTIONS)
    is_right = event.currency == "GBP" and event.amount == round(event.amount, 2) and not event.maybe_returned
    if liability is None or other is None or not is_right:
        return None
    owed = event.amount if event.kind is ISSUED else -event.amount
    return {liability: -owed, other: owed}


@played("gift cards")
@given(events(), mappings(GB), st.sampled_from([None, FIRST_DAY + timedelta(days=4)]))
def test_the_liability_follows_what_the_store_owes(
    told: list[GiftCardEvent], mapping: Mapping, lock_date: date | None
) -> None:
    chart = replace(chart_of(GB), lock_date=lock_date)
    model, expected = BooksModel(chart), defaultdict[str, Decimal](Decimal)
    for event in told:
        decision = post_gift_card(event, mapping, books_of(chart))
        wanted = legs(event, mapping)
        is_closed = mapping.locked == "hold" and lock_date is not None and event.day <= lock_date
        assert bool(decision.held) is (wanted is None or is_closed)
        for document in decision.documents:
            model.post(event.id, document)
        for account, amount in (wanted or {}).items() if decision.documents else ():
            expected[account] += amount

    assert set(GATEWAYS.values()) >= set(model.gateways())
    assert model.balances() == {account: amount for account, amount in expected.items() if amount}
