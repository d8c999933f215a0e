"""The contract every sales channel fulfils: verify and note a webhook, read what the store says, refresh a token.

A channel knows no rows and no Flask: the HTTP session, addresses, tokens and the moment are passed in, and what
comes back are frozen values. A webhook is only a hint that an order changed; facts are read from the store.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

import requests

from embedded_app.accounting.giftcard_facts import GiftCardFacts
from embedded_app.accounting.order import Order


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreAccess:
    """How to reach one store's admin API.

    domain: the store's permanent domain. origin: scheme and host of its admin API, without a trailing slash.
    api_version: the version asked for ("2026-10"). The token stays out of repr, and so out of logs.
    """

    domain: str
    origin: str
    access_token: str = field(repr=False)
    api_version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryNote:
    """What is kept of one webhook: which delivery, about what, when. Ids and times only, no personal data.

    webhook_id: the store's id of this delivery, the same when it is repeated. event_id: shared by the deliveries of
    one action of the merchant. order_id: the order's global id, None where the body names none.
    order_updated_at: the change of the order that it tells of, by the store's own clock; None where it does not say.
    kept: top-level ids and times of the body, by the store's own field names.
    """

    webhook_id: str
    topic: str
    shop: str
    event_id: str | None
    triggered_at: datetime | None
    order_id: str | None
    kept: dict[str, str | int]
    order_updated_at: datetime | None = None


# The cause of an Unreadable order that the store does not have: it was deleted, or is too new for where we read.
DELETED = "deleted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """An order whose facts cannot be taken over; it is held with this sentence.

    cause: a short constant for counting (DELETED, "denied", "unknown value", "ledgers incomplete", …).
    """

    cause: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one round of reading brought.

    orders: by the ids asked for. next_batch_size: how many orders to ask per call next time.
    retry_seconds: None when every id was answered; else the store asked us to wait, and only a part was read.
    served_version: the version of its API the store answered as, None where that is the one asked for.
    """

    orders: dict[str, Order | Unreadable]
    next_batch_size: int
    retry_seconds: float | None = None
    served_version: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedOrder:
    """An order as the store lists it: when it last changed, and enough to tell whether our facts are of that state.

    The store counts time in seconds, and an order may change twice within one: so the moment alone does not tell.
    current_total, net_payment: in shop money, what its agreements and its tenders must add up to. fulfilled: all of it
    has left. newest_agreement: its id, for one may add up to nothing, as an exchange of equals does; None: it has none.
    """

    id: str
    updated_at: datetime
    current_total: Decimal
    net_payment: Decimal
    cancelled: bool
    fulfilled: bool
    newest_agreement: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedOrders:
    """One page of the orders that changed since some moment, the earliest change first.

    go_on: what to ask the next page by, None after the last. room: the share of what the store lets us ask at a time
    that is left after this page; None where it does not say.
    """

    orders: tuple[ListedOrder, ...]
    go_on: str | None = None
    room: float | None = None


