"""What a query may cost at most, before it runs: Shopify's documented rule.

Scalars and enums 0, an object 1, an interface or union the maximum of its possible selections, a connection two and
the number of objects it may return, sized by `first` (shopify.dev, GraphQL Admin API rate limits; Shopify Engineering,
"Rate Limiting GraphQL APIs by Calculating Query Complexity"). The real API charges large pages less than this rule
says; the strict reading is kept. A plain list counts once unless it is given a `first`; `nodes` counts each id. A
mutation costs ten.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLCompositeType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    get_named_type,
    is_composite_type,
    value_from_ast_untyped,
)

from embedded_app.sandbox.shopify.paging import check_size

CONNECTION_COST = 2
MUTATION_COST = 10  # each field of a mutation, with what it gives back


def requested_cost(
    schema: GraphQLSchema, document: DocumentNode, variables: Mapping[str, Any] | None = None, name: str | None = None
) -> int:
    """Points that the operation asks for. `document` must be valid against `schema`.

    name: of the operation, needed when there are several. Raises GraphQLError for a connection without a page size.
    """
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    if name:
        operations = [node for node in operations if node.name and node.name.value == name]
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    operation = operations[0]
    if operation.operation is OperationType.MUTATION:
        return MUTATION_COST * len(operation.selection_set.selections)
    given = dict(variables or {})
    for variable in operation.variable_definitions or ():
        if variable.default_value is not None:
            given.setdefault(variable.variable.name.value, value_from_ast_untyped(variable.default_value))
    root = schema.query_type
    if root is None:
        raise ValueError("The schema has no query type.")
    return _Counter(schema, fragments, given).selection(root, [operation.selection_set])


class _Counter:
    def __init__(
        self, schema: GraphQLSchema, fragments: Mapping[str, FragmentDefinitionNode], variables: Mapping[str, Any]
    ) -> None:
        self._schema = schema
        self._fragments = fragments
        self._variables = variables

    def selection(self, parent: GraphQLCompositeType, sets: Iterable[SelectionSetNode], times: int = 1) -> int:
        """Cost of what is selected on one object of `parent`; of its dearest type when it is abstract."""
        sets = list(sets)
        if isinstance(parent, GraphQLInterfaceType | GraphQLUnionType):
            return max(
                (self.selection(kind, sets, times) for kind in self._schema.get_possible_types(parent)), default=0
            )
        fields: dict[str, list[FieldNode]] = {}
        for selected in sets:
            self._collect(parent, selected, fields)
        return sum(self._field(parent, nodes, times) for nodes in fields.values())

    def _collect(self, parent: GraphQLObjectType, selected: SelectionSetNode, into: dict[str, list[FieldNode]]) -> None:
        for node in selected.selections:
            if not self._included(node):
                continue
            if isinstance(node, FieldNode):
                into.setdefault((node.alias or node.name).value, []).append(node)
                continue
            fragment: Any = self._fragments[node.name.value] if isinstance(node, FragmentSpreadNode) else node
            if fragment.type_condition is None or self._applies(fragment.type_condition.name.value, parent):
                self._collect(parent, fragment.selection_set, into)

    def _applies(self, condition: str, parent: GraphQLObjectType) -> bool:
        kind = self._schema.get_type(condition)
        if isinstance(kind, GraphQLInterfaceType | GraphQLUnionType):
            return self._schema.is_sub_type(kind, parent)
        return kind is parent

    def _included(self, node: Any) -> bool:
        for directive in node.directives or ():
            argument = self._value(directive.arguments[0].value) if directive.arguments else None
            if (directive.name.value == "skip" and argument) or (directive.name.value == "include" and not argument):
                return False
        return True

    def _field(self, parent: GraphQLObjectType, nodes: list[FieldNode], times: int) -> int:
        name = nodes[0].name.value
        definition = parent.fields.get(name)
        kind = get_named_type(definition.type) if definition else None
        if kind is None or not is_composite_type(kind):
            return 0
        sets = [node.selection_set for node in nodes if node.selection_set]
        arguments = {argument.name.value: self._value(argument.value) for argument in nodes[0].arguments or ()}
        if kind.name.endswith("Connection"):
            first, last = arguments.get("first"), arguments.get("last")
            check_size(first, last)
            return CONNECTION_COST + self.selection(kind, sets, first or last or 0)
        if kind.name.endswith("Edge"):  # An edge is no object of its own: its node is what is counted.
            return self.selection(kind, sets, times)
        if name == "nodes" and "ids" in arguments:
            times = len(arguments["ids"] or ())
        elif name in ("nodes", "node") and parent.name.endswith(("Connection", "Edge")):
            pass  # `times` is the page size of the connection around it.
        else:
            times = arguments.get("first") or 1
        return times * (1 + self.selection(kind, sets))

    def _value(self, node: Any) -> Any:
        return value_from_ast_untyped(node, dict(self._variables))
