"""Records as Xero's JSON: the field names and shapes of its OpenAPI description."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from embedded_app.sandbox.xero.arithmetic import round2
from embedded_app.sandbox.xero.companies import Account, TaxRate
from embedded_app.sandbox.xero.organisation import Organisation
from embedded_app.sandbox.xero.records import INVOICE, Allocation, Contact, Document, Line, Payment
from embedded_app.sandbox.xero.wire import JsonObject, ms_date, ms_moment

ONE = Decimal(1)


def _days(name: str, day: date | None) -> JsonObject:
    return {} if day is None else {f"{name}String": f"{day.isoformat()}T00:00:00", name: ms_date(day)}


def document_json(document: Document, *, unit_places: int = 2, summary: bool = False) -> JsonObject:
    """An invoice or credit note. `summary` leaves out lines, payments, allocations and the contact's details."""
    kind = document.kind
    shown: JsonObject = {
        "Type": kind.type,
        kind.id_field: document.document_id,
        kind.number_field: document.number,
        "Reference": document.reference,
        "CurrencyCode": document.currency,
        "CurrencyRate": document.rate,
        **_days("Date", document.day),
        **_days("DueDate", document.due_day),
        "Status": document.status,
        "LineAmountTypes": document.line_amount_types,
        "SubTotal": document.sub_total,
        "TotalTax": document.total_tax,
        "Total": document.total,
        "UpdatedDateUTC": ms_moment(document.updated_at),
        "HasAttachments": False,
        "HasErrors": False,
        **_open_amounts(document),
    }
    if document.url:
        shown["Url"] = document.url
    if document.contact is not None:
        shown["Contact"] = {"ContactID": document.contact.contact_id, "Name": document.contact.name}
    if not summary:
        shown["LineItems"] = [_line_json(line, unit_places) for line in document.lines]
        shown["Payments"] = [_inner_payment(item) for item in document.payments if item.status == "AUTHORISED"]
        shown.update(_applied(document))
    return shown


def _open_amounts(document: Document) -> JsonObject:
    if document.kind == INVOICE:
        amounts = {"AmountDue": document.due, "AmountPaid": document.paid, "AmountCredited": document.allocated}
    else:
        amounts = {"RemainingCredit": document.due, "AppliedAmount": document.paid + document.allocated}
    if document.status != "PAID":
        return amounts
    days = [item.day for item in document.payments if item.status == "AUTHORISED"]
    days += [item.day for item in document.allocations if not item.deleted]
    return {**amounts, "FullyPaidOnDate": ms_date(max(days, default=document.day))}


def _applied(document: Document) -> JsonObject:
    standing = [allocation for allocation in document.allocations if not allocation.deleted]
    if document.kind != INVOICE:
        return {"Allocations": [_inner_allocation(allocation) for allocation in standing]}
    notes = [
        {
            "CreditNoteID": allocation.credit_note.document_id,
            "CreditNoteNumber": allocation.credit_note.number,
            "AppliedAmount": allocation.amount,
            **_days("Date", allocation.day),
            "Total": allocation.credit_note.total,
            "LineItems": [],
            "HasErrors": False,
        }
        for allocation in standing
    ]
    return {"CreditNotes": notes, "Prepayments": [], "Overpayments": []}


def _line_json(line: Line, unit_places: int) -> JsonObject:
    return {
        "LineItemID": line.line_item_id,
        "Description": line.description,
        "Quantity": line.quantity,
        "UnitAmount": line.unit_amount if unit_places == 4 else round2(line.unit_amount),
        "AccountCode": line.account_code,
        "AccountID": line.account_id,
        "TaxType": line.tax_type,
        "TaxAmount": line.tax_amount,
        "LineAmount": line.line_amount,
        "Tracking": [],
    }


def _inner_payment(payment: Payment) -> JsonObject:
    return {
        "PaymentID": payment.payment_id,
        "Date": ms_date(payment.day),
        "Amount": payment.amount,
        "Reference": payment.reference,
        "CurrencyRate": ONE,
        "HasAccount": False,
        "HasValidationErrors": False,
    }


def _inner_allocation(allocation: Allocation) -> JsonObject:
    invoice = {"InvoiceID": allocation.invoice.document_id, "InvoiceNumber": allocation.invoice.number}
    return {
        "AllocationID": allocation.allocation_id,
        "Amount": allocation.amount,
        "Date": ms_date(allocation.day),
        "IsDeleted": allocation.deleted,
        "Invoice": invoice,
    }


def allocation_json(allocation: Allocation) -> JsonObject:
    """An allocation of a credit note, with both its documents named."""
    note = allocation.credit_note
    return {
        **_inner_allocation(allocation),
        "CreditNote": {"CreditNoteID": note.document_id, "CreditNoteNumber": note.number},
    }


def payment_json(payment: Payment) -> JsonObject:
    """A payment with its account and its document."""
    document = payment.document
    named: JsonObject = {document.kind.id_field: document.document_id, document.kind.number_field: document.number}
    if document.contact is not None:
        named["Contact"] = {"ContactID": document.contact.contact_id, "Name": document.contact.name}
    return {
        "PaymentID": payment.payment_id,
        "Date": ms_date(payment.day),
        "BankAmount": payment.amount,
        "Amount": payment.amount,
        "Reference": payment.reference,
        "CurrencyRate": ONE,
        "PaymentType": document.kind.payment_type,
        "Status": payment.status,
        "UpdatedDateUTC": ms_moment(payment.updated_at),
        "HasAccount": True,
        "IsReconciled": False,
        "Account": {"AccountID": payment.account_id, "Code": payment.account_code},
        document.kind.name: {**named, "Type": document.kind.type, "CurrencyCode": document.currency},
        "HasValidationErrors": False,
    }


def contact_json(contact: Contact) -> JsonObject:
    """A contact; empty fields are left out."""
    optional = {
        "ContactNumber": contact.number,
        "AccountNumber": contact.account_number,
        "FirstName": contact.first_name,
        "LastName": contact.last_name,
        "EmailAddress": contact.email,
    }
    return {
        "ContactID": contact.contact_id,
        "ContactStatus": contact.status,
        "Name": contact.name,
        **{name: value for name, value in optional.items() if value},
        "Addresses": [],
        "Phones": [],
        "IsCustomer": True,
        "IsSupplier": False,
        "UpdatedDateUTC": ms_moment(contact.updated_at),
        "HasAttachments": False,
        "HasValidationErrors": False,
    }


def account_json(account: Account, organisation: Organisation) -> JsonObject:
    """An account of the chart. Bank accounts are kept in base currency."""
    bank = {"BankAccountNumber": "", "BankAccountType": "BANK", "CurrencyCode": organisation.base_currency}
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
    """A tax rate with its one component and the account classes it can apply to."""
    component = {"Name": rate.name, "Rate": rate.rate, "IsCompound": False, "IsNonRecoverable": False}
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
        "TaxComponents": [component],
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


def page_json(envelope: str, items: Iterable[JsonObject], *, page: int, page_size: int, count: int) -> JsonObject:
    """One page of a list with its `pagination` block."""
    pages = max(1, -(-count // page_size))
    pagination = {"page": page, "pageSize": page_size, "pageCount": pages, "itemCount": count}
    return {"pagination": pagination, envelope: list(items)}
