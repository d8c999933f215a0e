"""A Canadian company: GST, HST by province, and rates of two parts (GST with PST, GST with QST)."""

from embedded_app.sandbox.xero.company import ANY, COSTS, INCOME, Company
from embedded_app.sandbox.xero.shop_chart import SYSTEM, office_chart, shop_chart

CA = Company(
    name="Tamarack Outfitters Inc",
    version="GLOBAL",
    country="CA",
    base_currency="CAD",
    timezone="EASTERNSTANDARDTIME",
    currencies=("USD",),
    system_accounts=SYSTEM,
    accounts=(
        *shop_chart("TAX001", "TAX007", "GST/HST payable"),
        ("824", "PST payable", "CURRLIAB", "NONE"),
        *office_chart("TAX007"),
    ),
    tax_rates=(
        ("TAX001", "HST Ontario 13%", "13", INCOME),
        ("TAX002", "HST Atlantic 15%", "15", INCOME),
        ("TAX003", "GST 5%", "5", INCOME),
        ("TAX004", "GST/PST British Columbia 12%", "12", INCOME),
        ("TAX005", "GST/QST Quebec 14.975%", "14.975", INCOME),
        ("TAX006", "Zero-rated", "0", INCOME),
        ("TAX007", "HST on Purchases 13%", "13", COSTS),
        ("NONE", "Tax Exempt", "0", ANY),
    ),
    tax_components={
        "TAX004": (("GST", "5"), ("PST", "7")),
        "TAX005": (("GST", "5"), ("QST", "9.975")),
    },
)
