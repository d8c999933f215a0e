"""Two British companies: VAT at 20 %, 5 % and 0 %, and a euro clearing account."""

from embedded_app.sandbox.xero.company import ANY, COSTS, INCOME, Company
from embedded_app.sandbox.xero.shop_chart import SYSTEM, TRACKING, office_chart, shop_chart

UK = Company(
    name="Marlow & Finch Ltd",
    version="UK",
    country="GB",
    base_currency="GBP",
    timezone="GMTSTANDARDTIME",
    currencies=("EUR",),
    system_accounts=SYSTEM,
    foreign_accounts={"095": "EUR", "096": "EUR"},
    tracking=TRACKING,
    accounts=(
        *shop_chart("OUTPUT2", "INPUT2", "VAT"),
        ("095", "Shopify Payments clearing EUR", "BANK", "NONE"),
        ("096", "Euro bank account", "BANK", "NONE"),
        *office_chart("INPUT2"),
        ("835", "Directors' Loan Account", "CURRLIAB", "NONE"),
    ),
    tax_rates=(
        ("OUTPUT2", "20% (VAT on Income)", "20", INCOME),
        ("RROUTPUT", "5% (VAT on Income)", "5", INCOME),
        ("ZERORATEDOUTPUT", "Zero Rated Income", "0", INCOME),
        ("EXEMPTOUTPUT", "Exempt Income", "0", INCOME),
        ("ECZROUTPUT", "Zero Rated EC Goods Income", "0", INCOME),
        ("ECZROUTPUTSERVICES", "Zero Rated EC Services", "0", INCOME),
        ("INPUT2", "20% (VAT on Expenses)", "20", COSTS),
        ("CAPEXINPUT2", "20% (VAT on Capital Purchases)", "20", COSTS),
        ("RRINPUT", "5% (VAT on Expenses)", "5", COSTS),
        ("ZERORATEDINPUT", "Zero Rated Expenses", "0", COSTS),
        ("EXEMPTINPUT", "Exempt Expenses", "0", COSTS),
        ("NONE", "No VAT", "0", ANY),
    ),
)

UK_SECOND = Company(
    name="Harbour Candles Ltd",
    version="UK",
    country="GB",
    base_currency="GBP",
    timezone="GMTSTANDARDTIME",
    system_accounts=SYSTEM,
    accounts=shop_chart("OUTPUT2", "INPUT2", "VAT"),
    tax_rates=UK.tax_rates,
)
