"""Golden cases: tests/cases/*.txt, text a bookkeeper can read, as facts to decide upon and the books they must make.

load_cases(), load_case(name)    the cases
seen_document, seen_settlement   what was decided, in the terms of the text
balances, tax_by_type            the books that documents and settlements make
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

from embedded_app.accounting.documents import Document, DocumentLine, Settlement, SettlementKind
from embedded_app.accounting.money import is_cents
from tests.golden_case import Case, ExpectedDocument, ExpectedSettlement
from tests.golden_text import read_case

CASES = Path(__file__).parent / "cases"
RECEIVABLE, VAT = "610", "820"


def load_cases() -> list[Case]:
    """Every case under tests/cases, by file name."""
    return [load_case(path.stem) for path in sorted(CASES.glob("[a-z]_*.txt"))]


def load_case(name: str) -> Case:
    """One case by its file name without suffix."""
    return read_case(CASES / "uk_books.txt", CASES / f"{name}.txt")


def seen_document(document: Document) -> ExpectedDocument:
    """Our document in the text's terms."""
    return ExpectedDocument(
        kind=document.kind.value,
        role=document.role,
        number=document.number,
        date=document.date,
        total=document.total,
        tax=document.total_tax,
        reference=document.reference,
        lines=tuple(_seen_line(line) for line in document.lines),
    )


def seen_settlement(settlement: Settlement) -> ExpectedSettlement:
    """Our settlement in the text's terms."""
    return ExpectedSettlement(
        kind=settlement.kind.value,
        role=settlement.role,
        amount=settlement.amount,
        date=settlement.date,
        target=settlement.account or settlement.to_role or "",
        reference=settlement.reference,
    )


def balances(documents: Iterable[Document], settlements: Iterable[Settlement]) -> dict[str, Decimal]:
    """What the accounts hold after these documents and settlements, debits positive, accounts at zero left out."""
    accounts: dict[str, Decimal] = defaultdict(lambda: Decimal(0))
    by_role = {document.role: document for document in documents}
    for document in by_role.values():
        lines = document.lines if document.reverses is None else by_role[document.reverses].lines
        accounts[RECEIVABLE] += document.sign * document.total
        for line in lines:
            accounts[line.account] -= document.sign * (line.gross - line.tax)
            accounts[VAT] -= document.sign * line.tax
    for settlement in settlements:
        if settlement.account is not None:
            received = settlement.amount if settlement.kind is SettlementKind.PAYMENT else -settlement.amount
            accounts[settlement.account] += received
            accounts[RECEIVABLE] -= received
    return {account: amount for account, amount in accounts.items() if amount}


def tax_by_type(documents: Iterable[Document]) -> dict[str, Decimal]:
    """Tax owed by tax type after these documents, without zeros."""
    taxes: dict[str, Decimal] = defaultdict(lambda: Decimal(0))
    by_role = {document.role: document for document in documents}
    for document in by_role.values():
        for line in document.lines if document.reverses is None else by_role[document.reverses].lines:
            taxes[line.tax_type] += document.sign * line.tax
    return {tax_type: amount for tax_type, amount in taxes.items() if amount}


def _seen_line(line: DocumentLine) -> tuple[str, ...]:
    unit_amount = f"{line.unit_amount:.2f}" if is_cents(line.unit_amount) else f"{line.unit_amount.normalize():f}"
    return (
        f"{line.quantity:f} × {unit_amount}",
        line.description,
        f"{line.gross:.2f}",
        line.account,
        line.tax_type,
        f"{line.tax:.2f}",
        "" if line.tax_amount is None else "sent",
    )
