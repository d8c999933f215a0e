"""Channels: the stores orders come from, each behind the same contract.

To add one, copy a folder, fulfil `Channel`, and add a line to `CHANNELS`.
"""

from __future__ import annotations

from embedded_app.channels import shopify
from embedded_app.channels.contract import (
    DELETED,
    ChangedOrders,
    Channel,
    DeliveryNote,
    GiftCardReading,
    ListedOrder,
    Listing,
    ListingPart,
    ListingState,
    PlacedOrder,
    Reading,
    StoreAccess,
    Subscriptions,
    TokenPair,
    Unreadable,
)
from embedded_app.channels.errors import (
    AccessDenied,
    AccessLost,
    BadDelivery,
    ChannelError,
    QueryRefused,
    QueryTooLarge,
    StoreBusy,
    TokenRefused,
)

CHANNELS: dict[str, Channel] = {
    "shopify": shopify,
}

__all__ = [
    "CHANNELS",
    "DELETED",
    "AccessDenied",
    "AccessLost",
    "BadDelivery",
    "ChangedOrders",
    "Channel",
    "ChannelError",
    "DeliveryNote",
    "GiftCardReading",
    "ListedOrder",
    "Listing",
    "ListingPart",
    "ListingState",
    "PlacedOrder",
    "QueryRefused",
    "QueryTooLarge",
    "Reading",
    "StoreAccess",
    "StoreBusy",
    "Subscriptions",
    "TokenPair",
    "TokenRefused",
    "Unreadable",
]
