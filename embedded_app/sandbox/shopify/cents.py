"""How a store rounds: figures are whole numbers of a currency's smallest unit, and parts add up to their whole."""

from collections.abc import Sequence
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
ZERO = Decimal("0.00")

# ISO 4217: the currencies whose smallest unit is not a hundredth.
_WHOLE = frozenset("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split())
_THOUSANDTHS = frozenset("BHD IQD JOD KWD LYD OMR TND".split())


def unit_of(currency: str) -> Decimal:
    """The smallest unit of a currency: 0.01 for most, 1 for JPY, 0.001 for KWD."""
    if currency in _WHOLE:
        return Decimal(1)
    return Decimal("0.001") if currency in _THOUSANDTHS else CENT


def to_cents(amount: Decimal, unit: Decimal = CENT) -> Decimal:
    """The amount in whole units, half a unit away from zero."""
    return amount.quantize(unit, rounding=ROUND_HALF_UP)


def to_coins(amount: Decimal, coin: Decimal) -> Decimal:
    """The amount in whole coins of the smallest denomination, such as 0.05; half a coin away from zero."""
    return to_cents(amount / coin, Decimal(1)) * coin


def spread(total: Decimal, weights: Sequence[Decimal], unit: Decimal = CENT) -> list[Decimal]:
    """Split `total` in proportion to `weights` (none negative) so that the parts sum to it exactly.

    Largest remainder: each part is rounded down, and the units left over go to the parts that lost most, the earlier
    one first. All weights zero: everything goes to the first part. No weights: no parts.
    """
    if not weights:
        return []
    whole = sum(weights, ZERO)
    if whole == 0:
        return [total] + [ZERO] * (len(weights) - 1)
    if len(weights) == 1:
        return [total]
    exact = [total * weight / whole for weight in weights]
    parts = [share.quantize(unit, rounding=ROUND_DOWN) for share in exact]
    left = int((total - sum(parts, ZERO)) / unit)
    by_loss = sorted(range(len(parts)), key=lambda index: (-abs(exact[index] - parts[index]), index))
    for index in by_loss[: abs(left)]:
        parts[index] += unit if left > 0 else -unit
    return parts


def slice_of(total: Decimal, *, taken: int, units: int, whole: int, unit: Decimal = CENT) -> Decimal:
    """What falls on `units` of `whole` units, after `taken` of them went before.

    The difference of two rounded running sums: over all units the slices add up to `total`, whatever the steps.
    """
    if units == whole:
        return total
    return to_cents(total * (taken + units) / whole, unit) - to_cents(total * taken / whole, unit)


def taxes_inside(gross: Decimal, rates: Sequence[Decimal], unit: Decimal = CENT) -> list[Decimal]:
    """The tax contained in a gross amount, one part per rate; the sum is rounded once and then spread by rate."""
    together = sum(rates, Decimal(0))
    return spread(to_cents(gross * together / (1 + together), unit), list(rates), unit)


def taxes_on_top(net: Decimal, rates: Sequence[Decimal], unit: Decimal = CENT) -> list[Decimal]:
    """The tax added to a net amount, each rate rounded by itself."""
    return [to_cents(net * rate, unit) for rate in rates]
