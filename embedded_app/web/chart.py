"""The chart of Home: sales per day, store against Xero, as the points of an SVG. No script draws it.

Two lines that lie on each other where the books are right; where they do not, the gap between them is shaded.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import ceil, floor, log10

from babel.numbers import format_compact_currency
from flask_babel import get_locale

from embedded_app.pipeline.summing_up import DayFigures
from embedded_app.web.words import day as day_text

WIDTH, HEIGHT = 720, 200
LEFT, RIGHT, TOP, BOTTOM = 84, 32, 12, 32
STEPS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A label at a place of an axis, in the chart's units."""

    at: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Points as SVG takes them ("x,y x,y"), and the labels of both axes."""

    sold: str
    in_xero: str
    gap: str
    amounts: tuple[Mark, ...]
    days: tuple[Mark, ...]
    zero: float
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT


def draw(days: tuple[DayFigures, ...], currency: str) -> Chart:
    """The chart of these days, at least two."""
    amounts = [float(amount) for one in days for amount in (one.sold, one.in_xero)]
    step = _round_step(max(amounts + [0.0]) - min(amounts + [0.0]))
    low, high = step * floor(min(amounts + [0.0]) / step), step * max(ceil(max(amounts + [0.0]) / step), 1)

    def x(place: int) -> float:
        return round(LEFT + place * (WIDTH - LEFT - RIGHT) / (len(days) - 1), 1)

    def y(amount: float) -> float:
        return round(TOP + (high - amount) * (HEIGHT - TOP - BOTTOM) / (high - low), 1)

    sold = [f"{x(place)},{y(float(one.sold))}" for place, one in enumerate(days)]
    in_xero = [f"{x(place)},{y(float(one.in_xero))}" for place, one in enumerate(days)]
    count = round((high - low) / step)
    return Chart(
        sold=" ".join(sold),
        in_xero=" ".join(in_xero),
        gap=" ".join([*sold, *reversed(in_xero)]),
        amounts=tuple(
            Mark(at=y(low + place * step), text=_amount(low + place * step, currency)) for place in range(count + 1)
        ),
        days=tuple(Mark(at=x(place), text=_day(days[place].day)) for place in range(0, len(days), 7)),
        zero=y(0.0),
    )


def _round_step(span: float) -> float:
    """A step of 1, 2 or 5 times a power of ten that divides the span into about STEPS."""
    rough = max(span, 0.01) / STEPS
    power = 10 ** floor(log10(rough))
    return float(next(times * power for times in (1, 2, 5, 10) if times * power >= rough))


def _amount(amount: float, currency: str) -> str:
    """Short, for it stands beside the chart: "£150", "£2.5K"."""
    return str(
        format_compact_currency(Decimal(repr(round(amount, 2))), currency, locale=get_locale(), fraction_digits=1)
    )


def _day(value: date) -> str:
    return day_text(value, "d MMM")
