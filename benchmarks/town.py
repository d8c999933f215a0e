"""The sandboxes in a process of their own: `python -m benchmarks.town STORES ORDERS [MORE]`.

So that neither their work nor their lock is taken for the program's. It serves STORES stores with ORDERS paid orders
each (the first with MORE besides) and an organisation for each store, without the platforms' limits, prints what the
program has to know as one line of JSON, and ends when its standard input does.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from decimal import Decimal
from typing import Any

from embedded_app.clock import SystemClock
from embedded_app.sandbox.serving import serve
from embedded_app.sandbox.shopify import Product, Shop, World, create_shopify
from embedded_app.sandbox.xero import Books, create_xero
from embedded_app.sandbox.xero.companies import UK

MUG = Product(title="Mug", price=Decimal("9.99"), sku="MUG")
TEAPOT = Product(title="Teapot", price=Decimal("34.50"), sku="POT")
DELIVERY = Decimal("4.95")
CONTACT = "Online customers"


def open_town(world: World, books: Books, *, stores: int, orders: int, more: int = 0) -> list[dict[str, Any]]:
    """Open stores and organisations, place and pay the orders; returns what is to be known of each store.

    more: orders of the first store besides.
    """
    return [_open(world, books, number, orders + (more if number == 1 else 0)) for number in range(1, stores + 1)]


def _open(world: World, books: Books, number: int, orders: int) -> dict[str, Any]:
    shop = world.shop(f"bench-{number}.myshopify.com")
    user_id = books.new_id()
    organisation = books.open_organisation(replace(UK, name=shop.name), user_id)
    access, refresh = books.issue_tokens(user_id)
    pair = shop.issue_tokens()
    return {
        "shop": shop.domain,
        "shop_token": pair.access,
        "shop_refresh_token": pair.refresh,
        "order_ids": [place_and_pay(shop, at) for at in range(orders)],
        "tenant_id": organisation.tenant_id,
        "user_id": user_id,
        "contact_id": organisation.contact(CONTACT).contact_id,
        "access_token": access,
        "refresh_token": refresh,
    }


def place_and_pay(shop: Shop, at: int) -> str:
    """One order of two products and delivery, paid by card; its id."""
    handle = shop.place_order([(MUG, 1 + at % 3), (TEAPOT, 1)], shipping=DELIVERY)
    handle.pay("shopify_payments")
    return handle.order.id


def settings_of(world: World, books: Books, *, store_url: str, xero_url: str) -> dict[str, str]:
    """The program's settings that point it at the sandboxes."""
    return {
        "SHOPIFY_ADMIN_ORIGIN": f"{store_url}/{{shop}}",
        "SHOPIFY_API_KEY": world.app.client_id,
        "SHOPIFY_API_SECRET": world.app.client_secret,
        "XERO_API_URL": xero_url,
        "XERO_IDENTITY_URL": xero_url,
        "XERO_LOGIN_URL": xero_url,
        "XERO_CLIENT_ID": books.identity.client_id,
        "XERO_CLIENT_SECRET": books.identity.client_secret,
    }


def main() -> None:
    """Serve until standard input ends."""
    stores, orders, more = (int(one) for one in (*sys.argv[1:], "0")[:3])
    clock = SystemClock()
    # A seed: two towns give the same ids, so that calls made in one can be made again in the other.
    world, books = World(clock=clock, limits=False), Books(clock, seed=1)
    books.limits.enabled = False
    known = open_town(world, books, stores=stores, orders=orders, more=more)
    store, xero = serve(create_shopify(world, clock=clock)), serve(create_xero(books, clock=clock))
    settings = settings_of(world, books, store_url=store.url, xero_url=xero.url)
    print(json.dumps({"stores": known, "settings": settings}), flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
