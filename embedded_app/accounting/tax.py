"""Xero's tax arithmetic, and whether the store's tax can be told to Xero without changing a cent.

Lines are sent tax-inclusive. Xero computes tax = L − round2(L / (1 + r)), half up, per line (its rounding guide); 9.99
at 20 % is 1.66 there, where L × r / (1 + r) would round to 1.67. Where a store's figure differs, the store's is sent.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from embedded_app.accounting.documents import Books, Held
from embedded_app.accounting.mapping import UNTAXED_KINDS, TaxKey, TaxRule, percent
from embedded_app.accounting.money import CENT, ZERO, is_cents, round_cents
from embedded_app.accounting.order import SaleLine

LARGEST = Decimal("9999999999.99")  # Xero's largest LineAmount


def xero_tax(gross: Decimal, rate: Decimal) -> Decimal:
    """The tax Xero finds inside a tax-inclusive line amount; rate is a fraction."""
    return gross - round_cents(gross / (1 + rate))


def sent_tax_amount(gross: Decimal, tax: Decimal, rate: Decimal) -> Decimal | None:
    """The TaxAmount to send with a document line: None where Xero's own arithmetic gives the store's tax.

    Negative lines always send it: how Xero rounds those is not documented.
    """
    return None if gross >= 0 and xero_tax(gross, rate) == tax else tax


def amount_problems(line: SaleLine) -> tuple[Held, ...]:
    """What is wrong with a sale line's own figures, whatever the mapping: empty where nothing is."""
    gross, tax = line.gross, line.tax
    if abs(gross) > LARGEST:
        return (_held("amount too large", line, f"comes to {gross:f}, more than a line in Xero can hold"),)
    if not (is_cents(gross) and is_cents(tax)):
        return (_held("fraction of a cent", line, "has an amount with more than 2 decimals, which Xero cannot hold"),)
    if gross == 0 and tax != 0:
        return (_held("tax without amount", line, f"has tax of {tax:.2f} on an amount of zero"),)
    if gross * tax < 0:
        return (_held("tax of opposite sign", line, f"has tax of {tax:.2f} on an amount of {gross:.2f}"),)
    if abs(tax) > abs(gross):
        return (_held("tax above amount", line, f"has tax of {tax:.2f} on an amount of {gross:.2f}"),)
    if line.kind in UNTAXED_KINDS and tax != 0:
        return (_held("tax outside tax", line, f"is a {line.kind.value} line with tax of {tax:.2f}"),)
    return ()


def rate_problems(key: TaxKey, rule: TaxRule, books: Books) -> tuple[Held, ...]:
    """Why a rule's tax type cannot stand for a key: it is not active in Xero, or its effective rate is another.

    It must be the store's rates together, or 0 where the taxes are lines of their own.
    """
    tax_type = rule.tax_type
    rate = books.rates.get(tax_type)
    if rate is None:
        sentence = (
            f"Tax rate {tax_type}, mapped for ‘{key.text}’, is not active in Xero. "
            "Choose another in the mapping, or activate it in Xero."
        )
        return (Held(cause="inactive tax type", subject=tax_type, sentence=sentence),)
    # A gift card's or rounding line's taxes are known to be zero; the rate the store prints beside them decides
    # nothing.
    store_rate = key.rate if key.kind not in UNTAXED_KINDS else Decimal(0)
    if rate == (store_rate if rule.strategy == "rate" else 0):
        return ()
    if rule.strategy != "rate":
        sentence = (
            f"The taxes of ‘{key.text}’ are posted as lines of their own, but {tax_type} of the sale would add "
            f"{percent(rate)} in Xero. Choose a tax rate of 0 % in the mapping."
        )
        return (Held(cause="tax rate differs", subject=key.text, sentence=sentence),)
    sentence = (
        f"The store charged {percent(store_rate)} for ‘{key.text}’, but {tax_type} is {percent(rate)} in Xero. "
        "Choose a tax rate of the same percentage in the mapping."
    )
    return (Held(cause="tax rate differs", subject=key.text, sentence=sentence),)


def rounding_problems(
    number: str, taxed: Iterable[tuple[Decimal, Decimal, Decimal, int]], unit: Decimal = CENT
) -> tuple[Held, ...]:
    """Whether a document's taxes differ from Xero's by more than rounding: 0.01 is explained for each tax of each unit.

    taxed: (gross, the store's tax, rate, times it was rounded) of each line of one document. unit: what a store rounds
    its currency to, where that is more than a cent.
    """
    off, rounded = ZERO, 0
    for gross, tax, rate, times in taxed:
        off += abs(tax - xero_tax(gross, rate))
        rounded += times
    if off <= unit * rounded:
        return ()
    sentence = (
        f"The store's tax on {number} differs by {off:f} from what the mapped rates give; rounding explains at most "
        f"{unit * rounded:f}. Check the tax rates in the mapping."
    )
    return (Held(cause="tax differs", subject=number, sentence=sentence),)


def _held(cause: str, line: SaleLine, what: str) -> Held:
    sentence = f"‘{line.title or line.kind.value}’ {what}. Check the order in the store, then retry."
    return Held(cause=cause, subject=line.id, sentence=sentence)
