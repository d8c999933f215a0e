"""Text of a store as books can hold it: no control characters, no half characters, no longer than Xero takes.

PostgreSQL's JSON refuses NUL and half a surrogate pair, XML (in which Xero keeps what we send) all other control
characters too; a product title may hold any of them.
"""

from __future__ import annotations

import unicodedata
from dataclasses import replace

from embedded_app.accounting.order import Agreement, Order, SaleLine, Tender

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
CUT = "…"


def legible(order: Order) -> Order:
    """The order with every text of the store clean; the order itself where they all are. Ids are left as they are."""
    if "".join(_texts(order)).isprintable():
        return order
    return replace(
        order,
        name=clean(order.name),
        channel=_clean_or_none(order.channel),
        location=_clean_or_none(order.location),
        agreements=tuple(_legible_agreement(agreement) for agreement in order.agreements),
        tenders=tuple(_legible_tender(tender) for tender in order.tenders),
        presented=None if order.presented is None else legible(order.presented),
    )


def clean(text: str) -> str:
    """The text without control characters (spaces instead) and with a replacement for what is not a character."""
    return text if text.isprintable() else "".join(_clean_character(character) for character in text)


def fitted(text: str, limit: int) -> str:
    """The text cleaned, stripped and cut to a limit, with a mark where it was cut.

    Counted in UTF-16 units, as Xero's platform counts: an emoji is two. No character is cut in half, nor parted from
    the accents and joiners that belong to it.
    """
    text = clean(text).strip()
    if 2 * len(text) <= limit or _units(text) <= limit:
        return text
    kept, units = 0, len(CUT)
    for position, character in enumerate(text):
        units += _units(character)
        if units > limit:
            break
        kept = position + 1
    while kept > 1 and _clings(text[kept - 1], text[kept]):
        kept -= 1
    return text[:kept].rstrip() + CUT


def is_blank(text: str) -> bool:
    """Whether nothing of the text can be read: it is empty, or only spaces, joiners and marks without a letter."""
    return not any(unicodedata.category(character)[0] not in "ZCM" for character in text)


def _texts(order: Order) -> list[str]:
    texts = [order.name, order.channel or "", order.location or ""]
    for agreement in order.agreements:
        for line in agreement.lines:
            texts += (line.title, line.sku or "", line.product_type or "", line.vendor or "", *line.tags)
            texts += [tax.title for tax in line.taxes]
    texts += [tender.gateway for tender in order.tenders]
    return texts if order.presented is None else texts + _texts(order.presented)


def _legible_agreement(agreement: Agreement) -> Agreement:
    return replace(agreement, lines=tuple(_legible_line(line) for line in agreement.lines))


def _legible_line(line: SaleLine) -> SaleLine:
    return replace(
        line,
        title=clean(line.title),
        sku=_clean_or_none(line.sku),
        product_type=_clean_or_none(line.product_type),
        vendor=_clean_or_none(line.vendor),
        tags=tuple(clean(tag) for tag in line.tags),
        taxes=tuple(replace(tax, title=clean(tax.title)) for tax in line.taxes),
    )


def _legible_tender(tender: Tender) -> Tender:
    return replace(tender, gateway=clean(tender.gateway))


def _clean_or_none(text: str | None) -> str | None:
    return None if text is None else clean(text)


def _clean_character(character: str) -> str:
    category = unicodedata.category(character)
    if category in ("Cc", "Zl", "Zp"):
        return " "
    # The last two code points of every plane are no characters, nor are FDD0 to FDEF.
    is_noncharacter = ord(character) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(character) <= 0xFDEF
    return REPLACEMENT if category == "Cs" or is_noncharacter else character


def _units(text: str) -> int:
    return len(text) + sum(character > "\uffff" for character in text)


def _clings(before: str, after: str) -> bool:
    """Whether a cut between the two would part an accent, a variation or a joined emoji from what it belongs to."""
    return unicodedata.combining(after) != 0 or unicodedata.category(after) in ("Mn", "Me", "Cf") or before == "\u200d"
