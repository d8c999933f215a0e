"""What an organisation in Xero offers a mapping: its accounts, tax rates, tracking and currencies, as a snapshot."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One account of the chart.

    code: None where the account has none (bank accounts may lack one); id then names it. type: Xero's ("BANK",
    "REVENUE", "CURRLIAB", …). account_class: ASSET, EQUITY, EXPENSE, LIABILITY or REVENUE. tax_type: what a line
    without one would get. system: Xero's SystemAccount ("DEBTORS", "ROUNDING", …), None for ordinary accounts.
    takes_payments: EnablePaymentsToAccount. currency: of a bank account, None for the base currency.
    """

    id: str
    code: str | None
    name: str
    type: str
    account_class: str
    tax_type: str | None = None
    system: str | None = None
    takes_payments: bool = False
    active: bool = True
    currency: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxRate:
    """One tax rate. rate: effective, as a fraction. classes: the account classes it may be used with."""

    tax_type: str
    name: str
    rate: Decimal
    classes: frozenset[str]
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackingCategory:
    """One active tracking category with its active options."""

    name: str
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """The organisation at one moment. currencies: subscribed, base included. lock_date: the later of both."""

    country: str | None
    base_currency: str
    currencies: frozenset[str]
    accounts: tuple[Account, ...]
    tax_rates: tuple[TaxRate, ...]
    tracking: tuple[TrackingCategory, ...] = ()
    lock_date: datetime.date | None = None
