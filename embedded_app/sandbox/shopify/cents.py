"""How a store rounds: every figure is a whole number of cents, and parts always add up to their whole."""

from collections.abc import Sequence
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
ZERO = Decimal("0.00")


def to_cents(amount: Decimal) -> Decimal:
    """The amount in whole cents, half a cent away from zero."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def spread(total: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """Split `total` in proportion to `weights` (none negative) so that the parts sum to it exactly.

    Largest remainder: each part is rounded down, and the cents left over go to the parts that lost most, the earlier
    one first. All weights zero: everything goes to the first part. No weights: no parts.
    """
    if not weights:
        return []
    whole = sum(weights, ZERO)
    if whole == 0:
        return [total] + [ZERO] * (len(weights) - 1)
    exact = [total * weight / whole for weight in weights]
    parts = [share.quantize(CENT, rounding=ROUND_DOWN) for share in exact]
    left = int((total - sum(parts, ZERO)) / CENT)
    by_loss = sorted(range(len(parts)), key=lambda index: (-abs(exact[index] - parts[index]), index))
    for index in by_loss[: abs(left)]:
        parts[index] += CENT if left > 0 else -CENT
    return parts


def slice_of(total: Decimal, *, taken: int, units: int, whole: int) -> Decimal:
    """What falls on `units` of `whole` units, after `taken` of them went before.

    The difference of two rounded running sums: over all units the slices add up to `total`, whatever the steps.
    """
    return to_cents(total * (taken + units) / whole) - to_cents(total * taken / whole)


def taxes_inside(gross: Decimal, rates: Sequence[Decimal]) -> list[Decimal]:
    """The tax contained in a gross amount, one part per rate; the sum is rounded once and then spread by rate."""
    together = sum(rates, Decimal(0))
    return spread(to_cents(gross * together / (1 + together)), list(rates))


def taxes_on_top(net: Decimal, rates: Sequence[Decimal]) -> list[Decimal]:
    """The tax added to a net amount, each rate rounded by itself."""
    return [to_cents(net * rate) for rate in rates]
