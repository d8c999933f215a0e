"""What no route may do, asked of every route there is: a new page is in these tests by being registered."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Blueprint, Flask
from sqlalchemy import select, text
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from embedded_app import onboarding
from embedded_app.accounting.facts import to_facts
from embedded_app.clock import SetClock
from embedded_app.config import Config
from embedded_app.db import db
from embedded_app.logs import configure_logging
from embedded_app.models import (
    AuditEntry,
    Consent,
    Contact,
    Delivery,
    Hold,
    Mapping,
    OrderFacts,
    PostingGroup,
    Store,
)
from embedded_app.sandbox.xero import Books
from embedded_app.sandbox.xero.companies import UK
from embedded_app.web.admission import RETRY_HEADER, admit
from tests.golden import load_case
from tests.web.consenting import connect
from tests.web.opening import Opener

# What anybody may ask for without a token. Each has a test of its own.
OPEN_TO_ALL = {
    "static",
    "start.healthz",
    "start.readyz",
    "metrics.scrape",  # a token of its own
    "webhooks.shopify",  # a signature
    "admission.reload",
    "xero_callback.callback",  # a signed state
}
READING = {"GET", "HEAD", "OPTIONS"}
MARK = "ALICES-OWN"  # in everything of hers that is never asked for by name
PERSON, MAIL = "Ada Planted", "ada@planted.example"
KEY = "key-1001"  # what things of hers are asked for by


def guarded(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint not in OPEN_TO_ALL]


def address(app: Flask, rule: Rule, value: str) -> str:
    """The rule's path with every argument set to `value`, numbers to 1."""
    with app.test_request_context():
        values = {name: 1 if "int" in repr(rule._converters[name]).lower() else value for name in rule.arguments}
        return app.url_map.bind("localhost").build(rule.endpoint, values, method=next(iter(rule.methods or ())))


def everything(app: Flask, store_id: int | None = None) -> dict[str, list[str]]:
    """All rows as text, by table; of one store where the table tells of stores, less what the jobs' engine keeps."""
    with app.app_context():
        dump = {}
        for table in db.metadata.sorted_tables:
            of_store = {"store": "id", **({table.name: "store_id"} if "store_id" in table.c else {})}.get(table.name)
            where = f"WHERE {of_store} = {store_id}" if of_store and store_id else ""
            rows = db.session.scalars(text(f'SELECT row_to_json(t)::text FROM "{table.name}" t {where}'))
            dump[table.name] = sorted(rows)
        return dump


@pytest.fixture
def alices(app: Flask, alice: Opener, bob: Opener, books: Books, clock: SetClock) -> int:
    """Alice's store with something of hers in every place, each with her mark; Bob has a store and nothing in it."""
    alice.open("/xero/refused")
    user_id = books.new_id()
    organisation = books.open_organisation(replace(UK, name=f"{MARK} Ltd"), user_id, connected=False)
    connect(alice, user_id, organisation)
    bob.open("/xero/refused")
    with app.app_context():
        store = db.session.scalars(select(Store).where(Store.external_id == alice.shop)).one()
        case = load_case("a_vat_included")
        contact = organisation.contact("Online customers").contact_id
        document = {**case.mapping, "contact": contact}
        db.session.add(Mapping(store_id=store.id, version=1, document=document, author=MARK, created_at=clock.now()))
        facts = json.loads(json.dumps(to_facts(case.order), default=str).replace("Mug", MARK))
        assert MARK in str(facts)
        order = OrderFacts(
            store_id=store.id, external_id="gid://shopify/Order/1", name=f"#{KEY}", version=1, facts=facts
        )
        db.session.add_all(
            [
                order,
                Contact(store_id=store.id, key=f"customer:{KEY}", number=f"SH-{KEY}", name=MARK),
                Delivery(store_id=store.id, webhook_id=KEY, topic="orders/create", received_at=clock.now()),
                AuditEntry(store_id=store.id, at=clock.now(), actor=MARK, act=MARK),
                Consent(
                    store_id=store.id,
                    user_id=alice.user_id,
                    nonce=KEY,
                    begun_at=clock.now(),
                    used_at=clock.now(),
                    grant_id=store.organisation.grant_id if store.organisation else None,
                    return_code_sha256=hashlib.sha256(KEY.encode()).hexdigest(),
                ),
                PostingGroup(
                    store_id=store.id,
                    organisation_id=store.organisation_id,
                    kind="order",
                    key="gid://shopify/Order/1",
                    currency="GBP",
                    number=f"SH-{KEY}",
                ),
            ]
        )
        db.session.flush()
        cause = {
            "cause": "unmapped tax",
            "subject": MARK,
            "sentence": f"{MARK}: map the tax.",
            "opened_at": clock.now(),
        }
        db.session.add(Hold(store_id=store.id, order_id=order.id, **cause))
        onboarding.switch_posting(db.session, store, on=True, actor="Alice", now=clock.now())
        db.session.commit()
        return store.id


