"""The sandbox's Admin API: access, versions, costs, throttling, pages, and what it refuses."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from graphql import parse

from embedded_app.clock import SetClock
from embedded_app.sandbox.shopify import GB_VAT, Product, execution
from embedded_app.sandbox.shopify.bucket import MAXIMUM_POINTS
from embedded_app.sandbox.shopify.cost import requested_cost
from tests.sandbox.shopify_caller import StoreCaller, open_store

MUG = Product(title="Mug", price=Decimal("9.99"), sku="MUG")
AMOUNT = "{ shopMoney { amount } }"


@pytest.fixture
def store(clock: SetClock) -> Iterator[StoreCaller]:
    with open_store(clock) as caller:
        yield caller


def cost(query: str, **variables: object) -> int:
    return requested_cost(execution.schema(), parse(query), variables)


@pytest.mark.parametrize(
    ("query", "points"),
    [
        ("{ shop { name currencyCode } }", 1),
        ("{ orders(first: 10) { nodes { id name } } }", 12),
        ("{ orders(first: 10) { edges { cursor node { id } } } }", 12),
        ("{ orders(first: 10) { nodes { id } pageInfo { hasNextPage } } }", 13),
        ("{ orders(first: 10) { nodes { agreements(first: 5) { nodes { id } } } } }", 2 + 10 * (1 + 2 + 5)),
        (f'{{ order(id: "1") {{ netPaymentSet {AMOUNT} transactions {{ id amountSet {AMOUNT} }} }} }}', 6),
        (f'{{ order(id: "1") {{ transactions(first: 5) {{ id amountSet {AMOUNT} }} }} }}', 16),
        ('{ nodes(ids: ["1", "2", "3"]) { id ... on Order { shippingAddress { countryCodeV2 } } } }', 6),
        ("{ shop { id } shop { name } again: shop { id } }", 2),
    ],
)
def test_a_query_asks_for_the_documented_points(query: str, points: int) -> None:
    assert cost(query) == points


def test_an_interface_costs_its_dearest_type() -> None:
    query = """query($id: ID!, $more: Boolean!) { order(id: $id) { agreements(first: 1) { nodes { sales(first: 5) {
        nodes { id
        ... on ProductSale { lineItem { product { title } } }
        ... on ShippingLineSale { shippingLine { title } }
        ... @include(if: $more) { totalAmount { shopMoney { amount } } } } } } } } }"""

    assert cost(query, id="1", more=False) == 1 + 2 + 1 + 2 + 5 * 3
    assert cost(query, id="1", more=True) == 1 + 2 + 1 + 2 + 5 * 5


def test_a_query_of_more_than_a_thousand_points_is_refused_before_it_runs(store: StoreCaller) -> None:
    answer = store.ask("{ orders(first: 250) { nodes { agreements(first: 5) { nodes { id } } } } }")

    assert answer["errors"][0]["extensions"]["code"] == "MAX_COST_EXCEEDED"
    assert answer["errors"][0]["extensions"]["cost"] == 2002
    assert "data" not in answer


def test_an_answer_says_what_it_cost_and_takes_only_that_from_the_bucket(store: StoreCaller) -> None:
    store.shop.place_order([(MUG, 1)])

    spent = store.ask("{ orders(first: 100) { nodes { id netPaymentSet { shopMoney { amount } } } } }")["extensions"]

    assert spent["cost"]["requestedQueryCost"] == 302
    assert spent["cost"]["actualQueryCost"] == 5
    assert spent["cost"]["throttleStatus"] == {
        "maximumAvailable": 2000,
        "currentlyAvailable": 1995,
        "restoreRate": 100,
    }


def test_an_empty_bucket_throttles_until_it_has_run_full_enough(store: StoreCaller) -> None:
    store.shop.bucket.empty()
    query = "{ orders(first: 100) { nodes { id } } }"

    throttled = store.ask(query)
    store.clock.advance(1.02)

    assert throttled["errors"][0]["extensions"]["code"] == "THROTTLED"
    assert throttled["extensions"]["cost"]["throttleStatus"]["currentlyAvailable"] == 0
    assert "errors" not in store.ask(query)


def test_without_limits_nothing_is_throttled(store: StoreCaller) -> None:
    store.world.limits = False
    store.shop.bucket.empty()

    assert "errors" not in store.ask("{ orders(first: 100) { nodes { id } } }")


def test_the_bucket_never_holds_more_than_its_maximum(store: StoreCaller) -> None:
    store.clock.advance(3600)

    assert store.shop.bucket.available == MAXIMUM_POINTS


@pytest.mark.parametrize(
    ("arguments", "message"),
    [("", "one of first or last"), ("(first: 251)", "from 1 to 250"), ("(last: 5)", "forward only")],
)
def test_a_page_without_a_lawful_size_is_refused(store: StoreCaller, arguments: str, message: str) -> None:
    answer = store.ask(f"{{ orders{arguments} {{ nodes {{ id }} }} }}")

    assert message in answer["errors"][0]["message"]


def test_an_unknown_field_is_refused(store: StoreCaller) -> None:
    answer = store.ask("{ shop { plan { shopifyPlus } } }")

    assert "Cannot query field 'plan'" in answer["errors"][0]["message"]


def test_a_query_that_does_not_parse_is_refused_like_an_unknown_field(store: StoreCaller) -> None:
    assert "Syntax Error" in store.ask("{ shop {")["errors"][0]["message"]


def test_unknown_and_deleted_orders_are_null_among_the_nodes(store: StoreCaller) -> None:
    kept, gone = store.shop.place_order([(MUG, 1)]), store.shop.place_order([(MUG, 1)])
    store.shop.delete_order(gone.id)

    answer = store.ask(
        "query($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=[kept.id, gone.id, "gid://shopify/Order/1"]
    )

    assert answer["data"] == {"nodes": [{"id": kept.id}, None, None]}
    assert "errors" not in answer


def test_a_denied_order_is_null_with_an_error_at_its_place(store: StoreCaller) -> None:
    order = store.shop.place_order([(MUG, 1)])
    store.shop.denied_orders.add(order.id)

    answer = store.ask("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=["gid://shopify/Order/1", order.id])

    assert answer["data"] == {"nodes": [None, None]}
    assert [error["path"] for error in answer["errors"]] == [["nodes", 1]]
    assert answer["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"


def test_a_denied_field_is_null_and_takes_its_order_with_it_where_null_is_not_allowed(store: StoreCaller) -> None:
    order = store.shop.place_order([(MUG, 1)])
    fields = "id shippingAddress { countryCodeV2 } agreements(first: 1) { nodes { id } }"
    query = f"query($id: ID!) {{ order(id: $id) {{ {fields} }} }}"

    store.shop.denied_fields = {"Order.shippingAddress"}
    without_address = store.ask(query, id=order.id)
    store.shop.denied_fields = {"Order.agreements"}
    without_agreements = store.ask(query, id=order.id)

    assert without_address["data"]["order"]["shippingAddress"] is None
    assert without_agreements["data"]["order"] is None
    assert without_agreements["errors"][0]["path"] == ["order", "agreements"]


def test_more_than_250_ids_are_refused(store: StoreCaller) -> None:
    answer = store.ask("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=["gid://shopify/Order/1"] * 251)

    assert answer["errors"][0]["extensions"]["code"] == "MAX_INPUT_SIZE_EXCEEDED"


def test_agreements_and_sales_are_read_page_by_page(store: StoreCaller) -> None:
    order = store.shop.place_order([(MUG, 1), (MUG, 2), (MUG, 3)])
    order.edit(add=[(MUG, 4)])
    query = """query($id: ID!, $after: String, $sale: String) { order(id: $id) { agreements(first: 1, after: $after) {
        edges { cursor node { sales(first: 2, after: $sale) {
            nodes { quantity } pageInfo { hasNextPage endCursor } } } }
        pageInfo { hasNextPage } } } }"""

    first = store.ask(query, id=order.id)["data"]["order"]["agreements"]
    sales = first["edges"][0]["node"]["sales"]
    rest = store.ask(query, id=order.id, sale=sales["pageInfo"]["endCursor"])["data"]["order"]["agreements"]
    second = store.ask(query, id=order.id, after=first["edges"][0]["cursor"])["data"]["order"]["agreements"]

    assert [sale["quantity"] for sale in sales["nodes"]] == [1, 2]
    assert rest["edges"][0]["node"]["sales"] == {
        "nodes": [{"quantity": 3}],
        "pageInfo": {"hasNextPage": False, "endCursor": rest["edges"][0]["node"]["sales"]["pageInfo"]["endCursor"]},
    }
    assert (first["pageInfo"]["hasNextPage"], second["pageInfo"]["hasNextPage"]) == (True, False)
    assert second["edges"][0]["node"]["sales"]["nodes"] == [{"quantity": 4}]


def test_a_sweep_finds_the_orders_that_changed_since_its_cursor(store: StoreCaller) -> None:
    early, late = store.shop.place_order([(MUG, 1)]), store.shop.place_order([(MUG, 1)])
    store.clock.advance(60)
    early.pay("paypal")

    answer = store.ask(
        "query($q: String) { orders(first: 10, query: $q, sortKey: UPDATED_AT) { nodes { id } } }",
        q="updated_at:>='2026-11-24T12:00:30Z'",
    )
    everything = store.ask("{ orders(first: 10, sortKey: UPDATED_AT) { nodes { id } } }")

    assert answer["data"]["orders"]["nodes"] == [{"id": early.id}]
    assert everything["data"]["orders"]["nodes"] == [{"id": late.id}, {"id": early.id}]


def test_a_search_term_the_sandbox_does_not_know_is_refused_not_ignored(store: StoreCaller) -> None:
    answer = store.ask('{ orders(first: 1, query: "updated:>2026-01-01") { nodes { id } } }')

    assert "does not know" in answer["errors"][0]["message"]


@pytest.mark.parametrize("token", ["", "shpat_of_somebody_else"])
def test_a_wrong_token_is_refused_with_401(store: StoreCaller, token: str) -> None:
    assert store.post("{ shop { id } }", token=token).status_code == 401


def test_an_access_token_lives_for_an_hour(store: StoreCaller) -> None:
    store.clock.advance(3599)
    assert store.post("{ shop { id } }").status_code == 200

    store.clock.advance(1)
    assert store.post("{ shop { id } }").status_code == 401


def test_a_store_does_not_take_another_stores_token(store: StoreCaller) -> None:
    bobs = store.world.shop("bob.myshopify.com").issue_tokens()

    assert store.post("{ shop { id } }", token=bobs.access).status_code == 401


def test_the_answer_names_its_version_and_unknown_versions_are_not_found(store: StoreCaller) -> None:
    assert store.post("{ shop { id } }").headers["X-Shopify-API-Version"] == "2026-10"
    assert store.post("{ shop { id } }", version="2099-99").status_code == 404


def test_an_unknown_store_is_not_found(store: StoreCaller) -> None:
    answer = store.http.post(f"{store.url}/eve.myshopify.com/admin/api/2026-10/graphql.json", json={}, timeout=30)

    assert answer.status_code == 404


def test_a_refusal_on_cue_is_given_once(store: StoreCaller) -> None:
    store.shop.next_statuses = [503, 402]

    assert [store.post("{ shop { id } }").status_code for _ in range(3)] == [503, 402, 200]


def test_a_body_without_a_query_is_refused(store: StoreCaller) -> None:
    headers = {"X-Shopify-Access-Token": store.tokens.access}

    answer = store.http.post(f"{store.origin}/admin/api/2026-10/graphql.json", data="{}", headers=headers, timeout=30)

    assert answer.status_code == 400


def test_the_page_shows_each_order_and_escapes_names(store: StoreCaller) -> None:
    store.world.shop("mallory.myshopify.com", name="<script>alert(1)</script>")
    store.shop.place_order([(MUG, 2)], shipping=Decimal("4.95"), shipping_taxes=(GB_VAT,)).pay("paypal")

    page = store.http.get(store.url, timeout=30).text

    assert "#1001" in page
    assert "24.93 GBP" in page
    assert "&lt;script&gt;" in page
    assert "<script>" not in page
