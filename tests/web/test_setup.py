"""Setup: every step is kept, checked against Xero, and nothing is posted before the last."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import func, select, text

from embedded_app.db import db
from embedded_app.models import Mapping, Store
from embedded_app.pipeline import drafts, organisations
from embedded_app.sandbox.shopify import Product
from embedded_app.sandbox.shopify.goods import TaxRate
from embedded_app.sandbox.shopify.world import World
from embedded_app.sandbox.xero import Books
from embedded_app.sandbox.xero.companies import UK
from embedded_app.sandbox.xero.organisation import Organisation
from embedded_app.web import setup_taxes
from embedded_app.web.setup import AHEAD_AT_ONCE
from tests.web import scenes
from tests.web.opening import ALICE, Opener
from tests.web.pages import form_of, heading, options_of, set_the_scene, words
from tests.whole.stage import Stage

TICKED = {"confirmed": "yes"}
STEPS = ("posting", "accounts", "taxes", "gateways", "start", "opening", "preview")


@pytest.fixture
def organisation(books: Books) -> Organisation:
    """Alice's organisation."""
    return books.open_organisation(UK, books.new_id(), connected=False)


@pytest.fixture
def stage(alice: Opener, world: World, books: Books, organisation: Organisation) -> Stage:
    """Alice's store with its orders read and Xero connected; nothing is answered."""
    return set_the_scene(alice, world.shop(ALICE), books, organisation)


def give(opener: Opener, step: str, **changes: str) -> str:
    """Submit a step as it is shown, with changes; an empty text leaves a field out. The next step's path, or 422."""
    form = form_of(opener.open(f"/setup/{step}")) | changes
    answer = opener.post(f"/setup/{step}", data={name: value for name, value in form.items() if value})
    return answer.location if answer.status_code == 303 else words(answer.text)


def go_through(opener: Opener) -> None:
    """Answer every step with what it suggests."""
    assert give(opener, "posting") == "/setup/accounts"
    assert give(opener, "accounts") == "/setup/taxes"
    assert give(opener, "taxes", confirmed="yes") == "/setup/gateways"
    assert give(opener, "gateways") == "/setup/start"
    assert give(opener, "start", before_start="skip") == "/setup/opening"
    assert give(opener, "opening") == "/setup/preview"
    assert give(opener, "preview") == "/setup/on"


def test_whoever_takes_what_is_suggested_ends_with_every_order_in_xero(alice: Opener, stage: Stage) -> None:
    go_through(alice)
    assert stage.organisation.records.documents == {}

    assert "5 £114.75" in words(alice.open("/setup/on").text)
    assert alice.post("/setup/on").location == "/"
    stage.work_off()

    assert stage.unposted() == 0
    assert len(stage.organisation.records.documents) == scenes.ORDERS + 1
    assert heading(alice.open("/")) == "All 5 sales since 1 November 2026 are in Xero. Difference: £0.00."


def test_it_begins_again_where_it_was_left(alice: Opener, stage: Stage) -> None:
    give(alice, "posting", prefix="AL-")
    give(alice, "accounts")

    assert alice.open("/setup/").location.startswith("/setup/taxes?")
    assert 'value="AL-"' in alice.open("/setup/posting").text


def test_before_xero_is_connected_there_is_only_the_first_step(alice: Opener) -> None:
    for step in (*STEPS, "on"):
        assert alice.open(f"/setup/{step}").location.startswith("/setup/connect?")


def test_the_connected_organisation_is_named_with_its_currency_and_lock_date(
    alice: Opener, stage: Stage, organisation: Organisation
) -> None:
    organisation.period_lock = date(2026, 9, 30)
    scenes.in_app(stage, lambda stage, store: _read_organisation(store))

    page = words(alice.open("/setup/connect").text)

    assert organisation.name in page
    assert "GBP" in page
    assert "30 Sept 2026" in page or "30 Sep 2026" in page


def _read_organisation(store: Store) -> None:
    assert store.organisation is not None
    organisations.read(db.session(), store.organisation)


def test_a_start_date_in_a_closed_period_is_refused_with_a_sentence(
    alice: Opener, stage: Stage, organisation: Organisation
) -> None:
    organisation.period_lock = date(2026, 9, 30)
    scenes.in_app(stage, lambda stage, store: _read_organisation(store))

    told = give(alice, "start", start_date="2026-09-30", before_start="skip")

    assert "lies in a period that is closed in Xero until 2026-09-30: choose a later day" in told
    assert give(alice, "start", start_date="2026-10-01", before_start="skip") == "/setup/opening"


