"""Beyond orders: gift cards given, expired or cashed out, and the opening balances, decided and recorded once each.

What happened to a gift card is known by an id of its own, which is the key of its group: however often it is read, it
is posted once. Where it is held, it is read and decided again every hour, until it is posted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from embedded_app.accounting.documents import Decision, Held
from embedded_app.accounting.giftcard_facts import events, expiry_id
from embedded_app.accounting.giftcards import GiftCardEvent, post_gift_card
from embedded_app.accounting.money import Money
from embedded_app.accounting.opening import post_opening
from embedded_app.channels import CHANNELS, ChannelError, GiftCardReading, StoreBusy
from embedded_app.clock import now
from embedded_app.db import db
from embedded_app.models import AuditEntry, Document, Hold, PostingGroup, Store
from embedded_app.pipeline import asking, credentials, organisations
from embedded_app.pipeline.recording import Recorder
from embedded_app.pipeline.rules import NewGroup, Rules, new_groups, rules_of
from embedded_app.queue import wake, wake_at

GIFT_CARD = "gift card"
OPENING = "opening"
# The store's search may lag behind, and a card may change while the pages are read.
OVERLAP = timedelta(days=1)

# What may post once the merchant has changed the mapping or a lock date; the rest is for their own hands.
MENDED = {"unmapped gateway", "unmapped account", "not a bank account", "closed period"}

ALREADY_OPENED = Held(
    cause="already opened",
    subject=OPENING,
    sentence="The opening balances of this store are posted. Correct them in Xero by hand: they are posted only once.",
)
NO_START_DATE = Held(
    cause="no start date",
    subject="start_date",
    sentence="The mapping has no start_date, so no day to open the balances on. Save one with it, then try again.",
)
XERO_UNREAD = Held(
    cause="not connected",
    subject="Xero",
    sentence="Xero could not be read: see that it is connected, then try again.",
)

log = structlog.get_logger(__name__)


def wake_beyond() -> None:
    """Wake the reading of gift cards for every store that posts; commits."""
    session = db.session()
    for store_id in session.scalars(select(Store.id).where(Store.posting, Store.paused.is_(None))).all():
        wake(session, "beyond", store_id, queue="gather")
    session.commit()


def beyond(store_id: int) -> bool:
    """Read some gift cards that changed since the last reading and record what follows; True when there are more.

    A store that is busy is read when it has time, one that cannot be read otherwise in an hour.
    """
    session = db.session()
    store = session.get(Store, store_id)
    if store is not None and store.not_before and asking.is_put_off(store.not_before):
        wake_at(session, "beyond", store.id, store.not_before, queue="gather")
        session.commit()
        return False
    if store is None or not _may_decide(session, store):
        session.rollback()
        return False
    begun = _place(store)
    try:
        reading = _read(session, store)
    except StoreBusy as busy:
        log.info("gift cards not read yet", store=store_id, why=busy.sentence)
        asking.leave_alone(session, store, busy.retry_seconds, then="beyond")
        return False
    except ChannelError as problem:
        log.warning("gift cards not read", store=store_id, why=problem.sentence)
        store.gift_cards_go_on = store.gift_cards_reading_to = None  # begin anew
        session.commit()
        return False
    session.refresh(store, with_for_update=True)  # nobody else decides for this store at the same time
    if _place(store) != begun:  # a retry wants an earlier day read
        session.rollback()
        return True
    _decide(session, store, reading)
    return reading.go_on is not None and reading.retry_seconds is None


def read_cards_from(store: Store, day: date) -> None:
    """Let gift cards be read again from that day on, also amid a reading; the caller has locked the store's row."""
    if store.gift_cards_read_to is not None:  # else the first reading begins anew
        store.gift_cards_read_to = min(store.gift_cards_read_to, _midnight(day))
    store.gift_cards_go_on = store.gift_cards_reading_to = None


