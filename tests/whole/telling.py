"""Tells a golden case to a store and its books, step by step, so that it goes the whole way."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from embedded_app import pipeline
from embedded_app.db import db
from embedded_app.models import Store
from embedded_app.pipeline.organisations import FRESH_FOR
from embedded_app.sandbox.shopify.entries import number_of
from embedded_app.sandbox.shopify.instruments import Instrument, Movement
from tests.golden_cards import Card
from tests.golden_case import Step
from tests.whole.stage import Stage


def decide(stage: Stage, step: Step) -> list[str]:
    """The whole way of one step: what is new in it is told, gathered, decided, recorded and sent.

    Returns why balances could not be opened: that is told to who opens them, and held nowhere.
    """
    _close_the_books(stage, step)
    if step.today is not None:
        ahead = datetime.combine(step.today, time(12), UTC) - stage.clock.now()
        stage.clock.advance(max(0.0, ahead.total_seconds()))
    for _, order in step.orders[:-1] if step.deleted else step.orders:
        stage.state(order)
    if step.deleted:
        _delete(stage, step.orders[-1][1].id)
    if step.cards:
        _state_cards(stage, step)
    refused = _open(stage, step.opening) if step.opening else []
    stage.deliver()
    stage.work_off()
    return refused


def _close_the_books(stage: Stage, step: Step) -> None:
    """Lock dates as the step has them; where they change, the clock goes on until they are read again."""
    lock, year_lock = step.books.lock_date, None
    if step.year_end:
        lock, year_lock = None, lock
    before = stage.organisation.period_lock, stage.organisation.year_lock
    if before != (lock, year_lock):
        stage.organisation.period_lock, stage.organisation.year_lock = lock, year_lock
        stage.clock.advance(FRESH_FOR.total_seconds())


def _delete(stage: Stage, order_id: str) -> None:
    """The store tells of it with the order's number alone."""
    stage.shop.delete_order(order_id)
    stage.shop.deliveries.queue([("orders/delete", {"id": number_of(order_id)})])


def _open(stage: Stage, opening: Mapping[str, Decimal]) -> list[str]:
    with stage.app.app_context():
        store = db.session.get_one(Store, stage.store_id)
        decision = pipeline.open_balances(db.session(), store, opening, actor="Alice")
        return [one.sentence for one in decision.held]


def _state_cards(stage: Stage, step: Step) -> None:
    """Let the store have these gift cards, and let the hour come at which they are read."""
    orders = {order.name: order.id for _, order in step.orders}
    for card in step.cards:
        instrument = _instrument(stage, card, orders.get(card.sold_on or ""))
        stage.shop.instruments.gift_cards[instrument.id] = instrument
    with stage.app.app_context():
        pipeline.wake_beyond()


def _instrument(stage: Stage, card: Card, order_id: str | None) -> Instrument:
    facts = card.facts
    spent = [("GiftCardDebitTransaction", f"{facts.id}/{at}", on, value) for at, (on, value) in enumerate(card.spent)]
    paid = [("GiftCardCashOutTransaction", one.id, one.day, one.amount) for one in facts.cash_outs]
    return Instrument(
        id=facts.id,
        created_at=_noon(stage, facts.created_on),
        initial_value=facts.initial_value,
        balance=facts.balance,
        order_id=order_id,
        expires_on=facts.expires_on,
        deactivated_at=None if facts.deactivated_on is None else _noon(stage, facts.deactivated_on),
        movements=[
            Movement(id=id_, typename=typename, amount=-value, processed_at=_noon(stage, day))
            for typename, id_, day, value in (*spent, *paid)
        ],
    )


def _noon(stage: Stage, day: date) -> datetime:
    return datetime.combine(day, time(12), ZoneInfo(stage.shop.timezone))
