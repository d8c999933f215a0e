"""The rules for line items: which accounts, tax types and tracking they may use, and what they amount to."""

from decimal import Decimal
from typing import Any

from embedded_app.sandbox.xero.arithmetic import line_amount, line_tax, round2, round4
from embedded_app.sandbox.xero.companies import Account, TaxRate
from embedded_app.sandbox.xero.fields import Fields
from embedded_app.sandbox.xero.organisation import Organisation
from embedded_app.sandbox.xero.records import ZERO, Line
from embedded_app.sandbox.xero.tracking import read_tracking

MAX_LINE_AMOUNT = Decimal("9999999999.99")
_ALLOWED = frozenset(
    "Description Quantity UnitAmount LineAmount AccountCode AccountID TaxType TaxAmount Tracking".split()
)


def read_lines(
    organisation: Organisation, given: Any, *, types: str, unit_places: int, messages: list[str]
) -> tuple[Line, ...]:
    """The lines of a document; what is wrong goes to `messages`.

    `types` is its LineAmountTypes, `unit_places` 2 or 4.
    """
    if given is None:
        return ()
    if not isinstance(given, list):
        messages.append("The LineItems must be an array.")
        return ()
    lines = (_read_line(organisation, item, types, unit_places, messages) for item in given)
    return tuple(line for line in lines if line is not None)


def _read_line(
    organisation: Organisation, given: Any, types: str, unit_places: int, messages: list[str]
) -> Line | None:
    fields = Fields(given, _ALLOWED, what="line item", messages=messages)
    tracking = read_tracking(organisation, fields.given.get("Tracking"), messages)
    description = _read_description(fields)
    quantity, unit, amount = _read_amounts(fields, unit_places)
    account = read_line_account(organisation, fields)
    if account is None:
        return None
    rate = read_tax_type(organisation, fields, account, types)
    if rate is None:
        return None
    return Line(
        line_item_id=organisation.new_id(),
        description=description,
        quantity=quantity,
        unit_amount=unit,
        account_code=account.code,
        account_id=account.account_id,
        tax_type=rate.tax_type,
        line_amount=amount,
        tax_amount=_read_tax_amount(fields, rate=rate, unit=unit, amount=amount, types=types),
        tracking=tracking,
    )


def read_overpayment_line(
    organisation: Organisation, given: Any, *, unit_places: int, messages: list[str]
) -> tuple[Line, ...]:
    """The one line of an overpayment, without tax, on receivables; what is wrong goes to `messages`.

    Xero puts it on the receivables account by itself; whether it takes another account is not known for sure: here it
    takes none or that one.
    """
    if not isinstance(given, list) or len(given) != 1:
        messages.append("An overpayment must have exactly one line item.")
        return ()
    fields = Fields(given[0], _ALLOWED - {"TaxAmount", "Tracking"}, what="line item", messages=messages)
    description, (quantity, unit, amount) = _read_description(fields), _read_amounts(fields, unit_places)
    debtors = organisation.accounts[organisation.system_codes()["DEBTORS"]]
    if fields.text("AccountCode") not in ("", debtors.code) or fields.uuid("AccountID") not in ("", debtors.account_id):
        fields.refuse(f"The line item of an overpayment goes to account code '{debtors.code}' and to no other.")
    if fields.text("TaxType") not in ("", "NONE"):
        fields.refuse("The line item of an overpayment has no tax.")
    line = Line(
        line_item_id=organisation.new_id(),
        description=description,
        quantity=quantity,
        unit_amount=unit,
        account_code=debtors.code,
        account_id=debtors.account_id,
        tax_type="NONE",
        line_amount=amount,
        tax_amount=ZERO,
    )
    return (line,)


def _read_description(fields: Fields) -> str:
    """1 to 4,000 characters. Spaces alone are refused: whether Xero trims before it counts is not known for sure."""
    description = fields.text("Description", longest=4000)
    if not description.strip():
        fields.refuse(f"Description is required on a {fields.what}: it must have at least 1 character.")
    return description


