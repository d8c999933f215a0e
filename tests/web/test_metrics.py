"""What an operator's monitoring reads: /metrics from the rows, /healthz and /readyz for the host."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text
from sqlalchemy.orm import Session, scoped_session

from embedded_app import create_app, onboarding
from embedded_app.clock import SetClock
from embedded_app.config import Config
from embedded_app.models import (
    AppLimit,
    Batch,
    BatchState,
    Delivery,
    DeliveryState,
    Dispatch,
    DispatchState,
    Document,
    Hold,
    Mapping,
    Organisation,
    PostingGroup,
    Store,
)
from embedded_app.queue import wake

TOKEN = "a token of the tests, long enough"


@pytest.fixture
def config(config: Config) -> Config:
    """Metrics are served."""
    return dataclasses.replace(config, metrics_token=TOKEN)


@pytest.fixture
def store(session: scoped_session[Session], clock: SetClock) -> Store:
    """Alice's store and organisation."""
    store = onboarding.add_store(
        session, channel="shopify", external_id="alice.myshopify.com", prefix="SH-", now=clock.now()
    )
    organisation = Organisation(tenant_id="t", name="Alice", base_currency="GBP")
    session.add(organisation)
    session.flush()
    store.organisation_id = organisation.id
    session.commit()
    return store


def scrape(client: FlaskClient, token: str = TOKEN) -> dict[tuple[str, ...], float]:
    """The figures, each by its name and its labels' values."""
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"].startswith("text/plain")
    return {
        (sample.name.removeprefix("crossfoot_"), *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def add_delivery(session: scoped_session[Session], store: Store, webhook_id: str, **columns: Any) -> None:
    session.add(Delivery(store_id=store.id, webhook_id=webhook_id, topic="orders/updated", **columns))


def add_dispatch(session: scoped_session[Session], store: Store, number: str, **columns: Any) -> Dispatch:
    """A document of its own group, and the write that is owed of it."""
    at = columns["created_at"]
    mapping = session.query(Mapping).first() or Mapping(
        store_id=store.id, version=1, document={}, author="Alice", created_at=at
    )
    group = PostingGroup(
        store_id=store.id,
        organisation_id=store.organisation_id,
        kind="order",
        key=number,
        currency="GBP",
        number=number,
    )
    session.add_all([mapping, group])
    session.flush()
    document = Document(
        store_id=store.id,
        group_id=group.id,
        mapping_id=mapping.id,
        role="invoice",
        kind="invoice",
        generation=1,
        number=number,
        date=at.date(),
        event_day=at.date(),
        currency="GBP",
        total=1,
        total_tax=0,
        content={},
        recorded_at=at,
    )
    dispatch = Dispatch(
        organisation_id=store.organisation_id, store_id=store.id, endpoint="invoices", document=document, **columns
    )
    session.add(dispatch)
    return dispatch


def test_metrics_are_for_the_holder_of_the_token(client: FlaskClient) -> None:
    answers = [
        client.get("/metrics"),
        client.get("/metrics", headers={"Authorization": "Bearer another token, of the same length"}),
        client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}),
    ]

    assert [answer.status_code for answer in answers] == [401, 401, 200]


def test_without_a_token_in_the_environment_there_are_no_metrics(app: Flask, config: Config) -> None:
    closed = create_app(dataclasses.replace(config, metrics_token=None)).test_client()

    assert [closed.get("/metrics", headers=headers).status_code for headers in ({}, {"Authorization": "Bearer "})] == [
        404,
        404,
    ]


def test_an_empty_database_gives_every_state_as_nothing(client: FlaskClient) -> None:
    figures = scrape(client)

    assert {figures["dispatches", state] for state in ("waiting", "ready", "sending", "held")} == {0}
    assert {figures["batches", state] for state in ("ready", "sent", "unknown")} == {0}
    assert figures["deliveries_open",] == figures["deliveries_oldest_age_seconds",] == figures["lag_writes",] == 0
    assert ("xero_day_calls_left_least",) not in figures


def test_the_backlog_is_counted_and_its_age_is_the_oldests(
    client: FlaskClient, session: scoped_session[Session], store: Store, clock: SetClock
) -> None:
    at = clock.now()
    add_delivery(session, store, "old", received_at=at - timedelta(seconds=90))
    add_delivery(session, store, "new", received_at=at)
    add_delivery(session, store, "done", received_at=at - timedelta(days=3), state=DeliveryState.DONE)
    add_dispatch(session, store, "SH-1", state=DispatchState.READY, created_at=at - timedelta(seconds=30))
    add_dispatch(session, store, "SH-2", state=DispatchState.WAITING, created_at=at)
    add_dispatch(session, store, "SH-3", state=DispatchState.POSTED, created_at=at - timedelta(days=1))
    session.commit()

    figures = scrape(client)

    assert (figures["deliveries_open",], figures["deliveries_oldest_age_seconds",]) == (2, 90)
    assert (figures["dispatches", "ready"], figures["dispatches_oldest_age_seconds", "ready"]) == (1, 30)
    assert (figures["dispatches", "waiting"], figures["dispatches_oldest_age_seconds", "waiting"]) == (1, 0)


