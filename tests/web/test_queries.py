"""A page that lists rows asks the database as often for many of them as for few."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import insert, select

from embedded_app.accounting.charged_taxes import key_id
from embedded_app.accounting.mapping import TaxKey
from embedded_app.accounting.order import LineKind
from embedded_app.accounting.seen import key_to_json
from embedded_app.clock import now
from embedded_app.db import db
from embedded_app.models import (
    Alert,
    AlertKind,
    Delivery,
    Dispatch,
    DispatchState,
    Document,
    Hold,
    Import,
    ImportOrder,
    OrderFacts,
    Outcome,
    PostingGroup,
    Seen,
    SeenAs,
    Store,
)
from embedded_app.models import Mapping as MappingRow
from embedded_app.sandbox.shopify.world import World
from embedded_app.sandbox.xero import Books
from embedded_app.sandbox.xero.companies import UK
from tests.web import scenes
from tests.web.counting import statements
from tests.web.opening import ALICE, Opener
from tests.web.pages import set_the_scene

# Each lists rows; what stands in braces is found in the rows.
LISTING = (
    *("/", "/activity/", "/activity/?state=held", "/activity/?state=posted", "/activity/?state=on the way"),
    *("/activity/?cause=unmapped tax&subject=VAT", "/activity/?q=mug", "/activity/other", "/activity/{order}"),
    *("/mapping/", "/mapping/taxes", "/mapping/taxes?each=1", "/mapping/gateways", "/mapping/seen", "/mapping/rules/"),
    *("/mapping/versions/1", "/mapping/changes/", "/import/", "/import/found", "/notifications/", "/settings/"),
    *("/setup/taxes", "/setup/gateways", "/setup/accounts"),
)
FEW, MANY = 2, 12


def test_no_page_asks_more_often_the_more_rows_it_lists(alice: Opener, world: World, books: Books) -> None:
    organisation = books.open_organisation(UK, books.new_id(), connected=False)
    stage = set_the_scene(alice, world.shop(ALICE), books, organisation)
    scenes.switch_on(stage)
    scenes.pay_by_unknown_gateway(stage)
    scenes.change_mapping(stage)
    scenes.find_for_import(stage)
    order = scenes.in_app(stage, lambda _stage, _store: db.session.scalar(select(OrderFacts.id).limit(1)))
    paths = [path.format(order=order) for path in LISTING]

    scenes.in_app(stage, lambda _stage, store: add_rows(store, order, range(FEW)))
    few = {path: statements(stage.app, alice, path) for path in paths}
    scenes.in_app(stage, lambda _stage, store: add_rows(store, order, range(FEW, MANY)))
    many = {path: statements(stage.app, alice, path) for path in paths}

    grown = {path: (len(few[path]), len(many[path])) for path in paths if len(many[path]) > len(few[path])}
    assert grown == {}


def add_rows(store: Store, order_id: int, numbers: range) -> None:
    """So many rows more of whatever the pages list."""
    for number in numbers:
        for model, values in _rows(store, order_id, number):
            db.session.execute(insert(model).values(values))
        _add_gift_card(store, number)


def _rows(store: Store, order_id: int, number: int) -> Iterator[tuple[Any, Mapping[str, Any]]]:
    moment = now() + timedelta(minutes=number)
    held = {"store_id": store.id, "external_id": f"gid://shopify/Order/9{number:05d}", "name": f"#9{number}"}
    held |= {"version": 1, "placed_at": moment, "outcome": Outcome.HELD, "amount": Decimal(1), "currency": "GBP"}
    new_id = db.session.scalar(insert(OrderFacts).values(held).returning(OrderFacts.id))
    hold = {"store_id": store.id, "sentence": "Choose.", "opened_at": moment}
    yield Hold, hold | {"order_id": new_id, "cause": "unmapped tax", "subject": "VAT"}
    yield Hold, hold | {"cause": "unmapped account", "subject": f"card-{number}"}
    yield Hold, hold | {"cause": f"refused by Xero: {number}", "subject": f"cause-{number}"}
    yield Hold, hold | {"order_id": order_id, "cause": f"once {number}", "subject": "", "closed_at": moment}
    key = TaxKey(taxes=((f"County {number}", Decimal("0.01"), False),), country="GB", kind=LineKind.PRODUCT)
    seen = {"store_id": store.id, "orders": 1, "first_placed_at": moment, "last_placed_at": moment, "last_order": "#1"}
    yield Seen, seen | {"seen_as": SeenAs.TAX, "key": key_id(key), "what": key_to_json(key)}
    yield Seen, seen | {"seen_as": SeenAs.GATEWAY, "key": f"gateway-{number}", "what": {}}
    alert = {"store_id": store.id, "kind": AlertKind.HELD, "cause": f"cause {number}", "opened_at": moment}
    yield Alert, alert | {"closed_at": moment, "sent_at": moment}
    external_id = db.session.scalar(select(OrderFacts.external_id).where(OrderFacts.id == order_id))
    notice = {"store_id": store.id, "webhook_id": f"more-{number}", "topic": "orders/updated", "state": "done"}
    yield Delivery, notice | {"order_external_id": external_id, "received_at": moment}
    latest = db.session.execute(select(MappingRow.version, MappingRow.document).order_by(MappingRow.id).limit(1)).one()
    version = {"store_id": store.id, "version": 100 + number, "document": latest.document, "author": "Alice"}
    yield MappingRow, version | {"created_at": moment, "applies_from": moment.date() + timedelta(days=400 + number)}
    import_id = db.session.scalar(select(Import.id))
    found = {"kind": "invoice", "id": str(number), "number": f"INV-{number}", "day": "2026-11-24", "total": "9.99"}
    listed = {"import_id": import_id, "external_id": f"more-{number}", "name": f"#8{number}", "number": f"8{number}"}
    listed |= {"placed_at": moment, "updated_at": moment, "currency": "GBP", "total": 1, "paid": 1, "refunded": False}
    yield ImportOrder, listed | {"document": {**found, "currency": "GBP", "why": 2, "same": True}}


def _add_gift_card(store: Store, number: int) -> None:
    """A gift card's change, recorded and held by Xero."""
    copied = db.session.scalars(select(Document).where(Document.kind == "invoice").order_by(Document.id)).first()
    assert copied is not None
    group = PostingGroup(store_id=store.id, organisation_id=store.organisation_id, kind="gift card", currency="GBP")
    group.key = group.number = f"card-{number}"
    db.session.add(group)
    db.session.flush()
    document = Document(
        store_id=store.id, group_id=group.id, mapping_id=copied.mapping_id, role="invoice", generation=1
    )
    document.kind, document.number, document.content = copied.kind, group.number, copied.content
    document.date, document.event_day, document.currency = copied.date, copied.event_day, "GBP"
    document.total, document.total_tax, document.recorded_at = copied.total, copied.total_tax, now()
    db.session.add(document)
    db.session.flush()
    dispatch = Dispatch(organisation_id=store.organisation_id, store_id=store.id, endpoint="Invoices")
    dispatch.document_id, dispatch.state, dispatch.created_at = document.id, DispatchState.HELD, now()
    db.session.add(dispatch)
    db.session.flush()
    hold = Hold(
        store_id=store.id, dispatch_id=dispatch.id, cause="refused by Xero: account", subject="x", sentence="So."
    )
    hold.opened_at = now()
    db.session.add(hold)
    db.session.flush()
