"""What Xero makes of a line, and which accounts, tax types and tracking it takes: the strict half of books_model.py.

Each line is reckoned from what is sent for it (quantity, unit amount, tax type, TaxAmount), never from what the core
says it comes to. Where Xero's behaviour is not known for sure, the strict reading is taken.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from embedded_app.accounting.chart import Account, Chart
from embedded_app.accounting.documents import Document, DocumentLine

ZERO = Decimal(0)
CENT = Decimal("0.01")
LARGEST = Decimal("9999999999.99")
SYSTEM_OF_LEDGERS = ("DEBTORS", "CREDITORS", "RETAINEDEARNINGS", "BANKCURRENCYGAIN", "GST")


class Refused(Exception):
    """Xero refuses the write; the message says which rule it breaks."""


class Organisation:
    """A chart as Xero looks things up in it. day_rates: Xero's own, for documents that send no rate."""

    def __init__(self, chart: Chart, day_rates: dict[str, Decimal]) -> None:
        self.day_rates = day_rates
        self.base_currency = chart.base_currency
        self.currencies = chart.currencies | {chart.base_currency}
        self._accounts = {key: one for one in chart.accounts for key in (one.id, one.code) if key}
        self._rates = {one.tax_type: one for one in chart.tax_rates if one.active}
        self._tracking = {(one.name, option) for one in chart.tracking for option in one.options}

    def system(self, name: str) -> str:
        """The key of a system account, such as DEBTORS."""
        return next(one.code or one.id for one in self._accounts.values() if one.system == name)

    def account(self, key: str | None) -> Account:
        """An active account. Raises Refused."""
        account = self._accounts.get(key or "")
        if account is None or not account.active:
            raise Refused(f"account {key!r} does not exist, or is archived")
        return account

    def bank(self, key: str | None) -> Account:
        """An active account of type BANK. Raises Refused."""
        account = self.account(key)
        if account.type != "BANK":
            raise Refused(f"account {key} is no bank account")
        return account

    def paid_from(self, key: str | None) -> Account:
        """An account that takes payments. Raises Refused."""
        account = self.account(key)
        if account.type != "BANK" and not account.takes_payments:
            raise Refused(f"account {key} takes no payments")
        return account

    def journalled(self, key: str, journal: str) -> Account:
        """An account that a journal may use. Raises Refused."""
        account = self.account(key)
        if account.type in ("BANK", "INVENTORY") or account.system in SYSTEM_OF_LEDGERS:
            raise Refused(f"journal {journal} cannot use account {key}")
        return account

    def currency(self, account: Account) -> str:
        """The currency an account is kept in."""
        return account.currency or self.base_currency

    def base(self, document: Document, amount: Decimal) -> Decimal:
        """An amount of a document in base currency, at the document's rate or that of the day."""
        if document.currency == self.base_currency:
            return amount
        return round2(amount / (document.rate or self.day_rates.get(document.currency, Decimal(1))))

    def check_heading(self, document: Document) -> None:
        """Raises Refused where Xero refuses a document before it looks at its lines."""
        if not document.number.strip() or len(document.number) > 255 or len(document.reference) > 255:
            raise Refused(f"number or reference of {document.number!r} is empty or too long")
        if not document.contact or not document.lines:
            raise Refused(f"{document.number} has no contact or no lines")
        if document.due_date < document.date:
            raise Refused(f"{document.number} is due before its date")
        if document.currency not in self.currencies:
            raise Refused(f"Organisation is not subscribed to currency {document.currency}")
        rate = document.rate
        if rate is not None and (document.currency == self.base_currency or rate <= 0 or places(rate) > 6):
            raise Refused(f"{document.number} has a currency rate of {rate}")

    def line(self, document: Document, line: DocumentLine) -> tuple[Decimal, Decimal]:
        """What Xero makes of a line: its amount, tax included, and the tax in it. Raises Refused."""
        where = f"line {line.description[:30]!r} of {document.number}"
        if not 1 <= len(line.description.encode("utf-16-le")) // 2 <= 4000 or not line.description.strip():
            raise Refused(f"{where} has no description, or too long a one")
        if places(line.quantity) > 4 or places(line.unit_amount) > 4 or line.quantity <= 0:
            raise Refused(f"{where} has a quantity or unit amount Xero cannot hold")
        amount = round2(line.quantity * line.unit_amount)
        if abs(amount) > LARGEST:
            raise Refused(f"{where} is too large")
        self._check_places(where, line)
        return amount, self._tax(where, line, amount)

    def _check_places(self, where: str, line: DocumentLine) -> None:
        account, rate = self.account(line.account), self._rates.get(line.tax_type)
        if account.type == "BANK" or account.system not in (None, "ROUNDING"):
            raise Refused(f"Account code '{line.account}' is not a valid code for this document: {where}")
        if rate is None or account.account_class not in rate.classes:
            raise Refused(f"The TaxType code '{line.tax_type}' cannot be used with account code '{line.account}'")
        if len(line.tracking) > 2 or len({name for name, _ in line.tracking}) < len(line.tracking):
            raise Refused(f"{where} has too many tracking options")
        if not set(line.tracking) <= self._tracking:
            raise Refused(f"{where} has unknown tracking {line.tracking}")

    def _tax(self, where: str, line: DocumentLine, amount: Decimal) -> Decimal:
        rate = self._rates[line.tax_type].rate
        sent = line.tax_amount
        if sent is None:
            if amount < 0:
                raise Refused(f"{where} is negative and leaves its tax to Xero, whose rounding there is unknown")
            return amount - round2(amount / (1 + rate))
        if places(sent) > 2 or abs(sent) > abs(line.unit_amount):
            raise Refused(f"TaxAmount {sent} of {where} cannot be greater than UnitAmount")
        if sent * amount < 0 or abs(sent) > abs(amount) or (sent and not rate):
            raise Refused(f"TaxAmount {sent} of {where} does not go with {amount} at {rate}")
        return sent


def check_amount(amount: Decimal, where: str) -> None:
    """Raises Refused unless the amount is positive and of whole cents."""
    if amount <= 0 or places(amount) > 2:
        raise Refused(f"{where} has an amount of {amount}")


def round2(amount: Decimal) -> Decimal:
    """To cents, half away from zero."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def places(amount: Decimal) -> int:
    """How many decimals an amount really has."""
    exponent = amount.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 99
