"""What one sale line is booked as: itself, or with a discount, a face value or taxes of their own several parts.

Every part is signed like the sale, and the parts add up to its gross to the cent; their taxes add up to the store's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from embedded_app.accounting.documents import Held
from embedded_app.accounting.mapping import AccountChoice, Mapping, SpecialAccount, TaxKey, TaxRule, Tracking, percent
from embedded_app.accounting.money import ZERO, is_cents
from embedded_app.accounting.order import LineKind, SaleLine
from embedded_app.accounting.tax import xero_tax

# Kinds whose discount is not shown at full price: a gift card has its face value, the others are no prices.
_WITHOUT_FULL_PRICE = frozenset({LineKind.GIFT_CARD, LineKind.ADJUSTMENT, LineKind.ROUNDING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of what is booked for a sale line.

    title: empty for the sale's own. is_counted: it has the sale's quantity, else 1. rate: effective rate of its tax
    type, None for that of the sale's. rule, tax_rule: empty for the sale's own. is_tax: it is itself a tax.
    tax_difference: what its tax exceeds the store's by.
    """

    gross: Decimal
    tax: Decimal
    account: str
    tax_type: str
    title: str = ""
    is_counted: bool = False
    rate: Decimal | None = None
    rule: str = ""
    tax_rule: str = ""
    tracking: Tracking = ()
    is_tax: bool = False
    tax_difference: Decimal = ZERO


def shows_discount(line: SaleLine, mapping: Mapping) -> bool:
    """Whether the line stands at full price, its discount beside it on a line of its own."""
    return mapping.discounts == "full price" and line.discount != 0 and line.kind not in _WITHOUT_FULL_PRICE


def sale_parts(
    line: SaleLine, key: TaxKey, choice: AccountChoice, rule: TaxRule, mapping: Mapping
) -> tuple[Part, ...] | Held:
    """The parts of a sale line whose place is known, or why they cannot be told."""
    if line.kind is LineKind.GIFT_CARD and line.face_value is not None and line.face_value != line.gross:
        return _gift_card_parts(line, line.face_value, choice, rule, mapping)
    taxes: Sequence[Part] = ()
    tax = line.tax
    if rule.strategy != "rate":
        fractions = [one for one in line.taxes if not is_cents(one.amount) or one.amount * line.gross < 0]
        if fractions:
            what = f"has tax of {fractions[0].amount:f}, which cannot be a line of its own"
            return _held("tax of its own", line, what, "Check the order in the store, then retry.")
        taxes, tax = _tax_parts(line, rule, mapping), ZERO
    gross = line.gross - sum((part.gross for part in taxes), ZERO)
    sold = Part(
        gross=gross,
        tax=tax,
        account=choice.account,
        tax_type=rule.tax_type,
        is_counted=True,
        tracking=choice.tracking,
    )
    if not shows_discount(line, mapping):
        return (sold, *taxes) if taxes else (sold,)
    priced = _full_price_parts(line, key, sold, rule, mapping)
    return priced if isinstance(priced, Held) else (*priced, *taxes)


def _tax_parts(line: SaleLine, rule: TaxRule, mapping: Mapping) -> list[Part]:
    """A part for each tax: on its liability account, or where a marketplace collects it on that account."""
    parts = []
    for tax in line.taxes:
        if tax.amount == 0:
            continue
        title = f"{tax.title} {percent(tax.rate)}"
        if tax.marketplace:
            account, title = mapping.special[SpecialAccount.MARKETPLACE_TAX], f"{title}, collected by the marketplace"
        else:
            account = rule.accounts[tax.title]
        said = f"{title} goes to account {account}"
        parts.append(
            Part(
                gross=tax.amount,
                tax=ZERO,
                account=account,
                tax_type=mapping.no_tax,
                title=title,
                rate=ZERO,
                rule=said,
                is_tax=True,
            )
        )
    return parts


def _full_price_parts(
    line: SaleLine, key: TaxKey, sold: Part, rule: TaxRule, mapping: Mapping
) -> tuple[Part, ...] | Held:
    """The sale at full price and its discount, negative beside it; the taxes of the two add up to the store's.

    The discount has what Xero would find in it as its tax, the full price the rest, so that neither has a tax of the
    wrong sign. Where taxes are lines of their own, both are without. An edit that gives a discount on what was sold
    before, or takes one back, moves no goods: its discount is all there is.
    """
    is_discount_alone = not line.quantity and line.gross == -line.discount
    wrong_sign = line.discount * (line.gross or line.quantity) < 0 and not is_discount_alone
    if not is_cents(line.discount) or wrong_sign:
        what = f"has a discount of {line.discount:f}, which cannot be shown beside its full price"
        return _held("discount", line, what, "Show discounts net in the mapping, or check the order in the store.")
    discount, tax = line.discount, xero_tax(line.discount, key.rate)
    if rule.strategy != "rate":
        discount, tax = discount - tax, ZERO
    account = mapping.special.get(SpecialAccount.DISCOUNTS)
    if account is None:
        return _unmapped(SpecialAccount.DISCOUNTS)
    title, said = f"Discount on {line.title}", f"discounts at full price go to account {account}"
    if is_discount_alone:
        return (replace(sold, account=account, title=title, rule=said, is_counted=False),)
    full = Part(
        gross=sold.gross + discount,
        tax=sold.tax + tax,
        account=sold.account,
        tax_type=sold.tax_type,
        is_counted=True,
        tracking=sold.tracking,
    )
    off = Part(
        gross=-discount,
        tax=-tax,
        account=account,
        tax_type=sold.tax_type,
        title=title,
        rule=said,
        tracking=sold.tracking,
    )
    return full, off


def _gift_card_parts(
    line: SaleLine, face_value: Decimal, choice: AccountChoice, rule: TaxRule, mapping: Mapping
) -> tuple[Part, ...] | Held:
    """A gift card sold below its face value: the liability is the face value, the rest a promotion."""
    given = face_value - line.gross
    if not is_cents(face_value) or face_value * line.gross < 0 or given * face_value < 0:
        what = f"can be spent for {face_value:.2f} and was sold for {line.gross:.2f}"
        advice = "Nothing says how to book what it cost beyond its value: enter the order in Xero by hand."
        return _held("gift card above its value", line, what, advice)
    account = mapping.special.get(SpecialAccount.PROMOTIONS)
    if account is None:
        return _unmapped(SpecialAccount.PROMOTIONS)
    liability = Part(
        gross=face_value,
        tax=ZERO,
        account=choice.account,
        tax_type=rule.tax_type,
        is_counted=True,
        tracking=choice.tracking,
    )
    promotion = Part(
        gross=-given,
        tax=ZERO,
        account=account,
        tax_type=rule.tax_type,
        title=f"Sold below its value: {line.title}",
        rule=f"what gift cards are sold below their value goes to account {account}",
        tracking=choice.tracking,
    )
    return liability, promotion


def _unmapped(account: SpecialAccount) -> Held:
    sentence = f"There is no Xero account for {account.value} yet, but the order needs one. Choose it in the mapping."
    return Held(cause="unmapped account", subject=account.value, sentence=sentence)


def _held(cause: str, line: SaleLine, what: str, advice: str) -> Held:
    return Held(cause=cause, subject=line.id, sentence=f"‘{line.title or line.kind.value}’ {what}. {advice}")
