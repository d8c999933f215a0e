"""The platforms' applications: made once in a process, they serve whichever world is played in it.

To make them anew for each world takes longer than most of what a world asks them.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

from flask import Flask
from werkzeug.local import LocalProxy

from embedded_app.sandbox.shopify import create_shopify
from embedded_app.sandbox.shopify.world import World as Stores
from embedded_app.sandbox.xero import create_xero
from embedded_app.sandbox.xero.books import Books


@dataclass(slots=True)
class _Now:
    stores: Stores
    books: Books


_now: list[_Now] = []


def platforms(stores: Stores, books: Books) -> tuple[Flask, Flask]:
    """The stores' and Xero's applications, which serve these from now on, and no others any more."""
    _now[:] = [_Now(stores, books)]
    return _applications()


@functools.cache
def _applications() -> tuple[Flask, Flask]:
    stores: Any = LocalProxy(lambda: _now[0].stores)
    books: Any = LocalProxy(lambda: _now[0].books)
    clock: Any = LocalProxy(lambda: _now[0].stores.clock)
    return create_shopify(stores, clock=clock), create_xero(books, clock=clock)
