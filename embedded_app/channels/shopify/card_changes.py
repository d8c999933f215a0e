"""Which gift cards changed, and which expired: read for the whole store, since no order tells of them.

Shopify's search of gift cards knows no time of change, but sorts by it: the latest changes first, back to where the
last reading began. That a card expires changes nothing on it, so those are found by their day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import requests
import structlog

from embedded_app.accounting.giftcard_facts import CashOut, GiftCardFacts
from embedded_app.channels.contract import GiftCardReading, StoreAccess
from embedded_app.channels.errors import AccessDenied, QueryRefused, StoreBusy
from embedded_app.channels.shopify.admin_api import AdminApi, FieldPath
from embedded_app.channels.shopify.fields import (
    JsonObject,
    Unfit,
    child,
    children,
    currency_code,
    flag,
    identifier,
    moment,
    number,
    optional_child,
    optional_moment,
    optional_text,
    text,
    whole,
)
from embedded_app.channels.shopify.orders import read_zone

PAGES_PER_READING = 8  # of 25 cards
MAX_MOVEMENT_PAGES = 50  # of 100 movements, per card

_CHANGED, _EXPIRED = "changed", "expired"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where in the two lists a reading stands. after: the cursor of the last page read, None before the first."""

    part: str = _CHANGED
    after: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """One page of cards; following: where the next one begins, None after the last."""

    nodes: list[JsonObject]
    zone: ZoneInfo
    following: str | None


def read_gift_cards(
    http: requests.Session, access: StoreAccess, *, since: datetime, now: datetime, go_on: str | None
) -> GiftCardReading:
    """Some of the store's gift cards that changed, or expired, from `since` on, each as it stands now.

    None of them where the app may not see gift cards (scopes read_gift_cards, read_gift_card_transactions). Raises
    StoreBusy, AccessLost or QueryRefused when the store did not answer, or not in the agreed shape.
    """
    part, _, after = (go_on or _CHANGED).partition(" ")
    try:
        return _read(AdminApi(http, access), since, now, _Place(part=part, after=after or None))
    except AccessDenied:
        log.info("shopify_fields_denied", fields=["giftCards"], shop=access.domain)
        return GiftCardReading(cards=(), today=now.date(), read_to=None)
    except Unfit as unfit:
        sentence = f"Shopify's list of gift cards {unfit.detail}; report this to Crossfoot's support."
        raise QueryRefused(sentence) from None


def _read(api: AdminApi, since: datetime, now: datetime, place: _Place) -> GiftCardReading:
    cards: dict[str, GiftCardFacts] = {}
    read_to: datetime | None = None
    zone: ZoneInfo | None = None
    retry_seconds: float | None = None
    standing: _Place | None = place
    for _ in range(PAGES_PER_READING):
        if standing is None:
            break
        try:
            page = _page(api, standing, since, now)
            wanted = [one for one in page.nodes if standing.part == _EXPIRED or moment(one, "updatedAt") >= since]
            cards |= {identifier(one, "id"): _facts(api, one, page.zone, since) for one in wanted}
        except StoreBusy as busy:
            if zone is None:
                raise
            retry_seconds = busy.retry_seconds
            break
        zone = page.zone
        if standing == _Place() and wanted:
            read_to = moment(wanted[0], "updatedAt")
        standing = _following(standing, page, whole=len(wanted) == len(page.nodes))
    return GiftCardReading(
        cards=tuple(cards.values()),
        today=now.astimezone(zone or UTC).date(),
        zone=zone,
        read_to=read_to,
        go_on=None if standing is None else f"{standing.part} {standing.after or ''}".strip(),
        retry_seconds=retry_seconds,
    )


def _following(place: _Place, page: _Page, *, whole: bool) -> _Place | None:
    """Where to read on: the next page, the other list, or nowhere. whole: all of the page's cards were wanted."""
    if whole and page.following is not None:
        return _Place(part=place.part, after=page.following)
    return _Place(part=_EXPIRED) if place.part == _CHANGED else None