def sent_as(opener: Opener, path: str, method: str) -> Iterator[TestResponse]:
    """The request in every shape in which it might be taken: by fetch with a form, and by address."""
    form = {
        "return_code": KEY,
        "tenant_id": "1",
        "hold": "1",
        "hold_id": "1",
        "id": "1",
        "store_id": "1",
        "store": "alice.myshopify.com",
        "shop": "alice.myshopify.com",
        "order": f"#{KEY}",
        "order_id": "1",
        "name": f"#{KEY}",
        "q": KEY,
        "cause": "unmapped tax",
        "version": "0",
        "prefix": "BO-",
        "on": "1",
        "confirm": "yes",
    }
    if method == "GET":
        yield opener.open(path, **form)
        yield opener.fetch(path, query_string=form)
    else:
        yield opener.fetch(path, method=method, data=form)
        yield opener.fetch(path, method=method, query_string={"shop": "alice.myshopify.com"}, data=form)


def test_one_shops_token_reads_and_changes_nothing_of_another(app: Flask, alices: int, bob: Opener) -> None:
    before = everything(app, alices)
    asked = 0

    for rule in guarded(app):
        values = (KEY, "1", f"#{KEY}", "accounts") if rule.arguments else ("",)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            for path in (address(app, rule, value) for value in values):
                for answer in sent_as(bob, path, method):
                    assert MARK not in answer.text, f"{method} {path} told Bob of Alice"
                    asked += 1
            assert everything(app, alices) == before, f"{method} {rule.rule} changed what is Alice's"

    assert asked > 50


def test_the_test_above_would_see_it(app: Flask, alices: int, alice: Opener) -> None:
    """With her own token, the same requests do read and change what is hers."""
    before = everything(app, alices)

    page = alice.open(f"/xero/finish/{KEY}").text
    alice.post("/xero/disconnect")

    assert MARK in page
    assert everything(app, alices) != before


def test_nothing_changes_without_a_bearer_token(app: Flask, alices: int, alice: Opener) -> None:
    before = everything(app)
    methods = 0

    for rule in guarded(app):
        for method in sorted((rule.methods or set()) - READING):
            path = address(app, rule, KEY)
            for query in ({}, {"id_token": alice.token()}):
                answer = alice.client.open(path, method=method, query_string=query, data={"return_code": KEY})

                assert (answer.status_code, answer.headers.get(RETRY_HEADER)) == (401, "1"), f"{method} {path}"
            methods += 1

    assert everything(app) == before
    assert methods >= 3


def test_nothing_is_read_without_a_token(app: Flask, alices: int, alice: Opener) -> None:
    for rule in guarded(app):
        if "GET" in (rule.methods or ()):
            path = address(app, rule, KEY)
            answer = alice.client.get(path, query_string={"shop": alice.shop, "host": "abc", "embedded": "1"})

            assert answer.status_code in (302, 308), f"GET {path} was answered without a token"
            fetched = alice.client.get(path, headers={"HX-Request": "true"})
            assert fetched.status_code in (302, 308, 401) or MARK not in fetched.text


def test_reading_changes_nothing(app: Flask, alices: int, alice: Opener) -> None:
    """A GET may be repeated by anyone who makes the browser follow a link."""
    before = everything(app, alices)

    for rule in guarded(app):
        if "GET" in (rule.methods or ()):
            alice.open(address(app, rule, "accounts"))

    after = everything(app, alices)
    for table in ("store", "mapping", "order_facts", "dispatch", "document", "contact", "hold"):
        assert after[table] == before[table], table


def test_every_answer_says_who_may_frame_it(app: Flask, alices: int, alice: Opener) -> None:
    for rule in guarded(app):
        if "GET" in (rule.methods or ()):
            path = address(app, rule, "accounts")
            answer = alice.open(path)

            policy = answer.headers.get("Content-Security-Policy", "")
            assert f"frame-ancestors https://{alice.shop} https://admin.shopify.com;" in policy, path
            assert "unsafe-" not in policy, path
            assert "Set-Cookie" not in answer.headers, path


