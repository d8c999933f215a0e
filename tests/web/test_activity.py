"""Activity: every order and what became of it, found by whatever a person has in hand, the held first."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import insert, select

from embedded_app.clock import now
from embedded_app.db import db
from embedded_app.models import Document, Hold, OrderFacts, Outcome, Settlement, Store
from embedded_app.sandbox.shopify.world import World
from embedded_app.sandbox.xero import Books
from embedded_app.sandbox.xero.companies import UK
from embedded_app.web.activity import csv_lines
from tests.golden import load_case
from tests.web import scenes
from tests.web.opening import ALICE, Opener
from tests.web.pages import set_the_scene, words
from tests.whole.stage import Stage

# What is asked for, and which of the six orders it finds, the latest first.
QUERIES: list[tuple[dict[str, str], str]] = [
    ({"state": "held"}, "6"),
    ({"state": "posted"}, "54321"),
    ({"state": "on the way"}, ""),
    ({"state": "left out"}, ""),
    ({"cause": "unmapped gateway"}, "6"),
    ({"cause": "unmapped gateway", "subject": "klarna", "state": "held"}, "6"),
    ({"cause": "unmapped gateway", "subject": "paypal"}, ""),
    ({"cause": "unmapped tax"}, ""),
    ({"gateway": "paypal"}, "42"),
    ({"least": "19.98", "most": "20"}, "4"),
    ({"most": "9.99"}, "65"),
    ({"since": "2026-11-24", "until": "2026-11-24"}, "654321"),
    ({"since": "2026-11-25"}, ""),
    ({"until": "2026-11-23"}, ""),
    ({"sold_at": "web"}, "654321"),
    ({"sold_at": "pos"}, ""),
    ({"q": "mug"}, "654321"),
    ({"q": "mug", "gateway": "klarna"}, "6"),
    ({"q": "vase"}, ""),
    ({"q": "SH-1002", "state": "posted"}, "2"),
    ({"state": "nonsense", "after": "nonsense~", "gateway": "\0"}, "654321"),
]


@pytest.fixture
def live(alice: Opener, world: World, books: Books) -> Stage:
    """Alice's store with its five orders posted, and a sixth that is held for its gateway."""
    organisation = books.open_organisation(UK, books.new_id(), connected=False)
    stage = set_the_scene(alice, world.shop(ALICE), books, organisation)
    scenes.switch_on(stage)
    scenes.pay_by_unknown_gateway(stage)
    return stage


def listed(page: str) -> list[str]:
    """The names of the orders in the table, in their order."""
    return re.findall(r'<th scope="row"><a href="/activity/\d+">([^<]*)</a>', page)


def test_what_is_held_comes_first_with_the_one_action_that_frees_all_of_its_kind(alice: Opener, live: Stage) -> None:
    page = alice.open("/activity/")
    said = words(page.text)

    assert "Payment gateways without an account: klarna · 1 Choose the account once" in said
    assert "#1006 : Payment gateway ‘klarna’ has no Xero account yet." in said
    assert listed(page.text) == ["#1006", "#1005", "#1004", "#1003", "#1002", "#1001"]
    assert "#1004 24 Nov 2026 In Xero SH-1004, SH-1004-R1 £19.98" in said

    live.map({**load_case("a_vat_included").mapping, "gateways": {"klarna": "091", "paypal": "092"}})
    retried = alice.post("/activity/retry", data={"cause": "unmapped gateway", "subject": "klarna"})
    live.work_off()

    assert retried.location == "/activity/?state=held&retried=1"
    assert "klarna" not in words(alice.open("/activity/", state="held").text).replace("No order", "")
    assert listed(alice.open("/activity/", state="posted").text)[0] == "#1006"


def test_filters_and_words_narrow_the_list(alice: Opener, live: Stage) -> None:
    for query, found in QUERIES:
        assert listed(alice.open("/activity/", **query).text) == [f"#100{one}" for one in found], query


def test_what_is_no_day_and_no_amount_is_said_at_its_field(alice: Opener, live: Stage) -> None:
    answer = alice.open("/activity/", since="yesterday", least="much")

    assert answer.status_code == 422
    assert "This is not a day" in answer.text and "This is not an amount" in answer.text
    assert 'aria-describedby="problem-since"' in answer.text


