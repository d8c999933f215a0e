"""Each odd value that once got through, and what is made of it since."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
import requests
from sqlalchemy import select

from embedded_app.channels.contract import StoreAccess, Unreadable
from embedded_app.channels.errors import BadDelivery, ChannelError, QueryRefused, StoreBusy
from embedded_app.channels.shopify.deliveries import note
from embedded_app.channels.shopify.finding import last_orders
from embedded_app.channels.shopify.install import refresh
from embedded_app.channels.shopify.orders import parse_order
from embedded_app.channels.shopify.reading import read_orders
from embedded_app.db import db
from embedded_app.models import Organisation
from embedded_app.outgoing import Outgoing
from embedded_app.sandbox.serving import serve
from embedded_app.xero.answers import Answer, read_answer
from embedded_app.xero.endpoints import INVOICES, OVERPAYMENT_ALLOCATIONS
from embedded_app.xero.errors import OutcomeUnknown, RetryLater
from embedded_app.xero.exchange import Bearer, Broken, Reply, exchange
from embedded_app.xero.limits import Limits
from embedded_app.xero.lookup import Sought, find
from embedded_app.xero.oauth import user_id_of
from embedded_app.xero.outcomes import Refused, read_outcomes
from embedded_app.xero.paging import Walk
from tests.channels.shopify_bodies import mugs_by_post, transaction
from tests.hostile.conftest import Theatre
from tests.hostile.odd import WIRES, Change, Wire
from tests.hostile.twisting import Canned, Twist
from tests.whole.orders import assert_the_books_are_equal, later, place

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
JSON = {"Content-Type": "application/json"}
ID = "i" * 36


@pytest.fixture(scope="module")
def canned() -> Iterator[Canned]:
    """A platform that answers every call alike, over HTTP."""
    answering = Canned()
    server = serve(answering)
    answering.url = server.url
    yield answering
    server.stop()


@pytest.mark.parametrize(
    "odd",
    [
        {"id": "x" * 129},
        {"processedAt": "0001-01-01T00:00:00+14:00"},
        {"updatedAt": "9999-12-31T23:59:59-14:00"},
        {"name": "#" * 161},
        {"transactions": [transaction(1, "24.93", gateway="x" * 256)]},
        *({"netPaymentSet": {"shopMoney": {"amount": amount, "currencyCode": "GBP"}}} for amount in (
            "1E+999", "9" * 40, "0." + "1" * 40, "1_0", "٣", 10**15,
        )),
    ],
)  # fmt: skip
def test_an_order_is_held_for_a_value_that_no_row_or_sum_can_take(odd: dict[str, Any]) -> None:
    assert isinstance(parse_order({**mugs_by_post(), **odd}, "Europe/London"), Unreadable)


def test_an_order_in_a_currency_of_no_code_is_held() -> None:
    odd = json.loads(json.dumps(mugs_by_post(), default=str).replace('"GBP"', '"POUNDS"'))

    assert isinstance(parse_order(odd, "Europe/London"), Unreadable)


@pytest.mark.parametrize("exponent", ["1e999999999", "1e99999999999999999999", "NaN"])
def test_a_cost_beyond_all_reckoning_is_taken_for_none(canned: Canned, exponent: str) -> None:
    """To make an int of the first would take all memory; the second is no number even for Decimal."""
    cost = f'{{"requestedQueryCost": {exponent}, "throttleStatus": {{"restoreRate": {exponent}}}}}'
    throttled = '{"extensions": {"code": "THROTTLED"}}'
    canned.say_bytes(f'{{"errors": [{throttled}], "extensions": {{"cost": {cost}}}}}'.encode())
    access = StoreAccess(
        domain="alice.myshopify.com", origin=canned.url, access_token="shpat_alice", api_version="2026-10"
    )
    with requests.Session() as http, pytest.raises(StoreBusy):
        read_orders(http, access, ["gid://shopify/Order/1"])


def test_an_access_denied_somewhere_unspeakable_is_refused(canned: Canned) -> None:
    denied = {"path": [{"a": 1}, []], "extensions": {"code": "ACCESS_DENIED"}}
    canned.say({"data": {"nodes": [None], "shop": {"ianaTimezone": "Europe/London"}}, "errors": [denied]}, [])
    access = StoreAccess(
        domain="alice.myshopify.com", origin=canned.url, access_token="shpat_alice", api_version="2026-10"
    )
    with requests.Session() as http, pytest.raises(ChannelError):
        read_orders(http, access, ["gid://shopify/Order/1"])


@pytest.mark.parametrize("odd", [{"access_token": "a\nb"}, {"refresh_token": "\ud800"}, {"expires_in": 10**40}])
def test_tokens_that_could_not_be_sent_are_refused(canned: Canned, odd: dict[str, Any]) -> None:
    told = {"access_token": "a", "refresh_token": "r", "expires_in": 3600, "refresh_token_expires_in": 10**40}
    canned.say({**told, **odd}, [])
    with requests.Session() as http, pytest.raises(QueryRefused):
        refresh(http, canned.url, "id", "secret", "r0", NOW)


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_moment_that_the_database_cannot_give_back_is_not_kept(moment: str) -> None:
    headers = {
        "X-Shopify-Topic": "orders/updated",
        "X-Shopify-Shop-Domain": "alice.myshopify.com",
        "X-Shopify-Webhook-Id": "w-1",
        "X-Shopify-Triggered-At": moment,
    }
    taken = note(headers, f'{{"id": 1, "updated_at": "{moment}"}}'.encode())

    assert (taken.order_updated_at, taken.triggered_at, taken.kept) == (None, None, {"id": 1})


@pytest.mark.parametrize("orders", [None, {"nodes": [{}]}, {"nodes": [{"id": "x" * 129}]}])
def test_a_list_of_orders_that_is_none_is_refused(canned: Canned, orders: Any) -> None:
    canned.say({"data": {"orders": orders}}, [])
    access = StoreAccess(
        domain="alice.myshopify.com", origin=canned.url, access_token="shpat_alice", api_version="2026-10"
    )
    with requests.Session() as http, pytest.raises(QueryRefused):
        last_orders(http, access, since=NOW)


@pytest.mark.parametrize("odd", [{"Webhook-Id": "w" * 129}, {"Topic": f"{'a' * 40}/{'b' * 40}"}])
def test_a_webhook_named_longer_than_rows_can_hold_is_turned_away(odd: dict[str, str]) -> None:
    told = {"Topic": "orders/updated", "Shop-Domain": "alice.myshopify.com", "Webhook-Id": "w" * 128, **odd}
    with pytest.raises(BadDelivery):
        note({f"X-Shopify-{name}": value for name, value in told.items()}, b"{}")


@pytest.mark.parametrize("address", ["//[", "/\xe9", "/far\xff"])
def test_a_redirect_to_no_address_is_an_answer_like_any_other(canned: Canned, address: str) -> None:
    """A Session resolves it though it is told not to follow it, and fails with a ValueError."""
    canned.say({}, [], Wire(name="a redirect", spoil=lambda body: ({"Location": address}, b"{}"), status=302))
    with Outgoing() as http:
        assert exchange(http, "GET", canned.url, auth=Bearer("a"), headers={}, timeout=(5, 5)).status == 302
        with pytest.raises(QueryRefused):
            refresh(http, canned.url, "id", "secret", "shprt_0", NOW)


def test_the_body_of_a_redirect_is_read_no_further_than_any_other(canned: Canned) -> None:
    bomb = next(wire for wire in WIRES if wire.name == "a bomb")
    canned.say({}, [], Wire(name="", spoil=lambda body: _redirected(*bomb.spoil(body)), status=302))
    with Outgoing() as http, pytest.raises(Broken):
        exchange(http, "GET", canned.url, auth=Bearer("a"), headers={}, timeout=(5, 5))


def _redirected(headers: dict[str, str], body: bytes) -> tuple[dict[str, str], bytes]:
    return {**headers, "Location": "/elsewhere"}, body


@pytest.mark.parametrize(
    "odd", [{"InvoiceID": "i" * 37}, {"InvoiceID": "a\x00b"}, {"Total": 10**15}, {"TotalTax": "NaN"}, {"Total": []}]
)
def test_a_written_element_with_what_no_row_can_take_is_looked_up(odd: dict[str, Any]) -> None:
    element = {"InvoiceID": ID, "StatusAttributeString": "OK", "Total": Decimal("24.93"), **odd}
    answer = Answer(status=200, elements=[element], limits=Limits(), correlation_id=None)
    with pytest.raises(OutcomeUnknown):
        read_outcomes(INVOICES, answer, 1)


def test_a_refusal_is_told_legibly() -> None:
    body = b'{"Elements": [{"ValidationErrors": [{"Message": "Odd\\u0000 \\ud800"}]}]}'
    answer = read_answer(INVOICES, Reply(status=400, headers=JSON, body=body))

    (refused,) = read_outcomes(INVOICES, answer, 1)
    assert isinstance(refused, Refused) and refused.sentence.isprintable()


@pytest.mark.parametrize("number", ["1e99999999999999999999", "[" * 100_000])
def test_a_number_that_is_none_makes_the_answer_unreadable(number: str) -> None:
    body = f'{{"Invoices": [{{"Total": {number}}}]}}'.encode()
    with pytest.raises(OutcomeUnknown):
        read_answer(INVOICES, Reply(status=200, headers=JSON, body=body))


def test_an_empty_page_ends_a_list_whatever_it_says_of_pages_to_come() -> None:
    walk = Walk(envelope="Invoices", id_field="InvoiceID")

    walk.add(Reply(status=200, headers=JSON, body=b'{"Invoices": [], "pagination": {"pageCount": 1000000}}'))
    assert walk.is_done
    with pytest.raises(RetryLater):
        Walk(envelope="Invoices", id_field="InvoiceID").add(
            Reply(status=200, headers=JSON, body=b'{"Invoices": [], "pagination": {"pageCount": 9, "itemCount": 9}}')
        )


def test_lists_of_odd_ids_and_allocations_are_read() -> None:
    body = b'{"Invoices": [{"InvoiceID": {}}, {"InvoiceID": []}]}'
    walk = Walk(envelope="Invoices", id_field="InvoiceID")

    assert len(walk.add(Reply(status=200, headers=JSON, body=body))) == 2
    sought = Sought(document_id=ID, invoice_id=ID, amount=Decimal(1))
    for odd in ("all", [None, "one"], {}):
        credit = {"OverpaymentID": ID, "Allocations": odd}
        assert find(OVERPAYMENT_ALLOCATIONS, sought, [credit]) is None


def test_a_xero_user_whose_id_no_row_can_take_is_nobody() -> None:
    with pytest.raises(RetryLater):
        user_id_of("h.eyJ4ZXJvX3VzZXJpZCI6ICJhXHUwMDAwYiJ9.s")  # {"xero_userid": "a\\u0000b"}


@pytest.mark.parametrize("value", ["POUNDS"])
def test_an_organisation_not_understood_is_asked_for_again_and_not_with_every_job(theatre: Theatre, value: Any) -> None:
    stage = theatre.stage()
    place_of_currency = 0.0
    theatre.xero.twist = Twist(of="/Organisation", times=1000, changes=[Everywhere(place_of_currency, "", value)])
    place(stage)
    stage.deliver()
    for _ in range(4):
        later(stage, seconds=40)

    assert len(theatre.xero.twist.hits) == 1
    theatre.xero.twist = None
    later(stage, minutes=10)
    assert_the_books_are_equal(stage)
    with stage.app.app_context():
        assert db.session.scalars(select(Organisation.base_currency)).one() == "GBP"


class Everywhere(Change):
    """A change of the organisation's base currency, wherever it stands."""

    def apply(self, tree: Any) -> Any:
        """The organisation with another base currency."""
        return {**tree, "Organisations": [{**one, "BaseCurrency": self.value} for one in tree["Organisations"]]}
