"""The demo before its day: a newcomer installs the app in the store admin, connects Xero and switches posting on."""

from __future__ import annotations

import time
from collections.abc import Iterator

import requests
from sqlalchemy import select
from sqlalchemy.orm import Session

from embedded_app.cli.demo.machine import Machine, Say
from embedded_app.models import Store

LOOK_EVERY_SECONDS = 0.4

WELCOME = """
Open this in a browser:

    {address}

Install Crossfoot there, connect Xero, and go through Setup. A store with {orders} orders of today and an empty Xero are
waiting; once you switch posting on, more customers come, and you see here what reaches Xero. Ctrl-C ends everything.
(`make demo READY=1` begins with all of this done.)
"""


def wait_for_setup(machine: Machine, say: Say) -> None:
    """Say where to go, then what was done there, until posting is switched on."""
    say(WELCOME.format(address=machine.addresses["Store admin"], orders=len(machine.shop.orders)))
    said: list[str] = []
    with requests.Session() as http:
        while True:
            machine.look()
            if machine.shop.deliveries.pending():
                machine.shop.deliveries.deliver(machine.webhooks, http=http)
            with machine.rows() as session:
                store = session.scalar(select(Store).where(Store.external_id == machine.shop.domain))
                done = list(_done(session, store))
                posting = store is not None and store.posting
            for line in done[len(said) :]:
                say(f"{'':<9}{line}")
            said = max(said, done, key=len)
            if posting:
                return
            time.sleep(LOOK_EVERY_SECONDS)


def _done(session: Session, store: Store | None) -> Iterator[str]:
    if store is None:
        return
    yield "Crossfoot is installed"
    if store.organisation is not None:
        yield f"Xero is connected: {store.organisation.name}"
    if store.posting:
        yield "posting is switched on"
