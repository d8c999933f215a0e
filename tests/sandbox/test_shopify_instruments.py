"""Gift cards and store credit: what the store owes on them is what was sold or given and not yet used."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from embedded_app.clock import SetClock
from embedded_app.sandbox.shopify import Buyer, Product, Shop
from embedded_app.sandbox.shopify.bodies import PLANTED
from embedded_app.sandbox.shopify.instruments import STORE_CREDIT
from tests.sandbox.shopify_caller import StoreCaller, open_store

CARD = Product(title="Card", price=Decimal("45.00"), face_value=Decimal("50.00"), taxes=(), gift_card=True)
CUPS = Product(title="Cups", price=Decimal("60.00"))
ADA = Buyer(customer_id="gid://shopify/Customer/1")


@pytest.fixture
def store(clock: SetClock) -> Iterator[StoreCaller]:
    with open_store(clock) as caller:
        yield caller


@pytest.fixture
def shop(store: StoreCaller) -> Shop:
    return store.shop


def gift_cards(store: StoreCaller) -> Any:
    query = """{ giftCards(first: 10) { nodes { id enabled expiresOn initialValue { amount }
        balance { amount currencyCode } order { name } lineItem { name }
        transactions(first: 5) { nodes { __typename amount { amount } } } } } }"""
    return store.ask(query)["data"]["giftCards"]["nodes"]


def test_a_card_is_issued_at_its_face_value_once_it_is_paid(store: StoreCaller) -> None:
    order = store.shop.place_order([(CARD, 2)])
    before = gift_cards(store)
    order.pay("paypal")

    cards = gift_cards(store)
    assert before == []
    assert [(card["initialValue"]["amount"], card["order"]["name"]) for card in cards] == [("50.0", "#1001")] * 2
    assert cards[0]["lineItem"] == {"name": "Card"}
    assert store.shop.instruments.outstanding_gift_cards() == Decimal("100.00")


def test_redeeming_takes_from_the_card_and_a_refund_puts_it_back(store: StoreCaller) -> None:
    card = store.shop.instruments.issue(Decimal("50.00"), expires_on=date(2027, 1, 31))
    order = store.shop.place_order([(CUPS, 1)])
    order.pay_by_gift_card(card)
    order.refund({0: 1}, amount=Decimal("20.00"))

    (read,) = gift_cards(store)

    assert read["balance"] == {"amount": "20.0", "currencyCode": "GBP"}
    assert [(entry["__typename"], entry["amount"]["amount"]) for entry in read["transactions"]["nodes"]] == [
        ("GiftCardDebitTransaction", "-50.0"),
        ("GiftCardCreditTransaction", "20.0"),
    ]
    assert (read["order"], read["expiresOn"]) == (None, "2027-01-31")


def test_a_payment_that_names_no_card_takes_the_oldest_that_holds_as_much(shop: Shop) -> None:
    small, large = shop.instruments.issue(Decimal("10.00")), shop.instruments.issue(Decimal("70.00"))

    shop.place_order([(CUPS, 1)]).pay("gift_card")

    assert (small.balance, large.balance) == (Decimal("10.00"), Decimal("10.00"))


def test_a_card_cannot_pay_more_than_it_holds(shop: Shop) -> None:
    card = shop.instruments.issue(Decimal("10.00"))

    with pytest.raises(ValueError, match=r"holds 10\.00: it cannot pay 60\.00"):
        shop.place_order([(CUPS, 1)]).pay_by_gift_card(card, Decimal("60.00"))


def test_expired_returned_and_cashed_out_cards_owe_nothing(shop: Shop) -> None:
    expired, cashed = shop.instruments.issue(Decimal("10.00")), shop.instruments.issue(Decimal("15.00"))
    sold = shop.place_order([(CARD, 1)])
    sold.pay("paypal")

    left = shop.instruments.deactivate(expired)
    paid_out = shop.instruments.cash_out(cashed)
    sold.refund({0: 1})

    assert (left, paid_out) == (Decimal("10.00"), Decimal("15.00"))
    assert shop.instruments.outstanding_gift_cards() == 0


def test_store_credit_is_given_by_a_refund_and_spent_on_a_later_order(store: StoreCaller) -> None:
    order = store.shop.place_order([(CUPS, 1)], buyer=ADA)
    order.pay("paypal")
    order.refund({0: 1}, gateway=STORE_CREDIT)
    store.shop.place_order([(CUPS, 1)], buyer=ADA).pay(STORE_CREDIT, Decimal("35.00"))

    query = """query($id: ID!) { order(id: $id) { netPaymentSet { shopMoney { amount } }
        customer { storeCreditAccounts(first: 1) { nodes { id balance { amount } } } } } }"""
    read = store.ask(query, id=order.id)["data"]["order"]
    (account,) = read["customer"]["storeCreditAccounts"]["nodes"]
    alone = store.ask("query($id: ID!) { storeCreditAccount(id: $id) { balance { amount } } }", id=account["id"])

    assert account["balance"] == {"amount": "25.0"} == alone["data"]["storeCreditAccount"]["balance"]
    assert read["netPaymentSet"]["shopMoney"]["amount"] == "0.0"
    assert store.shop.instruments.outstanding_store_credit() == Decimal("25.00")


def test_store_credit_that_is_not_there_cannot_be_spent(shop: Shop) -> None:
    shop.instruments.grant(ADA.customer_id or "", Decimal("5.00"))

    with pytest.raises(ValueError, match=r"holds 5\.00"):
        shop.place_order([(CUPS, 1)], buyer=ADA).pay(STORE_CREDIT)


def test_cards_are_found_by_when_they_were_made(store: StoreCaller) -> None:
    store.shop.instruments.issue(Decimal("10.00"))
    store.clock.advance(600)
    later = store.shop.instruments.issue(Decimal("20.00"))
    query = "query($when: String) { giftCards(first: 10, query: $when) { nodes { id } } }"

    found = store.ask(query, when=f"created_at:>='{later.created_at.isoformat()}'")
    refused = store.ask(query, when="initial_value:>=20")

    assert found["data"]["giftCards"]["nodes"] == [{"id": later.id}]
    assert "does not know" in refused["errors"][0]["message"]


def test_those_who_bought_are_found_by_their_ids_and_have_planted_names(store: StoreCaller) -> None:
    order = store.shop.place_order([(CUPS, 1)], buyer=ADA)
    query = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename ... on Customer { displayName } } }"

    read = store.ask(query, ids=[ADA.customer_id, "gid://shopify/Customer/404"])["data"]["nodes"]
    as_order = store.ask("query($id: ID!) { order(id: $id) { id } }", id=ADA.customer_id)["data"]["order"]

    assert read[0]["__typename"] == "Customer" and PLANTED in read[0]["displayName"]
    assert (read[1], as_order) == (None, None)
    assert store.ask(query, ids=[order.id])["data"]["nodes"] == [{"__typename": "Order"}]
