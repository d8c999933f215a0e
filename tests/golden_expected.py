"""The expected part of golden cases: documents with their lines, and settlements, from the columns of their text."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from tests.golden_case import ExpectedDocument, ExpectedSettlement


def expected_document(kind: str, columns: list[str]) -> ExpectedDocument:
    """A document's header: role, number, day, total, tax or account, reference, and what it may say beyond that.

    That is "beyond the store's 1.67" of its tax, "due 2026-12-23" where that is another day, "rate 1.15" of its
    currency, "for customer:501" where it is made out to a contact of the customer's own.
    """
    role, number, day, total, tax, reference, *more = columns
    said = dict(one.rsplit(maxsplit=1) for one in more)
    money = kind in ("OVERPAYMENT", "SPEND MONEY", "RECEIVE MONEY")
    return ExpectedDocument(
        kind=kind.lower(),
        role=role,
        number=number,
        date=date.fromisoformat(day),
        total=Decimal(total),
        tax=Decimal(0) if money else Decimal(tax.split()[-1]),
        account=tax if money else "",
        reference=reference,
        tax_difference=Decimal(said.get("beyond the store's", 0)),
        due=date.fromisoformat(said.get("due", day)),
        rate=Decimal(said["rate"]) if "rate" in said else None,
        contact=said.get("for", ""),
    )


def expected_line(*columns: str) -> tuple[str, ...]:
    """The columns of a line, "sent" and the tracking empty where they are left out."""
    known, more = columns[:6], columns[6:]
    sent = "sent" if "sent" in more else ""
    return (*known, sent, *([one for one in more if one != "sent"] or [""]))


def expected_settlements(
    kind: str, role: str, amount: str, day: str, target: str, reference: str, banked: str = "", *, times: int = 1
) -> list[ExpectedSettlement]:
    """A settlement's row: role, amount, day, account or "to" and the invoice's role, reference, "banked 50.10".

    times: it stands for so many, the numbers of whose tenders count up.
    """
    document, _, tender = reference.rpartition(" ")
    return [
        ExpectedSettlement(
            kind=kind.lower(),
            role=role,
            amount=Decimal(amount),
            date=date.fromisoformat(day),
            target=target.removeprefix("to "),
            reference=reference if times == 1 else f"{document} {int(tender) + more}",
            banked=Decimal(banked.removeprefix("banked ")) if banked else None,
        )
        for more in range(times)
    ]
