"""Money given back without goods, booked as a price reduction: with the tax mix of what the order sold.

A store states such an adjustment without tax, or with one of its own; as a reduction of the price it lowers the tax
due. What its tax then exceeds the store's by is listed with the line, not hidden.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import ROUND_DOWN, Decimal

from embedded_app.accounting.documents import Books, Held
from embedded_app.accounting.mapping import AccountChoice, Mapping, TaxesOfKey, TaxRule, percent, tax_key
from embedded_app.accounting.money import CENT, ZERO, smallest_unit
from embedded_app.accounting.order import LineKind, Order, SaleLine
from embedded_app.accounting.parts import Part
from embedded_app.accounting.tax import rate_problems, xero_tax

_NOT_SOLD = frozenset({LineKind.ADJUSTMENT, LineKind.ROUNDING, LineKind.GIFT_CARD})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Treatment:
    """One tax treatment of the mix: its taxes, how they are told to Xero, the tax type's rate, the rule in words."""

    taxes: TaxesOfKey
    rule: TaxRule
    rate: Decimal
    said: str


def reduction_parts(
    order: Order, line: SaleLine, choice: AccountChoice, mapping: Mapping, books: Books
) -> tuple[Part, ...] | Held | None:
    """The parts of an adjustment as a price reduction; None where it stays as the store states it.

    It does where the order sold nothing but gift cards, and where a marketplace collects a tax of it: what the
    marketplace gives back is for it to say. Held where a line it reduces has no tax treatment.
    """
    sold = list(_sold_until(order, line))
    if any(tax.marketplace is not False for one in sold for tax in one.taxes):
        return None
    treatments: dict[tuple[TaxesOfKey, str], _Treatment] = {}
    kept: dict[tuple[TaxesOfKey, str], Decimal] = defaultdict(lambda: ZERO)
    ever: dict[tuple[TaxesOfKey, str], Decimal] = defaultdict(lambda: ZERO)
    for one in sold:
        treatment = _treatment(order, one, mapping, books)
        if isinstance(treatment, Held):
            return treatment
        treated = treatment.taxes, treatment.rule.tax_type
        treatments[treated] = treatment
        kept[treated] += one.gross
        ever[treated] += max(one.gross, ZERO)
    # What the order keeps of its sales until then; where it keeps nothing, all that it sold.
    mix = {treated: gross for treated, gross in kept.items() if gross > 0} or {
        treated: gross for treated, gross in ever.items() if gross > 0
    }
    if not mix:
        return None
    amounts = spread(line.gross, list(mix.values()), smallest_unit(order.currency))
    parts = [
        part
        for treated, amount in zip(mix, amounts, strict=True)
        if amount
        for part in _parts(treatments[treated], amount, choice, mapping.no_tax)
    ]
    # The store's own tax on the line, if any, is counted against the first part.
    parts[0] = replace(parts[0], tax_difference=parts[0].tax_difference - line.tax)
    return tuple(parts)


def spread(amount: Decimal, weights: list[Decimal], unit: Decimal) -> list[Decimal]:
    """An amount spread over positive weights in whole units; the largest remainders take what is left over.

    A fraction of a unit that the amount itself has goes to the largest remainder too: the shares always add up to it.
    """
    total = sum(weights, ZERO)
    exact = [amount * weight / total for weight in weights]
    shares = [share.quantize(unit, ROUND_DOWN) for share in exact]
    left = amount - sum(shares, ZERO)
    by_remainder = sorted(range(len(weights)), key=lambda at: (-abs(exact[at] - shares[at]), at))
    for at in by_remainder:
        step = max(-unit, min(unit, left))
        shares[at] += step
        left -= step
    return shares


def _sold_until(order: Order, adjustment: SaleLine) -> Iterator[SaleLine]:
    """What was sold and taken back up to the agreement of the adjustment, which is included."""
    for agreement in order.agreements:
        yield from (line for line in agreement.lines if line.kind not in _NOT_SOLD and line.gross)
        if any(line.id == adjustment.id for line in agreement.lines):
            return


def _treatment(order: Order, sold: SaleLine, mapping: Mapping, books: Books) -> _Treatment | Held:
    key = tax_key(order, sold)
    choice = mapping.account_for(order, sold)
    found = mapping.tax_rule_for(key, None if choice is None else choice.tax_type)
    if found is None:
        sentence = f"Tax ‘{key.text}’ has no Xero tax rate yet. Choose one in the mapping."
        return Held(cause="unmapped tax", subject=key.text, sentence=sentence)
    problems = rate_problems(key, found[0], books)
    if problems:
        return problems[0]
    rule, said = found
    return _Treatment(taxes=key.taxes, rule=rule, rate=books.rates[rule.tax_type], said=said)


def _parts(treatment: _Treatment, amount: Decimal, choice: AccountChoice, no_tax: str) -> list[Part]:
    """An amount, tax included, of one treatment: one part, or where its taxes are lines of their own one for each."""
    rule = treatment.rule
    rate = sum((rate for _, rate, _ in treatment.taxes), ZERO)
    tax = xero_tax(amount, rate)
    reduced = Part(
        gross=amount,
        tax=tax,
        account=choice.account,
        tax_type=rule.tax_type,
        rate=treatment.rate,
        tax_rule=f"price reduction with the order's tax mix: {treatment.said}",
        tracking=choice.tracking,
        tax_difference=tax,
    )
    if rule.strategy == "rate":
        return [reduced]
    reduced = replace(reduced, gross=amount - tax, tax=ZERO, tax_difference=ZERO)
    if not tax:
        return [reduced]
    shares = spread(tax, [rate for _, rate, _ in treatment.taxes], CENT)
    taxes = [
        _tax_part(title, rate, share, account=rule.accounts[title], no_tax=no_tax)
        for (title, rate, _), share in zip(treatment.taxes, shares, strict=True)
        if share
    ]
    return [reduced, *taxes]


def _tax_part(title: str, rate: Decimal, amount: Decimal, *, account: str, no_tax: str) -> Part:
    title_of_line = f"{title} {percent(rate)}"
    return Part(
        gross=amount,
        tax=ZERO,
        account=account,
        tax_type=no_tax,
        title=title_of_line,
        rate=ZERO,
        rule=f"{title_of_line} goes to account {account}",
        is_tax=True,
        tax_difference=amount,
    )