def _page(api: AdminApi, place: _Place, since: datetime, now: datetime) -> _Page:
    by_change = place.part == _CHANGED
    # A day more on either side than the store's own, whatever its time zone.
    first, last = (since - timedelta(days=1)).date(), (now + timedelta(days=1)).date()
    variables = {
        "query": None if by_change else f"expires_on:>='{first}' expires_on:<='{last}'",
        "sortKey": "UPDATED_AT" if by_change else "ID",
        "newestFirst": by_change,
        "after": place.after,
    }
    answer = api.execute("changed_gift_cards", variables)
    if not all(_is_spared(path, answer.data) for path in answer.denied):
        raise AccessDenied("Shopify denies this app the store's gift cards; grant it access to see them.")
    connection = child(answer.data, "giftCards")
    page_info = child(connection, "pageInfo")
    return _Page(
        nodes=children(connection, "nodes"),
        zone=read_zone(text(child(answer.data, "shop"), "ianaTimezone")),
        following=optional_text(page_info, "endCursor") if flag(page_info, "hasNextPage") else None,
    )


def _is_spared(denied: FieldPath, data: JsonObject) -> bool:
    """Whether it is the order of a card whose line tells that it was sold: old orders are denied to most apps."""
    if denied[:2] != ("giftCards", "nodes") or denied[3:] != ("order",):
        return False
    position, nodes = denied[2], children(child(data, "giftCards"), "nodes")
    return isinstance(position, int) and position < len(nodes) and bool(optional_child(nodes[position], "lineItem"))


def _facts(api: AdminApi, node: JsonObject, zone: ZoneInfo, since: datetime) -> GiftCardFacts:
    balance, initial, order = child(node, "balance"), child(node, "initialValue"), optional_child(node, "order")
    currency = currency_code(balance, "currencyCode")
    if text(initial, "currencyCode") != currency:
        raise Unfit("currency", f"has a card in {currency} whose first value is in another currency")
    expires_on, deactivated_at = optional_text(node, "expiresOn"), optional_moment(node, "deactivatedAt")
    item = optional_child(node, "lineItem")
    return GiftCardFacts(
        id=identifier(node, "id"),
        last_characters=text(node, "lastCharacters"),
        initial_value=number(initial, "amount"),
        balance=number(balance, "amount"),
        currency=currency,
        created_on=moment(node, "createdAt").astimezone(zone).date(),
        was_sold=bool(order or item),
        expires_on=None if expires_on is None else _day(expires_on),
        deactivated_on=None if deactivated_at is None else deactivated_at.astimezone(zone).date(),
        returned=_was_returned(item),
        cash_outs=_cash_outs(_movements(api, node, since), zone, currency),
    )


def _was_returned(item: JsonObject) -> bool | None:
    """Whether all units of the line that sold the card came back, or none; None where only some did."""
    if not item:
        return False
    sold, left = whole(item, "quantity"), whole(item, "currentQuantity")
    return False if left >= sold else True if left <= 0 else None


def _movements(api: AdminApi, node: JsonObject, since: datetime) -> list[JsonObject]:
    """What moved the card's balance since then, and perhaps before, the newest first."""
    connection = child(node, "transactions")
    moved = list(children(connection, "nodes"))
    for _ in range(MAX_MOVEMENT_PAGES):
        page_info = child(connection, "pageInfo")
        after = optional_text(page_info, "endCursor")
        if not flag(page_info, "hasNextPage") or after is None or moment(moved[-1], "processedAt") < since:
            return moved
        answer = api.execute("gift_card_movements", {"id": text(node, "id"), "after": after})
        connection = child(child(answer.data, "giftCard"), "transactions")
        moved += children(connection, "nodes")
    raise Unfit("too many", f"has a card that moved more than {len(moved)} times, the most Crossfoot reads")


def _cash_outs(moved: Sequence[JsonObject], zone: ZoneInfo, currency: str) -> tuple[CashOut, ...]:
    found = []
    for one in moved:
        if one.get("__typename") != "GiftCardCashOutTransaction":
            continue
        paid = child(one, "amount")
        if text(paid, "currencyCode") != currency:
            raise Unfit("currency", f"has a card in {currency} that was cashed out in another currency")
        day = moment(one, "processedAt").astimezone(zone).date()
        found.append(CashOut(id=identifier(one, "id"), amount=abs(number(paid, "amount")), day=day))
    return tuple(sorted(found, key=lambda one: (one.day, one.id)))


def _day(written: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise Unfit("unexpected answer", "has a card without a readable day of expiry") from None
