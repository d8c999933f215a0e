"""An Australian and a New Zealand company: GST at 10 % and 15 %."""

from embedded_app.sandbox.xero.company import ANY, COSTS, INCOME, Company
from embedded_app.sandbox.xero.shop_chart import SYSTEM, TRACKING, office_chart, shop_chart

AU = Company(
    name="Banksia Trading Pty Ltd",
    version="AU",
    country="AU",
    base_currency="AUD",
    timezone="AUSEASTERNSTANDARDTIME",
    currencies=("NZD", "USD"),
    system_accounts=SYSTEM,
    tracking=TRACKING,
    accounts=(
        *shop_chart("OUTPUT", "INPUT", "GST"),
        *office_chart("INPUT"),
        ("826", "Superannuation Payable", "CURRLIAB", "NONE"),
    ),
    tax_rates=(
        ("OUTPUT", "GST on Income", "10", INCOME),
        ("EXEMPTOUTPUT", "GST Free Income", "0", INCOME),
        ("EXEMPTEXPORT", "GST Free Exports", "0", INCOME),
        ("INPUTTAXED", "Input Taxed", "0", INCOME),
        ("INPUT", "GST on Expenses", "10", COSTS),
        ("CAPEXINPUT", "GST on Capital", "10", COSTS),
        ("EXEMPTEXPENSES", "GST Free Expenses", "0", COSTS),
        ("EXEMPTCAPITAL", "GST Free Capital", "0", COSTS),
        ("BASEXCLUDED", "BAS Excluded", "0", ANY),
        ("NONE", "No GST", "0", ANY),
    ),
)

NZ = Company(
    name="Kowhai Goods Ltd",
    version="NZ",
    country="NZ",
    base_currency="NZD",
    timezone="NEWZEALANDSTANDARDTIME",
    sales_tax_basis="PAYMENTS",
    currencies=("AUD",),
    system_accounts=SYSTEM,
    accounts=(*shop_chart("OUTPUT2", "INPUT2", "GST"), *office_chart("INPUT2")),
    tax_rates=(
        ("OUTPUT2", "15% GST on Income", "15", INCOME),
        ("INPUT2", "15% GST on Expenses", "15", COSTS),
        ("ZERORATED", "Zero Rated", "0", ANY),
        ("NONE", "No GST", "0", ANY),
    ),
)
