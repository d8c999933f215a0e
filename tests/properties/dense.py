"""Short lives in which money and agreements follow each other within seconds, drawn: what waits, overpays, is taken up.

Lives as a store plays them (lives.py) have all that may be in an order; these have little but what settles, more often.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from embedded_app.accounting.order import (
    Agreement,
    AgreementKind,
    LineKind,
    Order,
    SaleLine,
    StoreTotals,
    Tender,
    TenderKind,
)
from embedded_app.sandbox.shopify.markets import MARKETS
from tests.properties.lives import ZERO, Life, seen
from tests.properties.organisations import chart_of, mappings

GB = MARKETS["GB"]
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
GAPS = (1, 1, 2, 4, 6, 3600)  # seconds: within what a store's agreement may trail its money, and beyond
WHAT = ("received", "received", "paid back", "sold", "taken back")
GATEWAYS = ("paypal", "shopify_payments", "gift_card")
RATES = tuple(Decimal(text) for text in ("1.1", "1.15", "1.2"))


@st.composite
def dense_lives(draw: st.DrawFn) -> Life:
    """A life of up to nine entries, each a fact of its own, of whole pounds, perhaps paid in euros."""
    moment, agreements, tenders = NOON, [_agreement(draw, NOON, 0, 1)], []
    for at in range(1, draw(st.integers(2, 9))):
        moment += timedelta(seconds=draw(st.sampled_from(GAPS)))
        what = draw(st.sampled_from(WHAT))
        if what in ("sold", "taken back"):
            agreements.append(_agreement(draw, moment, at, 1 if what == "sold" else -1))
        else:
            tenders.append(_tender(draw, moment, at, TenderKind(what)))
    whole = _order([one for one, _ in agreements], [one for one, _ in tenders], "GBP")
    presented = _order([one for _, one in agreements], [one for _, one in tenders], "EUR")
    if draw(st.booleans()):
        whole = replace(whole, presented=presented)
    mapping = replace(
        draw(mappings(GB)),
        **{"start_date": None, "locked": "first open day", "contacts_terms": "shared", "rules": (), "tracking": ()},
    )
    return Life(facts=_facts(whole), mapping=mapping, chart=chart_of(GB), contains_rounding=True)


def _amounts(draw: st.DrawFn) -> tuple[Decimal, Decimal]:
    """In pounds and in euros, of whole pounds."""
    amount = Decimal(draw(st.integers(1, 30)))
    return amount, (amount * draw(st.sampled_from(RATES))).quantize(Decimal("0.01"))


def _agreement(draw: st.DrawFn, moment: datetime, at: int, sign: int) -> tuple[Agreement, Agreement]:
    kind = (AgreementKind.EDITED if sign > 0 else AgreementKind.RETURNED) if at else AgreementKind.PLACED
    lines = (
        SaleLine(id=f"line/{at}", kind=LineKind.PRODUCT, title="Mug", quantity=sign, gross=sign * amount)
        for amount in _amounts(draw)
    )
    told = [Agreement(id=f"agreement/{at}", kind=kind, happened_at=moment, lines=(line,)) for line in lines]
    return told[0], told[1]


def _tender(draw: st.DrawFn, moment: datetime, at: int, kind: TenderKind) -> tuple[Tender, Tender]:
    in_shop, shown = _amounts(draw)
    gateway = draw(st.sampled_from(GATEWAYS))
    tender = Tender(id=f"tender/{at}", kind=kind, gateway=gateway, amount=in_shop, processed_at=moment)
    return tender, replace(tender, amount=shown, settled=in_shop)


def _order(agreements: list[Agreement], tenders: list[Tender], currency: str) -> Order:
    """All of it; `seen` gives it its totals."""
    return Order(
        id="gid://shopify/Order/1",
        name="#1001",
        currency=currency,
        timezone="Europe/London",
        placed_at=NOON,
        updated_at=NOON,
        agreements=tuple(agreements),
        tenders=tuple(tenders),
        totals=StoreTotals(original=ZERO, current=ZERO, net_payment=ZERO),
        country="GB",
    )


def _facts(whole: Order) -> tuple[Order, ...]:
    """The order after each of its entries."""
    moments = [one.happened_at for one in whole.agreements] + [one.processed_at for one in whole.tenders]
    return tuple(
        seen(
            whole,
            sum(one.happened_at <= moment for one in whole.agreements),
            {one.id for one in whole.tenders if one.processed_at <= moment},
        )
        for moment in sorted(moments)
    )
