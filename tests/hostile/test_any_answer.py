"""Whatever a platform answers, nothing is lost and no job fails: an order is posted, held with a sentence, or waits."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from embedded_app.db import db
from embedded_app.models import (
    Batch,
    BatchState,
    Delivery,
    DeliveryState,
    Dispatch,
    DispatchState,
    Hold,
    Organisation,
    Store,
)
from embedded_app.sandbox.day import CARD, MUG
from tests.hostile.amounts import WHOLE_WAYS
from tests.hostile.conftest import Theatre
from tests.hostile.odd import WIRES, changes
from tests.hostile.twisting import Twist
from tests.properties.profile import played
from tests.whole.stage import Stage

# Past every pause, a look-up, and the trials after which an order is set aside.
PATIENCE = (timedelta(seconds=40), timedelta(minutes=7), timedelta(minutes=20), timedelta(minutes=70))

how = st.one_of(
    st.builds(dict, changes=changes()), st.builds(dict, changes=changes()), st.builds(dict, wire=st.sampled_from(WIRES))
)
times = st.sampled_from((1, 1, 2, 1000))


@played("answers of a store", WHOLE_WAYS)
@given(how=how, after=st.integers(0, 3), times=times)
def test_any_answer_of_the_store_is_taken_put_off_or_held(theatre: Theatre, how: dict, after: int, times: int) -> None:
    stage = theatre.stage()
    theatre.store.twist = Twist(after=after, times=times, **how)
    trade(stage)
    settle(stage)

    theatre.store.twist = None
    settle(stage)
    assert_nothing_is_lost(stage)


@played("answers of Xero", WHOLE_WAYS)
@given(how=how, after=st.integers(0, 9), times=times)
def test_any_answer_of_xero_is_taken_put_off_or_held(theatre: Theatre, how: dict, after: int, times: int) -> None:
    stage = theatre.stage()
    theatre.xero.twist = Twist(after=after, times=times, **how)
    trade(stage)
    settle(stage)

    theatre.xero.twist = None
    settle(stage)
    assert_nothing_is_lost(stage)


def trade(stage: Stage) -> None:
    """Two orders paid by card, one of them refunded in part."""
    first, second = (stage.shop.place_order([(MUG, 2)]) for _ in range(2))
    first.pay(CARD)
    second.pay(CARD)
    stage.deliver()
    stage.work_off()
    first.refund({0: 1})
    stage.deliver()
    stage.work_off()


def settle(stage: Stage) -> None:
    """Let all pauses pass."""
    for duration in PATIENCE:
        stage.clock.advance(duration.total_seconds())
        stage.work_off()


def assert_nothing_is_lost(stage: Stage) -> None:
    with stage.app.app_context():
        session = db.session()
        store = session.get_one(Store, stage.store_id)
        organisation = session.get_one(Organisation, store.organisation_id)
        why = [one for one in (store.paused, organisation.paused) if one]
        holds = list(session.scalars(select(Hold.sentence).where(Hold.store_id == store.id, Hold.closed_at.is_(None))))
        owed = session.scalars(
            select(Dispatch.state).where(Dispatch.store_id == store.id, Dispatch.state != DispatchState.POSTED)
        ).all()
        unread = session.scalar(
            select(func.count()).where(Delivery.store_id == store.id, Delivery.state == DeliveryState.OPEN)
        )
        unknown = session.scalar(
            select(func.count()).where(Batch.organisation_id == organisation.id, Batch.state != BatchState.CLOSED)
        )
    assert all(len(sentence) > 20 for sentence in (*why, *holds)), "each says what to do"
    if why or holds:
        return
    assert (unread, unknown, list(owed)) == (0, 0, [])
    sold = sum((order.current_total for order in stage.shop.orders.values()), Decimal(0))
    posted = sum((one.kind.sign * one.total for one in stage.organisation.documents()), Decimal(0))
    assert sold == posted
