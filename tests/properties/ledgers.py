"""What the store's two ledgers say must be in the books: summed by the design's rules, not by the core's code."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from embedded_app.accounting.mapping import Mapping, SpecialAccount, TaxKey, TaxRule
from embedded_app.accounting.order import LineKind, Order, SaleLine, Tax, TenderKind
from tests.properties.lives import SIDES, ZERO, Life

OUTSIDE_TAX = (LineKind.GIFT_CARD, LineKind.ROUNDING)
NO_PRICES = (LineKind.GIFT_CARD, LineKind.ADJUSTMENT, LineKind.ROUNDING)
ROUNDING = "860"

Sums = dict[str, Decimal]


def booked(life: Life) -> Order:
    """The order in the currency it is booked in."""
    presented = life.order.presented
    return life.order if life.mapping.currency == "shop" or presented is None else presented


def without_zeros(sums: Sums) -> Sums:
    """The sums that are not zero."""
    return {name: amount for name, amount in sums.items() if amount}


def sale_lines(order: Order) -> Iterator[SaleLine]:
    """Every line of every agreement."""
    return (line for agreement in order.agreements for line in agreement.lines)


def key_of(order: Order, line: SaleLine) -> TaxKey:
    """What decides a line's tax treatment."""
    taxes = sorted(((tax.title, tax.rate, tax.marketplace) for tax in line.taxes), key=str)
    return TaxKey(taxes=tuple(taxes), country=order.country, kind=line.kind)


def rule_of(order: Order, line: SaleLine, mapping: Mapping) -> TaxRule:
    """A line's tax treatment. Raises KeyError where the merchant has not decided it."""
    return TaxRule(tax_type=mapping.no_tax) if line.kind in OUTSIDE_TAX else mapping.taxes[key_of(order, line)]


def account_of(line: SaleLine, mapping: Mapping) -> str:
    """A line's account. Raises KeyError where the merchant has not decided it."""
    if line.kind is LineKind.ROUNDING:
        return ROUNDING
    if line.kind is LineKind.PRODUCT:
        words: dict[str, set[str | None]] = {
            "product_type": {line.product_type},
            "vendor": {line.vendor},
            "tag": set(line.tags),
        }
        folded = {name: {(word or "").casefold() for word in found} for name, found in words.items()}
        for rule in mapping.rules:
            if all(wanted.casefold() in folded[name] for name, wanted in rule.when):
                return rule.account
    return mapping.accounts[line.kind]


def is_price_reduction(line: SaleLine, mapping: Mapping) -> bool:
    """Whether a line may be booked with the order's tax mix instead of the store's tax."""
    return line.kind is LineKind.ADJUSTMENT and mapping.adjustments == "price reduction"


def shown_discount(line: SaleLine, mapping: Mapping) -> Decimal:
    """What a line's discount shows on an account of its own."""
    return line.discount if mapping.discounts == "full price" and line.kind not in NO_PRICES else ZERO


def books_something(line: SaleLine, mapping: Mapping) -> bool:
    """Whether a line moves any account."""
    return bool(line.gross or line.tax or line.face_value or shown_discount(line, mapping))


def gross_by_account(life: Life) -> Sums:
    """Signed amounts by account, tax included; without price reductions, whose tax is the order's own mix.

    A separate tax is on its liability account, and so is what a marketplace collects. There a discount is counted with
    its sale: how much of it is tax, no store says.
    """
    order, mapping, sums = booked(life), life.mapping, defaultdict[str, Decimal](Decimal)
    for line in sale_lines(order):
        if is_price_reduction(line, mapping) or not books_something(line, mapping):
            continue
        account, rule, off = account_of(line, mapping), rule_of(order, line, mapping), shown_discount(line, mapping)
        sums[account] += line.gross
        if line.kind is LineKind.GIFT_CARD and line.face_value is not None and line.face_value != line.gross:
            sums[account] += line.face_value - line.gross
            sums[mapping.special[SpecialAccount.PROMOTIONS]] -= line.face_value - line.gross
        for tax in line.taxes if rule.strategy != "rate" else ():
            sums[account] -= tax.amount
            sums[_tax_account(rule, tax, mapping)] += tax.amount
        if off and rule.strategy == "rate":
            sums[account] += off
            sums[mapping.special[SpecialAccount.DISCOUNTS]] -= off
    sums[ROUNDING] += rounding_of(order)
    return without_zeros(sums)


