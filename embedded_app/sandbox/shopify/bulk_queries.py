"""What a bulk operation may ask: the restrictions that Shopify documents, each refused with a sentence."""

from __future__ import annotations

from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    is_list_type,
    visit,
)
from graphql.type import get_nullable_type

MOST_CONNECTIONS = 5
# Below the first one: orders, their agreements, and these agreements' sales are taken.
DEEPEST = 2


def check_bulk(schema: GraphQLSchema, document: DocumentNode) -> None:
    """Raise GraphQLError with the first thing that makes a valid document unfit for a bulk operation."""
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    if len(operations) != 1 or operations[0].operation is not OperationType.QUERY:
        raise GraphQLError("A bulk operation takes one query.")
    if operations[0].variable_definitions:
        raise GraphQLError("Bulk queries cannot take variables.")
    seen = _Connections(types := TypeInfo(schema))
    visit(document, TypeInfoVisitor(types, seen))
    if not seen.count:
        raise GraphQLError("Bulk queries must contain at least one connection.")
    if seen.count > MOST_CONNECTIONS:
        raise GraphQLError(f"Bulk queries cannot contain more than {MOST_CONNECTIONS} connections.")
    if seen.deepest > DEEPEST + 1:
        raise GraphQLError(f"Bulk queries cannot contain connections with a nesting depth greater than {DEEPEST}.")
    if seen.in_list:
        raise GraphQLError(
            f"Queries that contain a connection field within a list field are not supported: {seen.in_list}."
        )
    if seen.without_edges:
        raise GraphQLError(f"The sandbox's bulk operations read edges, not nodes: {seen.without_edges}.")


class _Connections(Visitor):
    """Counts connections; knows how deep the deepest lies, and one that lies inside a list."""

    def __init__(self, types: TypeInfo) -> None:
        super().__init__()
        self._types = types
        self._path: list[str] = []
        self.count = self.deepest = 0
        self.in_list = self.without_edges = ""

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        kind, name = self._types.get_type(), node.name.value
        named = get_named_type(kind) if kind is not None else None
        step = ""
        if named is not None and named.name.endswith("Connection"):
            step = "connection"
            self.count += 1
            self.deepest = max(self.deepest, self._path.count("connection") + 1)
            if "list" in self._path:
                self.in_list = name
            selected = [one.name.value for one in node.selection_set.selections if isinstance(one, FieldNode)]  # type: ignore[union-attr]
            if "edges" not in selected:
                self.without_edges = name
        elif kind is not None and is_list_type(get_nullable_type(kind)) and name != "edges":
            step = "list"
        self._path.append(step)

    def leave_field(self, *_: Any) -> None:
        self._path.pop()
