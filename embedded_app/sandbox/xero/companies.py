"""The companies the sandbox can open: charts of accounts, tax rates and contacts, as data.

The codes and tax types are those of Xero's own demo companies where we know them; clearing, gift card and store
credit accounts are what a shop adds to them.
"""

from dataclasses import dataclass, field
from decimal import Decimal

CLASS_OF_TYPE = {
    **dict.fromkeys(("BANK", "CURRENT", "FIXED", "INVENTORY", "NONCURRENT", "PREPAYMENT"), "ASSET"),
    **dict.fromkeys(("CURRLIAB", "LIABILITY", "TERMLIAB", "PAYG"), "LIABILITY"),
    **dict.fromkeys(("REVENUE", "SALES", "OTHERINCOME"), "REVENUE"),
    **dict.fromkeys(("EXPENSE", "DIRECTCOSTS", "OVERHEADS", "DEPRECIATN"), "EXPENSE"),
    "EQUITY": "EQUITY",
}


@dataclass(slots=True, kw_only=True)
class Account:
    """One account of a chart. `tax_type` is what a line gets that sends none; `system` is Xero's SystemAccount."""

    code: str
    name: str
    type: str
    tax_type: str = "NONE"
    system: str = ""
    enable_payments: bool = False
    status: str = "ACTIVE"
    account_id: str = ""

    @property
    def account_class(self) -> str:
        """ASSET, EQUITY, EXPENSE, LIABILITY or REVENUE: what tax rates are allowed for."""
        return CLASS_OF_TYPE[self.type]


@dataclass(slots=True, kw_only=True)
class TaxRate:
    """One tax rate. `rate` is in per cent; `classes` are the account classes it may be used with."""

    tax_type: str
    name: str
    rate: Decimal
    classes: frozenset[str]
    status: str = "ACTIVE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """What an organisation is opened with. Opening it copies accounts and rates: a Company is never changed."""

    name: str
    version: str
    country: str
    base_currency: str
    timezone: str
    tax_rates: tuple[tuple[str, str, str, str], ...]
    accounts: tuple[tuple[str, str, str, str], ...]
    sales_tax_basis: str = "ACCRUALS"
    currencies: tuple[str, ...] = ()
    contacts: tuple[str, ...] = ("Online customers",)
    payments_enabled: frozenset[str] = frozenset({"815", "816"})
    system_accounts: dict[str, str] = field(default_factory=dict)


_INCOME, _COSTS, _ANY = "ASSET EQUITY LIABILITY REVENUE", "ASSET EQUITY EXPENSE LIABILITY", "ALL"
_SYSTEM = {
    "499": "REALISEDCURRENCYGAIN",
    "610": "DEBTORS",
    "800": "CREDITORS",
    "820": "GST",
    "860": "ROUNDING",
    "960": "RETAINEDEARNINGS",
}


def _chart(sales_tax: str, cost_tax: str, tax_account: str) -> tuple[tuple[str, str, str, str], ...]:
    """(code, name, type, default tax type): the same shop chart everywhere, with the country's default rates."""
    return (
        ("090", "Business Bank Account", "BANK", "NONE"),
        ("091", "Shopify Payments clearing", "BANK", "NONE"),
        ("092", "PayPal clearing", "BANK", "NONE"),
        ("093", "Cash clearing", "BANK", "NONE"),
        ("094", "Bank deposit clearing", "BANK", "NONE"),
        ("200", "Sales", "REVENUE", sales_tax),
        ("205", "Shipping income", "REVENUE", sales_tax),
        ("210", "Tips", "REVENUE", "NONE"),
        ("220", "Discounts given", "REVENUE", sales_tax),
        ("260", "Other revenue and adjustments", "REVENUE", sales_tax),
        ("270", "Interest income", "REVENUE", "NONE"),
        ("310", "Cost of goods sold", "DIRECTCOSTS", cost_tax),
        ("404", "Payment fees", "EXPENSE", "NONE"),
        ("405", "Promotions", "EXPENSE", "NONE"),
        ("406", "Duties", "EXPENSE", "NONE"),
        ("429", "General expenses", "EXPENSE", cost_tax),
        ("499", "Realised currency gains", "EXPENSE", "NONE"),
        ("610", "Accounts Receivable", "CURRENT", "NONE"),
        ("630", "Inventory", "INVENTORY", "NONE"),
        ("800", "Accounts Payable", "CURRLIAB", "NONE"),
        ("815", "Gift card liability", "CURRLIAB", "NONE"),
        ("816", "Store credit liability", "CURRLIAB", "NONE"),
        ("817", "Marketplace tax", "CURRLIAB", "NONE"),
        ("820", tax_account, "CURRLIAB", "NONE"),
        ("860", "Rounding", "CURRLIAB", "NONE"),
        ("960", "Retained Earnings", "EQUITY", "NONE"),
    )


UK = Company(
    name="Marlow & Finch Ltd",
    version="UK",
    country="GB",
    base_currency="GBP",
    timezone="GMTSTANDARDTIME",
    currencies=("EUR",),
    system_accounts=_SYSTEM,
    accounts=_chart("OUTPUT2", "INPUT2", "VAT"),
    tax_rates=(
        ("OUTPUT2", "20% (VAT on Income)", "20", _INCOME),
        ("RROUTPUT", "5% (VAT on Income)", "5", _INCOME),
        ("ZERORATEDOUTPUT", "Zero Rated Income", "0", _INCOME),
        ("EXEMPTOUTPUT", "Exempt Income", "0", _INCOME),
        ("INPUT2", "20% (VAT on Expenses)", "20", _COSTS),
        ("RRINPUT", "5% (VAT on Expenses)", "5", _COSTS),
        ("ZERORATEDINPUT", "Zero Rated Expenses", "0", _COSTS),
        ("EXEMPTINPUT", "Exempt Expenses", "0", _COSTS),
        ("NONE", "No VAT", "0", _ANY),
    ),
)

UK_SECOND = Company(
    name="Harbour Candles Ltd",
    version="UK",
    country="GB",
    base_currency="GBP",
    timezone="GMTSTANDARDTIME",
    system_accounts=_SYSTEM,
    accounts=UK.accounts,
    tax_rates=UK.tax_rates,
)

US = Company(
    name="Juniper Supply Co",
    version="US",
    country="US",
    base_currency="USD",
    timezone="EASTERNSTANDARDTIME",
    system_accounts=_SYSTEM,
    accounts=(
        *_chart("NONE", "NONE", "Sales Tax"),
        ("821", "State tax payable", "CURRLIAB", "NONE"),
        ("822", "County tax payable", "CURRLIAB", "NONE"),
    ),
    tax_rates=(
        ("OUTPUT", "Tax on Sales", "7", _INCOME),
        ("INPUT", "Tax on Purchases", "7", _COSTS),
        ("NONE", "Tax Exempt", "0", _ANY),
    ),
)

DE = Company(
    name="Lindenhof Manufaktur GmbH",
    version="GLOBAL",
    country="DE",
    base_currency="EUR",
    timezone="WEUROPESTANDARDTIME",
    system_accounts=_SYSTEM,
    accounts=_chart("TAX001", "TAX003", "Umsatzsteuer"),
    tax_rates=(
        ("TAX001", "MwSt 19 %", "19", _INCOME),
        ("TAX002", "MwSt 7 %", "7", _INCOME),
        ("TAX003", "Vorsteuer 19 %", "19", _COSTS),
        ("NONE", "Tax Exempt", "0", _ANY),
    ),
)


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
            classes=every_class if classes == _ANY else frozenset(classes.split()),
        )
        for tax_type, name, rate, classes in company.tax_rates
    ]
