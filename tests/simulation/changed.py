"""What people changed of an order in Xero by hand, taken out of what is expected: all else must still be right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from embedded_app.sandbox.xero.records import Document, Payment
from tests.simulation import places
from tests.simulation.expected import Expected, without_zeros
from tests.simulation.merchants import REPRICED_BY, Touched


def without_what_people_changed(expected: Expected, by_hand: Sequence[Touched]) -> bool:
    """Take it out of what is expected; False where what then remains cannot be told."""
    voided = [one.record for one in by_hand if one.what == "void"]
    for one in by_hand:
        if isinstance(one.record, Document):
            is_there = one.record.status != "VOIDED" or any(record is one.record for record in voided)
            _take_out(expected, one.record, one.what, is_there=is_there)
        elif not _take_payment_out(expected, one.record, one.tender):
            return False
    expected.accounts, expected.nets = without_zeros(expected.accounts), without_zeros(expected.nets)
    expected.taxes = without_zeros(expected.taxes)
    return True


def _take_out(expected: Expected, document: Document, what: str, *, is_there: bool) -> None:
    """is_there: it stands, or a person voided it; what the program voided is gone for good reason, and as a whole."""
    sign = document.kind.sign
    if what == "void":
        for line in document.lines:
            account = places.family(line.account_code)
            _add(expected, account, -sign * line.line_amount, -sign * (line.line_amount - line.tax_amount))
            expected.taxes[line.tax_type] = expected.taxes.get(line.tax_type, Decimal(0)) - sign * line.tax_amount
    elif what == "reprice" and is_there:
        _add(expected, places.family(document.lines[0].account_code), -sign * REPRICED_BY, -sign * REPRICED_BY)
        expected.repriced = True


def _add(expected: Expected, account: str, gross: Decimal, net: Decimal) -> None:
    expected.accounts[account] = expected.accounts.get(account, Decimal(0)) + gross
    expected.nets[account] = expected.nets.get(account, Decimal(0)) + net


def _take_payment_out(expected: Expected, payment: Payment, tender: str | None) -> bool:
    """False where it was none of the customer's money, but closed credit and debt with each other."""
    if tender is None or not tender.isdigit():
        return False
    known = expected.money.get(tender)
    if known is not None:
        left = known.amount - payment.document.kind.sign * payment.amount
        expected.money[tender] = replace(known, amount=left)
        if not left:
            del expected.money[tender]
    return True
