"""Our query documents against Shopify's whole Admin schema, and their cost by the documented rule."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from graphql import (
    GraphQLSchema,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    graphql_sync,
    parse,
    validate,
    visit,
)

from embedded_app.accounting.order import Order
from embedded_app.channels.shopify.documents import query_names, query_text
from embedded_app.channels.shopify.names import NAMES_PER_CALL
from embedded_app.channels.shopify.orders import parse_order
from embedded_app.channels.shopify.reading import FOREIGN_BATCH_SIZE, MAX_POINTS, START_BATCH_SIZE
from tests.channels.query_cost import query_cost
from tests.channels.shopify_bodies import ORDER_ID, Json, in_euros, mugs_by_post
from tests.specs import shopify_schema


@pytest.fixture(scope="module")
def admin_schema() -> GraphQLSchema:
    return shopify_schema()


@pytest.mark.parametrize("presented", [False, True], ids=["shop money", "both currencies"])
@pytest.mark.parametrize("name", query_names())
def test_each_query_is_valid_against_the_official_schema(
    admin_schema: GraphQLSchema, name: str, presented: bool
) -> None:
    assert validate(admin_schema, parse(query_text(name, presented=presented))) == []


@pytest.mark.parametrize(
    ("name", "points", "points_in_both"),
    [
        ("order", 102, 131),
        ("agreements", 406, 526),
        ("sales", 657, 857),
        ("gift_cards", 153, 153),
        ("found_orders", 253, 253),
    ],
)
def test_each_query_costs_what_its_comment_says(
    admin_schema: GraphQLSchema, name: str, points: int, points_in_both: int
) -> None:
    assert query_cost(admin_schema, parse(query_text(name))) == points
    assert query_cost(admin_schema, parse(query_text(name, presented=True))) == points_in_both


def test_the_first_batch_of_orders_fits_in_one_call(admin_schema: GraphQLSchema) -> None:
    cost = query_cost(admin_schema, parse(query_text("orders")), ids=START_BATCH_SIZE)

    assert (START_BATCH_SIZE, cost) == (9, 910)
    assert cost <= MAX_POINTS


def test_a_batch_of_orders_in_both_currencies_fits_in_one_call(admin_schema: GraphQLSchema) -> None:
    cost = query_cost(admin_schema, parse(query_text("orders", presented=True)), ids=FOREIGN_BATCH_SIZE)

    assert (FOREIGN_BATCH_SIZE, cost) == (7, 911)
    assert cost <= MAX_POINTS


def test_fifty_names_cost_fifty_points(admin_schema: GraphQLSchema) -> None:
    assert query_cost(admin_schema, parse(query_text("names")), ids=NAMES_PER_CALL) == 50


def test_only_what_was_presented_in_another_currency_is_asked_in_it() -> None:
    texts = [query_text(name) for name in query_names()]

    assert not any("presentmentMoney" in text or "currencyExchangeAdjustment" in text for text in texts)


def test_of_people_and_addresses_only_the_country_is_asked(admin_schema: GraphQLSchema) -> None:
    asked = [field for name in query_names() for field in _fields_asked(admin_schema, name)]

    assert {field for owner, field in asked if owner == "MailingAddress"} == {"countryCodeV2"}
    assert {field for owner, field in asked if owner == "LocationAddress"} == {"countryCode"}
    assert not {owner for owner, _ in asked} & {"StaffMember", "CompanyContact", "CompanyLocation"}


def test_only_the_query_for_names_asks_more_of_customers_than_their_ids(admin_schema: GraphQLSchema) -> None:
    people = ("Customer", "Company")
    asked = {name: {one for one in _fields_asked(admin_schema, name) if one[0] in people} for name in query_names()}

    assert asked.pop("names") == {("Customer", "displayName"), ("Company", "name")}
    assert set().union(*asked.values()) == {("Customer", "id"), ("Company", "id")}


def test_of_a_gift_card_its_code_and_owner_are_not_asked(admin_schema: GraphQLSchema) -> None:
    asked = {field for owner, field in _fields_asked(admin_schema, "gift_cards") if owner == "GiftCard"}

    assert asked == {"id", "createdAt", "initialValue", "lineItem"}


@pytest.mark.parametrize("node", [mugs_by_post(), in_euros(mugs_by_post())], ids=["shop money", "both currencies"])
def test_the_bodies_of_these_tests_are_answers_the_official_schema_allows(
    admin_schema: GraphQLSchema, node: Json
) -> None:
    root = {"shop": {"ianaTimezone": "Europe/London"}, "nodes": [node]}
    query = query_text("orders", presented=node["presentmentCurrencyCode"] == "EUR")

    result = graphql_sync(admin_schema, query, root, variable_values={"ids": [ORDER_ID]})

    assert result.errors is None
    answered = json.loads(json.dumps(result.data), parse_float=Decimal)["nodes"][0]
    assert isinstance(parse_order(answered, "Europe/London"), Order)
    assert parse_order(answered, "Europe/London") == parse_order(node, "Europe/London")


def _fields_asked(schema: GraphQLSchema, name: str) -> list[tuple[str, str]]:
    asked: list[tuple[str, str]] = []
    types = TypeInfo(schema)

    class Fields(Visitor):
        def enter_field(self, node: object, *_: object) -> None:
            asked.append((types.get_parent_type().name, node.name.value))

    visit(parse(query_text(name)), TypeInfoVisitor(types, Fields()))
    return asked
