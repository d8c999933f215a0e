"""Xero's own line arithmetic: what a line amounts to, and what tax it holds.

Sources: Xero's rounding guide (tax per line, half up, then summed) and its answer on inclusive amounts
(`tax = L - round2(L / (1 + r))`). Written apart from the program's own arithmetic, so that the two can disagree.
"""

from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
FOUR_PLACES = Decimal("0.0001")


def round2(amount: Decimal) -> Decimal:
    """Round to cents, half away from zero (2.165 is 2.17, -2.165 is -2.17)."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def round4(amount: Decimal) -> Decimal:
    """Round to four places, half away from zero: quantities, and unit amounts when `unitdp=4` is asked for."""
    return amount.quantize(FOUR_PLACES, ROUND_HALF_UP)


def line_amount(quantity: Decimal, unit_amount: Decimal) -> Decimal:
    """The line's amount in cents."""
    return round2(quantity * unit_amount)


def line_tax(amount: Decimal, rate_percent: Decimal, line_amount_types: str) -> Decimal:
    """The tax of one line in cents.

    `amount` is the line amount as stated (with tax when `Inclusive`), `rate_percent` the effective rate, 20 for 20 %.
    """
    if line_amount_types == "NoTax":
        return Decimal("0.00")
    rate = rate_percent / 100
    if line_amount_types == "Inclusive":
        return amount - round2(amount / (1 + rate))
    return round2(amount * rate)