def tax_by_type(life: Life) -> Sums:
    """The store's tax by tax type, where it is told to Xero as tax; price reductions left out."""
    order, mapping, sums = booked(life), life.mapping, defaultdict[str, Decimal](Decimal)
    for line in sale_lines(order):
        if line.tax and not is_price_reduction(line, mapping):
            rule = rule_of(order, line, mapping)
            sums[rule.tax_type] += line.tax if rule.strategy == "rate" else ZERO
    return without_zeros(sums)


def by_tax_key(order: Order) -> dict[TaxKey, tuple[Decimal, Decimal]]:
    """Gross and tax of the agreements for each tax key."""
    sums: dict[TaxKey, tuple[Decimal, Decimal]] = defaultdict(lambda: (ZERO, ZERO))
    for line in sale_lines(order):
        gross, tax = sums[key_of(order, line)]
        sums[key_of(order, line)] = gross + line.gross, tax + line.tax
    return {key: sums[key] for key in sums if any(sums[key])}


def rounding_of(order: Order) -> Decimal:
    """What cash rounding added to what is owed."""
    return sum((SIDES[one.kind] * one.rounding for one in order.tenders), ZERO)


def moved(life: Life, order: Order, held: set[str]) -> Sums:
    """Money by payment, change taken off, received positive: as it moved, without what is held."""
    sums = defaultdict[str, Decimal](Decimal)
    for tender in order.tenders:
        payment = str(tender.parent_id) if tender.kind is TenderKind.CHANGE else tender.id
        amount = tender.amount if life.contains_rounding else tender.amount + tender.rounding
        if payment not in held:
            sums[payment] += SIDES[tender.kind] * amount
    return without_zeros(sums)


def money_by_account(life: Life, held: set[str], *, order: Order | None = None) -> Sums:
    """Money by clearing or liability account, in the account's currency, without what is held.

    That is the documents' currency or else the shop's. order: as it is booked, where the mapping does not decide it.
    """
    order, sums = order or booked(life), defaultdict[str, Decimal](Decimal)
    settled = {one.id: one.settled for one in order.tenders if one.settled is not None}
    tenders = tuple(replace(one, amount=settled.get(one.id, one.amount)) for one in life.order.tenders)
    in_shop, own = moved(life, replace(life.order, tenders=tenders), held), moved(life, order, held)
    accounts = {one.id: life.mapping.gateways[one.gateway] for one in order.tenders if one.id in in_shop}
    for payment, account in accounts.items():
        is_own = life.books.currency_of(account) == order.currency
        sums[account] += own[payment] if is_own else in_shop[payment]
    return without_zeros(sums)


def takes_money_on(life: Life, account: str) -> bool:
    """Whether an account is kept in a currency the order is told in, so that no rate is needed that nobody tells."""
    return life.books.currency_of(account) in (booked(life).currency, life.order.currency)


def owed(life: Life, held: set[str]) -> Decimal:
    """What the customer still owes, in the currency the order is booked in: negative where it is owed to them."""
    order = booked(life)
    sold = sum((agreement.gross for agreement in order.agreements), ZERO) + rounding_of(order)
    return sold - sum(moved(life, order, held).values(), ZERO)


def _tax_account(rule: TaxRule, tax: Tax, mapping: Mapping) -> str:
    """Where a tax goes that is a line of its own."""
    return mapping.special[SpecialAccount.MARKETPLACE_TAX] if tax.marketplace else rule.accounts[tax.title]
