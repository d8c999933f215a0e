"""Shopify's documented cost of a query: scalars 0, objects 1, connections 2 plus page size times their node, and of an
interface the dearest of its possible selections. What the store really asks for large pages is less."""

from __future__ import annotations

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
    is_leaf_type,
)


def query_cost(schema: GraphQLSchema, document: DocumentNode, *, ids: int = 1) -> int:
    """Points for the document's one operation; ids: how many nodes it asks by id."""
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    operation = next(node for node in document.definitions if isinstance(node, OperationDefinitionNode))
    return _Count(schema, fragments, ids).selection(operation.selection_set, schema.query_type.name)


class _Count:
    def __init__(self, schema: GraphQLSchema, fragments: dict[str, FragmentDefinitionNode], ids: int) -> None:
        self._schema = schema
        self._fragments = fragments
        self._ids = ids

    def selection(self, selections: SelectionSetNode, type_name: str) -> int:
        """Points for what is selected on a type: its own fields, and the dearest of the fragments on subtypes."""
        own, dearest_subtype = 0, 0
        for part in selections.selections:
            if isinstance(part, FieldNode):
                own += self._field(part, type_name)
                continue
            fragment = self._fragments[part.name.value] if isinstance(part, FragmentSpreadNode) else part
            condition = fragment.type_condition.name.value
            points = self.selection(fragment.selection_set, condition)
            if condition == type_name:
                own += points
            else:
                dearest_subtype = max(dearest_subtype, points)
        return own + dearest_subtype

    def _field(self, node: FieldNode, type_name: str) -> int:
        name = node.name.value
        if name == "__typename":
            return 0
        field = self._schema.get_type(type_name).fields[name]
        type_ = get_named_type(field.type)
        if is_leaf_type(type_):
            return 0
        inside = self.selection(node.selection_set, type_.name)
        if type_.name.endswith("Connection"):
            return 2 + self._connection(node, type_.name)
        if name == "nodes" and type_name == self._schema.query_type.name:
            return self._ids * (1 + inside)
        return 1 + inside

    def _connection(self, node: FieldNode, type_name: str) -> int:
        first = next(argument.value for argument in node.arguments if argument.name.value == "first")
        assert isinstance(first, IntValueNode), "page sizes are written in the documents, so that their cost is known"
        points = 0
        for part in node.selection_set.selections:
            if part.name.value == "edges":
                (inner,) = (edge for edge in part.selection_set.selections if edge.name.value == "node")
                edge_type = get_named_type(self._schema.get_type(type_name).fields["edges"].type)
                points += int(first.value) * self._field(inner, edge_type.name)
            elif part.name.value == "nodes":
                points += int(first.value) * self._field(part, type_name)
            else:
                points += self._field(part, type_name)
        return points