class ListingState(StrEnum):
    """running: ask again later · ready: it can be read · lost: it ended without a whole result, begin another."""

    RUNNING = "running"
    READY = "ready"
    LOST = "lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A listing of all orders that the store makes by itself. count: orders listed so far.

    address: where it is read, None where it has no orders. It opens without a token, so it is neither kept nor logged.
    """

    state: ListingState
    count: int
    address: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedOrder:
    """An order as a listing of all orders has it: enough to tell what importing it takes, no facts.

    number: the last digits of its name without leading zeros, "" where there are none. total, paid: in the shop's
    currency, as they stand now; refunded: whether money went back.
    """

    id: str
    name: str
    number: str
    placed_at: datetime
    updated_at: datetime
    currency: str
    total: Decimal
    paid: Decimal
    refunded: bool
    test: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingPart:
    """Some orders of a listing. read_to: what to go on by after them, in bytes."""

    orders: tuple[PlacedOrder, ...]
    read_to: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriptions:
    """Which webhooks the store sends us by subscriptions that this app made itself; the app's own settings make others.

    live: topics subscribed to now, at our address. made: those of them that were made or mended just now. refused: what
    the store said against making one, by topic. scopes: what the merchant has granted.
    """

    live: tuple[str, ...]
    made: tuple[str, ...] = ()
    refused: dict[str, str] = field(default_factory=dict)
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GiftCardReading:
    """What one reading of gift cards brought: all there is, or a part of it.

    today: the store's local day. read_to: the latest change, by the store's own clock; None where there was none, and
    in all parts but the first. go_on: what to ask the next part by, None after the last. retry_seconds: how long the
    store asks to wait before that, None where it does not. zone: the store's, None where it did not say.
    """

    cards: tuple[GiftCardFacts, ...]
    today: date
    read_to: datetime | None
    go_on: str | None = None
    retry_seconds: float | None = None
    zone: tzinfo | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenPair:
    """A fresh access token and the refresh token that replaces the used one; store both in one transaction.

    refresh_expires_at: None where the store does not say.
    """

    access_token: str = field(repr=False)
    access_expires_at: datetime
    refresh_token: str = field(repr=False)
    refresh_expires_at: datetime | None


class Channel(Protocol):
    """A store platform. A module with these functions is one."""

    def verify(self, headers: Mapping[str, str], body: bytes, secrets: Sequence[str]) -> bool:
        """Whether the raw body was signed with one of the secrets. Headers in any case."""

    def note(self, headers: Mapping[str, str], body: bytes) -> DeliveryNote:
        """Name a verified delivery. Raises BadDelivery when a required header is missing; never because of the body."""

    def read_orders(
        self, http: requests.Session, access: StoreAccess, ids: Sequence[str], *, batch_size: int
    ) -> Reading:
        """Read both ledgers of the orders, batch_size per call. Raises ChannelError when not even one was read."""

    def changed_orders(
        self, http: requests.Session, access: StoreAccess, *, since: datetime, go_on: str | None
    ) -> ChangedOrders:
        """A page of the orders that changed from `since` on, by the store's own clock; ids and totals, no facts.

        go_on: None for the first page, then as the page before says. What the app may not see is not listed (see
        `sees_old_orders`). Raises ChannelError when the store did not answer.
        """

    def begin_listing(self, http: requests.Session, access: StoreAccess, *, since: datetime) -> str:
        """Have the store list all orders placed from `since` on; returns the listing's id. Raises ChannelError.

        StoreBusy also where as many listings run as the store makes at once.
        """

    def listing(self, http: requests.Session, access: StoreAccess, listing_id: str) -> Listing:
        """How far a listing is. Raises ChannelError; AccessDenied where it ended because the app may not see orders."""

    def read_listing(self, http: requests.Session, address: str, *, read_to: int) -> Iterator[ListingPart]:
        """The orders of a listing that is ready, in parts, from where an earlier reading came to (0: all of it).

        Raises StoreBusy where it breaks off, after the parts that came whole; QueryRefused where it is not as agreed.
        """

    def end_listing(self, http: requests.Session, access: StoreAccess, listing_id: str) -> None:
        """Let a listing that nobody wants any more be cancelled. Raises ChannelError."""

    def sees_old_orders(self, scopes: Sequence[str]) -> bool:
        """Whether an app with these scopes sees orders of any age; else changes of old orders are never told."""

    def needed_topics(self) -> tuple[str, ...]:
        """The topics of the webhooks we work by, beside those that only the app's own settings may subscribe to."""

    def keep_subscriptions(
        self, http: requests.Session, access: StoreAccess, *, address: str, make: bool
    ) -> Subscriptions:
        """Read which webhooks the store sends to `address`; with `make`, subscribe to what is missing of those we need.

        Raises ChannelError when the store did not answer; what was made by then stays.
        """

    def last_orders(self, http: requests.Session, access: StoreAccess, *, since: datetime) -> tuple[str, ...]:
        """The ids of the store's last orders, a few hundred, none placed before `since`. Raises ChannelError."""

    def order_named(self, http: requests.Session, access: StoreAccess, name: str) -> str | None:
        """The id of the newest order of this name, None where there is none. Raises ChannelError."""

    def order_id(self, told: str) -> str | None:
        """The id of the order that somebody means by it, or by the number its page has; None for anything else."""

    def order_url(self, admin: str, domain: str, order_id: str) -> str:
        """The order's page in the store's admin; admin: the admin's origin."""

    def read_names(self, http: requests.Session, access: StoreAccess, ids: Sequence[str]) -> dict[str, str | None]:
        """The names of customers and companies by their ids, None where the store gives none or denies it.

        Names are personal data: they are returned and never logged. Raises ChannelError when the store did not answer.
        """

    def read_gift_cards(
        self, http: requests.Session, access: StoreAccess, *, since: datetime, now: datetime, go_on: str | None
    ) -> GiftCardReading:
        """Gift cards that changed or expired from `since` on; none where the store denies them.

        go_on: None for the first part, then as the part before says. Raises ChannelError when the store did not answer.
        """

    def refresh(
        self,
        http: requests.Session,
        origin: str,
        client_id: str,
        client_secret: str,
        refresh_token: str,
        now: datetime,
    ) -> TokenPair:
        """Trade the refresh token for a new pair. Raises StoreBusy, or AccessLost when somebody must act."""
