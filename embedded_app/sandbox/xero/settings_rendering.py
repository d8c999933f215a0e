"""The organisation's settings as Xero's JSON: itself, its chart, tax rates and tracking categories."""

from embedded_app.sandbox.xero.bank_records import TrackingCategory
from embedded_app.sandbox.xero.companies import Account, TaxRate
from embedded_app.sandbox.xero.organisation import Organisation
from embedded_app.sandbox.xero.wire import JsonObject, ms_date, ms_moment


def account_json(account: Account, organisation: Organisation) -> JsonObject:
    """An account of the chart; bank accounts say what they are kept in."""
    bank = {"BankAccountNumber": "", "BankAccountType": "BANK", "CurrencyCode": account.currency}
    return {
        "AccountID": account.account_id,
        "Code": account.code,
        "Name": account.name,
        "Status": account.status,
        "Type": account.type,
        "TaxType": account.tax_type,
        "Class": account.account_class,
        "EnablePaymentsToAccount": account.enable_payments,
        "ShowInExpenseClaims": False,
        **({"SystemAccount": account.system} if account.system else {}),
        **(bank if account.type == "BANK" else {}),
        "HasAttachments": False,
        "UpdatedDateUTC": ms_moment(organisation.created_at),
    }


def tax_rate_json(rate: TaxRate) -> JsonObject:
    """A tax rate with its components and the account classes it can apply to."""
    components = [
        {"Name": name, "Rate": share, "IsCompound": False, "IsNonRecoverable": False} for name, share in rate.components
    ]
    return {
        "Name": rate.name,
        "TaxType": rate.tax_type,
        "Status": rate.status,
        "DisplayTaxRate": rate.rate,
        "EffectiveRate": rate.rate,
        "CanApplyToAssets": "ASSET" in rate.classes,
        "CanApplyToEquity": "EQUITY" in rate.classes,
        "CanApplyToExpenses": "EXPENSE" in rate.classes,
        "CanApplyToLiabilities": "LIABILITY" in rate.classes,
        "CanApplyToRevenue": "REVENUE" in rate.classes,
        "TaxComponents": components,
    }


def tracking_category_json(category: TrackingCategory, *, archived: bool) -> JsonObject:
    """A tracking category with its options; archived options only where they are asked for."""
    return {
        "Name": category.name,
        "Status": category.status,
        "TrackingCategoryID": category.category_id,
        "Options": [
            {"TrackingOptionID": option.option_id, "Name": option.name, "Status": option.status}
            for option in category.options
            if archived or option.status == "ACTIVE"
        ],
    }


def organisation_json(organisation: Organisation) -> JsonObject:
    """The organisation's settings; lock dates are absent when nothing is locked."""
    company = organisation.company
    locks = {"PeriodLockDate": organisation.period_lock, "EndOfYearLockDate": organisation.year_lock}
    return {
        "OrganisationID": organisation.organisation_id,
        "Name": organisation.name,
        "LegalName": organisation.name,
        "PaysTax": True,
        "Version": company.version,
        "OrganisationType": "COMPANY",
        "BaseCurrency": organisation.base_currency,
        "CountryCode": company.country,
        "IsDemoCompany": True,
        "OrganisationStatus": "ACTIVE",
        "FinancialYearEndDay": 31,
        "FinancialYearEndMonth": 3 if company.country == "GB" else 12,
        "SalesTaxBasis": organisation.sales_tax_basis,
        "SalesTaxPeriod": "MONTHLY",
        "DefaultSalesTax": "Tax Inclusive",
        "DefaultPurchasesTax": "Tax Inclusive",
        **{name: ms_date(day) for name, day in locks.items() if day is not None},
        "CreatedDateUTC": ms_moment(organisation.created_at),
        "OrganisationEntityType": "COMPANY",
        "Timezone": company.timezone,
        "ShortCode": organisation.short_code,
        "Class": "DEMO",
        "Edition": "BUSINESS",
        "Addresses": [],
        "Phones": [],
        "ExternalLinks": [],
    }
