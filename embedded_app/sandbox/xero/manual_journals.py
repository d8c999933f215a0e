"""The rules for manual journals: debits equal credits, and some accounts are out of bounds."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from embedded_app.sandbox.xero.arithmetic import line_tax, round2
from embedded_app.sandbox.xero.bank_records import JournalLine, ManualJournal
from embedded_app.sandbox.xero.fields import Fields
from embedded_app.sandbox.xero.heading import read_required_day, read_url
from embedded_app.sandbox.xero.lines import read_line_account, read_tax_type
from embedded_app.sandbox.xero.organisation import Organisation
from embedded_app.sandbox.xero.records import ZERO
from embedded_app.sandbox.xero.tracking import read_tracking
from embedded_app.sandbox.xero.wire import Invalid

_ALLOWED = frozenset(
    {"Narration", "JournalLines", "Date", "LineAmountTypes", "Status", "Url", "ShowOnCashBasisReports"}
)
_LINE = frozenset({"LineAmount", "AccountCode", "AccountID", "Description", "TaxType", "TaxAmount", "Tracking"})
NEXT_STATUS = {"VOIDED": "POSTED", "DELETED": "DRAFT"}


def create(organisation: Organisation, given: Any, *, now: datetime) -> ManualJournal:
    """Create one manual journal from one element of a PUT, or raise Invalid. Without a Status it is a DRAFT."""
    fields = Fields(given, _ALLOWED, what="ManualJournal")
    narration = fields.text("Narration", longest=4000)
    if not narration.strip():
        fields.refuse("The Narration must be specified.")
    types = fields.one_of("LineAmountTypes", ("Exclusive", "Inclusive", "NoTax"), "NoTax")
    status = fields.one_of("Status", ("DRAFT", "POSTED"), "DRAFT")
    day = read_required_day(organisation, fields, "journal")
    lines = _read_lines(organisation, fields, types)
    url, on_cash_basis = read_url(fields), fields.flag("ShowOnCashBasisReports", default=True)
    fields.check()
    if day is None:
        raise AssertionError("A manual journal passed its checks without a day.")
    journal = ManualJournal(
        journal_id=organisation.new_id(),
        narration=narration,
        day=day,
        line_amount_types=types,
        lines=lines,
        url=url,
        on_cash_basis=on_cash_basis,
        status=status,
        updated_at=now,
    )
    organisation.records.journals[journal.journal_id] = journal
    return journal


def _read_lines(organisation: Organisation, fields: Fields, types: str) -> tuple[JournalLine, ...]:
    given = fields.given.get("JournalLines")
    if not isinstance(given, list) or len(given) < 2:
        fields.refuse("A manual journal must have at least 2 journal lines.")
        return ()
    found = [_read_line(organisation, item, types, fields.messages) for item in given]
    lines = tuple(line for line in found if line is not None)
    if len(lines) == len(given):
        gross = [line.net(types) + line.tax_amount for line in lines]
        debits = sum((amount for amount in gross if amount > 0), ZERO)
        credits = sum((amount for amount in gross if amount < 0), ZERO)
        if debits + credits:
            fields.refuse(f"The total debits ({debits}) must equal total credits ({credits})")
    return lines


def _read_line(organisation: Organisation, given: Any, types: str, messages: list[str]) -> JournalLine | None:
    fields = Fields(given, _LINE, what="journal line", messages=messages)
    amount = fields.number("LineAmount", places=2)
    if amount is None or not amount:
        # Whether Xero takes lines of nothing is not known for sure: the strict reading.
        fields.refuse("A journal line must have a LineAmount other than zero.")
    description = fields.text("Description", longest=4000)
    tracking = read_tracking(organisation, fields.given.get("Tracking"), messages)
    account = read_line_account(organisation, fields)
    if account is None or amount is None:
        return None
    # BANK and system accounts are refused for lines of every kind; ROUNDING is a system account as well, and INVENTORY
    # accounts move by tracked items only.
    if account.type == "INVENTORY" or account.system:
        fields.refuse(f"Account code '{account.code}' cannot be used in manual journals.")
        return None
    rate = read_tax_type(organisation, fields, account, types)
    if rate is None:
        return None
    return JournalLine(
        account_code=account.code,
        account_id=account.account_id,
        description=description,
        tax_type=rate.tax_type,
        line_amount=amount.quantize(ZERO),
        tax_amount=_read_tax_amount(fields, amount, rate.rate, types),
        tracking=tracking,
    )


def _read_tax_amount(fields: Fields, amount: Decimal, rate: Decimal, types: str) -> Decimal:
    stated = fields.number("TaxAmount", places=2)
    if stated is None:
        return line_tax(amount, rate, types)
    if stated and (not rate or types == "NoTax"):
        fields.refuse(f"The TaxAmount {stated} cannot be used on a journal line without tax.")
    elif stated * amount < 0 or abs(stated) > abs(amount):
        fields.refuse(f"The TaxAmount {stated} must have the sign of the LineAmount {amount} and not be greater.")
    return round2(stated)


def change_status(organisation: Organisation, given: Any, *, journal: ManualJournal, now: datetime) -> None:
    """Void a posted journal or delete a draft as POST /ManualJournals/{id} asks, or raise Invalid.

    The description requires the Narration in every journal that is sent, so it must come along unchanged.
    """
    fields = Fields(given, frozenset({"Status", "ManualJournalID", "Narration"}), what="ManualJournal")
    if fields.uuid("ManualJournalID") not in ("", journal.journal_id):
        fields.refuse("The ManualJournalID in the body is not the one in the address.")
    if fields.text("Narration") != journal.narration:
        fields.refuse("The Narration must be sent, and it cannot be changed in this sandbox.")
    status = fields.one_of("Status", tuple(NEXT_STATUS), "")
    fields.check()
    if journal.status != NEXT_STATUS[status]:
        raise Invalid("Manual journal not of valid status for modification")
    if message := organisation.lock_message(journal.day, "journal"):
        raise Invalid(message)
    journal.status = status
    journal.updated_at = now
