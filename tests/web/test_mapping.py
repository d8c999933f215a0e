"""Mapping: every part can be changed, nothing is saved unseen, and each save is a version that can be gone back to."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import select

from embedded_app.db import db
from embedded_app.models import Document, Mapping, Store
from embedded_app.sandbox.shopify.world import World
from embedded_app.sandbox.xero import Books
from embedded_app.sandbox.xero.companies import UK
from embedded_app.web.mapping_links import PARTS, field_url
from tests.web import scenes
from tests.web.opening import ALICE, Opener
from tests.web.pages import form_of, options_of, set_the_scene, words
from tests.whole.stage import Stage


@pytest.fixture
def live(alice: Opener, world: World, books: Books) -> Stage:
    """Alice's store with every order posted."""
    organisation = books.open_organisation(UK, books.new_id(), connected=False)
    stage = set_the_scene(alice, world.shop(ALICE), books, organisation)
    scenes.switch_on(stage)
    return stage


def give(opener: Opener, path: str, **changes: str) -> str:
    """Submit a part as it is shown, with changes; an empty text leaves a field out. The next path, or what it says."""
    path, _, query = path.partition("?")
    form = form_of(opener.open(path, **dict([query.split("=")] if query else []))) | changes
    answer = opener.post(path, data={name: value for name, value in form.items() if value})
    return answer.location if answer.status_code == 303 else words(answer.text)


def act(opener: Opener, what: str, **form: str) -> str:
    """Press a button of the page of changes."""
    version = re.search(r'name="version" value="(\d+)"', opener.open("/mapping/changes/").text)
    answer = opener.post(f"/mapping/changes/{what}", data={"version": version[1] if version else "0", **form})
    return answer.location if answer.status_code == 303 else words(answer.text)


def save(opener: Opener, stage: Stage, **form: str) -> str:
    """Look at the dry run, then save."""
    assert act(opener, "run") == "/mapping/changes/"
    stage.work_off()
    return act(opener, "save", **form)


def saved(stage: Stage) -> list[dict[str, Any]]:
    """All versions' documents, the first one first."""
    return scenes.in_app(stage, lambda *_: list(db.session.scalars(select(Mapping.document).order_by(Mapping.version))))


def test_a_change_is_kept_aside_shown_on_the_last_orders_and_then_saved_as_a_version(
    alice: Opener, live: Stage
) -> None:
    scenes.answer(live)  # Setup has answers of its own, which follow
    before = live.balances()
    assert give(alice, "/mapping/accounts", **{"accounts.shipping": "200"}) == "/mapping/changes/"
    assert "Shipping 205 Shipping income 200 Sales" in words(alice.open("/mapping/changes/").text)
    assert len(saved(live)) == 1
    assert "See first what the changes come to" in act(alice, "save")

    assert act(alice, "run") == "/mapping/changes/"
    assert "0 of 5 orders looked at" in words(alice.open("/mapping/changes/").text)
    live.work_off()

    said = words(alice.open("/mapping/changes/").text)
    assert "All 5 orders of the last 90 days were looked at. Look again 3 orders differ." in said
    assert "205 Shipping income £12.36 Cr £0.00 £12.36 Dr" in said
    assert re.search(r'<a href="/activity/\d+">#1003</a>', alice.open("/mapping/changes/").text), "to its story"
    assert live.balances() == before
    assert act(alice, "save", applies="now") == "/mapping/?saved=2"
    assert saved(live)[1]["accounts"] == saved(live)[0]["accounts"] | {"shipping": "200"}
    assert live.balances() == before, "what is posted stays"
    page = words(alice.open("/mapping/", saved="2").text)
    assert "Version 2 24 Nov 2026, 12:00 Shopify user 10001 from when it was saved · in force" in page
    assert form_of(alice.open("/setup/accounts"))["accounts.shipping"] == "200", "Setup shows what the mapping says"


