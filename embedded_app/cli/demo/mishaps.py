"""What may go wrong on a day with faults: one of each kind that heals by itself, in the order it is let happen.

`make demo FAULTS=1` lets all happen, `make demo FAULTS=store_stale,xero_reset` those alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from embedded_app.sandbox.shopify.faults import TOKEN_CALL
from embedded_app.sandbox.shopify.faults import FaultKind as StoreFault
from embedded_app.sandbox.xero.faults import FaultKind as XeroFault

ALL = ("1", "all")


class Place(StrEnum):
    """Where something goes wrong."""

    WEBHOOKS = "webhooks"
    STORE = "store"
    XERO = "xero"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mishap:
    """One thing that goes wrong. words: what happens, for the terminal. faults: what is ordered from the sandbox.

    heals: what becomes of it, where the rows do not tell more. crowded: strikes only where much comes at once.
    """

    name: str
    place: Place
    words: str
    faults: tuple[Mapping[str, Any], ...] = ()
    heals: str = ""
    crowded: bool = False


def _store(kind: StoreFault, words: str, heals: str = "", **settings: Any) -> Mishap:
    faults = ({"kind": kind, "query": "Orders", **settings},)
    return Mishap(name=f"store_{kind}", place=Place.STORE, words=words, faults=faults, heals=heals)


def _xero(kind: XeroFault, words: str, **settings: Any) -> Mishap:
    faults = ({"kind": kind, "method": "PUT", **settings},)
    return Mishap(name=f"xero_{kind}", place=Place.XERO, words=words, faults=faults)


MISHAPS = (
    Mishap(
        name="webhooks_repeated",
        place=Place.WEBHOOKS,
        words="the store sends each webhook three times",
        heals="taken in once",
    ),
    Mishap(
        name="webhooks_late",
        place=Place.WEBHOOKS,
        words="the store sends webhooks late and out of order",
        heals="the order was read as it is now",
    ),
    Mishap(
        name="webhooks_lost",
        place=Place.WEBHOOKS,
        words="the store loses all webhooks of an order",
        heals="found five minutes later by the catch-up",
    ),
    _store(StoreFault.THROTTLED, "the store throttles a query"),
    Mishap(
        name="store_too_dear",
        place=Place.STORE,
        words="the store finds a query about several orders too dear",
        faults=({"kind": StoreFault.TOO_DEAR, "query": "Orders", "at_least": 2},),
        heals="asked for fewer orders at once",
        crowded=True,
    ),
    _store(StoreFault.FAILED_QUERY, "the store fails on a query"),
    _store(StoreFault.INTERNAL_ERROR, "the store answers 500"),
    _store(StoreFault.UNAVAILABLE, "the store answers 503 with a page"),
    _store(StoreFault.HTML_PAGE, "the store answers 200 with a page that is no data"),
    _store(StoreFault.RESET, "the store resets the connection"),
    _store(StoreFault.TIMEOUT, "the store stays silent, then resets the connection", seconds=1),
    _store(StoreFault.HALF_ANSWER, "the store's answer ends in the middle"),
    _store(StoreFault.STALE, "the store answers an order as it was before its last change"),
    _store(StoreFault.NULL_NODE, "the store answers null for an order it has"),
    _store(
        StoreFault.DENIED_FIELDS,
        "the store denies what kind of product was sold",
        "booked without it",
        fields=("LineItem.product",),
    ),
    _store(StoreFault.OTHER_VERSION, "the store answers as another API version", "noted; the books go on"),
    Mishap(
        name="store_unauthorized",
        place=Place.STORE,
        words="the store no longer takes its token, and answers 503 to the refresh",
        faults=(
            {"kind": StoreFault.UNAVAILABLE, "query": TOKEN_CALL},
            {"kind": StoreFault.UNAUTHORIZED, "query": "Orders"},
        ),
    ),
    _xero(XeroFault.RATE_MINUTE, "Xero answers 429: the minute's calls are used up", seconds=20),
    _xero(XeroFault.RATE_DAY, "Xero answers 429: the day's calls are used up", seconds=600),
    _xero(XeroFault.RATE_APP, "Xero answers 429: the app's calls are used up", seconds=20),
    _xero(XeroFault.RATE_CONCURRENT, "Xero answers 429: too many calls at once"),
    _xero(XeroFault.FORBIDDEN_PAGE, "Xero's edge answers 403 with a page"),
    Mishap(
        name="xero_refused_whole",
        place=Place.XERO,
        words="Xero refuses a call of several documents as a whole",
        faults=({"kind": XeroFault.REFUSED_WHOLE, "method": "PUT", "elements": 2},),
        crowded=True,
    ),
    Mishap(
        name="xero_unauthorized",
        place=Place.XERO,
        words="Xero no longer takes the token, and resets the connection of the refresh",
        faults=(
            {"kind": XeroFault.RESET, "path": "/connect/token"},
            {"kind": XeroFault.UNAUTHORIZED, "method": "PUT"},
        ),
    ),
    _xero(XeroFault.UNAVAILABLE, "Xero answers 503", path="/Invoices"),
    _xero(XeroFault.BAD_GATEWAY, "a gateway before Xero answers 502", path="/Invoices"),
    _xero(XeroFault.INTERNAL_ERROR, "Xero answers 500, and keeps that answer under the call's key", path="/Invoices"),
    _xero(XeroFault.RESET, "Xero resets the connection before it writes", path="/Invoices"),
    _xero(XeroFault.RESET_AFTER_WRITE, "Xero resets the connection after it wrote", path="/Invoices"),
    _xero(XeroFault.TIMEOUT_BEFORE_WRITE, "Xero stays silent and writes nothing", path="/Payments", seconds=1),
    _xero(XeroFault.TIMEOUT_AFTER_WRITE, "Xero writes, then stays silent", path="/Payments", seconds=1),
    _xero(XeroFault.HALF_ANSWER, "Xero's answer ends in the middle", path="/Payments"),
    _xero(XeroFault.EMPTY_BODY, "Xero writes, and answers with nothing", path="/Payments"),
    _xero(XeroFault.OVERSIZED_BODY, "Xero writes, and answers with 20 MB", path="/Invoices", size=20_000_000),
    _xero(XeroFault.WRONG_CHARSET, "Xero writes, and answers in another charset", path="/Invoices"),
)
NAMES = tuple(mishap.name for mishap in MISHAPS)


def chosen(names: str) -> Sequence[Mishap]:
    """The mishaps named in a list with commas; all for "1" or "all". Raises ValueError naming an unknown one."""
    if names in ALL:
        return MISHAPS
    wanted = [name.strip() for name in names.split(",") if name.strip()]
    unknown = [name for name in wanted if name not in NAMES]
    if unknown or not wanted:
        raise ValueError(f"There is no fault {', '.join(unknown) or '(none named)'}; there are {', '.join(NAMES)}.")
    return [mishap for mishap in MISHAPS if mishap.name in wanted]


def verdict(
    mishaps: Sequence[Mishap], struck: Sequence[Mishap], counts: Mapping[str, Mapping[str, int]]
) -> tuple[list[str], bool]:
    """What really went wrong, as those it was ordered from counted it, by place; False where something never did."""
    lines = [
        f"faults, {place}: " + ", ".join(f"{count} {kind.replace('_', ' ')}" for kind, count in kinds.items())
        for place, kinds in counts.items()
        if kinds
    ]
    never = [mishap.name for mishap in mishaps if mishap not in struck]
    if never:
        lines.append(f"These faults never struck, so this day proves nothing of them: {', '.join(never)}")
    return lines, not never
