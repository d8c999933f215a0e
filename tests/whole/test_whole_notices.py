"""A store leaves, comes back, and has data erased: each ends with what was asked for, and no event is lost."""

from __future__ import annotations

from decimal import Decimal

import pytest
import requests
from sqlalchemy import func, select, text

from embedded_app import inbox, onboarding, pipeline
from embedded_app.accounting.order import Order
from embedded_app.db import db
from embedded_app.models import (
    Alert,
    AlertKind,
    AuditEntry,
    Contact,
    DaySales,
    DayTotal,
    Delivery,
    Grant,
    Import,
    ImportOrder,
    Mapping,
    OrderFacts,
    Organisation,
    Store,
    StoreGrant,
)
from embedded_app.pipeline import complying, rules
from embedded_app.sandbox.shopify.id_tokens import id_token
from embedded_app.sandbox.shopify.world import World
from embedded_app.sandbox.xero.books import Books
from tests.golden import load_case
from tests.whole.orders import assert_the_books_are_equal, later, place
from tests.whole.stage import Stage, connect_xero


@pytest.fixture
def order() -> Order:
    """Case A: 24.93 with VAT 4.16, paid by card."""
    return load_case("a_vat_included").order


def reopen(stage: Stage) -> requests.Response:
    """Open a page of the app in the admin, as its user does after installing it."""
    world = stage.shop.world
    token = id_token(
        stage.shop.domain,
        client_id=world.app.client_id,
        secret=world.app.client_secret,
        user_id="10001",
        token_id=world.uuid(),
        now=stage.clock.now(),
    )
    return requests.get(f"{stage.url}/xero/refused", params={"id_token": token}, timeout=30, allow_redirects=False)


def row(stage: Stage) -> Store:
    with stage.app.app_context():
        store = db.session.get_one(Store, stage.store_id)
        _ = store.organisation
        db.session.expunge_all()
        return store


def uninstall(stage: Stage) -> None:
    stage.shop.installation.uninstall()
    stage.deliver()
    stage.work_off()


def audit(stage: Stage) -> AuditEntry:
    """What was last put on record."""
    with stage.app.app_context():
        return db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()


def reasons(stage: Stage, topic: str) -> list[str | None]:
    with stage.app.app_context():
        return list(db.session.scalars(select(Delivery.reason).where(Delivery.topic == topic)))


def numbers(stage: Stage) -> list[str]:
    return [document.number for document in stage.organisation.documents()]


def test_uninstalling_forgets_the_tokens_stops_the_jobs_and_keeps_the_setup(alice: Stage) -> None:
    uninstall(alice)

    store = row(alice)
    assert store.uninstalled_at == alice.clock.now()
    assert store.paused is not None and "was uninstalled" in store.paused
    assert store.organisation is not None and store.organisation.paused == store.paused
    with alice.app.app_context():
        assert db.session.get(StoreGrant, alice.store_id) is None
        assert db.session.scalars(select(Mapping.version)).all() == [1]
    assert audit(alice).act == "uninstalled the app"


def test_after_reinstalling_it_goes_on_and_posts_what_happened_meanwhile(alice: Stage) -> None:
    uninstall(alice)
    alice.clock.advance(3600)
    place(alice, 2)  # no webhook tells of it: the app is not installed
    assert alice.shop.deliveries.pending() == []
    alice.shop.installation.install()

    assert reopen(alice).status_code == 200
    alice.work_off()

    assert row(alice).paused is None
    assert len(numbers(alice)) == 2
    assert_the_books_are_equal(alice)


def test_what_was_recorded_and_not_yet_sent_waits_for_the_reinstallation(alice: Stage, order: Order) -> None:
    alice.books.limits.enabled = False
    with alice.app.app_context():
        db.session.execute(text("UPDATE organisation SET paused = 'for this test'"))
        db.session.commit()
    alice.state(order)
    alice.deliver()
    alice.work_off()
    with alice.app.app_context():
        db.session.execute(text("UPDATE organisation SET paused = NULL"))
        db.session.commit()
    owed = alice.unposted()
    alice.shop.installation.uninstall()
    with alice.app.app_context():
        db.session.execute(text("DELETE FROM procrastinate_jobs"))
        db.session.commit()
    _deliver_and_comply(alice)
    alice.work_off()

    assert owed and alice.unposted() == owed

    alice.shop.installation.install()
    reopen(alice)
    alice.work_off()
    assert alice.unposted() == 0


def _deliver_and_comply(stage: Stage) -> None:
    """Take the notice in before anything else is done."""
    stage.deliver()
    with stage.app.app_context():
        complying.comply(stage.store_id)


