"""Limit on the estimated size of a response, computed from the document before any data is read.

A short document can request a lot: the exams of the cells of the exams of the cells of a class. The size is the number of
values: every field of every object in the response. `schema.limits.list_sizes` states the assumed length of each list.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from django.conf import settings
from django.utils.translation import gettext as _
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLResolveInfo,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
    get_nullable_type,
    is_list_type,
    is_object_type,
)

from primepath.domain.errors import LimitExceededError
from schema.limits.argument_nodes import ArgumentNodes, variables_of
from schema.limits.fragments import fragments_in_order
from schema.limits.list_sizes import size_of
from schema.limits.selections import shown
from schema.metadata import SIZE_FROM_PARENT


class Cost(NamedTuple):
    """Number of values of one object: ``fixed``, plus ``each`` per item of a list with a length that the parent field states."""

    fixed: int = 0
    each: int = 0

    def plus(self, other: Cost) -> Cost:
        return Cost(self.fixed + other.fixed, self.each + other.each)


_Selected = tuple[Any, GraphQLField, SelectionSetNode]
"""The type of a field, its definition and its selection set."""


class QueryCost:
    """Estimated response sizes of the operations of a valid document."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode) -> None:
        self._schema = schema
        self._fragments = fragments_in_order(document)
        walk = _Walk(schema, self._fragments, None)
        self._upper_bounds = {
            _name(definition): walk.operation(definition)
            for definition in document.definitions
            if isinstance(definition, OperationDefinitionNode)
        }

    def check(self, operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> None:
        """Raise `LimitExceededError` if the estimated response of ``operation`` exceeds the limit.

        ``variables`` are coerced: only then do they have the types that their arguments have.
        For most operations the estimate is below the limit whatever the variables are. That is computed once a document.
        """
        limit = settings.MAX_ANSWER_VALUES
        if self._upper_bounds[_name(operation)] <= limit:
            return
        walk = _Walk(self._schema, self._fragments, variables_of(operation, variables))
        values = walk.operation(operation)
        if values > limit:
            template = _(
                "The estimated response size is {count} values; the limit is {limit}. "
                "Request fewer items, periods or fields."
            )
            raise LimitExceededError(
                template.format(count=shown(values), limit=limit), limit=limit, actual=values
            )


class PayloadCost(NamedTuple):
    """The values of a mutation's payload: ``fixed``, and more for each cell and for each exam in a cell."""

    fixed: int
    cell: int
    exam: int
    shows_cells: bool

    def values(self, cells: int, exams: int) -> int:
        """Return how many values the payload has with so many cells, which have so many exams together."""
        return self.fixed + cells * self.cell + exams * self.exam


def payload_cost(info: GraphQLResolveInfo[Any], variables: Mapping[str, Any]) -> PayloadCost:
    """Return what the payload of the running mutation costs.

    Lists other than the cells and their exams are taken as long as they are expected to be.
    """
    document = DocumentNode(definitions=tuple(info.fragments.values()))
    walk = _Walk(info.schema, fragments_in_order(document), variables)
    payload: Any = get_named_type(info.return_type)
    sets = [node.selection_set for node in info.field_nodes if node.selection_set]
    cost = Cost()
    for each in sets:
        cost = cost.plus(walk.selection(payload, each))
    cells = walk.fields_of(payload, sets, "cells", "cell")
    expected = exam = 0
    for type_, definition, below in walk.fields_of_all(cells, "exams"):
        values = walk.selection(type_, below).fixed
        size = size_of(definition)
        assert isinstance(size, int)
        expected += size * values
        exam += values
    if "cells" in payload.fields:
        return PayloadCost(cost.fixed, cost.each - expected, exam, bool(cells))
    return PayloadCost(cost.fixed - expected, 0, exam, bool(cells))


def _name(operation: OperationDefinitionNode) -> str:
    return operation.name.value if operation.name else ""


class _Walk:
    """Adds up the values of selections. Each fragment is computed once, wherever it is spread."""

    def __init__(
        self,
        schema: GraphQLSchema,
        fragments: Iterable[FragmentDefinitionNode],
        variables: Mapping[str, Any] | None,
    ) -> None:
        """Each of ``fragments`` comes after the fragments it spreads. Without ``variables`` they can have any value."""
        self._schema = schema
        self._variables = variables
        self._spread: dict[str, tuple[Any, Cost]] = {}
        self._fragments: dict[str, FragmentDefinitionNode] = {}
        for fragment in fragments:
            self._fragments[fragment.name.value] = fragment
            type_ = schema.get_type(fragment.type_condition.name.value)
            values = self.selection(type_, fragment.selection_set)
            self._spread[fragment.name.value] = (type_, values)

    def operation(self, operation: OperationDefinitionNode) -> int:
        root = self._schema.get_root_type(operation.operation)
        return self.selection(root, operation.selection_set).fixed

    def selection(self, type_: Any, selection_set: SelectionSetNode) -> Cost:
        common = Cost()
        # An object has one type, so only the selections on that type count: take the largest.
        of_types: defaultdict[Any, Cost] = defaultdict(Cost)
        for selection in selection_set.selections:
            narrowed = type_
            match selection:
                case FieldNode():
                    values = self._field(type_, selection)
                case FragmentSpreadNode():
                    narrowed, values = self._spread[selection.name.value]
                case InlineFragmentNode():
                    if condition := selection.type_condition:
                        narrowed = self._schema.get_type(condition.name.value)
                    values = self.selection(narrowed, selection.selection_set)
            if is_object_type(narrowed) and narrowed is not type_:
                of_types[narrowed] = of_types[narrowed].plus(values)
            else:
                common = common.plus(values)
        return common.plus(
            Cost(
                max((each.fixed for each in of_types.values()), default=0),
                max((each.each for each in of_types.values()), default=0),
            )
        )

    def fields_of_all(self, parents: Iterable[_Selected], *names: str) -> list[_Selected]:
        """Return the selections of the fields of these names, directly below the fields ``parents``."""
        return [
            found for type_, _, below in parents for found in self.fields_of(type_, [below], *names)
        ]

    def fields_of(
        self, type_: Any, selection_sets: Iterable[SelectionSetNode], *names: str
    ) -> list[_Selected]:
        """Return the selections of the fields of these names, directly in ``selection_sets`` or in their fragments."""
        found: list[_Selected] = []
        waiting = [*selection_sets]
        # graphql-core, too, collects a fragment once for each object.
        collected: set[str] = set()
        while waiting:
            for selection in waiting.pop().selections:
                match selection:
                    case FieldNode(selection_set=below):
                        if below is not None and selection.name.value in names:
                            definition = type_.fields[selection.name.value]
                            found.append((get_named_type(definition.type), definition, below))
                    case FragmentSpreadNode():
                        name = selection.name.value
                        if name not in collected:
                            collected.add(name)
                            waiting.append(self._fragments[name].selection_set)
                    case InlineFragmentNode():
                        waiting.append(selection.selection_set)
        return found

    def _field(self, type_: Any, node: FieldNode) -> Cost:
        name = node.name.value
        # Introspection reads no data, and graphql-core limits its lists.
        if node.selection_set is None or name.startswith("__"):
            return Cost(1)
        definition = type_.fields[name]
        below = self.selection(get_named_type(definition.type), node.selection_set)
        size = size_of(definition)
        if size == SIZE_FROM_PARENT:
            return Cost(1, below.fixed)
        count = size(ArgumentNodes(node.arguments, self._variables)) if callable(size) else size
        if is_list_type(get_nullable_type(definition.type)):
            return Cost(1 + (count or 0) * below.fixed)
        return Cost(1 + below.fixed + (count or 0) * below.each)
