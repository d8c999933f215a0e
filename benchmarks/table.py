"""The table of all measurements: what was measured, its target, and the floor of the same run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One measurement, each part as it is printed.

    target: what it ought to be, empty where there is none. floor: what it was measured against, in the same run.
    met: None where there is no target.
    """

    what: str
    ours: str
    target: str = ""
    floor: str = ""
    met: bool | None = None


HEADS = ("", "measured", "target", "floor in the same run", "")


def printed(lines: Iterable[Line]) -> str:
    """The table as Markdown, which also reads well in a terminal."""
    rows = [HEADS, *((one.what, one.ours, one.target, one.floor, _verdict(one.met)) for one in lines)]
    widths = [max(len(row[at]) for row in rows) for at in range(len(HEADS))]
    texts = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in rows
    ]
    texts.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(texts)


def percentile(values: Iterable[float], share: float) -> float:
    """The value below which that share of them lies: percentile(times, 0.99)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _verdict(met: bool | None) -> str:
    return "" if met is None else ("met" if met else "missed")
