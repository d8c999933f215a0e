"""What can go wrong between Crossfoot and a store, named by what happens next.

ChannelError            a sentence; nothing was read
├── StoreBusy           read again after retry_seconds (throttled, 5xx, timeouts, an order that changes while read)
├── QueryTooLarge       ask for fewer orders at once
├── QueryRefused        a fault of this program or of the store's API: retrying the same query will not help
├── AccessLost          the merchant must act; the sentence says how (store frozen, app removed, scope missing)
│   ├── AccessDenied    all of what was asked needs a scope or an approval the app has not
│   └── TokenRefused    the access token is not accepted: refresh once, and only then trouble the merchant
└── BadDelivery         a signed webhook without the headers that name it; answered 400, nothing to keep
"""

from __future__ import annotations

from embedded_app.accounting.wording import clean


class ChannelError(Exception):
    """Nothing was read from the store; the message is a sentence for the activity page, cleaned like all its text."""

    def __init__(self, sentence: str) -> None:
        self.sentence = clean(sentence)
        super().__init__(self.sentence)


class StoreBusy(ChannelError):
    """The store did not answer in time or asks to slow down; try again after retry_seconds."""

    def __init__(self, sentence: str, *, retry_seconds: float) -> None:
        super().__init__(sentence)
        self.retry_seconds = retry_seconds


class QueryTooLarge(ChannelError):
    """The query asks for more than one call may; ask for fewer orders."""


class QueryRefused(ChannelError):
    """The store rejects the query itself, or its answer has not the agreed shape."""


class AccessLost(ChannelError):
    """The store no longer lets us in; the sentence tells the merchant what to do."""


class AccessDenied(AccessLost):
    """The app may see nothing of what was asked: a scope or an approval is missing."""


class TokenRefused(AccessLost):
    """The access token is expired or revoked; refreshing it may mend this without the merchant."""


class BadDelivery(ChannelError):
    """A webhook that cannot be named: a required header is missing or is not what its name promises."""
