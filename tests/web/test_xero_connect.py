"""Connecting Xero from inside the admin: there and back, bound to shop and user, once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from flask import Flask
from sqlalchemy import select

from embedded_app.clock import SetClock
from embedded_app.db import db
from embedded_app.models import AuditEntry, Grant, PostingGroup, Store
from embedded_app.sandbox.xero import Books
from embedded_app.sandbox.xero.companies import UK, US
from embedded_app.sandbox.xero.organisation import Organisation as Tenant
from tests.web.consenting import ADMIN, come_back, connect, consent, consented, leave, return_code
from tests.web.opening import ALICE, Opener


@pytest.fixture
def user_id(books: Books) -> str:
    """Ada, who keeps Alice's books."""
    return books.new_id()


@pytest.fixture
def tenant(books: Books, user_id: str) -> Tenant:
    """Alice's organisation, which the app has not been let into."""
    return books.open_organisation(replace(UK, name="Alice's Books Ltd"), user_id, connected=False)


def store_row(app: Flask, shop: str = ALICE) -> Store:
    with app.app_context():
        row = db.session.scalars(select(Store).where(Store.external_id == shop)).one()
        _ = row.organisation and (row.organisation.grant, row.organisation.chart)
        db.session.expunge_all()
        return row


def test_it_asks_for_granular_scopes_and_to_come_back_to_the_app(alice: Opener) -> None:
    asked = parse_qs(urlsplit(leave(alice)).query)

    assert asked["redirect_uri"] == ["https://crossfoot.example/xero/callback"]
    scopes = asked["scope"][0].split()
    assert "offline_access" in scopes and "accounting.invoices" in scopes
    assert not {"accounting.transactions", "accounting.reports.read"} & set(scopes)


def test_it_connects_the_chosen_organisation_and_reads_it(
    app: Flask, alice: Opener, user_id: str, tenant: Tenant
) -> None:
    back = come_back(alice, consent(leave(alice), user_id, tenant))
    code = return_code(back)
    page = alice.open(f"/xero/finish/{code}")
    chosen = alice.post("/xero/choose", data={"return_code": code, "tenant_id": tenant.tenant_id})

    assert back.location == f"{ADMIN}/xero/finish/{code}"
    assert "Alice&#39;s Books Ltd" in page.text
    assert (chosen.status_code, chosen.json) == (200, {"go": "/setup/connect"})
    organisation = store_row(app).organisation
    assert organisation is not None and organisation.grant is not None
    assert (organisation.name, organisation.base_currency) == ("Alice's Books Ltd", "GBP")
    assert organisation.chart is not None
    assert organisation.grant.xero_user_id == user_id


def test_whoever_clicks_cancel_is_told_that_nothing_was_changed(
    app: Flask, alice: Opener, user_id: str, tenant: Tenant
) -> None:
    back = come_back(alice, consent(leave(alice), user_id, tenant, answer="cancel"))

    assert back.location == f"{ADMIN}/xero/refused"
    assert "You chose Cancel at Xero" in alice.open("/xero/refused").text
    assert store_row(app).organisation is None


def test_a_state_is_good_once(alice: Opener, user_id: str, tenant: Tenant) -> None:
    address = consent(leave(alice), user_id, tenant)
    come_back(alice, address)

    again = come_back(alice, address)

    assert again.status_code == 400
    assert "was used already" in again.text


def test_a_state_is_good_for_ten_minutes(alice: Opener, clock: SetClock, user_id: str, tenant: Tenant) -> None:
    address = leave(alice)
    clock.advance(600)

    assert "took too long" in come_back(alice, consent(address, user_id, tenant)).text


def _with_another_signature(state: str) -> str:
    # Not its last letter: of that some bits tell nothing.
    told, dot, signature = state.rpartition(".")
    return told + dot + ("B" if signature[0] == "A" else "A") + signature[1:]


@pytest.mark.parametrize("forge", [lambda state: "", _with_another_signature, lambda state: state.split(".")[0]])
def test_a_state_that_is_not_ours_is_refused(app: Flask, alice: Opener, user_id: str, tenant: Tenant, forge) -> None:  # type: ignore[no-untyped-def]
    told = parse_qs(urlsplit(consent(leave(alice), user_id, tenant)).query)

    answer = alice.client.get(
        "/xero/callback", query_string={"code": told["code"][0], "state": forge(told["state"][0])}
    )

    assert answer.status_code == 400
    with app.app_context():
        assert db.session.scalar(select(Grant)) is None


