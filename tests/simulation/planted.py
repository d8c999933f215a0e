"""Mistakes planted in the program, one at a time, to show that simulated worlds catch them: PLANT=… make simulate.

Each is a wrong function in the place of a right one, in this process and for as long as a `with` block runs.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from typing import Any

from embedded_app import recorded
from embedded_app.accounting import lines, posting, settle
from embedded_app.accounting.documents import History, Settlement, SettlementKind
from embedded_app.accounting.settle import Settled
from embedded_app.clock import now
from embedded_app.pipeline import catching_up, credentials, looking_up
from embedded_app.xero.client import XeroApi

Plant = tuple[Any, str, Callable[[Any], Any]]
CENT = Decimal("0.01")


def _dedupe() -> Plant:
    """What was settled before is forgotten, so that each look at an order settles all of its money again."""

    def mistake(right: Any) -> Any:
        def histories(*told: Any) -> dict[int, History]:
            return {group: replace(found, settlements=()) for group, found in right(*told).items()}

        return histories

    return recorded, "histories", mistake


def _idempotency_key() -> Plant:
    """A call that is made again goes under another key."""

    def mistake(right: Any) -> Any:
        def send(api: XeroApi, *told: Any, key: str, **more: Any) -> Any:
            return right(api, *told, key=f"{key[:80]}:{uuid.uuid4()}", **more)

        return send

    return XeroApi, "send", mistake


def _look_up() -> Plant:
    """What nobody knows the outcome of is taken for not written, without a look."""

    def mistake(right: Any) -> Any:
        def found(api: XeroApi, endpoint: Any, wanted: Sequence[Any], since: Any) -> list[None]:
            return [None] * len(wanted)

        return found

    return looking_up, "_found", mistake


def _settlement_order() -> Plant:
    """Money pays the newest open invoice first."""

    def mistake(right: Any) -> Any:
        def oldest_first(desk: Any, open_amounts: Mapping[str, Decimal]) -> list[str]:
            newest: list[str] = right(desk, open_amounts)[::-1]
            return newest

        return oldest_first

    return settle._Desk, "oldest_first", mistake


def _catch_up_cursor() -> Plant:
    """The catch-up begins where its last one was made, not at the last change that it saw."""

    def mistake(right: Any) -> Any:
        def move_on(listing: Any, store: Any, page: Any) -> None:
            right(listing, store, page)
            if not listing.is_look_back:
                store.orders_read_to = now() + catching_up.OVERLAP

        return move_on

    return catching_up._Listing, "move_on", mistake


def _lock_date() -> Plant:
    """Payments are dated their own day, closed or not."""

    def mistake(right: Any) -> Any:
        def settlement(desk: Any, tender: Any, role: str, *amounts: Any) -> Settlement:
            made: Settlement = right(desk, tender, role, *amounts)
            day = desk.basis.order.local_day(tender.processed_at)
            return replace(made, date=max(day, desk.documents[role].date))

        return settlement

    return settle._Desk, "settlement", mistake


def _allocation_take_back() -> Plant:
    """Credit that a refund needs is not taken back from where it was allocated."""

    def mistake(right: Any) -> Any:
        def settled(*told: Any) -> Settled:
            made: Settled = right(*told)
            kept = (one for one in made.settlements if one.kind is not SettlementKind.ALLOCATION_REMOVAL)
            return replace(made, settlements=tuple(kept))

        return settled

    return posting, "settle", mistake


def _token_rotation() -> Plant:
    """A refreshed pair is kept with the refresh token that was used up."""

    def mistake(right: Any) -> Any:
        def refresh(*told: Any, refresh_token: str, **more: Any) -> Any:
            return replace(right(*told, refresh_token=refresh_token, **more), refresh_token=refresh_token)

        return refresh

    return credentials.oauth, "refresh", mistake


def _tenant() -> Plant:
    """Every call goes to the organisation that was called first."""
    first: list[str] = []

    def mistake(right: Any) -> Any:
        def begin(api: XeroApi, *told: Any, tenant_id: str, **more: Any) -> None:
            first.append(tenant_id)
            right(api, *told, tenant_id=first[0], **more)

        return begin

    return XeroApi, "__init__", mistake


def _rounding_sign() -> Plant:
    """Where Xero's own tax is a cent beside the store's, it is moved another cent the wrong way."""

    def mistake(right: Any) -> Any:
        def sent_tax_amount(gross: Decimal, tax: Decimal, rate: Decimal) -> Decimal | None:
            sent: Decimal | None = right(gross, tax, rate)
            net = gross / (1 + rate)
            computed = (gross - net).quantize(CENT)
            return sent if sent is None or gross < 0 else computed + (computed - sent)

        return sent_tax_amount

    return lines, "sent_tax_amount", mistake


PLANTS: dict[str, Callable[[], Plant]] = {
    "dedupe": _dedupe,
    "idempotency-key": _idempotency_key,
    "look-up": _look_up,
    "settlement-order": _settlement_order,
    "catch-up-cursor": _catch_up_cursor,
    "lock-date": _lock_date,
    "allocation-take-back": _allocation_take_back,
    "token-rotation": _token_rotation,
    "tenant": _tenant,
    "rounding-sign": _rounding_sign,
}


@contextmanager
def planted(name: str | None) -> Iterator[None]:
    """The mistake of this name is in the program meanwhile; none for None. Raises KeyError for an unknown name."""
    if name is None:
        yield
        return
    owner, attribute, mistake = PLANTS[name]()
    right = getattr(owner, attribute)
    setattr(owner, attribute, mistake(right))
    try:
        yield
    finally:
        setattr(owner, attribute, right)