def test_whatever_names_one_order_leads_straight_to_its_story(alice: Opener, live: Stage) -> None:
    with live.app.app_context():
        document = db.session.scalars(select(Document).where(Document.number == "SH-1002")).one()
        payment = db.session.scalars(select(Settlement).where(Settlement.document_id == document.id)).one()
        order = db.session.scalars(select(OrderFacts).where(OrderFacts.name == "#1002")).one()
        named = [
            "#1002",
            "1002",
            order.external_id,
            order.external_id.rpartition("/")[2],
            "SH-1002",
            f"something ({document.number})",
            payment.reference,
            document.xero_id,
            str(payment.xero_id).upper(),
            f"https://go.xero.com/AccountsReceivable/View.aspx?InvoiceID={document.xero_id}",
        ]

    assert {alice.open("/activity/", q=str(one)).location for one in named} == {f"/activity/{order.id}"}
    assert "No order is like this." in alice.open("/activity/", q="SH-9999").text


def test_pages_follow_each_other_by_key_and_show_each_order_once(alice: Opener, live: Stage) -> None:
    many(live, 120)
    path, shown = "/activity/", []
    for _ in range(4):
        page = alice.fetch(path).text
        shown += listed(page)
        older = re.search(r'href="([^"]*)">Older', page)
        if older is None:
            break
        path = older[1].replace("&amp;", "&")

    assert len(shown) == len(set(shown)) == 126
    assert shown[0] == "unread", "what was never read comes first"


def test_a_download_has_all_of_the_filter_and_no_cell_that_a_spreadsheet_runs(alice: Opener, live: Stage) -> None:
    many(live, 620, name="=HYPERLINK(1)")

    answer = alice.fetch("/activity/orders.csv", query_string={"most": "9.99"})
    rows = list(csv.DictReader(io.StringIO(answer.text)))

    assert len(rows) == 622
    assert answer.headers["Content-Disposition"] == 'attachment; filename="orders.csv"'
    assert rows[1]["Order"] == "'=HYPERLINK(1)0"
    (held,) = (row for row in rows if row["Order"] == "#1006")
    assert (held["Placed"], held["Total"], held["Currency"], held["State"]) == (
        "2026-11-24",
        "9.99",
        "GBP",
        "Needs you",
    )
    assert held["Why"].startswith("Payment gateway")


def test_only_texts_are_kept_from_being_formulas() -> None:
    cells = ["=1", "+1", "-1", "@x", "\t=1", "plain", Decimal("-1.50")]

    assert list(csv_lines([cells])) == ["'=1,'+1,'-1,'@x,'\t=1,plain,-1.5\r\n"]


def test_what_is_of_no_order_says_how_it_goes_on(alice: Opener, live: Stage) -> None:
    card = {"cause": "unmapped account", "subject": "gid://shopify/GiftCard/1", "sentence": "Choose an account."}
    scenes.in_app(live, lambda _, store: db.session.add(Hold(store_id=store.id, opened_at=now(), **card)))

    page = words(alice.open("/activity/").text)

    assert "· 1 Choose the account once, and everything held for it goes on. Choose an account." in page
    assert "cannot be left out as orders can" in page and "GiftCard/1" not in page


def test_bob_finds_nothing_of_alices(bob: Opener, live: Stage) -> None:
    for query in ({}, {"q": "#1006"}, {"q": "SH-1001"}, {"cause": "unmapped gateway"}, {"state": "held"}):
        said = bob.open("/activity/", **query)
        assert said.status_code == 200 and "klarna" not in said.text and "/activity/6" not in said.text
    assert "#100" not in bob.fetch("/activity/orders.csv").text


def many(stage: Stage, count: int, *, name: str = "many-") -> None:
    """Orders in the rows, all of one moment after every other, posted without documents; the last was never read."""

    def act(stage: Stage, store: Store) -> None:
        placed = now() + timedelta(hours=1)
        rows = [
            {
                "store_id": store.id,
                "external_id": f"gid://shopify/Order/9{number:05d}",
                "name": f"{name}{number}" if number < count - 1 else "unread",
                "version": 1,
                "placed_at": placed if number < count - 1 else None,
                "outcome": Outcome.NOTHING,
                "amount": Decimal("1.00"),
                "currency": "GBP",
            }
            for number in reversed(range(count))
        ]
        db.session.execute(insert(OrderFacts), rows)

    scenes.in_app(stage, act)