def open_balances(session: Session, store: Store, balances: Mapping[str, Decimal], *, actor: str) -> Decision:
    """Record the store's opening balances, by gateway, on the start date of its mapping; the decision, held or made.

    Commits; where it is held nothing is recorded. Balances are opened once for a store.
    """
    known = store.organisation is None or organisations.keep_fresh(session, store.organisation)
    session.refresh(store, with_for_update=True)
    rules = rules_of(session, store) if known else Rules(held=XERO_UNREAD)
    number = f"{store.prefix}OPENING"
    if rules.mapping is None or rules.books is None:
        decision = Decision(held=(rules.held,) if rules.held else ())
    elif rules.mapping.start_date is None:
        decision = Decision(held=(NO_START_DATE,))
    elif _posted(session, store, OPENING, [OPENING]):
        decision = Decision(held=(ALREADY_OPENED,))
    else:
        decision = post_opening(balances, rules.mapping.start_date, rules.mapping, rules.books, number)
    if decision.documents:
        _record(session, store, rules, decision, kind=OPENING, key=OPENING, number=number)
        told = {gateway: str(amount) for gateway, amount in balances.items()}
        session.add(AuditEntry(store_id=store.id, at=now(), actor=actor, act="opened balances", detail=told))
        wake(session, "post", store.organisation_id or 0)
    session.commit()
    return decision


def _may_decide(session: Session, store: Store) -> bool:
    """Whether the store may be read and posts, is mapped, and its organisation is known well enough."""
    if store.paused or not store.posting or store.organisation is None:
        return False
    return organisations.keep_fresh(session, store.organisation) and rules_of(session, store).held is None


def _read(session: Session, store: Store) -> GiftCardReading:
    channel, since, go_on = CHANNELS[store.channel], _since(session, store), store.gift_cards_go_on
    return asking.ask(
        session,
        store,
        lambda access: channel.read_gift_cards(credentials.http(), access, since=since, now=now(), go_on=go_on),
    )


def _since(session: Session, store: Store) -> datetime:
    """From where on cards are read: a day before the last reading's end, at first the day the books begin."""
    if store.gift_cards_read_to is not None:
        return store.gift_cards_read_to - OVERLAP
    return _midnight(_first_day(store, rules_of(session, store), UTC)) - OVERLAP


def _first_day(store: Store, rules: Rules, zone: tzinfo) -> date:
    """The day from which on what happens to gift cards is ours: before it, the opening balances have it.

    A day of the store's zone, as those of its gift cards are.
    """
    start = rules.mapping.start_date if rules.mapping else None
    return start or store.created_at.astimezone(zone).date()


def _decide(session: Session, store: Store, reading: GiftCardReading) -> None:
    """Record what happened to these cards and is not posted yet, hold what cannot be, move the cursor on. Commits."""
    rules = rules_of(session, store)
    if rules.held is not None or rules.mapping is None or rules.books is None:
        session.rollback()
        return
    told = {event.id: event for card in reading.cards for event in events(card, reading.today, store.prefix)}
    ends = [expiry_id(card.id) for card in reading.cards]
    posted = _posted(session, store, GIFT_CARD, [*told, *ends])
    first_day = _first_day(store, rules, reading.zone or UTC)
    happened = {event_id: event for event_id, event in told.items() if event.day >= first_day or event_id in posted}
    held: dict[str, tuple[Held, ...]] = {}
    for event in happened.values():
        if event.id in posted:
            held[event.id] = _changed(event, posted[event.id])
            continue
        decision = post_gift_card(event, rules.mapping, rules.books)
        held[event.id] = decision.held
        if decision.documents:
            _record(session, store, rules, decision, kind=GIFT_CARD, key=event.id, number=event.number)
    waiting = [happened[event_id].day for event_id, why in held.items() if any(one.cause in MENDED for one in why)]
    held |= {one: _no_longer_ended(one, posted[one]) for one in ends if one in posted and one not in told}
    _keep_holds(session, store, held)
    _move_on(store, reading, waiting)
    wake(session, "post", store.organisation_id or 0)
    session.commit()


