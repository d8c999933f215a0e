"""Short ways to write orders that a mapping is suggested from, and to read what is suggested."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from embedded_app.accounting.chart import Chart
from embedded_app.accounting.order import LineKind, Order, SaleLine, Tax
from embedded_app.accounting.suggest import Suggestion, suggest
from tests.accounting.shop import line, order, placed, received

KINDS = {kind.value: kind for kind in LineKind}


def taxes_of(text: str) -> tuple[Tax, ...]:
    """Taxes as "VAT 20" or "State Tax 6 + County Tax 1"; ! after a rate: collected by a marketplace, ?: unknown."""
    found = []
    for part in filter(None, text.split(" + ")):
        title, rate = part.rsplit(" ", 1)
        collected = {"!": True, "?": None}.get(rate[-1], False)
        fraction = Decimal(rate.rstrip("!?")).scaleb(-2)
        found.append(Tax(title=title, rate=fraction, amount=Decimal(0), marketplace=collected))
    return tuple(found)


def sold(kind: str, taxes: str = "", gross: str = "10.00", **more: object) -> SaleLine:
    """A line of a kind; its taxes as `taxes_of` reads them."""
    return line(gross, kind=KINDS[kind], taxes=taxes_of(taxes), **more)


def to(country: str | None, *lines: SaleLine) -> Order:
    """An unpaid order to a country."""
    return order(placed(*lines), country=country)


def paid_by(*gateways: str) -> Order:
    """An order without lines, paid through each gateway."""
    return order(*(received("10.00", gateway, id=gateway) for gateway in gateways))


def suggested(chart: Chart, *orders: Order) -> Suggestion:
    """What is suggested from a chart and orders of a shop in its base currency."""
    in_base = [replace(one, currency=chart.base_currency) for one in orders]
    return suggest(chart, in_base, contact="Online customers")


def taxed(chart: Chart, country: str | None, *lines: SaleLine) -> dict[str, str]:
    """The tax type suggested for each line of one order, "taxes > country > kind"; those left open are missing."""
    entries = suggested(chart, to(country, *lines)).document["taxes"]
    return {
        f"{' + '.join(tax['title'] for tax in entry['taxes']) or 'no tax'} > {place} > {kind}": entry["tax_type"]
        for entry in entries
        for place in entry["countries"]
        for kind in entry["kinds"]
    }
