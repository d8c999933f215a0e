"""How the day reads on the terminal: one aligned line for each document, with what settles it beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from embedded_app.accounting.documents import SettlementKind
from embedded_app.cli.demo.rows import HeldThing, Progress, Write

ORDER, TOTAL, DOCUMENT = 9, 14, 46


def money(amount: Decimal) -> str:
    """1234.5 as 1,234.50."""
    return f"{amount:,.2f}"


def heading() -> str:
    """The names of the columns."""
    return f"{'order':<{ORDER}}{'in the store':>{TOTAL}}   {'in Xero':<{DOCUMENT}}settled"


def order_lines(name: str, total: Decimal, currency: str, news: Sequence[Write]) -> list[str]:
    """What is new in Xero of one order, one line for each document that was made or settled."""
    lines = []
    for number in dict.fromkeys(write.number for write in news):
        about = [write for write in news if write.number == number]
        made = [_document(write) for write in about if write.is_document]
        settled = ", ".join(_settlement(write) for write in about if not write.is_document)
        first, *more = made or [f"on {number}"]
        lines.append(f"{first:<{DOCUMENT}}{settled}".rstrip())
        lines += more
    return _beside(name, f"{money(total)} {currency}", lines)


def held_lines(name: str, total: str, holds: Iterable[HeldThing]) -> list[str]:
    """Why something of an order is not posted."""
    return _beside(name, total, [f"held: {hold.sentence}" for hold in holds])


def progress_line(played: int, orders: int, progress: Progress, *, waiting: int) -> str:
    """Where a long day stands."""
    return (
        f"{played:>7,} of {orders:,} orders played   in Xero {progress.documents:,} documents, "
        f"{progress.settlements:,} settlements   {waiting:,} still to do"
    )


def _beside(name: str, total: str, lines: list[str]) -> list[str]:
    heads = [f"{name:<{ORDER}}{total:>{TOTAL}}", *[" " * (ORDER + TOTAL)] * len(lines)]
    return [f"{head}   {line}" for head, line in zip(heads, lines, strict=False)]


def _document(write: Write) -> str:
    if write.subject == "void":
        return f"void of {write.number}"
    return f"{write.subject} {write.number} {money(write.amount)} (VAT {money(write.tax)})"


def _settlement(write: Write) -> str:
    if write.subject == SettlementKind.ALLOCATION:
        return f"{money(write.amount)} allocated to {write.to}"
    return f"{write.subject} {money(write.amount)} {write.to}"
