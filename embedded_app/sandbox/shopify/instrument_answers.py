"""Gift cards and store credit accounts as the Admin API answers them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from graphql import GraphQLError, GraphQLResolveInfo

from embedded_app.sandbox.shopify import paging
from embedded_app.sandbox.shopify.entries import LineItem
from embedded_app.sandbox.shopify.instruments import Instrument
from embedded_app.sandbox.shopify.moments import moment_text
from embedded_app.sandbox.shopify.money_answers import Answer, money
from embedded_app.sandbox.shopify.sale_answers import line_item_answer
from embedded_app.sandbox.shopify.search import matching

if TYPE_CHECKING:
    from embedded_app.sandbox.shopify.shop import Shop


_CARD_FIELDS = {"created_at": "created_at", "expires_on": "expires_at"}


def gift_cards_answer(shop: Shop, order_of: Callable[[str], Answer | None]) -> Callable[..., Answer]:
    """QueryRoot.giftCards, sorted by id or by the last change. order_of: the answer of an order by its id."""

    def gift_cards(
        info: GraphQLResolveInfo[Any],
        *,
        query: str | None = None,
        sortKey: str = "ID",
        savedSearchId: str | None = None,
        **page: Any,
    ) -> Answer:
        if savedSearchId or sortKey not in ("ID", "UPDATED_AT"):
            raise GraphQLError("The sandbox serves gift cards by ID or UPDATED_AT, and knows no saved searches.")
        # As in the real search, there is no updated_at to search for.
        found = matching(shop.instruments.gift_cards.values(), query, _CARD_FIELDS)
        by_change = sortKey == "UPDATED_AT"
        keyed = [(f"{moment_text(card.updated_at) if by_change else ''} {card.id:>60}", card) for card in found]
        return paging.page(keyed, lambda card: gift_card_answer(shop, card, order_of), **page)

    return gift_cards


def gift_card_answer(shop: Shop, card: Instrument, order_of: Callable[[str], Answer | None]) -> Answer:
    """The type GiftCard. A balance stays with a deactivated card, which can no longer pay."""

    def transactions(info: GraphQLResolveInfo[Any], **page: Any) -> Answer:
        keyed = [(f"{position:06}", movement) for position, movement in enumerate(card.movements)]
        return paging.page(
            keyed,
            lambda movement: {
                "__typename": movement.typename,
                "id": movement.id,
                "amount": money(movement.amount, shop.currency),
                "processedAt": moment_text(movement.processed_at),
            },
            **page,
        )

    def order(info: GraphQLResolveInfo[Any]) -> Answer | None:
        # Only where it is asked for: an order that is denied denies this field of its card, and nothing else.
        return None if card.order_id is None else order_of(card.order_id)

    return {
        "__typename": "GiftCard",
        "id": card.id,
        "createdAt": moment_text(card.created_at),
        "initialValue": money(card.initial_value, shop.currency),
        "balance": money(card.balance, shop.currency),
        "enabled": card.deactivated_at is None,
        "deactivatedAt": moment_text(card.deactivated_at),
        "updatedAt": moment_text(card.updated_at),
        "expiresOn": None if card.expires_on is None else card.expires_on.isoformat(),
        "lastCharacters": card.id[-4:],
        "order": order,
        "lineItem": _line_item(shop, card),
        "transactions": transactions,
    }


def account_answer(shop: Shop, account: Instrument) -> Answer:
    """The type StoreCreditAccount."""
    return {
        "__typename": "StoreCreditAccount",
        "id": account.id,
        "balance": money(account.balance, shop.currency),
    }


def accounts_answer(shop: Shop, owner_id: str) -> Callable[..., Answer]:
    """HasStoreCreditAccounts.storeCreditAccounts: the owner's one account, or none."""

    def accounts(info: GraphQLResolveInfo[Any], *, query: str | None = None, **page: Any) -> Answer:
        if query:
            raise GraphQLError("The sandbox serves all accounts: ask without query.")
        account = shop.instruments.accounts.get(owner_id)
        keyed = [] if account is None else [("0", account)]
        return paging.page(keyed, lambda one: account_answer(shop, one), **page)

    return accounts


def _line_item(shop: Shop, card: Instrument) -> Answer | None:
    """The line by which the card was sold."""
    order = shop.orders.get(card.order_id or "")
    lines = [sale.line for sale in order.sales()] if order else []
    found = (line for line in lines if isinstance(line, LineItem) and line.id == card.line_item_id)
    line = next(found, None)
    if order is None or line is None:
        return None
    left = sum(sale.quantity for sale in order.sales() if isinstance(sale.line, LineItem) and sale.line.id == line.id)
    return {**line_item_answer(line), "currentQuantity": left}
