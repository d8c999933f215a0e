"""An American company: Xero's own tax kept idle, each sales tax an ordinary account."""

from embedded_app.sandbox.xero.company import ANY, COSTS, INCOME, Company
from embedded_app.sandbox.xero.shop_chart import SYSTEM, TRACKING, office_chart, shop_chart

US = Company(
    name="Juniper Supply Co",
    version="US",
    country="US",
    base_currency="USD",
    timezone="EASTERNSTANDARDTIME",
    currencies=("CAD",),
    system_accounts=SYSTEM,
    tracking=TRACKING,
    accounts=(
        *shop_chart("NONE", "NONE", "Sales Tax"),
        ("821", "State tax payable", "CURRLIAB", "NONE"),
        ("822", "County tax payable", "CURRLIAB", "NONE"),
        ("823", "City tax payable", "CURRLIAB", "NONE"),
        *office_chart("NONE"),
    ),
    tax_rates=(
        ("OUTPUT", "Tax on Sales", "7", INCOME),
        ("INPUT", "Tax on Purchases", "7", COSTS),
        ("NONE", "Tax Exempt", "0", ANY),
    ),
)