def test_another_user_or_store_cannot_finish_a_consent(
    app: Flask, alice: Opener, bob: Opener, user_id: str, tenant: Tenant
) -> None:
    code = consented(alice, user_id, tenant)
    colleague = replace(alice, user_id="10002")
    alice_at_bobs = replace(bob, user_id=alice.user_id)  # one person may have accounts at several stores

    for other in (bob, colleague, alice_at_bobs):
        assert other.open(f"/xero/finish/{code}").status_code == 409
        tried = other.post("/xero/choose", data={"return_code": code, "tenant_id": tenant.tenant_id})
        assert tried.status_code == 409
    assert store_row(app, bob.shop).organisation is None


def test_a_person_lured_to_the_consent_page_connects_nothing(
    app: Flask, bob: Opener, user_id: str, tenant: Tenant
) -> None:
    """Bob begins and sends Ada the address; she allows it, and only her browser learns the return code."""
    come_back(bob, consent(leave(bob), user_id, tenant))

    guessed = bob.post("/xero/choose", data={"return_code": "", "tenant_id": tenant.tenant_id})

    assert guessed.status_code == 409
    assert store_row(app, bob.shop).organisation is None


def test_a_return_code_is_good_once_and_for_an_hour(
    alice: Opener, clock: SetClock, user_id: str, tenant: Tenant
) -> None:
    code = consented(alice, user_id, tenant)
    form = {"return_code": code, "tenant_id": tenant.tenant_id}
    assert alice.post("/xero/choose", data=form).status_code == 200
    assert alice.post("/xero/choose", data=form).status_code == 409

    late = consented(alice, user_id, tenant)
    clock.advance(3600)

    assert alice.open(f"/xero/finish/{late}").status_code == 409


def test_only_an_organisation_of_this_consent_can_be_chosen(
    app: Flask, books: Books, alice: Opener, bob: Opener, user_id: str, tenant: Tenant
) -> None:
    """Nor does trying take another store's organisation from the person who connected it."""
    other_id = books.new_id()
    bobs = books.open_organisation(replace(UK, name="Bob Ltd"), other_id, connected=False)
    connect(bob, other_id, bobs)
    code = consented(alice, user_id, tenant)

    tried = alice.post("/xero/choose", data={"return_code": code, "tenant_id": bobs.tenant_id})

    assert tried.status_code == 409
    assert store_row(app).organisation is None
    organisation = store_row(app, bob.shop).organisation
    assert organisation is not None and organisation.grant is not None
    assert organisation.grant.xero_user_id == other_id


def test_one_person_may_have_several_organisations(
    app: Flask, books: Books, alice: Opener, user_id: str, tenant: Tenant
) -> None:
    second = books.open_organisation(replace(US, name="Alice Inc"), user_id)
    code = consented(alice, user_id, tenant)

    page = alice.open(f"/xero/finish/{code}").text
    alice.post("/xero/choose", data={"return_code": code, "tenant_id": second.tenant_id})

    assert "Alice Inc" in page and "Alice&#39;s Books Ltd" in page
    assert store_row(app).organisation.name == "Alice Inc"  # type: ignore[union-attr]


def test_two_stores_of_one_organisation_share_its_row_and_number_apart(
    app: Flask, alice: Opener, bob: Opener, user_id: str, tenant: Tenant
) -> None:
    connect(alice, user_id, tenant)
    connect(bob, user_id, tenant)

    one, other = store_row(app), store_row(app, bob.shop)
    assert one.organisation_id == other.organisation_id
    assert (one.prefix, other.prefix) == ("SH-", "SH2-")


def test_another_organisation_cannot_take_over_a_stores_books(
    app: Flask, books: Books, alice: Opener, user_id: str, tenant: Tenant
) -> None:
    connect(alice, user_id, tenant)
    second = books.open_organisation(replace(US, name="Alice Inc"), user_id)
    row = store_row(app)
    with app.app_context():
        group = {"kind": "order", "key": "1", "currency": "GBP", "number": "SH-1"}
        db.session.add(PostingGroup(store_id=row.id, organisation_id=row.organisation_id, **group))
        db.session.commit()

    refused = connect(alice, user_id, second)

    assert refused.json == {
        "sentence": "This store's sales are already in Alice's Books Ltd. Connect that organisation again; another one "
        "cannot take over its books."
    }
    assert store_row(app).organisation_id == row.organisation_id


