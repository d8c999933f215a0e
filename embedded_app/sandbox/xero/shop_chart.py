"""The accounts every demo company of an English-speaking country shares: what a shop that sells online has."""

from embedded_app.sandbox.xero.company import AccountRow

SYSTEM = {
    "497": "BANKCURRENCYGAIN",
    "498": "UNREALISEDCURRENCYGAIN",
    "499": "REALISEDCURRENCYGAIN",
    "610": "DEBTORS",
    "800": "CREDITORS",
    "820": "GST",
    "840": "HISTORICAL",
    "860": "ROUNDING",
    "877": "TRACKINGTRANSFERS",
    "960": "RETAINEDEARNINGS",
}
TRACKING = (
    ("Channel", ("Online store", "Point of sale", "Wholesale", "Marketplace")),
    ("Region", ("Home", "Europe", "Rest of the world")),
)


def shop_chart(sales_tax: str, cost_tax: str, tax_account: str) -> tuple[AccountRow, ...]:
    """(code, name, type, default tax type): the shop's accounts, with the country's default rates.

    The codes are those of Xero's own default chart where it has the account; clearing, gift card and store credit
    accounts are what a shop adds to it.
    """
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
        ("275", "Gift card breakage", "REVENUE", "NONE"),
        ("310", "Cost of goods sold", "DIRECTCOSTS", cost_tax),
        ("404", "Payment fees", "EXPENSE", "NONE"),
        ("405", "Promotions", "EXPENSE", "NONE"),
        ("406", "Duties", "EXPENSE", "NONE"),
        ("407", "Chargebacks", "EXPENSE", "NONE"),
        ("429", "General expenses", "EXPENSE", cost_tax),
        ("497", "Bank Revaluations", "EXPENSE", "NONE"),
        ("498", "Unrealised Currency Gains", "EXPENSE", "NONE"),
        ("499", "Realised currency gains", "EXPENSE", "NONE"),
        ("610", "Accounts Receivable", "CURRENT", "NONE"),
        ("615", "Disputes receivable", "CURRENT", "NONE"),
        ("620", "Prepayments", "CURRENT", "NONE"),
        ("630", "Inventory", "INVENTORY", "NONE"),
        ("635", "Stock on hand", "CURRENT", "NONE"),
        ("800", "Accounts Payable", "CURRLIAB", "NONE"),
        ("815", "Gift card liability", "CURRLIAB", "NONE"),
        ("816", "Store credit liability", "CURRLIAB", "NONE"),
        ("817", "Marketplace tax", "CURRLIAB", "NONE"),
        ("818", "Reserves held by gateways", "CURRENT", "NONE"),
        ("820", tax_account, "CURRLIAB", "NONE"),
        ("840", "Historical Adjustment", "CURRLIAB", "NONE"),
        ("860", "Rounding", "CURRLIAB", "NONE"),
        ("877", "Tracking Transfers", "CURRLIAB", "NONE"),
        ("960", "Retained Earnings", "EQUITY", "NONE"),
        ("970", "Owner's Share Capital", "EQUITY", "NONE"),
    )


def office_chart(cost_tax: str) -> tuple[AccountRow, ...]:
    """What every office has beside the shop: the part of a chart that a mapping must not fall for."""
    return (
        ("325", "Direct Expenses", "DIRECTCOSTS", cost_tax),
        ("400", "Advertising & Marketing", "OVERHEADS", cost_tax),
        ("401", "Audit & Accountancy fees", "OVERHEADS", cost_tax),
        ("403", "Bank Fees", "OVERHEADS", "NONE"),
        ("408", "Cleaning", "OVERHEADS", cost_tax),
        ("412", "Consulting", "OVERHEADS", cost_tax),
        ("416", "Depreciation Expense", "DEPRECIATN", "NONE"),
        ("420", "Entertainment", "OVERHEADS", "NONE"),
        ("425", "Postage, Freight & Courier", "OVERHEADS", cost_tax),
        ("433", "Insurance", "OVERHEADS", "NONE"),
        ("437", "Interest Paid", "OVERHEADS", "NONE"),
        ("441", "Legal Expenses", "OVERHEADS", cost_tax),
        ("445", "Light, Power, Heating", "OVERHEADS", cost_tax),
        ("461", "Printing & Stationery", "OVERHEADS", cost_tax),
        ("463", "IT Software and Consumables", "OVERHEADS", cost_tax),
        ("469", "Rent", "OVERHEADS", cost_tax),
        ("477", "Salaries", "OVERHEADS", "NONE"),
        ("485", "Subscriptions", "OVERHEADS", cost_tax),
        ("489", "Telephone & Internet", "OVERHEADS", cost_tax),
        ("493", "Travel", "OVERHEADS", cost_tax),
        ("710", "Office Equipment", "FIXED", cost_tax),
        ("711", "Less Accumulated Depreciation on Office Equipment", "FIXED", "NONE"),
        ("805", "Accruals", "CURRLIAB", "NONE"),
        ("810", "Income in Advance", "CURRLIAB", "NONE"),
        ("825", "Payroll taxes payable", "CURRLIAB", "NONE"),
        ("850", "Suspense", "CURRLIAB", "NONE"),
        ("900", "Loan", "TERMLIAB", "NONE"),
    )
