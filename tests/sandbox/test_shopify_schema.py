"""The sandbox's schema against Shopify's own."""

import pytest
from graphql import GraphQLEnumType, GraphQLInterfaceType, GraphQLObjectType, GraphQLSchema

from embedded_app.sandbox.shopify import execution
from tests.specs import shopify_schema

SERVED = {name: kind for name, kind in execution.schema().type_map.items() if not name.startswith("__")}


@pytest.fixture(scope="module")
def official() -> GraphQLSchema:
    return shopify_schema()


def test_each_field_and_argument_served_is_shopifys_own(official: GraphQLSchema) -> None:
    for name, kind in SERVED.items():
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            theirs = official.type_map[name].fields
            assert {key: _shape(field) for key, field in kind.fields.items()} == {
                key: _shape(theirs[key]) for key in kind.fields
            }, name


def test_each_enum_has_exactly_shopifys_values(official: GraphQLSchema) -> None:
    for name, kind in SERVED.items():
        if isinstance(kind, GraphQLEnumType):
            assert set(kind.values) == set(official.type_map[name].values), name


def test_an_interface_has_exactly_shopifys_types_where_orders_are_concerned(official: GraphQLSchema) -> None:
    for name in ("Sale", "SalesAgreement", "Fee"):
        ours = execution.schema().get_possible_types(execution.schema().type_map[name])
        theirs = official.get_possible_types(official.type_map[name])
        assert {kind.name for kind in ours} == {kind.name for kind in theirs}


def _shape(field: object) -> tuple[str, dict[str, tuple[str, object]]]:
    return str(field.type), {
        key: (str(argument.type), str(argument.default_value)) for key, argument in field.args.items()
    }
