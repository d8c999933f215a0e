"""What happens next when Xero gave no answer per element.

    XeroError
    ├── RetryLater       nothing was done; send the same again after `seconds`
    ├── NeedsReconnect   nothing was done; the token is stale (`refresh_first`) or the merchant must connect Xero again
    ├── NeedsMerchant    nothing was done; the sentence says what a person must change first
    └── OutcomeUnknown   it may have been done: look it up, never send it again blindly

Every message is a sentence a merchant can read. None holds a token or a body.
"""

from __future__ import annotations

from typing import Literal

Scope = Literal["minute", "day", "app", "concurrent", "maintenance"]

_REASONS: dict[Scope, str] = {
    "minute": "Xero's limit of calls per minute is reached",
    "day": "Xero's limit of calls per day is reached",
    "app": "Xero's limit of calls per minute for the whole app is reached",
    "concurrent": "Xero already handles as many calls at once as it allows",
    "maintenance": "Xero cannot be reached or is offline at the moment",
}


class XeroError(Exception):
    """Base of all. `correlation_id`: Xero's own name for the call, for their support; None where there was none."""

    def __init__(self, sentence: str, *, correlation_id: str | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.correlation_id = correlation_id


class RetryLater(XeroError):
    """Nothing was done. `seconds`: how long to wait. `scope`: whose limit it is; "app" is everybody's."""

    def __init__(self, seconds: int, scope: Scope, *, correlation_id: str | None = None) -> None:
        super().__init__(f"{_REASONS[scope]}; trying again in {seconds} s.", correlation_id=correlation_id)
        self.seconds = seconds
        self.scope: Scope = scope


class NeedsReconnect(XeroError):
    """Nothing was done. `refresh_first`: a fresh access token may be all it takes; ask the merchant only if not."""

    def __init__(self, sentence: str, *, refresh_first: bool = False, correlation_id: str | None = None) -> None:
        super().__init__(sentence, correlation_id=correlation_id)
        self.refresh_first = refresh_first


class NeedsMerchant(XeroError):
    """Nothing was done, and the same again would fail again until somebody acts on the sentence."""


class OutcomeUnknown(XeroError):
    """A write was sent and may have been carried out."""