def test_every_part_can_be_changed_and_is_refused_with_a_sentence_where_xero_would_not_take_it(
    alice: Opener, live: Stage
) -> None:
    tax = next(name for name in form_of(alice.open("/mapping/taxes")) if re.fullmatch(r"tax\.\w+", name))
    refused = [
        ("accounts", {"accounts.product": "091"}, "is a bank account"),
        ("taxes", {tax: "rate:RROUTPUT"}, "is 5 % in Xero, but 20 % is needed"),
        ("gateways", {"gateways.paypal": "200"}, "takes no payments"),
        ("options", {"discounts": "full price"}, "Must be an account where discounts is ‘full price’: choose one."),
        ("options", {"post_when": "never"}, "Must be one of"),
        ("options", {"start_date": "soon"}, "Choose the first day whose orders are posted."),
        ("rules/0", {"when.vendor": "Own"}, "A rule needs at least one condition, and an account."),
        ("rules/0", {"when.vendor": "Own", "account": "091"}, "is a bank account"),
        ("tracking", {"tracking.Channel": "Stall"}, "has no active option ‘Stall’"),
    ]
    for part, changes, sentence in refused:
        assert sentence in give(alice, f"/mapping/{part}", **changes), part

    assert "Nothing is being changed." in words(alice.open("/mapping/changes/").text)
    taken = [
        ("accounts", {"accounts.tip": "205"}),
        ("gateways", {"gateways.cash": "092"}),
        ("options", {"post_when": "paid", "locked": "hold"}),
        ("tracking", {"tracking.Channel": "Online store"}),
    ]
    for part, changes in taken:
        assert give(alice, f"/mapping/{part}", **changes) == "/mapping/changes/", part
    assert save(alice, live) == "/mapping/?saved=2"
    document = saved(live)[1]
    assert document["accounts"]["tip"] == "205"
    assert (document["post_when"], document["locked"]) == ("paid", "hold")
    assert document["tracking"] == [["Channel", "Online store"]]


@pytest.mark.thorough
def test_rules_are_added_moved_changed_and_taken_away(alice: Opener, live: Stage) -> None:
    for vendor in ("Penguin", "Own", "Other"):
        assert give(alice, "/mapping/rules/0", **{"when.vendor": vendor, "account": "260"}) == "/mapping/rules/"

    version = form_of(alice.open("/mapping/rules/"))["version"]
    moved = {"version": version, "rule": ["1", "2", "3"], "move": "up:2"}
    assert alice.post("/mapping/rules/", data=moved).location == "/mapping/rules/"
    assert give(alice, "/mapping/rules/3", **{"when.tag": "sale", "tax_type": "EXEMPTOUTPUT"}) == "/mapping/rules/"
    assert give(alice, "/mapping/rules/2", remove="1") == "/mapping/rules/"

    said = words(alice.open("/mapping/rules/").text)
    assert re.search(r"Vendor Own → 260 .* Vendor Other, Tag sale → 260 .*, Exempt Income", said), said
    form = form_of(alice.open("/mapping/rules/"))
    answer = alice.post("/mapping/rules/", data={"version": form["version"], "rule": ["2", "1"]})
    assert answer.location == "/mapping/changes/"
    assert save(alice, live) == "/mapping/?saved=2"
    assert [rule["when"] for rule in saved(live)[1]["rules"]] == [{"vendor": "Other", "tag": "sale"}, {"vendor": "Own"}]


def test_two_windows_never_overwrite_each_other_unseen(alice: Opener, live: Stage) -> None:
    old = form_of(alice.open("/mapping/accounts"))
    give(alice, "/mapping/accounts", **{"accounts.shipping": "200"})

    assert alice.post("/mapping/accounts", data=old).status_code == 409

    act(alice, "run")
    live.work_off()
    live.map({**saved(live)[0], "post_when": "paid"})  # somebody saved a version meanwhile
    assert "Another version was saved since these changes were begun" in act(alice, "save")
    assert act(alice, "discard") == "/mapping/"
    assert len(saved(live)) == 2
    assert "Nothing is being changed." in words(alice.open("/mapping/changes/").text)


def test_a_version_applies_to_orders_placed_from_its_day_on_and_older_ones_go_by_the_one_before(
    alice: Opener, live: Stage
) -> None:
    give(alice, "/mapping/accounts", **{"accounts.product": "260"})
    assert "Choose the first day" in save(alice, live, applies="day")
    assert act(alice, "save", applies="tomorrow") == "/mapping/?saved=2"
    today = live.shop.place_order([(scenes.MUG, 1)])

    live.clock.advance(24 * 3600)
    today.pay("paypal")
    live.shop.place_order([(scenes.MUG, 1)]).pay("paypal")
    scenes.read_orders(live)

    def decided(stage: Stage, store: Store) -> list[tuple[int, str]]:
        of = select(Mapping.version, Document.content["lines"][0]["account"].astext).join(
            Document, Document.mapping_id == Mapping.id
        )
        return [tuple(row) for row in db.session.execute(of.order_by(Document.id.desc()).limit(2))]

    assert sorted(scenes.in_app(live, decided)) == [(1, "200"), (2, "260")]
    assert "to orders placed from 25 Nov 2026 on · in force" in words(alice.open("/mapping/").text)


