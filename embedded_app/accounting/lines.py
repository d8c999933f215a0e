"""From one sale line to the document lines that book it: its account, tax type, quantity and unit amount."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from embedded_app.accounting.documents import Books, DocumentLine, Held
from embedded_app.accounting.mapping import Mapping, TaxKey, tax_key
from embedded_app.accounting.money import ZERO, round_cents
from embedded_app.accounting.order import LineKind, Order, SaleLine
from embedded_app.accounting.tax import amount_problems, rate_problems, sent_tax_amount

UNIT = Decimal("0.0001")  # Xero's unitdp=4
DESCRIPTION_LIMIT = 4000  # Xero refuses longer descriptions


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedLine:
    """A sale line with its place in the books. rate: the tax type's effective rate. rule: what chose both, in words."""

    sale: SaleLine
    account: str
    tax_type: str
    rate: Decimal
    tax_key: str
    rule: str

    @property
    def units(self) -> int:
        """How many times the store may have rounded the line's tax."""
        return max(1, abs(self.sale.quantity))


def place(order: Order, line: SaleLine, mapping: Mapping, books: Books) -> PlacedLine | tuple[Held, ...]:
    """Where a sale line goes, or every reason why it cannot be placed."""
    key = tax_key(order, line)
    account = _account(line, mapping, books)
    tax_type = mapping.tax_type_for(key)
    problems = amount_problems(line)
    if isinstance(account, Held):
        problems += (account,)
    if tax_type is None:
        problems += (_unmapped_tax(key),)
    else:
        problems += rate_problems(key, tax_type[0], books)
    if problems or isinstance(account, Held) or tax_type is None:
        return problems
    return PlacedLine(
        sale=line,
        account=account[0],
        tax_type=tax_type[0],
        rate=books.rates[tax_type[0]],
        tax_key=key.text,
        rule=f"{account[1]}; {tax_type[1]}",
    )


def document_lines(placed: PlacedLine, sign: int) -> tuple[DocumentLine, ...]:
    """The document lines of a placed line; sign is the document's (+1 invoice, −1 credit note).

    quantity × unit amount rounds to the gross; where no unit amount of 4 decimals does, quantity is 1 and the
    description tells the quantity ("700 × Widget").
    """
    sale = placed.sale
    gross, tax = sign * sale.gross, sign * sale.tax
    sent_tax = sent_tax_amount(gross, tax, placed.rate)
    description, quantity, unit_amount = _quantity(sale, gross, sent_tax)
    line = DocumentLine(
        description=description,
        quantity=quantity,
        unit_amount=unit_amount,
        gross=gross,
        account=placed.account,
        tax_type=placed.tax_type,
        tax=tax,
        tax_amount=sent_tax,
        tax_key=placed.tax_key,
        sources=(sale.id,),
        rule=placed.rule,
    )
    return (line,)


def _quantity(sale: SaleLine, gross: Decimal, sent_tax: Decimal | None) -> tuple[str, Decimal, Decimal]:
    """Description, quantity and unit amount. Xero documents that a sent TaxAmount cannot exceed the UnitAmount."""
    title = (sale.title.strip() or sale.kind.value)[:DESCRIPTION_LIMIT]
    quantity = Decimal(max(1, abs(sale.quantity)))
    unit_amount = (gross / quantity).quantize(UNIT, ROUND_HALF_UP)
    if round_cents(quantity * unit_amount) == gross and abs(sent_tax or ZERO) <= abs(unit_amount):
        return title, quantity, unit_amount
    return f"{quantity:f} × {title}"[:DESCRIPTION_LIMIT], Decimal(1), gross


def _account(line: SaleLine, mapping: Mapping, books: Books) -> tuple[str, str] | Held:
    if line.kind is LineKind.ROUNDING:
        account = books.rounding_account
        if account is not None:
            return account, f"cash rounding goes to Xero's rounding account {account}"
        sentence = "Xero has no rounding account, but the order was rounded for cash. Restore it in Xero, then retry."
        return Held(cause="no rounding account", subject=line.kind.value, sentence=sentence)
    found = mapping.account_for(line)
    if found is not None:
        return found
    sentence = f"Lines of kind ‘{line.kind.value}’ have no Xero account yet. Choose one in the mapping."
    return Held(cause="unmapped account", subject=line.kind.value, sentence=sentence)


def _unmapped_tax(key: TaxKey) -> Held:
    if any(marketplace is not False for _, _, marketplace in key.taxes):
        sentence = (
            f"Tax ‘{key.text}’ is collected by a marketplace, or the store does not say by whom. Such taxes cannot be "
            "posted yet: enter the order in Xero by hand."
        )
        return Held(cause="marketplace tax", subject=key.text, sentence=sentence)
    sentence = f"Tax ‘{key.text}’ has no Xero tax rate yet. Choose one in the mapping."
    return Held(cause="unmapped tax", subject=key.text, sentence=sentence)
