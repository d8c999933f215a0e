"""Calls the sandbox's Shopify over HTTP, as an app would, and catches its webhooks."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import requests
from flask import Flask, Response, request

from embedded_app.clock import SetClock
from embedded_app.sandbox.serving import serve
from embedded_app.sandbox.shopify import World, create_shopify

VERSION = "2026-10"
MONEY = "{ shopMoney { amount currencyCode } }"
LEDGERS = f"""
  id name updatedAt cancelledAt currencyCode sourceName displayFinancialStatus
  originalTotalPriceSet {MONEY} currentTotalPriceSet {MONEY} netPaymentSet {MONEY} currentTotalTaxSet {MONEY}
  shippingAddress {{ countryCodeV2 }} retailLocation {{ name address {{ countryCode }} }}
  transactionsCount {{ count precision }}
  transactions {{ id kind status gateway amountSet {MONEY} parentTransaction {{ id }} }}
  agreements(first: 6) {{ pageInfo {{ hasNextPage }} nodes {{ __typename id happenedAt reason
    sales(first: 10) {{ pageInfo {{ hasNextPage }} nodes {{ __typename id actionType lineType quantity
      totalAmount {MONEY} totalTaxAmount {MONEY} totalDiscountAmountAfterTaxes {MONEY}
      taxes {{ amount {MONEY} taxLine {{ title rate channelLiable }} }}
      ... on ProductSale {{ lineItem {{ name sku product {{ productType tags }} }} }}
      ... on ShippingLineSale {{ shippingLine {{ title }} }} }} }} }} }}
"""
ORDER_QUERY = f"query($id: ID!) {{ order(id: $id) {{ {LEDGERS} }} }}"


class StoreCaller:
    """A sandbox with one store, over real HTTP, and an app that is installed in it."""

    def __init__(self, url: str, world: World, clock: SetClock) -> None:
        self.url = url
        self.world = world
        self.clock = clock
        self.shop = world.shop("alice.myshopify.com")
        self.tokens = self.shop.issue_tokens()
        self.http = requests.Session()

    @property
    def origin(self) -> str:
        """What SHOPIFY_ADMIN_ORIGIN says for this store."""
        return f"{self.url}/{self.shop.domain}"

    def post(
        self, query: str, variables: Any = None, *, token: str | None = None, version: str = VERSION
    ) -> requests.Response:
        """One GraphQL request."""
        return self.http.post(
            f"{self.origin}/admin/api/{version}/graphql.json",
            json={"query": query, "variables": variables or {}},
            headers={"X-Shopify-Access-Token": self.tokens.access if token is None else token},
            timeout=30,
        )

    def ask(self, query: str, **variables: Any) -> Any:
        """The whole answer: data, errors, extensions; numbers as Decimals."""
        answer = self.post(query, variables)
        assert answer.status_code == 200, answer.text
        return json.loads(answer.text, parse_float=Decimal)

    def read(self, order_id: str) -> Any:
        """One order with both ledgers; raises when the answer has errors."""
        answer = self.ask(ORDER_QUERY, id=order_id)
        assert "errors" not in answer, answer["errors"]
        order = answer["data"]["order"]
        pages = [order["agreements"], *(agreement["sales"] for agreement in order["agreements"]["nodes"])]
        assert not any(page["pageInfo"]["hasNextPage"] for page in pages), "the order is too long for these tests"
        return order

    def refresh(self, token: str, **fields: str) -> requests.Response:
        """Ask for a new token pair."""
        body = {
            "client_id": self.world.app.client_id,
            "client_secret": self.world.app.client_secret,
            "grant_type": "refresh_token",
            "refresh_token": token,
            **fields,
        }
        return self.http.post(f"{self.origin}/admin/oauth/access_token", json=body, timeout=30)


@contextmanager
def open_store(clock: SetClock) -> Iterator[StoreCaller]:
    """A sandbox that runs as long as the block."""
    world = World(clock=clock, seed=7)
    server = serve(create_shopify(world, clock=clock))
    caller = StoreCaller(server.url, world, clock)
    try:
        yield caller
    finally:
        caller.http.close()
        server.stop()


class Mailbox:
    """A receiver of webhooks: keeps each (headers, raw body) and answers `statuses` in turn, then 200."""

    def __init__(self) -> None:
        self.received: list[tuple[dict[str, str], bytes]] = []
        self.statuses: list[int] = []
        app = Flask(__name__)

        @app.post("/webhooks/shopify")
        def webhook() -> Response:
            self.received.append((dict(request.headers), request.get_data()))
            return Response(status=self.statuses.pop(0) if self.statuses else 200)

        self.server = serve(app)
        self.url = f"{self.server.url}/webhooks/shopify"


@contextmanager
def open_mailbox() -> Iterator[Mailbox]:
    """A receiver that runs as long as the block."""
    mailbox = Mailbox()
    try:
        yield mailbox
    finally:
        mailbox.server.stop()


def money(bag: Any) -> Decimal:
    """The amount of a MoneyBag."""
    return Decimal(bag["shopMoney"]["amount"])


def sales_of(order: Any) -> list[Any]:
    """All sales of an order that was read."""
    return [sale for agreement in order["agreements"]["nodes"] for sale in agreement["sales"]["nodes"]]