def test_a_notice_that_comes_after_the_reinstallation_ends_nothing(alice: Stage) -> None:
    alice.shop.installation.uninstall()
    with alice.app.app_context():
        pipeline.catch_up(alice.store_id)  # finds that it has no access any more
    assert row(alice).paused is not None
    alice.shop.installation.install()
    reopen(alice)
    alice.deliver()  # hours late, as webhooks may be
    alice.work_off()

    assert row(alice).uninstalled_at is None
    assert reasons(alice, "app/uninstalled") == [complying.STILL_LETS_US_IN]


def test_a_notice_is_done_even_if_its_job_is_lost(alice: Stage) -> None:
    alice.shop.installation.uninstall()
    alice.deliver()
    with alice.app.app_context():
        db.session.execute(text("DELETE FROM procrastinate_jobs"))
        # Nothing else would wake the job: the subscriptions were checked just now.
        db.session.get_one(Store, alice.store_id).subscriptions_checked_at = alice.clock.now()
        db.session.commit()
        pipeline.hourly()

    alice.work_off()

    assert row(alice).uninstalled_at is not None


def test_a_busy_store_is_asked_again_before_it_is_taken_for_uninstalled(alice: Stage) -> None:
    alice.shop.installation.uninstall()
    alice.shop.next_statuses = [503]
    alice.deliver()
    alice.work_off()
    assert row(alice).uninstalled_at is None

    later(alice, minutes=1)
    with alice.app.app_context():
        pipeline.hourly()
    alice.work_off()

    assert row(alice).uninstalled_at is not None


def test_a_store_of_a_shared_organisation_leaves_without_stopping_the_other(
    alice: Stage, world: World, order: Order
) -> None:
    with alice.app.app_context():
        other = onboarding.add_store(
            db.session, channel="shopify", external_id="bob.myshopify.com", prefix="BO-", now=alice.clock.now()
        )
        other.organisation_id = row(alice).organisation_id
        db.session.commit()

    uninstall(alice)

    organisation = row(alice).organisation
    assert organisation is not None and organisation.paused is None


def test_a_scope_update_has_the_scopes_read_again(alice: Stage) -> None:
    alice.shop.installation.granted = ("read_orders",)
    alice.shop.deliveries.queue([("app/scopes_update", {"id": 1})])
    alice.deliver()
    alice.work_off()

    with alice.app.app_context():
        assert db.session.get_one(StoreGrant, alice.store_id).scopes == ["read_orders"]


def test_a_customer_is_erased_but_for_what_the_books_know(alice: Stage, order: Order) -> None:
    alice.post(order)
    with alice.app.app_context():
        for number, xero_id in (("501", None), ("502", "in Xero")):
            key = f"customer:gid://shopify/Customer/{number}"
            db.session.add(
                Contact(store_id=alice.store_id, key=key, number=f"SH-{number}", name="Ada", xero_id=xero_id)
            )
        db.session.commit()
    order_number = int(order.id.rsplit("/", 1)[1])
    alice.shop.installation.redact_customer(501, order_number)
    alice.shop.installation.redact_customer(502)
    alice.deliver()
    alice.work_off()

    with alice.app.app_context():
        contacts = db.session.scalars(select(Contact).order_by(Contact.id)).all()
        kept = db.session.scalars(select(Delivery.kept).where(Delivery.order_external_id == order.id)).all()
        erased = select(AuditEntry).where(AuditEntry.act == "erased a customer").order_by(AuditEntry.id)
        entries = db.session.scalars(erased).all()
    assert [contact.name for contact in contacts] == [None, None]
    assert ["501" in contact.key + contact.number for contact in contacts] == [False, False]
    assert contacts[1].number == "SH-502"
    assert kept and set(map(str, kept)) == {"{}"}
    assert entries[0].detail == {
        "customer": "501",
        "names": 1,
        "contacts": 1,
        "notices": len(kept),
        "kept": complying.BOOKS_STAY,
    }
    assert numbers(alice) == ["SH-1001"]


def test_a_request_for_a_customers_data_is_answered_on_record(alice: Stage) -> None:
    with alice.app.app_context():
        key = "customer:gid://shopify/Customer/501"
        db.session.add(Contact(store_id=alice.store_id, key=key, number="SH-501", xero_id="in Xero"))
        db.session.commit()
    alice.shop.installation.ask_for_data(501, 1)
    alice.deliver()
    alice.work_off()

    assert audit(alice).detail["contacts in Xero"] == ["SH-501"]


