"""Settings: each is kept, checked and audited, and what stops things says first what it does."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from embedded_app import onboarding
from embedded_app.clock import now
from embedded_app.db import db
from embedded_app.models import AuditEntry, Mapping, Store
from embedded_app.sandbox.shopify.world import World
from embedded_app.sandbox.xero import Books
from embedded_app.sandbox.xero.companies import UK
from tests.web import scenes
from tests.web.opening import ALICE, Opener
from tests.web.pages import set_the_scene, words
from tests.whole.stage import Stage


@pytest.fixture
def live(alice: Opener, world: World, books: Books) -> Stage:
    """Alice's store with every order posted."""
    organisation = books.open_organisation(UK, books.new_id(), connected=False)
    stage = set_the_scene(alice, world.shop(ALICE), books, organisation)
    scenes.switch_on(stage)
    return stage


def saved(opener: Opener, path: str, **form: str) -> bool:
    """Whether a form was taken."""
    return opener.post(f"/settings/{path}", data=form).status_code == 303


def latest(stage: Stage) -> dict[str, object]:
    """The mapping as last saved."""

    def read(stage: Stage, store: Store) -> dict[str, object]:
        return db.session.scalars(select(Mapping.document).order_by(Mapping.version.desc())).first() or {}

    return dict(scenes.in_app(stage, read))


def test_what_is_set_holds_for_the_next_order_and_is_audited(alice: Opener, live: Stage) -> None:
    assert saved(alice, "numbers", prefix="AL/")
    when = {"post_when": "paid", "contacts_retail": "shared", "contacts_terms": "shared"}
    assert saved(alice, "posting", **when)
    assert saved(alice, "start", start_date="2026-02-01")

    assert latest(live).items() >= {**when, "start_date": "2026-02-01"}.items()
    unpaid = live.shop.place_order([(scenes.MUG, 1)])
    paid = live.shop.place_order([(scenes.MUG, 1)])
    paid.pay("paypal")
    scenes.read_orders(live)
    numbers = {one.number for one in live.organisation.records.documents.values()}
    assert f"AL/{paid.name.removeprefix('#')}" in numbers
    assert not any(unpaid.name.removeprefix("#") in number for number in numbers)

    actors = scenes.in_app(live, lambda stage, store: db.session.scalars(select(AuditEntry.actor)).all())
    assert "Shopify user 10001" in actors


def test_what_setup_does_not_ask_is_kept_when_a_setting_changes(alice: Opener, live: Stage) -> None:
    rules = [{"when": {"vendor": "Own"}, "account": "200"}]
    live.map({**latest(live), "rules": rules, "adjustments": "price reduction"})

    assert saved(alice, "start", start_date="2026-02-01")

    assert latest(live)["rules"] == rules
    assert latest(live)["adjustments"] == "price reduction"


REFUSED = [
    ("numbers", {"prefix": "<b>"}, "Use up to 16 letters, digits and"),
    ("numbers", {"prefix": ""}, "Use up to 16 letters, digits and"),
    ("posting", {"post_when": "never"}, "Must be one of ‘placed’, ‘paid’, ‘fulfilled’, not ‘never’."),
    ("start", {"start_date": "soon"}, "Choose the first day whose orders are posted."),
]


def test_what_cannot_be_is_refused_at_its_field(alice: Opener, live: Stage) -> None:
    before = latest(live)

    for path, form, sentence in REFUSED:
        answer = alice.post(f"/settings/{path}", data=form)

        assert answer.status_code == 422, path
        assert sentence in words(answer.text)
    assert latest(live) == before


def test_a_prefix_that_another_store_of_the_organisation_has_is_refused(alice: Opener, live: Stage) -> None:
    def add(stage: Stage, store: Store) -> None:
        other = onboarding.add_store(
            db.session(), channel="shopify", external_id="carol.myshopify.com", prefix="CA-", now=now()
        )
        other.organisation_id = store.organisation_id

    scenes.in_app(live, add)

    answer = alice.post("/settings/numbers", data={"prefix": "CA-"})

    assert answer.status_code == 422
    assert "Another store that posts to the same organisation uses this prefix" in words(answer.text)


def test_it_says_what_is_listened_to_what_is_kept_and_what_disconnecting_does(alice: Opener, live: Stage) -> None:
    said = words(alice.open("/settings/").text)

    assert "What Crossfoot listens to" in said
    assert "Orders 5 – amounts, taxes and dates" in said
    assert "The 6 documents in Xero stay there." in said
    assert "nothing is lost" in said


def test_posting_cannot_be_switched_on_before_setup_is_done(alice: Opener, world: World) -> None:
    alice.open("/")

    answer = alice.post("/settings/switch", data={"posting": "on"})

    assert answer.status_code == 422
    assert "Finish Setup first" in words(answer.text)


def test_switched_off_and_on_again_nothing_is_lost(alice: Opener, live: Stage) -> None:
    assert saved(alice, "switch", posting="off")
    live.shop.place_order([(scenes.MUG, 1)]).pay("paypal")
    scenes.read_orders(live)
    before = len(live.organisation.records.documents)

    assert saved(alice, "switch", posting="on")
    live.work_off()

    assert len(live.organisation.records.documents) == before + 1