def _posted(session: Session, store: Store, kind: str, keys: Sequence[str]) -> dict[str, Document]:
    """The document of each of these that was recorded before, by key."""
    recorded = session.execute(
        select(PostingGroup.key, Document)
        .join(Document, Document.group_id == PostingGroup.id)
        .where(PostingGroup.store_id == store.id, PostingGroup.kind == kind, PostingGroup.key.in_(keys))
    )
    return {row.key: row.Document for row in recorded}


def _record(
    session: Session, store: Store, rules: Rules, decision: Decision, *, kind: str, key: str, number: str
) -> None:
    assert rules.mapping_id is not None, "a decision has documents only where there is a mapping"
    tail = key.rpartition("/")[2].replace(" ", "-")
    numbers = (number, f"{number}-{tail}")
    wanted = NewGroup(kind=kind, key=key, currency=decision.documents[0].currency, numbers=numbers)
    (group,) = new_groups(session, store, [wanted])
    recorder = Recorder(session, store, mapping_id=rules.mapping_id, now=now())
    recorder.record(group, None, decision, {}, has_history=False)
    recorder.write()


def _changed(event: GiftCardEvent, document: Document) -> tuple[Held, ...]:
    """Why what is posted of an event no longer agrees with the store: money came back to a card that had ended."""
    if document.total == event.amount:
        return ()
    sentence = (
        f"{event.name} was {event.kind} with {Money(document.total, document.currency)}, as journal {document.number} "
        f"says, and the store now says {Money(event.amount, event.currency)}. Enter the difference in Xero by hand."
    )
    return (Held(cause="gift card changed", subject=event.id, sentence=sentence),)


def _no_longer_ended(event_id: str, document: Document) -> tuple[Held, ...]:
    sentence = (
        f"Journal {document.number} says that a gift card expired with {Money(document.total, document.currency)}, but "
        "the store no longer says so: it was made valid again, returned or paid out. Reverse the journal in Xero by "
        "hand."
    )
    return (Held(cause="gift card changed", subject=event_id, sentence=sentence),)


def _keep_holds(session: Session, store: Store, held: Mapping[str, Sequence[Held]]) -> None:
    """For each event, open what is newly held and close what no longer is; the event's id is the subject."""
    open_holds = session.scalars(
        select(Hold).where(
            Hold.store_id == store.id,
            Hold.order_id.is_(None),
            Hold.dispatch_id.is_(None),
            Hold.subject.in_(held),
            Hold.closed_at.is_(None),
        )
    )
    wanted = {(event_id, one.cause): one.sentence for event_id, reasons in held.items() for one in reversed(reasons)}
    for hold in open_holds:
        sentence = wanted.pop((hold.subject, hold.cause), None)
        if sentence is None:
            hold.closed_at, hold.closed_by = now(), "decided again"
        else:
            hold.sentence = sentence
    session.add_all(
        Hold(store_id=store.id, cause=cause, subject=event_id, sentence=sentence, opened_at=now())
        for (event_id, cause), sentence in wanted.items()
    )


def _move_on(store: Store, reading: GiftCardReading, waiting: Sequence[date]) -> None:
    """Set the cursor to the latest change seen, or back to the oldest event that still waits, to read it again.

    A card changed on the day of each of its events or later, or expired on it, so reading from there on finds it. Of a
    reading in parts, the cursor moves after the last.
    """
    if store.gift_cards_go_on is None:
        store.gift_cards_reading_to = reading.read_to or store.gift_cards_read_to
    if store.gift_cards_reading_to is not None:
        store.gift_cards_reading_to = min([store.gift_cards_reading_to, *(_midnight(day) for day in waiting)])
    store.gift_cards_go_on = reading.go_on
    if reading.go_on is None:
        store.gift_cards_read_to, store.gift_cards_reading_to = store.gift_cards_reading_to, None
    if reading.retry_seconds is not None:
        store.not_before = now() + timedelta(seconds=reading.retry_seconds)


def _place(store: Store) -> tuple[object, ...]:
    """Where the reading of the store's gift cards stands."""
    return store.gift_cards_read_to, store.gift_cards_go_on, store.gift_cards_reading_to


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