def test_a_host_header_has_no_say_in_any_answer(app: Flask, alices: int, alice: Opener) -> None:
    """Else a link in a mail, a redirect, or Xero's way back would lead to whom the sender of a request names."""
    evil = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}

    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            answer = alice.fetch(address(app, rule, "accounts"), method=method, headers=evil, data={"address": ""})

            assert "evil.example" not in answer.text + str(answer.headers), f"{method} {rule.rule}"


@pytest.fixture
def failing(app: Flask) -> Flask:
    """The app in production's manner, with a page that fails in the middle of something secret."""
    page = Blueprint("failing", __name__)
    admit(page)

    @page.get("/failing")
    def fail() -> str:
        token = app.extensions["crossfoot.config"].shopify_api_secret
        raise RuntimeError(f"failed with {len(token)} characters")

    app.register_blueprint(page)
    app.testing = False
    return app


@pytest.fixture
def broken(app: Flask, alices: int) -> Iterator[Flask]:
    """The app in production's manner, over a database that lacks tables and refuses what a person writes."""
    gone = ("setup_draft", "dry_run", "alert", "import", "seen")
    break_it = [f'ALTER TABLE "{table}" RENAME TO "{table}_gone"' for table in gone]
    # What PostgreSQL says of a row that it refuses has all values of the row in it.
    break_it.append("ALTER TABLE skip ADD CONSTRAINT no_reasons CHECK (reason = '')")
    mend_it = [f'ALTER TABLE "{table}_gone" RENAME TO "{table}"' for table in gone]
    mend_it.append("ALTER TABLE skip DROP CONSTRAINT no_reasons")
    app.testing = False
    _run(app, break_it)
    yield app
    _run(app, mend_it)


def _run(app: Flask, statements: list[str]) -> None:
    with app.app_context(), db.engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def test_neither_logs_nor_error_pages_hold_personal_data(
    broken: Flask, alice: Opener, capfd: pytest.CaptureFixture[str]
) -> None:
    """Whatever a person types into whichever field of whichever page, while the database fails in the middle of it."""
    configure_logging(logging.DEBUG)
    planted = dict.fromkeys(("q", "order", "reason", "id", "contact_name", "cause", "subject"), f"{PERSON} <{MAIL}>")
    planted |= {
        "address": MAIL,
        "first_day": PERSON,
        "start_date": PERSON,
        "prefix": PERSON,
        "version": "0",
        "return_code": PERSON,
    }

    failed = []
    for rule in guarded(broken):
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            form = {"query_string": planted} if method == "GET" else {"data": planted}
            answer = alice.fetch(address(broken, rule, "posting"), method=method, **form)
            if answer.status_code >= 500:
                failed.append(answer.text)

    told = "".join(capfd.readouterr())
    assert len(failed) > 10 and "UndefinedTable" in told and "CheckViolation" in told
    for private in (PERSON, MAIL, "Ada", "ada%40"):
        assert private not in told
        assert not any(private in page for page in failed)


def test_neither_logs_nor_error_pages_hold_secrets(
    failing: Flask, config: Config, alice: Opener, books: Books, capfd: pytest.CaptureFixture[str]
) -> None:
    configure_logging(logging.DEBUG)
    user_id = books.new_id()
    organisation = books.open_organisation(UK, user_id, connected=False)
    token = alice.token()

    connect(alice, user_id, organisation)
    page = alice.open("/failing", token=token)
    alice.open("/xero/refused", token=alice.token(secret="another"))
    alice.client.get("/xero/callback?code=a-code-of-xero&state=forged")
    alice.post("/xero/disconnect")

    told = "".join(capfd.readouterr())
    assert page.status_code == 500
    assert "store installed" in told and "RuntimeError" in told
    with failing.app_context():
        rows = db.session.scalars(text("SELECT access_token FROM store_grant")).all()
    secrets = [
        token,
        config.secret_key,
        config.shopify_api_secret,
        config.xero_client_secret,
        *config.token_keys,
        *rows,
        "shpat_",
        "shprt_",
        "a-code-of-xero",
    ]
    for secret in secrets:
        assert secret not in told
        assert secret not in page.text
