"""The log: one change can be followed by one id all the way to Xero's answer, and nothing private stands in it."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterator

import pytest
import structlog
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from embedded_app.config import Config
from embedded_app.db import db
from embedded_app.logs import configure_logging
from embedded_app.models import Grant, StoreGrant
from embedded_app.sandbox.shopify.bodies import PLANTED
from embedded_app.sandbox.shopify.faults import FaultKind as StoreFault
from embedded_app.sandbox.xero.faults import FaultKind
from tests.golden import load_case
from tests.whole.stage import Stage

EVENT = re.compile(r'event="?([^"=]+?)"?(?= \w+=|$)')


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the program logs, as it would stand in a file."""
    root = logging.getLogger()
    before = list(root.handlers), root.level
    written = io.StringIO()
    configure_logging(stream=written)
    yield written
    root.handlers[:], root.level = before[0], before[1]
    structlog.reset_defaults()


def grep(log: io.StringIO, text: str) -> list[str]:
    return [line for line in log.getvalue().splitlines() if text in line]


def events(lines: list[str]) -> list[str]:
    return [found[1] for line in lines if (found := EVENT.search(line))]


def test_one_order_can_be_followed_by_one_id_from_its_webhook_to_xeros_answer(alice: Stage, log: io.StringIO) -> None:
    alice.state(load_case("a_vat_included").order)
    first = alice.shop.deliveries.pending()[0].webhook_id

    alice.deliver()
    alice.work()

    way = grep(log, first)
    assert events(way) == [
        "delivery taken in",
        "orders read",
        "order decided",
        *["batch sent", "batch answered"] * 2,  # the invoice, then its payment
    ]
    assert all(re.search(r"call=[0-9a-f-]{36}", line) for line in way if "batch answered" in line)


def test_each_delivery_of_a_batch_finds_the_batch(alice: Stage, log: io.StringIO) -> None:
    first, second = load_case("a_vat_included").order, load_case("j_two_gateways").order
    ids = []
    for order in (first, second):
        before = {delivery.webhook_id for delivery in alice.shop.deliveries.pending()}
        alice.state(order)
        ids.append(next(one.webhook_id for one in alice.shop.deliveries.pending() if one.webhook_id not in before))
    alice.deliver()
    alice.work()

    sent = [grep(log, one) for one in ids]

    batches = [[line for line in lines if "endpoint=invoices" in line] for lines in sent]
    assert batches[0] == batches[1] != []


def test_what_became_of_an_unknown_outcome_is_found_by_the_same_id(alice: Stage, log: io.StringIO) -> None:
    alice.books.faults.add(FaultKind.TIMEOUT_AFTER_WRITE, method="PUT", path="/Invoices", seconds=0.01)
    alice.state(load_case("a_vat_included").order)
    first = alice.shop.deliveries.pending()[0].webhook_id
    alice.deliver()
    alice.work()

    alice.wait(minutes=7)

    way = events(grep(log, first))
    assert way[way.index("batch sent") :][:3] == ["batch sent", "outcome unknown", "batch looked up"]


def test_no_name_address_secret_or_token_stands_in_the_log(alice: Stage, config: Config, log: io.StringIO) -> None:
    case = load_case("f_edited_before_paid")
    alice.map(case.mapping)
    alice.shop.full_bodies = True
    alice.books.faults.add(FaultKind.REFUSED_WHOLE, method="PUT", message=f"The contact name {PLANTED} is taken.")
    for kind in (FaultKind.UNAUTHORIZED, FaultKind.RATE_MINUTE, FaultKind.TIMEOUT_AFTER_WRITE):
        alice.books.faults.add(kind, method="PUT", seconds=0.01)
    for kind in (StoreFault.UNAUTHORIZED, StoreFault.UNAVAILABLE, StoreFault.HTML_PAGE):
        alice.shop.world.faults.add(kind)
    alice.post(case.steps[0].order)
    for _ in range(5):
        alice.wait(minutes=7)
        alice.retry()

    names = [one.name for one in alice.organisation.records.contacts.values() if one.number]
    with alice.app.app_context():
        tokens = db.session.execute(select(Grant.access_token, Grant.refresh_token)).one()
        store_tokens = db.session.execute(select(StoreGrant.access_token, StoreGrant.refresh_token)).one()
    private = [PLANTED, *names, *tokens, *store_tokens, *config.token_keys]
    private += [config.secret_key, config.shopify_api_secret, config.xero_client_secret]
    assert names and alice.unposted() == 0
    assert not alice.books.faults.waiting and not alice.shop.world.faults.waiting
    assert [one for one in private if one and one in log.getvalue()] == []


def test_the_text_of_a_database_error_leaves_out_the_values_of_its_statement(alice: Stage) -> None:
    with alice.app.app_context(), pytest.raises(DBAPIError) as failed:
        db.session.execute(text("SELECT 1 / (CAST(:name AS text) IS NULL)::integer"), {"name": PLANTED})

    assert "division by zero" in str(failed.value) and PLANTED not in str(failed.value)