@pytest.mark.thorough
def test_setup_does_not_bring_forward_what_waits_for_its_day(alice: Opener, live: Stage) -> None:
    scenes.answer(live)
    give(alice, "/mapping/accounts", **{"accounts.product": "260"})
    save(alice, live, applies="tomorrow")

    form = form_of(alice.open("/setup/start")) | {"start_date": "2026-02-01"}
    answer = alice.post("/setup/start", data=form)

    assert answer.status_code == 422
    assert "Version 2 of the mapping waits for 2026-11-25" in words(answer.text)


@pytest.mark.thorough
def test_versions_are_compared_field_by_field_and_gone_back_to(alice: Opener, live: Stage) -> None:
    give(alice, "/mapping/accounts", **{"accounts.shipping": "200"})
    give(alice, "/mapping/options", post_when="paid")
    save(alice, live)

    said = words(alice.open("/mapping/versions/2").text)
    assert "Compared with version 1" in said
    assert "Shipping 205 Shipping income 200 Sales" in said
    assert "An order is posted When it is placed When it is paid" in said
    assert "There is nothing before it" in words(alice.open("/mapping/versions/1").text)

    assert alice.post("/mapping/versions/1").location == "/mapping/changes/"
    assert "There are changes that are not saved yet" in words(alice.post("/mapping/versions/1").text)
    assert save(alice, live) == "/mapping/?saved=3"
    assert saved(live)[2] == saved(live)[0]


def test_what_is_new_is_announced_on_home_and_mapping_with_a_link_to_its_field(alice: Opener, live: Stage) -> None:
    assert "new" not in words(alice.open("/mapping/").text)
    scenes.pay_by_unknown_gateway(live)

    for path in ("/", "/mapping/"):
        page = alice.open(path).text
        assert "Your orders have something new that has no place in the mapping yet:" in words(page), path
        assert 'href="/mapping/gateways?field=klarna"' in page, path
    fields = alice.open("/mapping/gateways", field="klarna").text
    assert re.search(r"<tr data-focus-first>.{0,90}gateways.klarna", fields, re.DOTALL)

    give(alice, "/mapping/gateways", **{"gateways.klarna": "091"})
    save(alice, live)
    live.work_off()
    assert live.held() == [] and live.unposted() == 0
    assert "something new" not in words(alice.open("/").text)


@pytest.mark.thorough
def test_what_was_seen_says_where_last_how_often_and_where_it_goes(alice: Opener, live: Stage) -> None:
    for _ in range(2):  # read again, it counts once
        scenes.read_orders(live)
        alice.post("/retry")
        live.work_off()
    name = sorted(order.name for order in live.shop.orders.values())[-1]

    said = words(alice.open("/mapping/seen").text)

    assert f"VAT 20 % · GB · product {name} , 24 Nov 2026 5 20% (VAT on Income)" in said
    assert "VAT 20 % · GB · shipping #1003 , 24 Nov 2026 3 20% (VAT on Income)" in said
    assert "PayPal #1004 , 24 Nov 2026 2" in said


@pytest.mark.thorough
def test_taxes_told_alike_can_be_told_apart_by_country_and_kind(alice: Opener, live: Stage) -> None:
    together = form_of(alice.open("/mapping/taxes"))
    each = form_of(alice.open("/mapping/taxes", each="1"))

    taxes = [[name for name in form if re.fullmatch(r"tax\.\w+", name)] for form in (together, each)]

    assert len(taxes[0]) < len(taxes[1])
    of_goods = next(one for one in taxes[1] if "separate" in options_of(alice.open("/mapping/taxes", each="1"), one))
    owed = {f"{of_goods}.account.VAT": "835"}
    assert give(alice, "/mapping/taxes?each=1", **{of_goods: "separate"}, **owed) == "/mapping/changes/"
    said = words(alice.open("/mapping/changes/").text)
    assert said.count("On lines of their own: VAT: 835 Directors' Loan Account") == 1


def test_before_setup_is_done_it_leads_to_setup(alice: Opener) -> None:
    alice.open("/")

    for path in ("/mapping/", "/mapping/changes/", "/mapping/versions/1", "/mapping/seen", "/mapping/rules/"):
        assert alice.open(path).location == "/setup/", path


def test_every_cause_that_the_mapping_mends_leads_to_a_part_that_there_is(alice: Opener, live: Stage) -> None:
    with live.app.test_request_context():
        for cause in ("unmapped account", "unmapped tax", "unmapped gateway", "no start date", "marketplace tax"):
            url = field_url(cause, "VAT 20 % · GB · product")
            assert url is not None and url.split("?")[0].rpartition("/")[2] in PARTS
        assert field_url("deleted", "order") is None
