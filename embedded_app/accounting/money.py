"""Money: a Decimal amount with its currency, and the only places where amounts are rounded."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
ZERO = Decimal("0.00")

# Currencies of ISO 4217 without a minor unit: a store rounds amounts and taxes in them to whole units.
_WHOLE = frozenset("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split())


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in major units of one currency; sums of unlike currencies are a programmer's error."""

    amount: Decimal
    currency: str

    def __add__(self, other: Money) -> Money:
        return Money(self.amount + self._same_currency(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount - self._same_currency(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def __str__(self) -> str:
        return f"{self.amount:,.2f} {self.currency}"

    def _same_currency(self, other: Money) -> Decimal:
        if other.currency != self.currency:
            raise ValueError(f"{self} and {other} cannot be added: their currencies differ")
        return other.amount


def round_cents(amount: Decimal) -> Decimal:
    """Round to 2 decimals, half away from zero, as Xero does ("2.165 → 2.17", Xero's rounding guide)."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def smallest_unit(currency: str) -> Decimal:
    """What amounts of a currency are rounded to by a store; never less than a cent, as Xero holds no less."""
    return Decimal(1) if currency in _WHOLE else CENT


def is_cents(amount: Decimal) -> bool:
    """Whether the amount has no more than 2 decimals, whatever its exponent ("8600.0" and "8600" are cents)."""
    return amount == round_cents(amount)


def plain(amount: Decimal) -> str:
    """An amount as text in plain notation without trailing zeros, so that "8600.0" and "8600.00" are one text."""
    return f"{amount.normalize():f}" if amount else "0"