def _read_amounts(fields: Fields, unit_places: int) -> tuple[Decimal, Decimal, Decimal]:
    """Quantity, unit amount and line amount; the unit is rounded before it is multiplied, as Xero does."""
    quantity = fields.number("Quantity")
    quantity = Decimal(1) if quantity is None else round4(quantity)
    unit, stated = fields.number("UnitAmount"), fields.number("LineAmount", places=2)
    if unit is None and stated is None:
        fields.refuse("A line item must have a UnitAmount or a LineAmount.")
        return quantity, Decimal("0.00"), Decimal("0.00")
    if unit is None:
        unit = stated / quantity if stated is not None and quantity else Decimal(0)
    if quantity == 1 and unit != round2(unit):
        # Xero keeps two decimals of every currency and would round. A single piece at a third of a cent, or at 1.234
        # Kuwaiti dinars, is an amount it cannot hold and nobody means: the strict reading.
        fields.refuse(f"The line total {unit} must have at most 2 decimals.")
    unit = round4(unit) if unit_places == 4 else round2(unit)
    amount = line_amount(quantity, unit)
    if stated is not None and stated != amount:
        fields.refuse(f"The line total {stated} does not match the expected line total {amount}")
    if abs(amount) > MAX_LINE_AMOUNT:
        fields.refuse(f"The line total {amount} is larger than {MAX_LINE_AMOUNT}.")
    return quantity, unit, amount


def read_line_account(organisation: Organisation, fields: Fields) -> Account | None:
    """The account of a line: active, no bank account and no system account but ROUNDING."""
    code, account_id = fields.text("AccountCode", longest=10), fields.uuid("AccountID")
    if not code and not account_id:
        fields.refuse("Account code must be specified.")
        return None
    account = organisation.accounts.get(code) if code else organisation.account_by_id(account_id)
    if account is None:
        fields.refuse(f"Account code '{code or account_id}' is not a valid code for this document.")
        return None
    if account.status != "ACTIVE":
        fields.refuse(f"Account code '{account.code}' has been archived, or has been deleted")
        return None
    if account.type == "BANK" or account.system not in ("", "ROUNDING"):
        fields.refuse(f"Account code '{account.code}' is not a valid code for this document.")
        return None
    return account


def read_tax_type(organisation: Organisation, fields: Fields, account: Account, types: str) -> TaxRate | None:
    """The tax rate: the one named, else the account's default; NoTax documents have none of it."""
    named = fields.text("TaxType", longest=50) or account.tax_type
    tax_type = "NONE" if types == "NoTax" else named
    rate = organisation.tax_rates.get(tax_type)
    if rate is None or rate.status != "ACTIVE":
        fields.refuse(f"The TaxType code '{tax_type}' does not exist or is not active in this organisation.")
        return None
    if account.account_class not in rate.classes:
        fields.refuse(f"The TaxType code '{tax_type}' cannot be used with account code '{account.code}'.")
        return None
    return rate


def _read_tax_amount(fields: Fields, *, rate: TaxRate, unit: Decimal, amount: Decimal, types: str) -> Decimal:
    """The tax stated by the caller, else Xero's own.

    No tolerance for a stated tax is published. Engineers quote Xero's pages with "cannot be greater than UnitAmount",
    so that is what we enforce, to the letter; tax on a rate of zero and tax of the other sign are refused as well.
    """
    stated = fields.number("TaxAmount", places=2)
    if stated is None:
        return line_tax(amount, rate.rate, types)
    if stated and (rate.rate == 0 or types == "NoTax"):
        fields.refuse(
            f"The TaxAmount {stated} cannot be used with the TaxType code '{rate.tax_type}', whose rate is 0."
        )
    elif abs(stated) > abs(unit):
        fields.refuse(f"The TaxAmount {stated} cannot be greater than the UnitAmount {unit}.")
    elif stated * amount < 0:
        fields.refuse(f"The TaxAmount {stated} must have the sign of the line total {amount}.")
    return round2(stated)
