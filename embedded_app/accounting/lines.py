"""From sale lines to the document lines that book them: accounts, tax types, quantities and unit amounts.

place            where one sale line goes, or why it cannot be placed
document_lines   what one document books of placed lines
books_nothing    whether a sale line is nothing to book at all
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from embedded_app.accounting.documents import Books, DocumentLine, Held
from embedded_app.accounting.mapping import (
    UNTAXED_KINDS,
    AccountChoice,
    Mapping,
    SpecialAccount,
    TaxKey,
    TaxRule,
    tax_key,
)
from embedded_app.accounting.money import ZERO, round_cents
from embedded_app.accounting.order import LineKind, Order, SaleLine
from embedded_app.accounting.parts import Part, sale_parts, shows_discount
from embedded_app.accounting.reductions import reduction_parts
from embedded_app.accounting.tax import amount_problems, rate_problems, sent_tax_amount
from embedded_app.accounting.wording import fitted, is_blank

UNIT = Decimal("0.0001")  # Xero's unitdp=4
DESCRIPTION_LIMIT = 4000  # Xero refuses longer descriptions


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedLine:
    """A sale line with its place in the books.

    account, tax_type: of what was sold. rate: the tax type's effective rate. rule, tax_rule: what chose them, in words.
    parts: what is booked for it, signed like the sale, at least one; they add up to its gross.
    """

    sale: SaleLine
    account: str
    tax_type: str
    rate: Decimal
    tax_key: str
    rule: str
    tax_rule: str
    strategy: str
    parts: tuple[Part, ...]

    @property
    def taxed(self) -> tuple[Decimal, Decimal, Decimal, int]:
        """Gross, tax, rate, and how often the store may have rounded: what rounding of tax is judged by.

        Zeros where nothing was charged, and where the tax is booked as the store states it on lines of its own, or is
        not the store's at all. A store rounds each tax of each unit by itself: where two taxes are one rate in Xero, a
        refund of one of three may be 0.02 off, and what has no tax explains nothing.
        """
        if self.strategy != "rate" or not self.sale.gross:
            return ZERO, ZERO, ZERO, 0
        taxes = sum(1 for tax in self.sale.taxes if tax.rate)
        return self.sale.gross, self.sale.tax, self.rate, max(1, abs(self.sale.quantity)) * taxes

    @property
    def sign(self) -> int:
        """+1 for a line of an invoice, −1 for one of a credit note; what was given away goes by what it was worth."""
        return 1 if (self.sale.gross or self.parts[0].gross) > 0 else -1


def books_nothing(line: SaleLine, mapping: Mapping) -> bool:
    """Whether a line moves no account: it is zero, and no full price or face value shows what it was worth."""
    return line.gross == 0 and line.tax == 0 and not line.face_value and not shows_discount(line, mapping)


def place(order: Order, line: SaleLine, mapping: Mapping, books: Books) -> PlacedLine | tuple[Held, ...]:
    """Where a sale line goes, or every reason why it cannot be placed."""
    key = tax_key(order, line)
    choice = _account(order, line, mapping, books)
    found = _tax_rule(key, mapping, choice)
    problems = amount_problems(line)
    problems += (choice,) if isinstance(choice, Held) else ()
    problems += (found,) if isinstance(found, Held) else rate_problems(key, found[0], books)
    if problems or isinstance(choice, Held) or isinstance(found, Held):
        return problems
    rule, tax_rule = found
    parts: tuple[Part, ...] | Held | None = None
    if line.kind is LineKind.ADJUSTMENT and mapping.adjustments == "price reduction":
        parts = reduction_parts(order, line, choice, mapping, books)
    is_reduction = parts is not None
    if parts is None:
        parts = sale_parts(line, key, choice, rule, mapping)
    if isinstance(parts, Held):
        return (parts,)
    return PlacedLine(
        sale=line,
        account=choice.account,
        tax_type=rule.tax_type,
        rate=books.rates[rule.tax_type],
        tax_key=key.text,
        rule=choice.rule,
        tax_rule=tax_rule,
        strategy="price reduction" if is_reduction else rule.strategy,
        parts=parts,
    )


def document_lines(placed: Iterable[PlacedLine], sign: int) -> tuple[DocumentLine, ...]:
    """The lines of a document that books these placed lines; sign is the document's (+1 invoice, −1 credit note).

    What was sold stands in the store's order; taxes that are lines of their own follow, one for each tax, account and
    tax key.
    """
    lines: list[DocumentLine] = []
    taxes: dict[tuple[str, str, str], DocumentLine] = {}
    for one in placed:
        for part in one.parts:
            line = _document_line(one, part, sign)
            if not part.is_tax:
                lines.append(line)
                continue
            of_tax = part.title, line.account, line.tax_key
            taxes[of_tax] = _merged(taxes[of_tax], line) if of_tax in taxes else line
    return (*lines, *taxes.values())


def _document_line(placed: PlacedLine, part: Part, sign: int) -> DocumentLine:
    gross, tax = sign * part.gross, sign * part.tax or ZERO  # never a zero with a minus
    rate = placed.rate if part.rate is None else part.rate
    sent_tax = sent_tax_amount(gross, tax, rate)
    description, quantity, unit_amount = _quantity(placed.sale, part, gross, sent_tax)
    return DocumentLine(
        description=description,
        quantity=quantity,
        unit_amount=unit_amount,
        gross=gross,
        account=part.account,
        tax_type=part.tax_type,
        tax=tax,
        tax_amount=sent_tax,
        tax_key=placed.tax_key,
        sources=(placed.sale.id,),
        rule=part.rule or placed.rule,
        tracking=part.tracking,
        is_tax=part.is_tax,
        tax_rule=part.tax_rule or placed.tax_rule,
        strategy=placed.strategy,
        tax_difference=sign * part.tax_difference,
    )


def _merged(line: DocumentLine, other: DocumentLine) -> DocumentLine:
    """One line for the same tax of two sale lines."""
    gross = line.gross + other.gross
    return DocumentLine(
        description=line.description,
        quantity=Decimal(1),
        unit_amount=gross,
        gross=gross,
        account=line.account,
        tax_type=line.tax_type,
        tax=ZERO,
        tax_amount=sent_tax_amount(gross, ZERO, ZERO),
        tax_key=line.tax_key,
        sources=(*line.sources, *other.sources),
        rule=line.rule,
        is_tax=True,
        tax_rule=line.tax_rule,
        strategy=line.strategy,
        tax_difference=line.tax_difference + other.tax_difference,
    )


def _quantity(sale: SaleLine, part: Part, gross: Decimal, sent_tax: Decimal | None) -> tuple[str, Decimal, Decimal]:
    """Description, quantity and unit amount: quantity × unit amount rounds to the gross.

    Where no unit amount of 4 decimals does, the quantity is 1 and the description tells it ("700 × Widget"). Xero
    documents that a sent TaxAmount cannot exceed the UnitAmount.
    """
    title = part.title or (sale.kind.value if is_blank(sale.title) else sale.title)
    quantity = Decimal(max(1, abs(sale.quantity)) if part.is_counted else 1)
    unit_amount = (gross / quantity).quantize(UNIT, ROUND_HALF_UP)
    if round_cents(quantity * unit_amount) == gross and abs(sent_tax or ZERO) <= abs(unit_amount):
        return fitted(title, DESCRIPTION_LIMIT), quantity, unit_amount
    return fitted(f"{quantity:f} × {title}", DESCRIPTION_LIMIT), Decimal(1), gross


def _account(order: Order, line: SaleLine, mapping: Mapping, books: Books) -> AccountChoice | Held:
    if line.kind is LineKind.ROUNDING:
        account = books.rounding_account
        if account is not None:
            said = f"cash rounding goes to Xero's rounding account {account}"
            return AccountChoice(account=account, rule=said, tracking=mapping.tracking)
        sentence = "Xero has no rounding account, but the order was rounded for cash. Restore it in Xero, then retry."
        return Held(cause="no rounding account", subject=line.kind.value, sentence=sentence)
    found = mapping.account_for(order, line)
    if found is not None:
        return found
    sentence = f"Lines of kind ‘{line.kind.value}’ have no Xero account yet. Choose one in the mapping."
    return Held(cause="unmapped account", subject=line.kind.value, sentence=sentence)


def _tax_rule(key: TaxKey, mapping: Mapping, choice: AccountChoice | Held) -> tuple[TaxRule, str] | Held:
    found = mapping.tax_rule_for(key, None if isinstance(choice, Held) else choice.tax_type)
    collectors = {marketplace for _, _, marketplace in key.taxes} if key.kind not in UNTAXED_KINDS else ()
    if None in collectors:
        sentence = (
            f"The store does not say whether a marketplace collects tax ‘{key.text}’, and so not whether you owe it. "
            "Find out who collects it, and enter the order in Xero by hand."
        )
        return Held(cause="marketplace tax", subject=key.text, sentence=sentence)
    if found is None and True in collectors:
        sentence = (
            f"Tax ‘{key.text}’ is collected by a marketplace and has no rule yet. Choose the account for taxes a "
            "marketplace collects in the mapping."
        )
        return Held(cause="marketplace tax", subject=key.text, sentence=sentence)
    if found is None:
        sentence = f"Tax ‘{key.text}’ has no Xero tax rate yet. Choose one in the mapping."
        return Held(cause="unmapped tax", subject=key.text, sentence=sentence)
    if found[0].strategy == "marketplace" and SpecialAccount.MARKETPLACE_TAX not in mapping.special:
        sentence = "Taxes a marketplace collects have no Xero account yet. Choose one in the mapping."
        return Held(cause="unmapped account", subject=SpecialAccount.MARKETPLACE_TAX.value, sentence=sentence)
    return found
