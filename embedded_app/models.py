"""The rows: tables and constraints, no behaviour.

    Store, StoreGrant              a shop that installed the app, and the tokens its channel gave
    Organisation, Grant            a Xero organisation (tenant), and the tokens of the Xero user who connected it
    AppLimit                       what a platform leaves the whole app
    Consent                        a way to Xero's consent page and back
    Contact                        customers who have a contact of their own in Xero
    Mapping                        what the merchant decided, in versions
    Delivery                       what the store told us, and how it ended
    OrderFacts, Tender             what the store's ledgers say
    PostingGroup, Document,        what was decided
    DocumentOrder, Settlement
    Dispatch, DispatchNeed,        what is written to Xero, in which order, in which calls
    Batch, BatchElement
    Hold, Skip                     what is not posted, why, and what to do; what a person leaves out for good
    DaySales                       what each order sold on each day, for adding up against the documents
    DayTotal, ChangedDay           each day added up, and which days have to be anew
    Alert                          what a merchant is told of by mail, and whether they were
    SetupDraft                     what a merchant has answered in Setup so far
    Import, ImportOrder            posting what was sold before: from which day, and order by order
    DryRun                         a change of the mapping before it is saved, and what it would change
    Seen                           which taxes, gateways and kinds of lines a store's orders have had
    AuditEntry, Tally              what people did; what was only counted

Every unique index carries a comment that says what it prevents. Moments come from the app's clock, never from the
database's. This file is long because it is one subject: read it as the map of the program.
"""

from __future__ import annotations

from datetime import date as Day
from datetime import datetime
from decimal import Decimal
from enum import IntEnum, StrEnum
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Computed,
    Date,
    DateTime,
    Enum,
    ForeignKey,
    Index,
    LargeBinary,
    Numeric,
    SmallInteger,
    String,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column, relationship

from embedded_app.db import db
from embedded_app.secrets_at_rest import Encrypted


class DeliveryState(StrEnum):
    """open until a gather took it in, then done for good."""

    OPEN = "open"
    DONE = "done"


class Outcome(StrEnum):
    """How a delivery, or an order as last decided, ended: never anything else, never without a word.

    waiting: nothing to post yet, until the order is paid or fulfilled as the mapping says. left out: a person said that
    Crossfoot is not to post (more of) this order; see Skip.
    """

    RECORDED = "recorded"
    NOTHING = "nothing to post"
    WAITING = "waiting"
    HELD = "held"
    SKIPPED = "left out"


class Priority(IntEnum):
    """Who goes first: what happens now, before an import of the past, before what nobody waits for (proofs)."""

    LIVE = 0
    IMPORT = 1
    BACKGROUND = 2


class DispatchState(StrEnum):
    """waiting for what it needs · ready to be sent · sending in an open batch · posted · held for the merchant · left
    out with its order by a person.
    """

    WAITING = "waiting"
    READY = "ready"
    SENDING = "sending"
    POSTED = "posted"
    HELD = "held"
    SKIPPED = "left out"


class BatchState(StrEnum):
    """ready to be called · sent and not yet answered · unknown: looked up before anything is sent again · closed."""

    READY = "ready"
    SENT = "sent"
    UNKNOWN = "unknown"
    CLOSED = "closed"


class ImportState(StrEnum):
    """listing the store's orders · looking in Xero for documents of others · ready for the merchant's word · running ·
    paused by the merchant, or for what they must mend · stopped for good · done.
    """

    LISTING = "listing"
    LOOKING = "looking"
    READY = "ready"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"
    DONE = "done"


class ImportOrderState(StrEnum):
    """due: to be handed over · known: decided before the import, and unchanged · handed over to be read, decided and
    posted like any other · left out, for another app has made its document.
    """

    DUE = "due"
    KNOWN = "known"
    HANDED_OVER = "handed over"
    LEFT_OUT = "left out"


class AlertKind(StrEnum):
    """What is told by mail: the first held item of a kind · nothing goes on until somebody acts · nothing was posted
    for long though something is owed · a day's figures · that mail arrives.
    """

    HELD = "held"
    STOPPED = "stopped"
    BACKLOG = "backlog"
    DIGEST = "digest"
    TEST = "test"


class DryRunState(StrEnum):
    """editing: being changed · running over the orders · done with all of them · stopped by a person before that."""

    EDITING = "editing"
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"


class SeenAs(StrEnum):
    """What was seen on an order: a tax key · the gateway of a tender · a kind of line."""

    TAX = "tax"
    GATEWAY = "gateway"
    KIND = "kind"


class DocumentState(StrEnum):
    """recorded by us · posted with equal totals · differs: posted, but Xero's totals are not ours · voided."""

    RECORDED = "recorded"
    POSTED = "posted"
    DIFFERS = "differs"
    VOIDED = "voided"


def _state(states: type[StrEnum]) -> Enum:
    """A text column that takes only the values of one StrEnum."""
    return Enum(
        states,
        native_enum=False,
        create_constraint=True,
        length=24,
        name=states.__name__.lower(),
        values_callable=lambda members: [member.value for member in members],
    )


MOMENT = DateTime(timezone=True)
AMOUNT = Numeric(18, 4)


