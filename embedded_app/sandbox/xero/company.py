"""What an organisation is opened with: accounts, tax rates, tracking categories and settings, as data."""

from dataclasses import dataclass, field
from decimal import Decimal

CLASS_OF_TYPE = {
    **dict.fromkeys(("BANK", "CURRENT", "FIXED", "INVENTORY", "NONCURRENT", "PREPAYMENT"), "ASSET"),
    **dict.fromkeys(("CURRLIAB", "LIABILITY", "TERMLIAB", "PAYG"), "LIABILITY"),
    **dict.fromkeys(("REVENUE", "SALES", "OTHERINCOME"), "REVENUE"),
    **dict.fromkeys(("EXPENSE", "DIRECTCOSTS", "OVERHEADS", "DEPRECIATN"), "EXPENSE"),
    "EQUITY": "EQUITY",
}
# Which account classes a rate may be used with. Real rates differ a little more; these are the usual sides.
INCOME, COSTS, ANY = "ASSET EQUITY LIABILITY REVENUE", "ASSET EQUITY EXPENSE LIABILITY", "ALL"

AccountRow = tuple[str, str, str, str]  # code, name, type, default tax type
TaxRow = tuple[str, str, str, str]  # tax type, name, rate in per cent, account classes


@dataclass(slots=True, kw_only=True)
class Account:
    """One account of a chart.

    `tax_type` is what a line gets that sends none; `system` is Xero's SystemAccount; `currency` is what a bank account
    is kept in, empty for base currency.
    """

    code: str
    name: str
    type: str
    tax_type: str = "NONE"
    system: str = ""
    enable_payments: bool = False
    status: str = "ACTIVE"
    account_id: str = ""
    currency: str = ""

    @property
    def account_class(self) -> str:
        """ASSET, EQUITY, EXPENSE, LIABILITY or REVENUE: what tax rates are allowed for."""
        return CLASS_OF_TYPE[self.type]


@dataclass(slots=True, kw_only=True)
class TaxRate:
    """One tax rate. `rate` is in per cent, the sum of `components`; `classes` are the classes it may be used with."""

    tax_type: str
    name: str
    rate: Decimal
    classes: frozenset[str]
    status: str = "ACTIVE"
    components: tuple[tuple[str, Decimal], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """What an organisation is opened with. Opening it copies accounts and rates: a Company is never changed.

    `foreign_accounts`: bank account code → its currency. `tax_components`: tax type → the parts of a rate that has
    several. `tracking`: category → options, in Xero's order.
    """

    name: str
    version: str
    country: str
    base_currency: str
    timezone: str
    tax_rates: tuple[TaxRow, ...]
    accounts: tuple[AccountRow, ...]
    sales_tax_basis: str = "ACCRUALS"
    currencies: tuple[str, ...] = ()
    contacts: tuple[str, ...] = ("Online customers",)
    payments_enabled: frozenset[str] = frozenset({"815", "816"})
    system_accounts: dict[str, str] = field(default_factory=dict)
    foreign_accounts: dict[str, str] = field(default_factory=dict)
    tax_components: dict[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    tracking: tuple[tuple[str, tuple[str, ...]], ...] = ()


def open_accounts(company: Company) -> list[Account]:
    """Fresh accounts for an organisation of this company, still without ids."""
    return [
        Account(
            code=code,
            name=name,
            type=type_,
            tax_type=tax_type,
            system=company.system_accounts.get(code, ""),
            enable_payments=code in company.payments_enabled,
            currency=company.foreign_accounts.get(code, ""),
        )
        for code, name, type_, tax_type in company.accounts
    ]


def open_tax_rates(company: Company) -> list[TaxRate]:
    """Fresh tax rates for an organisation of this company."""
    every_class = frozenset(CLASS_OF_TYPE.values())
    return [
        TaxRate(
            tax_type=tax_type,
            name=name,
            rate=Decimal(rate),
            classes=every_class if classes == ANY else frozenset(classes.split()),
            components=tuple(
                (part, Decimal(share)) for part, share in company.tax_components.get(tax_type, ((name, rate),))
            ),
        )
        for tax_type, name, rate, classes in company.tax_rates
    ]
