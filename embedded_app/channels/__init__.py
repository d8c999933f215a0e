"""Channels: the stores orders come from, each behind the same contract.

To add one, copy a folder, fulfil `Channel`, and add a line to `CHANNELS`.
"""

from __future__ import annotations

from embedded_app.channels import shopify
from embedded_app.channels.contract import (
    Channel,
    DeliveryNote,
    GiftCardReading,
    Reading,
    StoreAccess,
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
    "AccessDenied",
    "AccessLost",
    "BadDelivery",
    "Channel",
    "ChannelError",
    "DeliveryNote",
    "GiftCardReading",
    "QueryRefused",
    "QueryTooLarge",
    "Reading",
    "StoreAccess",
    "StoreBusy",
    "TokenPair",
    "TokenRefused",
    "Unreadable",
]
