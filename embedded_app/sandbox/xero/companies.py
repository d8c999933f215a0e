"""The companies the sandbox can open, one per country.

Names and types of tax rates are Xero's own where we know them; the charts are of our own making, in each country's
manner. They also serve as what a mapping is suggested from.
"""

from embedded_app.sandbox.xero.company import (
    CLASS_OF_TYPE,
    Account,
    Company,
    TaxRate,
    open_accounts,
    open_tax_rates,
)
from embedded_app.sandbox.xero.company_au_nz import AU, NZ
from embedded_app.sandbox.xero.company_ca import CA
from embedded_app.sandbox.xero.company_de import DE
from embedded_app.sandbox.xero.company_uk import UK, UK_SECOND
from embedded_app.sandbox.xero.company_us import US

__all__ = [
    "AU",
    "CA",
    "CLASS_OF_TYPE",
    "DE",
    "EVERY_COMPANY",
    "NZ",
    "UK",
    "UK_SECOND",
    "US",
    "Account",
    "Company",
    "TaxRate",
    "open_accounts",
    "open_tax_rates",
]

EVERY_COMPANY = (UK, UK_SECOND, AU, NZ, US, CA, DE)