def test_disconnecting_ends_the_connection_at_xero_and_pauses_here(
    app: Flask, books: Books, alice: Opener, user_id: str, tenant: Tenant
) -> None:
    connect(alice, user_id, tenant)

    assert alice.post("/xero/disconnect").json == {"go": "/"}

    assert books.identity.connections_of(user_id) == []
    organisation = store_row(app).organisation
    assert organisation is not None and organisation.grant_id is None
    assert organisation.paused == "Xero was disconnected here; connect it again, and what has waited is posted."
    with app.app_context():
        assert db.session.scalar(select(Grant)) is None  # the last one: its tokens are revoked and forgotten
        acts = db.session.scalars(select(AuditEntry.act).order_by(AuditEntry.id)).all()
        assert acts[-2:] == ["connected Xero", "disconnected Xero"]


def test_disconnecting_one_of_two_organisations_leaves_the_other(
    app: Flask, books: Books, alice: Opener, bob: Opener, user_id: str, tenant: Tenant
) -> None:
    second = books.open_organisation(replace(US, name="Bob Inc"), user_id)
    connect(alice, user_id, tenant)
    connect(bob, user_id, second)

    alice.post("/xero/disconnect")

    assert [one.tenant_id for one in books.identity.connections_of(user_id)] == [second.tenant_id]
    left = store_row(app, bob.shop).organisation
    assert left is not None and left.paused is None and left.grant is not None


def test_disconnecting_one_store_of_a_shared_organisation_stops_that_store_alone(
    app: Flask, books: Books, alice: Opener, bob: Opener, user_id: str, tenant: Tenant
) -> None:
    connect(alice, user_id, tenant)
    connect(bob, user_id, tenant)
    with app.app_context():
        for row in db.session.scalars(select(Store)):
            row.posting = True
        db.session.commit()

    alice.post("/xero/disconnect")

    assert (store_row(app).posting, store_row(app, bob.shop).posting) == (False, True)
    assert len(books.identity.connections_of(user_id)) == 1


def test_where_xero_cannot_be_told_posting_pauses_all_the_same(
    app: Flask, books: Books, alice: Opener, user_id: str, tenant: Tenant
) -> None:
    connect(alice, user_id, tenant)
    books.identity.revoke(user_id)

    answer = alice.post("/xero/disconnect").json

    assert "remove Crossfoot there under Connected apps" in answer["sentence"]  # type: ignore[index]
    assert store_row(app).organisation.paused  # type: ignore[union-attr]


def test_connecting_again_takes_the_organisation_it_had_without_a_second_choice(
    app: Flask, alice: Opener, user_id: str, tenant: Tenant
) -> None:
    connect(alice, user_id, tenant)
    alice.post("/xero/disconnect")

    code = consented(alice, user_id, tenant)
    page = alice.open(f"/xero/finish/{code}").text
    alice.post("/xero/choose", data={"return_code": code, "tenant_id": tenant.tenant_id})

    assert "data-at-once" in page
    organisation = store_row(app).organisation
    assert organisation is not None and organisation.paused is None and organisation.grant is not None


def test_tokens_are_stored_encrypted(app: Flask, alice: Opener, user_id: str, tenant: Tenant) -> None:
    connect(alice, user_id, tenant)

    with app.app_context():
        for table in ("grant", "store_grant"):
            row = db.session.execute(db.text(f'SELECT access_token, refresh_token FROM "{table}"')).one()
            assert all(value.startswith("gAAAA") for value in row)  # Fernet's version and time


def test_the_consent_page_takes_no_other_address_to_come_back_to(alice: Opener) -> None:
    address = leave(alice).replace("https%3A%2F%2Fcrossfoot.example", "http%3A%2F%2F127.0.0.1")

    assert requests.get(address, timeout=30).status_code == 400


def test_a_code_is_good_for_five_minutes(alice: Opener, clock: SetClock, user_id: str, tenant: Tenant) -> None:
    address = consent(leave(alice), user_id, tenant)
    clock.advance(timedelta(minutes=5).total_seconds())

    answer = come_back(alice, address)

    assert answer.status_code == 400
    assert "connect Xero again" in answer.text