def test_an_account_that_was_archived_in_xero_meanwhile_is_refused_at_its_field(alice: Opener, stage: Stage) -> None:
    form = form_of(alice.open("/setup/accounts"))
    for account in stage.organisation.accounts.values():
        if account.code == form["accounts.product"]:
            account.status = "ARCHIVED"
    scenes.in_app(stage, lambda stage, store: _read_organisation(store))

    answer = alice.post("/setup/accounts", data=form)

    assert answer.status_code == 422
    assert "200 Sales is archived in Xero: restore it there or choose another." in words(answer.text)


def test_an_account_that_is_not_offered_cannot_be_saved_either(alice: Opener, stage: Stage) -> None:
    offered = options_of(alice.open("/setup/accounts"), "accounts.product")
    assert "200" in offered
    assert "091" not in offered

    assert "is a bank account" in give(alice, "accounts", **{"accounts.product": "091"})


def test_taxes_are_not_accepted_before_a_person_ticks_that_they_are_right(alice: Opener, stage: Stage) -> None:
    give(alice, "accounts")

    told = give(alice, "taxes", confirmed="")

    assert "Look at each tax rate above, then tick this box." in told
    assert "VAT 20 % · Products, Shipping · GB · in 5 orders" in words(alice.open("/setup/taxes").text)


def test_a_tax_rate_of_another_percentage_is_refused(alice: Opener, stage: Stage) -> None:
    give(alice, "accounts")
    (field,) = [
        name for name in form_of(alice.open("/setup/taxes")) if name.startswith("tax.") and ".account." not in name
    ]
    assert "rate:RROUTPUT" not in options_of(alice.open("/setup/taxes"), field)

    told = give(alice, "taxes", confirmed="yes", **{field: "rate:RROUTPUT"})

    assert "is 5 % in Xero, but 20 % is needed" in told


def test_a_gateway_without_an_account_is_asked_for(alice: Opener, stage: Stage) -> None:
    told = give(alice, "gateways", **{"gateways.paypal": ""})

    assert "Your last orders were paid by this: choose an account." in told


