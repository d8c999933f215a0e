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
    build_schema,
    graphql_sync,
    parse,
    validate,
    visit,
)

from embedded_app.channels.shopify.documents import query_names, query_text
from embedded_app.channels.shopify.orders import parse_order
from embedded_app.channels.shopify.reading import MAX_POINTS, START_BATCH_SIZE
from tests.channels.query_cost import query_cost
from tests.channels.shopify_bodies import ORDER_ID, mugs_by_post
from tests.specs import specs_dir


@pytest.fixture(scope="module")
def admin_schema() -> GraphQLSchema:
    text = (specs_dir() / "shopify_admin_2026-10.graphql").read_text("utf-8")
    return build_schema(text, assume_valid=True, no_location=True)


@pytest.mark.parametrize("name", query_names())
def test_each_query_is_valid_against_the_official_schema(admin_schema: GraphQLSchema, name: str) -> None:
    assert validate(admin_schema, parse(query_text(name))) == []


@pytest.mark.parametrize(("name", "points"), [("order", 95), ("agreements", 406), ("sales", 657)])
def test_each_query_costs_what_its_comment_says(admin_schema: GraphQLSchema, name: str, points: int) -> None:
    assert query_cost(admin_schema, parse(query_text(name))) == points


def test_the_first_batch_of_orders_fits_in_one_call(admin_schema: GraphQLSchema) -> None:
    cost = query_cost(admin_schema, parse(query_text("orders")), ids=START_BATCH_SIZE)

    assert cost == 941
    assert cost <= MAX_POINTS


def test_of_people_and_addresses_only_the_country_is_asked(admin_schema: GraphQLSchema) -> None:
    asked = [field for name in query_names() for field in _fields_asked(admin_schema, name)]

    assert {field for owner, field in asked if owner == "MailingAddress"} == {"countryCodeV2"}
    assert {field for owner, field in asked if owner == "LocationAddress"} == {"countryCode"}
    assert not {owner for owner, _ in asked} & {"Customer", "StaffMember", "Company", "CompanyContact"}


def test_the_bodies_of_these_tests_are_answers_the_official_schema_allows(admin_schema: GraphQLSchema) -> None:
    root = {"shop": {"ianaTimezone": "Europe/London"}, "nodes": [mugs_by_post()]}

    result = graphql_sync(admin_schema, query_text("orders"), root, variable_values={"ids": [ORDER_ID]})

    assert result.errors is None
    answered = json.loads(json.dumps(result.data), parse_float=Decimal)["nodes"][0]
    assert parse_order(answered, "Europe/London") == parse_order(mugs_by_post(), "Europe/London")


def _fields_asked(schema: GraphQLSchema, name: str) -> list[tuple[str, str]]:
    asked: list[tuple[str, str]] = []
    types = TypeInfo(schema)

    class Fields(Visitor):
        def enter_field(self, node: object, *_: object) -> None:
            asked.append((types.get_parent_type().name, node.name.value))

    visit(parse(query_text(name)), TypeInfoVisitor(types, Fields()))
    return asked