def test_what_is_held_is_counted_by_its_cause_while_it_is_held(
    client: FlaskClient, session: scoped_session[Session], store: Store, clock: SetClock
) -> None:
    for cause, subject, closed in (("no rate", "a", None), ("no rate", "b", None), ("no rate", "c", clock.now())):
        session.add(
            Hold(
                store_id=store.id,
                cause=cause,
                subject=subject,
                sentence="Choose.",
                opened_at=clock.now(),
                closed_at=closed,
            )
        )
    session.commit()

    assert scrape(client)["held", "no rate"] == 2


def test_the_lag_is_from_the_webhook_to_xero_over_the_last_hour(
    client: FlaskClient, session: scoped_session[Session], store: Store, clock: SetClock
) -> None:
    at = clock.now()
    for seconds in (1, 2, 3):
        told = at - timedelta(minutes=10)
        posted = told + timedelta(seconds=seconds)
        add_dispatch(
            session,
            store,
            f"SH-{seconds}",
            state=DispatchState.POSTED,
            created_at=told,
            told_at=told,
            posted_at=posted,
        )
    long_ago = at - timedelta(hours=2)
    for number, told_at, posted_at in (("SH-4", long_ago - timedelta(hours=1), long_ago), ("SH-5", None, at)):
        add_dispatch(
            session,
            store,
            number,
            state=DispatchState.POSTED,
            created_at=long_ago,
            told_at=told_at,
            posted_at=posted_at,
        )
    session.commit()

    figures = scrape(client)

    assert (figures["lag_writes",], figures["lag_seconds", "0.5"]) == (3, 2)
    assert figures["lag_seconds", "0.99"] == pytest.approx(2.98)


def test_calls_left_are_those_of_who_has_the_fewest_among_those_called_today(
    client: FlaskClient, session: scoped_session[Session], store: Store, clock: SetClock
) -> None:
    at = clock.now()
    session.add_all(
        [
            Organisation(tenant_id="b", base_currency="GBP", day_left=700, minute_left=9, calls_read_at=at),
            Organisation(tenant_id="c", base_currency="GBP", day_left=900, minute_left=60, calls_read_at=at),
            Organisation(
                tenant_id="d", base_currency="GBP", day_left=1, minute_left=1, calls_read_at=at - timedelta(days=2)
            ),
            Organisation(tenant_id="e", base_currency="GBP", paused="Connect Xero again."),
            Organisation(tenant_id="f", base_currency="GBP", not_before=at + timedelta(minutes=1)),
            AppLimit(name="xero", minute_left=8_000, read_at=at),
        ]
    )
    session.commit()

    figures = scrape(client)

    assert figures["xero_day_calls_left_least",] == 700
    assert figures["xero_minute_calls_left_least",] == 9
    assert figures["xero_app_minute_calls_left",] == 8_000
    assert (figures["organisations_paused",], figures["organisations_put_off",]) == (1, 1)


def test_unknown_calls_paused_stores_and_waiting_jobs_are_counted(
    client: FlaskClient, session: scoped_session[Session], store: Store, clock: SetClock
) -> None:
    store.posting, store.paused = True, "Open Crossfoot from the Shopify admin."
    for key, state in (("k1", BatchState.UNKNOWN), ("k2", BatchState.CLOSED)):
        session.add(
            Batch(
                organisation_id=store.organisation_id,
                endpoint="invoices",
                key=key,
                body=b"",
                sha256="",
                state=state,
                created_at=clock.now(),
            )
        )
    wake(session, "gather", store.id)
    session.commit()

    figures = scrape(client)

    assert (figures["batches", "unknown"], figures["stores_posting",], figures["stores_paused",]) == (1, 1, 1)
    assert figures["jobs", "gather", "todo"] == 1


def test_the_app_says_that_it_is_ready(client: FlaskClient) -> None:
    answer = client.get("/readyz")

    assert (answer.status_code, answer.text) == (200, "ready\n")


def test_a_database_of_another_version_is_not_ready(client: FlaskClient, session: scoped_session[Session]) -> None:
    before = session.scalar(text("SELECT version_num FROM alembic_version"))
    try:
        session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
        session.commit()
        answer = client.get("/readyz")
    finally:
        session.execute(text("UPDATE alembic_version SET version_num = :it"), {"it": before})
        session.commit()

    assert answer.status_code == 503
    assert "db upgrade" in answer.text


def test_a_database_that_is_away_is_said_and_not_waited_for(config: Config) -> None:
    away = create_app(dataclasses.replace(config, database_url="postgresql://nobody@127.0.0.1:1/nothing")).test_client()

    ready, metrics, healthy = (
        away.get(path, headers={"Authorization": f"Bearer {TOKEN}"}) for path in ("/readyz", "/metrics", "/healthz")
    )

    assert (ready.status_code, metrics.status_code, healthy.status_code) == (503, 503, 200)
    assert ready.text.startswith("The database does not answer")