class Organisation(db.Model):
    """A Xero organisation (tenant). One call to it is in flight at a time; not_before: when Xero will hear us again.

    minute_left, day_left: calls that Xero left us, as its last answer said at calls_read_at; minute_opened_at,
    day_opened_at: since when those windows run, as far as we saw; day_most: how many calls a day holds (its plan).
    least_urgent: until least_urgent_until nothing less urgent is sent, for want of calls.
    refused_in_a_row: whole calls with one element each that Xero refused, one after the other; unauthorised_in_a_row:
    calls whose access token it refused. xero_clock: the time at Xero when it last answered, to the minute.
    chart: its accounts, tax rates, tracking and currencies as last read, in the form of accounting.chart_json.
    plan: the merchant's plan at Xero, by Xero's own name (xero/plans.py).
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    # Prevents two rows for one tenant, which would post side by side and outrun its limits.
    tenant_id: Mapped[str] = mapped_column(String(36), unique=True)
    grant_id: Mapped[int | None] = mapped_column(ForeignKey("grant.id"))
    name: Mapped[str] = mapped_column(default="")
    short_code: Mapped[str | None]
    base_currency: Mapped[str] = mapped_column(String(3))
    country: Mapped[str | None] = mapped_column(String(2))
    plan: Mapped[str | None] = mapped_column(String(32))
    period_lock_date: Mapped[Day | None] = mapped_column(Date)
    end_of_year_lock_date: Mapped[Day | None] = mapped_column(Date)
    # Read where it is asked for: it is large, and every call to Xero reads the row anew.
    chart: Mapped[dict[str, Any] | None] = mapped_column(JSONB, deferred=True)
    read_at: Mapped[datetime | None] = mapped_column(MOMENT)
    chart_read_at: Mapped[datetime | None] = mapped_column(MOMENT)
    not_before: Mapped[datetime | None] = mapped_column(MOMENT)
    paused: Mapped[str | None]
    minute_left: Mapped[int | None]
    minute_opened_at: Mapped[datetime | None] = mapped_column(MOMENT)
    day_left: Mapped[int | None]
    day_opened_at: Mapped[datetime | None] = mapped_column(MOMENT)
    day_most: Mapped[int | None]
    calls_read_at: Mapped[datetime | None] = mapped_column(MOMENT)
    xero_clock: Mapped[datetime | None] = mapped_column(MOMENT)
    least_urgent: Mapped[int | None] = mapped_column(SmallInteger)
    least_urgent_until: Mapped[datetime | None] = mapped_column(MOMENT)
    refused_in_a_row: Mapped[int] = mapped_column(default=0)
    unauthorised_in_a_row: Mapped[int] = mapped_column(default=0)
    grant: Mapped[Grant | None] = relationship()


class AppLimit(db.Model):
    """Calls that a platform leaves the whole app, whosever organisation they are for: everybody's row.

    name: of the platform ("xero"). minute_left, minute_opened_at, read_at: as Organisation has them. not_before: until
    when the platform hears none of us.
    """

    name: Mapped[str] = mapped_column(String(16), primary_key=True)
    minute_left: Mapped[int | None]
    minute_opened_at: Mapped[datetime | None] = mapped_column(MOMENT)
    read_at: Mapped[datetime | None] = mapped_column(MOMENT)
    not_before: Mapped[datetime | None] = mapped_column(MOMENT)


class Grant(db.Model):
    """Tokens of one Xero user; they serve every organisation this user connected, so they are kept once."""

    __tablename__ = "grant"
    id: Mapped[int] = mapped_column(primary_key=True)
    # Prevents two copies of one user's tokens: a refresh rotates them, and the other copy would die.
    xero_user_id: Mapped[str] = mapped_column(String(64), unique=True)
    access_token: Mapped[str] = mapped_column(Encrypted)
    refresh_token: Mapped[str] = mapped_column(Encrypted)
    access_expires_at: Mapped[datetime] = mapped_column(MOMENT)
    refresh_expires_at: Mapped[datetime] = mapped_column(MOMENT)
    revoked: Mapped[str | None]


class Store(db.Model):
    """A shop of one channel. posting: whether the merchant has switched posting on.

    gift_cards_read_to: up to which moment, by the store's own clock, its gift cards were read and decided upon.
    uninstalled_at: since when the app is no longer installed; what was set up stays until the channel says redact.
    gift_cards_go_on, gift_cards_reading_to: where a reading in parts stands, and that moment once it is done.
    orders_read_to: up to which moment, by the store's own clock, its changed orders were listed and recorded.
    orders_go_on, look_back_go_on: where a catch-up and a look-back in parts stand; None when nothing is left of them.
    looked_back_at: when the last look-back began. served_version: as which version the store's API answers, None where
    it is the one asked for. subscriptions: what webhooks were found at subscriptions_checked_at, in the form of
    pipeline/subscribing.py.
    orders_from: from when on its orders are listed: the start date, where that lies before the installation.
    notify_address: where the merchant wants to be told of what is held, None for nowhere. notify_off: the kinds of mail
    they do not want. notify_locale: the language of the admin when that was saved.
    """

    __table_args__ = (
        # Prevents a second row for one shop, whose deliveries would then be posted twice.
        Index("uq_store_channel_external_id", "channel", "external_id", unique=True),
        # Prevents two stores of one organisation from giving out the same document numbers.
        Index("uq_store_organisation_prefix", "organisation_id", "prefix", unique=True),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(String(24))
    external_id: Mapped[str]
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    prefix: Mapped[str] = mapped_column(String(24))
    posting: Mapped[bool] = mapped_column(default=False)
    paused: Mapped[str | None]
    not_before: Mapped[datetime | None] = mapped_column(MOMENT)
    read_batch_size: Mapped[int] = mapped_column(default=9)
    orders_from: Mapped[datetime | None] = mapped_column(MOMENT)
    notify_address: Mapped[str | None] = mapped_column(Encrypted)
    notify_off: Mapped[list[str]] = mapped_column(JSONB, default=list)
    notify_locale: Mapped[str | None] = mapped_column(String(16))
    gift_cards_read_to: Mapped[datetime | None] = mapped_column(MOMENT)
    gift_cards_go_on: Mapped[str | None]
    gift_cards_reading_to: Mapped[datetime | None] = mapped_column(MOMENT)
    orders_read_to: Mapped[datetime | None] = mapped_column(MOMENT)
    orders_go_on: Mapped[str | None]
    look_back_go_on: Mapped[str | None]
    looked_back_at: Mapped[datetime | None] = mapped_column(MOMENT)
    served_version: Mapped[str | None] = mapped_column(String(16))
    subscriptions: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    subscriptions_checked_at: Mapped[datetime | None] = mapped_column(MOMENT)
    created_at: Mapped[datetime] = mapped_column(MOMENT)
    uninstalled_at: Mapped[datetime | None] = mapped_column(MOMENT)
    organisation: Mapped[Organisation | None] = relationship()


class StoreGrant(db.Model):
    """The channel's tokens for one store, apart from the store so that a refresh locks nothing else.

    scopes: what the merchant has granted, as the channel last said.
    """

    store_id: Mapped[int] = mapped_column(ForeignKey("store.id"), primary_key=True)
    scopes: Mapped[list[str]] = mapped_column(JSONB, default=list)
    access_token: Mapped[str] = mapped_column(Encrypted)
    refresh_token: Mapped[str | None] = mapped_column(Encrypted)
    access_expires_at: Mapped[datetime | None] = mapped_column(MOMENT)
    refresh_expires_at: Mapped[datetime | None] = mapped_column(MOMENT)


class Consent(db.Model):
    """One way to Xero's consent page and back: begun by a user of a store's admin, and good for that user alone.

    nonce: what the state that Xero hands back is made of. return_code_sha256: of the code under which the person comes
    back into the admin; only the browser that gave the consent has it, so nobody can be lured into connecting another's
    store. grant_id: of the Xero user who consented.
    """

    __table_args__ = (
        # Prevents a state from standing for two consents, and so from being used twice.
        Index("uq_consent_nonce", "nonce", unique=True),
        # Prevents one return code from finishing two consents.
        Index("uq_consent_return_code", "return_code_sha256", unique=True),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    store_id: Mapped[int] = mapped_column(ForeignKey("store.id"), index=True)
    user_id: Mapped[str] = mapped_column(String(64))
    nonce: Mapped[str] = mapped_column(String(64))
    begun_at: Mapped[datetime] = mapped_column(MOMENT)
    used_at: Mapped[datetime | None] = mapped_column(MOMENT)
    grant_id: Mapped[int | None] = mapped_column(ForeignKey("grant.id"))
    return_code_sha256: Mapped[str | None] = mapped_column(String(64))
    finished_at: Mapped[datetime | None] = mapped_column(MOMENT)


class Contact(db.Model):
    """A customer of a store with a contact of their own in Xero.

    key: as documents name it ("customer:" and the channel's id). number: the ContactNumber, ours. name: encrypted, and
    only from when it is read from the store until the contact is posted. suffix: how often the name was taken.
    """

    __table_args__ = (
        # Prevents one customer from becoming two contacts.
        Index("uq_contact_key", "store_id", "key", unique=True),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    store_id: Mapped[int] = mapped_column(ForeignKey("store.id"))
    key: Mapped[str] = mapped_column(String(160))
    number: Mapped[str] = mapped_column(String(50))
    name: Mapped[str | None] = mapped_column(Encrypted)
    suffix: Mapped[int] = mapped_column(default=0)
    xero_id: Mapped[str | None] = mapped_column(String(36))


class Mapping(db.Model):
    """One version of a store's mapping: never changed, only followed by the next."""

    __table_args__ = (
        # Prevents two mappings from both being version n, so that a document's version names one text.
        Index("uq_mapping_store_version", "store_id", "version", unique=True),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    store_id: Mapped[int] = mapped_column(ForeignKey("store.id"))
    version: Mapped[int]
    document: Mapped[dict[str, Any]] = mapped_column(JSONB)
    author: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(MOMENT)
    applies_from: Mapped[Day | None] = mapped_column(Date)


class Delivery(db.Model):
    """One hint that an order changed: a webhook, or a retry somebody asked for. Holds ids and times, never facts.

    tries: how often a gather began on it without ending it; one that fails again and again is set apart. priority: of
    Priority; the more urgent are gathered first, and their writes are sent first. order_updated_at: the change it tells
    of, by the store's own clock; a read that does not know of it yet is stale: stale_reads counts those, and not_before
    says when to read again.
    """

    __table_args__ = (
        # Prevents a webhook that the store repeats from being taken in twice.
        Index("uq_delivery_store_webhook_id", "store_id", "webhook_id", unique=True),
        Index("ix_delivery_open", "store_id", "priority", "tries", "id", postgresql_where=text("state = 'open'")),
        # Of those that are done only, so that a delivery pays for it once, when it ends.
        Index("ix_delivery_done_order", "store_id", "order_external_id", postgresql_where=text("state = 'done'")),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    store_id: Mapped[int] = mapped_column(ForeignKey("store.id"))
    webhook_id: Mapped[str] = mapped_column(String(128))
    topic: Mapped[str] = mapped_column(String(64))
    event_id: Mapped[str | None] = mapped_column(String(128))
    order_external_id: Mapped[str | None] = mapped_column(String(128))
    kept: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    triggered_at: Mapped[datetime | None] = mapped_column(MOMENT)
    received_at: Mapped[datetime] = mapped_column(MOMENT)
    state: Mapped[DeliveryState] = mapped_column(_state(DeliveryState), default=DeliveryState.OPEN)
    tries: Mapped[int] = mapped_column(default=0)
    priority: Mapped[int] = mapped_column(SmallInteger, default=Priority.LIVE)
    order_updated_at: Mapped[datetime | None] = mapped_column(MOMENT)
    stale_reads: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime | None] = mapped_column(MOMENT)
    outcome: Mapped[Outcome | None] = mapped_column(_state(Outcome))
    reason: Mapped[str | None]
    ended_at: Mapped[datetime | None] = mapped_column(MOMENT)


class OrderFacts(db.Model):
    """What the store last said of one order: both ledgers, without personal data. The row that deciding locks.

    version grows whenever the ledgers' hash changes. outcome and reason: of the last decision. facts: None while the
    store's answer could not be read (then the order is held, with the reason).
    amount, currency, sold_at, gateways, words: what Activity finds an order by, as pipeline/finding.py takes them from
    the facts: its total now, in the shop's money; where it was sold; through what money moved; titles and SKUs of what
    was sold. skipped_at: since when a person leaves it out, None where nobody does (see Skip).
    """

    __table_args__ = (
        # Prevents one order from having two rows, and so two groups and two invoices.
        Index("uq_order_facts_store_external_id", "store_id", "external_id", unique=True),
        # By what became of it, and then by day, as Activity lists each state.
        Index("ix_order_facts_store_outcome", "store_id", "outcome", "placed_at", "id"),
        # By day, and enough beside it to tell which orders a filter of Activity wants without reading them.
        Index(
            "ix_order_facts_store_placed_at",
            "store_id",
            "placed_at",
            "id",
            postgresql_include=["outcome", "amount", "sold_at", "gateways"],
        ),
        # For what few orders have: a rare gateway, place or amount. What many have is found by day.
        Index("ix_order_facts_store_sold_at", "store_id", "sold_at", "placed_at", "id"),
        Index("ix_order_facts_store_amount", "store_id", "amount"),
        Index("ix_order_facts_gateways", "gateways", postgresql_using="gin"),
        Index("ix_order_facts_search", "search", postgresql_using="gin"),
        Index("ix_order_facts_store_name", "store_id", "name"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    store_id: Mapped[int] = mapped_column(ForeignKey("store.id"))
    external_id: Mapped[str] = mapped_column(String(128))
    name: Mapped[str | None] = mapped_column(String(255))
    version: Mapped[int] = mapped_column(default=0)
    hash: Mapped[str | None] = mapped_column(String(64))
    facts: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    placed_at: Mapped[datetime | None] = mapped_column(MOMENT)
    store_updated_at: Mapped[datetime | None] = mapped_column(MOMENT)
    read_at: Mapped[datetime | None] = mapped_column(MOMENT)
    outcome: Mapped[Outcome | None] = mapped_column(_state(Outcome))
    reason: Mapped[str | None]
    amount: Mapped[Decimal | None] = mapped_column(AMOUNT)
    currency: Mapped[str | None] = mapped_column(String(3))
    sold_at: Mapped[str | None] = mapped_column(String(64))
    gateways: Mapped[list[str] | None] = mapped_column(ARRAY(String))
    words: Mapped[str | None]
    search: Mapped[str | None] = mapped_column(
        TSVECTOR, Computed("to_tsvector('simple'::regconfig, words)", persisted=True), deferred=True
    )
    skipped_at: Mapped[datetime | None] = mapped_column(MOMENT)


class DaySales(db.Model):
    """What an order sold on one of the store's local days, returns taken off, in the currency it is booked in.

    Made from the ledgers alone, so that adding it up against the documents says something. Orders that are not to be
    in these books (test orders, those before the start date) have no rows.
    """

    __table_args__ = (Index("ix_day_sales_store_day", "store_id", "day", postgresql_include=["currency", "amount"]),)
    order_id: Mapped[int] = mapped_column(ForeignKey("order_facts.id"), primary_key=True)
    day: Mapped[Day] = mapped_column(Date, primary_key=True)
    store_id: Mapped[int] = mapped_column(ForeignKey("store.id"))
    currency: Mapped[str] = mapped_column(String(3))
    amount: Mapped[Decimal] = mapped_column(AMOUNT)


class DayTotal(db.Model):
    """What a store sold on a day and what stands in Xero for it, added up when it last changed; see ChangedDay."""

    store_id: Mapped[int] = mapped_column(ForeignKey("store.id"), primary_key=True)
    day: Mapped[Day] = mapped_column(Date, primary_key=True)
    currency: Mapped[str] = mapped_column(String(3), primary_key=True)
    sold: Mapped[Decimal] = mapped_column(AMOUNT)
    in_xero: Mapped[Decimal] = mapped_column(AMOUNT)


class ChangedDay(db.Model):
    """A day whose DayTotal is no longer what its rows come to; marked as often as it changes, see changed_days.py."""

    __table_args__ = (Index("ix_changed_day_store", "store_id", "day"),)
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    store_id: Mapped[int] = mapped_column(ForeignKey("store.id"))
    day: Mapped[Day] = mapped_column(Date)


class Tender(db.Model):
    """Money that moved, by the gateway's own id; payouts will find it here."""

    __table_args__ = (
        # Prevents one movement of money from being settled as two.
        Index("uq_tender_store_external_id", "store_id", "external_id", unique=True),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    store_id: Mapped[int] = mapped_column(ForeignKey("store.id"))
    order_id: Mapped[int] = mapped_column(ForeignKey("order_facts.id"), index=True)
    external_id: Mapped[str] = mapped_column(String(128))
    parent_external_id: Mapped[str | None] = mapped_column(String(128))
    kind: Mapped[str] = mapped_column(String(16))
    gateway: Mapped[str] = mapped_column(String(255))
    amount: Mapped[Decimal] = mapped_column(AMOUNT)
    currency: Mapped[str] = mapped_column(String(3))
    processed_at: Mapped[datetime] = mapped_column(MOMENT)


class PostingGroup(db.Model):
    """What is posted together: an order's agreements; a gift card's change; a store's opening balances."""

    __table_args__ = (
        # Prevents an order, a gift card's change or the opening balances from being posted as two groups.
        Index("uq_posting_group_key", "store_id", "kind", "key", "currency", unique=True),
        # Prevents two orders of one name from sharing a document number; the later one gets its id appended.
        Index("uq_posting_group_number", "organisation_id", "number", unique=True),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    store_id: Mapped[int] = mapped_column(ForeignKey("store.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    kind: Mapped[str] = mapped_column(String(16))
    key: Mapped[str] = mapped_column(String(128))
    currency: Mapped[str] = mapped_column(String(3))
    number: Mapped[str] = mapped_column(String(200))
    generation: Mapped[int] = mapped_column(default=1)


class Document(db.Model):
    """An invoice, a credit note or what else is posted, as decided.

    content: the whole of it, as accounting.document_json writes it. event_day: the store's own day, which a lock date
    may have moved the book date away from. contact: the customer's own, None for the shared one.
    """

    __table_args__ = (
        # Prevents one part of an order from being booked twice within a generation.
        Index("uq_document_role", "group_id", "role", "generation", unique=True),
        # Prevents one Xero document from being taken for two of ours. A void shares its invoice's.
        Index("uq_document_xero_id", "xero_id", unique=True, postgresql_where=text("kind <> 'void'")),
        Index(
            "ix_document_store_event_day",
            "store_id",
            "event_day",
            postgresql_include=["kind", "currency", "total", "state", "xero_total"],
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    store_id: Mapped[int] = mapped_column(ForeignKey("store.id"))
    group_id: Mapped[int] = mapped_column(ForeignKey("posting_group.id"))
    mapping_id: Mapped[int] = mapped_column(ForeignKey("mapping.id"))
    role: Mapped[str] = mapped_column(String(24))
    kind: Mapped[str] = mapped_column(String(16))
    generation: Mapped[int]
    number: Mapped[str] = mapped_column(String(255), index=True)
    date: Mapped[Day] = mapped_column(Date)
    event_day: Mapped[Day] = mapped_column(Date)
    currency: Mapped[str] = mapped_column(String(3))
    total: Mapped[Decimal] = mapped_column(AMOUNT)
    total_tax: Mapped[Decimal] = mapped_column(AMOUNT)
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"))
    recorded_at: Mapped[datetime] = mapped_column(MOMENT)
    state: Mapped[DocumentState] = mapped_column(_state(DocumentState), default=DocumentState.RECORDED)
    xero_id: Mapped[str | None] = mapped_column(String(36))
    xero_total: Mapped[Decimal | None] = mapped_column(AMOUNT)
    xero_total_tax: Mapped[Decimal | None] = mapped_column(AMOUNT)
    group: Mapped[PostingGroup] = relationship()
    contact: Mapped[Contact | None] = relationship()
    reverses: Mapped[Document | None] = relationship(remote_side="Document.id")


class DocumentOrder(db.Model):
    """Which agreements of which order a document books."""

    __table_args__ = (
        # Prevents one agreement from being named twice by one document.
        Index("uq_document_order", "document_id", "order_id", "agreement_external_id", unique=True),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"))
    order_id: Mapped[int] = mapped_column(ForeignKey("order_facts.id"), index=True)
    agreement_external_id: Mapped[str] = mapped_column(String(128))
    document: Mapped[Document] = relationship()


class Settlement(db.Model):
    """A payment, a refund, an allocation or its removal, as decided. removes: the allocation a removal takes back."""

    __table_args__ = (
        # Prevents one tender from paying one document twice, and one credit from being allocated twice.
        Index(
            "uq_settlement_what",
            "document_id",
            "kind",
            "tender_id",
            "to_document_id",
            "ordinal",
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
        # For whoever looks for the story of a payment by Xero's id.
        Index("ix_settlement_xero_id", "xero_id", postgresql_where=text("xero_id IS NOT NULL")),
        CheckConstraint("amount > 0", name="amount_positive"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("posting_group.id"), index=True)
    kind: Mapped[str] = mapped_column(String(24))
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"))
    to_document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    removes_id: Mapped[int | None] = mapped_column(ForeignKey("settlement.id"))
    tender_id: Mapped[int | None] = mapped_column(ForeignKey("tender.id"))
    ordinal: Mapped[int] = mapped_column(default=1)
    account: Mapped[str | None] = mapped_column(String(36))
    date: Mapped[Day] = mapped_column(Date)
    amount: Mapped[Decimal] = mapped_column(AMOUNT)
    bank_amount: Mapped[Decimal | None] = mapped_column(AMOUNT)
    reference: Mapped[str] = mapped_column(String(255))
    recorded_at: Mapped[datetime] = mapped_column(MOMENT)
    xero_id: Mapped[str | None] = mapped_column(String(36))
    document: Mapped[Document] = relationship(foreign_keys=[document_id])
    to_document: Mapped[Document | None] = relationship(foreign_keys=[to_document_id])
    tender: Mapped[Tender | None] = relationship()
    removes: Mapped[Settlement | None] = relationship(remote_side="Settlement.id")


class Dispatch(db.Model):
    """One write to Xero, of one document, one settlement or one contact. priority: as of the delivery it stems from.

    webhook_id, told_at: of the first delivery that led to it and when it came in, for the log and for how long a change
    takes to reach Xero; told_at is None where nobody waits for it, as in an import.
    """

    __table_args__ = (
        # Prevents a document from being written to Xero by two dispatches.
        Index("uq_dispatch_document", "document_id", unique=True),
        # Prevents a settlement from being written to Xero by two dispatches.
        Index("uq_dispatch_settlement", "settlement_id", unique=True),
        # Prevents a customer from being written to Xero as two contacts.
        Index("uq_dispatch_contact", "contact_id", unique=True),
        Index(
            "ix_dispatch_ready",
            "organisation_id",
            "endpoint",
            "priority",
            "id",
            postgresql_where=text("state = 'ready'"),
        ),
        Index("ix_dispatch_unposted", "store_id", postgresql_where=text("state <> 'posted'")),
        Index("ix_dispatch_waiting", "organisation_id", postgresql_where=text("state = 'waiting'")),
        Index(
            "ix_dispatch_lag", "posted_at", postgresql_include=["told_at"], postgresql_where=text("told_at IS NOT NULL")
        ),
        CheckConstraint("num_nonnulls(document_id, settlement_id, contact_id) = 1", name="one_subject"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    store_id: Mapped[int] = mapped_column(ForeignKey("store.id"))
    endpoint: Mapped[str] = mapped_column(String(32))
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    settlement_id: Mapped[int | None] = mapped_column(ForeignKey("settlement.id"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"))
    state: Mapped[DispatchState] = mapped_column(_state(DispatchState))
    priority: Mapped[int] = mapped_column(SmallInteger, default=Priority.LIVE)
    not_before: Mapped[datetime | None] = mapped_column(MOMENT)
    created_at: Mapped[datetime] = mapped_column(MOMENT)
    posted_at: Mapped[datetime | None] = mapped_column(MOMENT)
    webhook_id: Mapped[str | None] = mapped_column(String(128))
    told_at: Mapped[datetime | None] = mapped_column(MOMENT)
    document: Mapped[Document | None] = relationship()
    settlement: Mapped[Settlement | None] = relationship()
    contact: Mapped[Contact | None] = relationship()


class DispatchNeed(db.Model):
    """A dispatch that must be posted before another may be sent."""

    dispatch_id: Mapped[int] = mapped_column(ForeignKey("dispatch.id"), primary_key=True)
    needs_id: Mapped[int] = mapped_column(ForeignKey("dispatch.id"), primary_key=True, index=True)
    dispatch: Mapped[Dispatch] = relationship(foreign_keys=[dispatch_id])
    needs: Mapped[Dispatch] = relationship(foreign_keys=[needs_id])


class Batch(db.Model):
    """One call to Xero: exact bytes under one idempotency key, committed before the call is made.

    body: emptied once a batch of contacts is closed, for it holds names; sha256 stays. attempt_id: of the worker that
    may apply the answer; a later claim replaces it. doubtful: an earlier attempt may have been written, so that after
    Xero has forgotten the key only a look-up may follow. written_after: a moment by Xero's own clock before the first
    attempt, for ours may be wrong.
    """

    __table_args__ = (
        # Prevents two batches from sharing a key: Xero would answer the second with the first one's reply.
        Index("uq_batch_key", "key", unique=True),
        # Prevents two calls of one organisation from being in flight at once.
        Index("uq_batch_in_flight", "organisation_id", unique=True, postgresql_where=text("state = 'sent'")),
        Index("ix_batch_open", "organisation_id", "id", postgresql_where=text("state <> 'closed'")),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    endpoint: Mapped[str] = mapped_column(String(32))
    path_ids: Mapped[list[str]] = mapped_column(JSONB, default=list)
    key: Mapped[str] = mapped_column(String(128))
    body: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[str] = mapped_column(String(64))
    state: Mapped[BatchState] = mapped_column(_state(BatchState), default=BatchState.READY)
    created_at: Mapped[datetime] = mapped_column(MOMENT)
    first_sent_at: Mapped[datetime | None] = mapped_column(MOMENT)
    written_after: Mapped[datetime | None] = mapped_column(MOMENT)
    attempted_at: Mapped[datetime | None] = mapped_column(MOMENT)
    attempt_id: Mapped[str | None] = mapped_column(String(36))
    doubtful: Mapped[bool] = mapped_column(default=False)
    not_before: Mapped[datetime | None] = mapped_column(MOMENT)
    note: Mapped[str | None]
    closed_at: Mapped[datetime | None] = mapped_column(MOMENT)


class BatchElement(db.Model):
    """One dispatch's place in one batch; closed ones are kept as the record of each attempt."""

    __table_args__ = (
        # Prevents a dispatch from being in two open batches, and so from being written twice.
        Index("uq_batch_element_open", "dispatch_id", unique=True, postgresql_where=text("open")),
        Index("ix_batch_element_dispatch", "dispatch_id"),
    )
    batch_id: Mapped[int] = mapped_column(ForeignKey("batch.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    dispatch_id: Mapped[int] = mapped_column(ForeignKey("dispatch.id"))
    open: Mapped[bool] = mapped_column(default=True)
    answer: Mapped[str | None]
    dispatch: Mapped[Dispatch] = relationship()
    batch: Mapped[Batch] = relationship()


class Hold(db.Model):
    """What is not posted: of an order, of one tender, of one write to Xero, of a delivery we could not place, or of
    something beyond orders, whose event's id is the subject.
    """

    __table_args__ = (
        # Prevents one reason from being shown twice for one thing.
        Index(
            "uq_hold_open",
            "store_id",
            "order_id",
            "dispatch_id",
            "delivery_id",
            "cause",
            "subject",
            "tender_external_id",
            unique=True,
            postgresql_nulls_not_distinct=True,
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index("ix_hold_order", "order_id"),
        Index("ix_hold_dispatch", "dispatch_id", postgresql_where=text("dispatch_id IS NOT NULL")),
        Index("ix_hold_open_cause", "store_id", "cause", "id", postgresql_where=text("closed_at IS NULL")),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    store_id: Mapped[int] = mapped_column(ForeignKey("store.id"))
    order_id: Mapped[int | None] = mapped_column(ForeignKey("order_facts.id"))
    dispatch_id: Mapped[int | None] = mapped_column(ForeignKey("dispatch.id"))
    delivery_id: Mapped[int | None] = mapped_column(ForeignKey("delivery.id"))
    tender_external_id: Mapped[str | None] = mapped_column(String(128))
    cause: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str]
    sentence: Mapped[str]
    opened_at: Mapped[datetime] = mapped_column(MOMENT)
    closed_at: Mapped[datetime | None] = mapped_column(MOMENT)
    closed_by: Mapped[str | None]


class Skip(db.Model):
    """A person said that Crossfoot is not to post (more of) an order. Kept for good, also once it is taken back.

    reason: in the person's own words. version: of the order's facts then, 0 before they were read; a later one says
    that the order changed since. amount, currency: what the order sold and is not in Xero by us, None before it was
    read.
    """

    __table_args__ = (
        # Prevents an order from being left out twice at once, by two people or by a double click.
        Index("uq_skip_open", "order_id", unique=True, postgresql_where=text("taken_back_at IS NULL")),
        Index("ix_skip_open_store", "store_id", postgresql_where=text("taken_back_at IS NULL")),
        Index("ix_skip_order", "order_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    store_id: Mapped[int] = mapped_column(ForeignKey("store.id"))
    order_id: Mapped[int] = mapped_column(ForeignKey("order_facts.id"))
    reason: Mapped[str]
    version: Mapped[int]
    amount: Mapped[Decimal | None] = mapped_column(AMOUNT)
    currency: Mapped[str | None] = mapped_column(String(3))
    skipped_at: Mapped[datetime] = mapped_column(MOMENT)
    skipped_by: Mapped[str]
    taken_back_at: Mapped[datetime | None] = mapped_column(MOMENT)
    taken_back_by: Mapped[str | None]


class SetupDraft(db.Model):
    """What a merchant has answered in Setup, step by step, before it is a mapping. Nothing is posted by it.

    answers: by step. version: grows with each save; a save names the one it was made on, so that two open windows never
    overwrite each other unseen.
    """

    store_id: Mapped[int] = mapped_column(ForeignKey("store.id"), primary_key=True)
    version: Mapped[int] = mapped_column(default=0)
    answers: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    saved_at: Mapped[datetime] = mapped_column(MOMENT)


class Import(db.Model):
    """Posting what a store sold since a day of the past: once over all orders placed since then, at nobody's expense.

    first_day: in the store's own zone. listing_id: the channel's name of the listing that runs, begun listing_tries
    times; listed_to: up to which byte its orders are recorded. look_at: where the look through Xero stands, in the form
    of pipeline/others_documents.py; looked_at: when it was over. leave_out: whether orders found there are left out.
    found, known, read, posted, held, nothing, left_out, on_the_way: orders, as last counted, for its page; ahead: what
    is still to be handed over, in the form of pipeline/import_estimate.py. problem: why it does not go on. not_before:
    when to go on.
    """

    __table_args__ = (
        # Prevents two imports of one store from running at once, which would hand the same orders over twice.
        Index("uq_import_open", "store_id", unique=True, postgresql_where=text("state NOT IN ('stopped', 'done')")),
        Index("ix_import_store", "store_id", "id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    store_id: Mapped[int] = mapped_column(ForeignKey("store.id"))
    first_day: Mapped[Day] = mapped_column(Date)
    state: Mapped[ImportState] = mapped_column(_state(ImportState), default=ImportState.LISTING)
    begun_at: Mapped[datetime] = mapped_column(MOMENT)
    begun_by: Mapped[str]
    listing_id: Mapped[str | None] = mapped_column(String(128))
    listing_tries: Mapped[int] = mapped_column(default=0)
    listed_to: Mapped[int] = mapped_column(BigInteger, default=0)
    look_at: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    looked_at: Mapped[datetime | None] = mapped_column(MOMENT)
    leave_out: Mapped[bool] = mapped_column(default=True)
    confirmed_at: Mapped[datetime | None] = mapped_column(MOMENT)
    confirmed_by: Mapped[str | None]
    found: Mapped[int] = mapped_column(default=0)
    known: Mapped[int] = mapped_column(default=0)
    read: Mapped[int] = mapped_column(default=0)
    posted: Mapped[int] = mapped_column(default=0)
    held: Mapped[int] = mapped_column(default=0)
    nothing: Mapped[int] = mapped_column(default=0)
    left_out: Mapped[int] = mapped_column(default=0)
    on_the_way: Mapped[int] = mapped_column(default=0)
    ahead: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    problem: Mapped[str | None]
    not_before: Mapped[datetime | None] = mapped_column(MOMENT)
    ended_at: Mapped[datetime | None] = mapped_column(MOMENT)
    ended_by: Mapped[str | None]


class ImportOrder(db.Model):
    """One order that an import listed. number: the last digits of its name, by which others number documents.

    total, paid: in the shop's currency, as listed; refunded: whether money went back. document: what stands in Xero for
    it by another app, in the form of pipeline/others_documents.py; None where nothing was found.
    """

    __table_args__ = (
        # Prevents an order that a listing gives twice, or a listing read again after a crash, from counting twice.
        Index("uq_import_order", "import_id", "external_id", unique=True),
        Index("ix_import_order_due", "import_id", "placed_at", "id", postgresql_where=text("state = 'due'")),
        Index("ix_import_order_number", "import_id", "number"),
        Index("ix_import_order_total", "import_id", "total"),
        Index("ix_import_order_found", "import_id", "id", postgresql_where=text("document IS NOT NULL")),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("import.id"))
    external_id: Mapped[str] = mapped_column(String(128))
    name: Mapped[str] = mapped_column(String(255))
    number: Mapped[str] = mapped_column(String(32))
    placed_at: Mapped[datetime] = mapped_column(MOMENT)
    updated_at: Mapped[datetime] = mapped_column(MOMENT)
    currency: Mapped[str] = mapped_column(String(3))
    total: Mapped[Decimal] = mapped_column(AMOUNT)
    paid: Mapped[Decimal] = mapped_column(AMOUNT)
    refunded: Mapped[bool]
    state: Mapped[ImportOrderState] = mapped_column(_state(ImportOrderState), default=ImportOrderState.DUE)
    document: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))


class Alert(db.Model):
    """What a merchant is told of by mail. It closes when it is no longer so, and is told anew when it comes again.

    cause: of a hold; which connection; the day of a digest. not_before: when it is sent, or tried again; in between
    it is the lease of whoever is sending it. problem: why the mail server did not take it, in a sentence.
    """

    __table_args__ = (
        # Prevents the merchant from being told twice of what is still the same.
        Index("uq_alert_open", "store_id", "kind", "cause", unique=True, postgresql_where=text("closed_at IS NULL")),
        # Prevents two digests of one day.
        Index("uq_alert_digest", "store_id", "cause", unique=True, postgresql_where=text("kind = 'digest'")),
        Index("ix_alert_store", "store_id", "id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    store_id: Mapped[int] = mapped_column(ForeignKey("store.id"))
    kind: Mapped[AlertKind] = mapped_column(_state(AlertKind))
    cause: Mapped[str] = mapped_column(String(64))
    opened_at: Mapped[datetime] = mapped_column(MOMENT)
    closed_at: Mapped[datetime | None] = mapped_column(MOMENT)
    sent_at: Mapped[datetime | None] = mapped_column(MOMENT)
    tries: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime | None] = mapped_column(MOMENT)
    problem: Mapped[str | None]


class DryRun(db.Model):
    """A change of the mapping that is not saved, and what the last orders come to under it. Nothing is posted by it.

    document: the mapping as it would be; base_version: the one it was made on. version: grows with each change, which
    names the one it was made on. orders_from: orders placed since then are looked at; orders: how many there are;
    looked_at, last_placed_at, last_order_id: how far it is. result: what was added up so far, in the form of
    accounting.dry_run. closed_at: since when it is saved or discarded; saved_version: as what it was saved.
    """

    __table_args__ = (
        # Prevents two changes of one store's mapping from being prepared side by side, the later undoing the earlier.
        Index("uq_dry_run_open", "store_id", unique=True, postgresql_where=text("closed_at IS NULL")),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    store_id: Mapped[int] = mapped_column(ForeignKey("store.id"))
    base_version: Mapped[int]
    document: Mapped[dict[str, Any]] = mapped_column(JSONB)
    version: Mapped[int] = mapped_column(default=1)
    author: Mapped[str]
    changed_at: Mapped[datetime] = mapped_column(MOMENT)
    state: Mapped[DryRunState] = mapped_column(_state(DryRunState), default=DryRunState.EDITING)
    orders_from: Mapped[datetime | None] = mapped_column(MOMENT)
    orders: Mapped[int] = mapped_column(default=0)
    looked_at: Mapped[int] = mapped_column(default=0)
    last_placed_at: Mapped[datetime | None] = mapped_column(MOMENT)
    last_order_id: Mapped[int] = mapped_column(default=0)
    result: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    closed_at: Mapped[datetime | None] = mapped_column(MOMENT)
    saved_version: Mapped[int | None]


class Seen(db.Model):
    """A tax key, a gateway or a kind of line that orders of a store have had: on how many, and on which one last.

    key: key_id of a tax key, else the name itself. what: a tax key's parts, in the form of accounting.seen. mapped:
    whether the mapping had a place for it when it was last looked at.
    """

    __table_args__ = (Index("ix_seen_unmapped", "store_id", postgresql_where=text("NOT mapped")),)
    store_id: Mapped[int] = mapped_column(ForeignKey("store.id"), primary_key=True)
    seen_as: Mapped[SeenAs] = mapped_column(_state(SeenAs), primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    what: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    orders: Mapped[int]
    first_placed_at: Mapped[datetime] = mapped_column(MOMENT)
    last_placed_at: Mapped[datetime] = mapped_column(MOMENT)
    last_order: Mapped[str] = mapped_column(String(255))
    mapped: Mapped[bool] = mapped_column(default=False)


class AuditEntry(db.Model):
    """What a person did, and to what."""

    id: Mapped[int] = mapped_column(primary_key=True)
    store_id: Mapped[int | None] = mapped_column(ForeignKey("store.id"), index=True)
    at: Mapped[datetime] = mapped_column(MOMENT)
    actor: Mapped[str]
    act: Mapped[str]
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)


class Tally(db.Model):
    """What is counted by day: well-signed webhooks of shops we do not know, orders that no webhook told us of."""

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    day: Mapped[Day] = mapped_column(Date, primary_key=True)
    count: Mapped[int] = mapped_column(default=0)