def test_nothing_personal_of_a_notice_is_kept(alice: Stage) -> None:
    alice.shop.installation.ask_for_data(501, 1)
    alice.shop.installation.redact_customer(501, 1, 2)
    alice.deliver()
    alice.work_off()

    with alice.app.app_context():
        kept = db.session.scalars(select(Delivery.kept).order_by(Delivery.id)).all()
        everything = db.session.scalars(text("SELECT row_to_json(delivery)::text FROM delivery")).all()
    assert kept == [{"customer_id": 501, "order_ids": "1"}, {"customer_id": 501, "order_ids": "1,2"}]
    assert "PLANTED" not in "".join(everything)


def keep_import_and_alert(stage: Stage) -> None:
    """An import with an order it listed, and a mail that was sent."""
    moment = stage.clock.now()
    with stage.app.app_context():
        row = Import(store_id=stage.store_id, first_day=moment.date(), begun_at=moment, begun_by="Alice")
        db.session.add(row)
        db.session.flush()
        order = ImportOrder(import_id=row.id, external_id="1", name="#1", number="1", placed_at=moment)
        order.updated_at, order.currency, order.refunded = moment, "GBP", False
        order.total = order.paid = Decimal("9.99")
        alert = Alert(store_id=stage.store_id, kind=AlertKind.HELD, cause="unmapped tax", opened_at=moment)
        db.session.add_all([order, alert])
        db.session.commit()


def test_a_store_is_erased_after_it_left_and_its_documents_stay_in_xero(
    alice: Stage, order: Order, books: Books
) -> None:
    alice.post(order)
    assert alice.figures()[0].sold, "kept by day, too"
    keep_import_and_alert(alice)
    uninstall(alice)
    alice.shop.installation.redact_shop()
    alice.deliver()
    alice.work_off()

    with alice.app.app_context():
        for erased in (Import, ImportOrder, Alert, DaySales, DayTotal):
            assert db.session.scalars(select(func.count()).select_from(erased)).one() == 0, erased.__name__
        facts = db.session.execute(select(OrderFacts.facts, OrderFacts.name, OrderFacts.hash)).all()
        assert [tuple(fact) for fact in facts] == [(None, None, None)]
        assert db.session.scalars(select(Mapping.document)).all() == [{}]
        assert db.session.scalars(select(Grant)).all() == []
        kept = db.session.scalars(select(Delivery.kept).where(Delivery.order_external_id.is_not(None))).all()
        assert not any(kept)
        entry = db.session.scalars(select(AuditEntry).where(AuditEntry.act == "erased the store")).one()
    assert entry.detail["orders"] == 1
    assert entry.detail["kept"] == "Documents in Xero are the merchant's books and stay there."
    assert numbers(alice) == ["SH-1001"]
    assert books.identity.connections_of(alice.user_id) == []


def test_a_store_that_lets_us_in_is_not_erased(alice: Stage, order: Order) -> None:
    alice.post(order)
    alice.shop.installation.redact_shop()
    alice.deliver()
    alice.work_off()

    with alice.app.app_context():
        assert None not in db.session.scalars(select(OrderFacts.facts)).all()
    assert reasons(alice, "shop/redact") == [complying.STILL_LETS_US_IN]


def test_an_erased_store_that_comes_back_is_to_be_set_up_anew(alice: Stage, order: Order) -> None:
    alice.post(order)
    uninstall(alice)
    alice.shop.installation.redact_shop()
    alice.deliver()
    alice.work_off()
    alice.shop.installation.install()
    reopen(alice)

    place(alice)
    alice.deliver()
    alice.work_off()

    assert alice.held() == [rules.NOT_MAPPED.sentence]


def test_an_erased_store_that_comes_back_posts_nothing_twice(alice: Stage, order: Order) -> None:
    alice.post(order)
    uninstall(alice)
    alice.shop.installation.redact_shop()
    alice.deliver()
    alice.work_off()
    alice.shop.installation.install()
    reopen(alice)
    alice.work_off()
    with alice.app.app_context():
        organisation = db.session.scalars(select(Organisation)).one()
        grant = connect_xero(books_of(alice), alice.organisation, alice.user_id, now=alice.clock.now())
        assert grant.id == organisation.id
        db.session.commit()
    alice.map(load_case("a_vat_included").mapping)
    alice.switch(on=True)
    with alice.app.app_context():
        inbox.ask_again(db.session, alice.store_id, [order.id], topic="retry", now=alice.clock.now())
        db.session.commit()

    alice.work_off()

    assert numbers(alice) == ["SH-1001"]
    assert alice.unposted() == 0


def books_of(stage: Stage) -> Books:
    stage.books.identity.connect(stage.user_id, stage.organisation.tenant_id, stage.clock.now())
    return stage.books