def test_many_taxes_are_answered_page_by_page_and_the_step_is_done_after_the_last(
    alice: Opener, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    reduced = Product(title="Seat", price=Decimal("10"), taxes=(TaxRate(title="VAT", rate=Decimal("0.05")),))
    stage.shop.place_order([(reduced, 1)])
    scenes.read_orders(stage)
    monkeypatch.setattr(setup_taxes, "PAGE", 1)
    for step in ("posting", "accounts"):
        give(alice, step)

    page = alice.open("/setup/taxes")
    assert "Page 1 of 2" in words(page.text) and page.text.count('<div class="field tax"') == 1
    assert give(alice, "taxes", confirmed="yes") == "/setup/taxes?page=2"
    assert alice.open("/setup/").location.partition("?")[0] == "/setup/taxes", "it is left to do"
    second = form_of(alice.open("/setup/taxes", page="2"))
    answer = alice.post("/setup/taxes", data={name: value for name, value in second.items() if value} | TICKED)

    assert answer.location == "/setup/gateways"
    told = scenes.in_app(stage, lambda _stage, store: drafts.draft_of(db.session(), store)[0]["taxes"])
    assert {one["taxes"][0]["rate"] for one in told["taxes"]} == {"0.05", "0.2"} and told["confirmed"]


def test_a_contact_that_xero_does_not_have_is_made_only_when_asked(alice: Opener, stage: Stage) -> None:
    told = give(alice, "posting", contact_name="Web shop")
    assert "Xero has no active contact of this name." in told

    assert give(alice, "posting", contact_name="Web shop", create="yes") == "/setup/accounts"
    assert stage.organisation.contact("Web shop").status == "ACTIVE"


def test_two_windows_never_overwrite_each_other_unseen(alice: Opener, stage: Stage) -> None:
    old = form_of(alice.open("/setup/posting"))
    give(alice, "posting", prefix="AL-")

    answer = alice.post("/setup/posting", data=old)

    assert answer.status_code == 409
    assert "This was changed in another window meanwhile." in words(answer.text)
    with stage.app.app_context():
        assert db.session.get_one(Store, 1).prefix == "AL-"


def test_posting_cannot_be_switched_on_while_a_step_is_left(alice: Opener, stage: Stage) -> None:
    for step in ("posting", "accounts", "taxes", "gateways", "start", "opening"):  # all but the preview
        give(alice, step, confirmed="yes", before_start="skip")

    answer = alice.post("/setup/on")

    assert answer.status_code == 422
    with stage.app.app_context():
        assert not db.session.get_one(Store, 1).posting
        assert db.session.scalars(select(func.count()).select_from(Mapping)).one() == 0


def test_many_orders_are_added_up_apart_before_posting_can_be_switched_on(alice: Opener, stage: Stage) -> None:
    go_through(alice)
    button = "Switch posting on"
    assert button in alice.open("/setup/on").text

    scenes.in_app(stage, add_orders)
    page, apart = alice.open("/setup/on").text, alice.fetch("/setup/ahead").text

    assert 'hx-get="/setup/ahead"' in page and button not in page and "£" not in page
    assert "Look at it again" in page
    assert button in apart
    assert f"{scenes.ORDERS + AHEAD_AT_ONCE} orders were placed since 1 November 2026." in words(apart)
    alice.post("/setup/on")
    assert button not in alice.fetch("/setup/ahead").text


def test_opening_balances_are_posted_once_when_posting_is_switched_on(alice: Opener, stage: Stage) -> None:
    go_through(alice)
    other_side = options_of(alice.open("/setup/opening"), "special.opening differences")[0]
    told = give(alice, "opening", **{"balance.paypal": "12.5x", "special.opening differences": other_side})
    assert "Give an amount such as 120.50" in told
    give(alice, "opening", **{"balance.paypal": "120,50", "special.opening differences": other_side})

    alice.post("/setup/on")
    stage.work_off()

    received = [one.total for one in stage.organisation.records.bank_transactions.values()]
    assert received == [Decimal("120.50")]


def test_what_is_chosen_later_frees_what_was_held_for_want_of_it(alice: Opener, stage: Stage) -> None:
    go_through(alice)
    alice.post("/setup/on")
    stage.work_off()
    scenes.pay_by_unknown_gateway(stage)
    assert len(stage.held()) == 1

    assert give(alice, "gateways", **{"gateways.klarna": "091"}) == "/setup/start"
    stage.work_off()

    assert stage.held() == []
    assert stage.unposted() == 0


def test_orders_since_the_start_date_are_posted_though_setup_never_read_them(alice: Opener, stage: Stage) -> None:
    go_through(alice)
    stage.shop.place_order([(Product(title="Late", price=Decimal("5.00")), 1)]).pay("paypal")

    alice.post("/setup/on")
    stage.work_off()

    assert stage.unposted() == 0
    assert len(stage.organisation.records.documents) == scenes.ORDERS + 2


def add_orders(stage: Stage, store: Store) -> None:
    """Orders like one that was read, one more than are decided while the page waits."""
    names = "store_id, version, placed_at, facts, hash, amount, currency"
    copied = text(
        f"INSERT INTO order_facts (external_id, {names}) SELECT 'more-' || number, {names} "
        "FROM generate_series(1, :more) number, "
        "(SELECT * FROM order_facts WHERE facts IS NOT NULL ORDER BY id LIMIT 1) one"
    )
    db.session.execute(copied, {"more": AHEAD_AT_ONCE})


MARKUP = "<b onclick=alert(1)>Bob & Söhne</b>"


def test_names_of_store_and_xero_are_shown_as_text_and_never_as_markup(
    alice: Opener, world: World, books: Books
) -> None:
    shop = world.shop(ALICE)
    shop.place_order([(Product(title=MARKUP, price=Decimal("5.00"), vendor=MARKUP), 1)], name=f"#{MARKUP}").pay(
        "paypal"
    )
    shop.place_order([(scenes.MUG, 1)]).pay(MARKUP)
    organisation = books.open_organisation(UK, books.new_id(), connected=False)
    organisation.name = MARKUP
    for account in organisation.accounts.values():
        if account.code in ("200", "091"):
            account.name = MARKUP
    stage = set_the_scene(alice, shop, books, organisation)
    scenes.answer(stage)

    paths = [f"/setup/{step}" for step in ("connect", *STEPS, "on")]
    pages = {path: alice.open(path) for path in [*paths, "/", "/preview", "/settings/"]}
    pages["preview of it"] = alice.open("/preview", order=f"#{MARKUP}")
    scenes.switch_on(stage)
    pages["home"] = alice.open("/")

    for path, page in pages.items():
        assert page.status_code == 200, path
        assert "<b onclick" not in page.text, path
    shown = sum("&lt;b onclick" in page.text for page in pages.values())
    assert shown >= 8


def test_every_step_can_be_left_without_orders(
    alice: Opener, world: World, books: Books, organisation: Organisation
) -> None:
    stage = set_the_scene(alice, world.shop(ALICE), books, organisation, sold=False)
    assert "No taxes yet" in words(alice.open("/setup/taxes").text)
    assert "No payments in your last orders" in words(alice.open("/setup/gateways").text)
    assert give(alice, "posting") == "/setup/accounts"
    go_through(alice)

    assert alice.post("/setup/on").location == "/"
    stage.work_off()

    assert heading(alice.open("/")).startswith("No sales to post yet.")
