"""Look-ahead: what a document selects below a field."""

from __future__ import annotations

from typing import Any, NamedTuple

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLNamedType,
    GraphQLResolveInfo,
    InlineFragmentNode,
    SelectionSetNode,
    get_named_type,
)

from schema.context import Info
from schema.execution.batch import reads_objects
from schema.execution.core import raw_info, strawberry_field


def leads_back_to(type_name: str, info: Info) -> bool:
    """Return whether the document can lead from objects of this type back to objects of this type.

    Looks at the current field and below. ``cells { schoolClass { cells { id } } }`` leads from cells back to cells. Fields
    that a directive skips count too.
    """
    core_info = raw_info(info)
    walk = _Walk(core_info.schema.type_map[type_name], core_info, set())
    parent = get_named_type(core_info.return_type)
    return any(
        walk.leads_back(parent, node.selection_set, parent is walk.target)
        for node in core_info.field_nodes
    )


def selects(name: str, info: Info) -> bool:
    """Return whether the document selects the field ``name`` of the current field's object.

    Fields that a directive skips count too.
    """
    core_info = raw_info(info)
    waiting = [node.selection_set for node in core_info.field_nodes]
    seen_fragments: set[str] = set()
    while waiting:
        selection_set = waiting.pop()
        for selection in selection_set.selections if selection_set else ():
            match selection:
                case FieldNode():
                    if selection.name.value == name:
                        return True
                case InlineFragmentNode():
                    waiting.append(selection.selection_set)
                case FragmentSpreadNode() if selection.name.value not in seen_fragments:
                    seen_fragments.add(selection.name.value)
                    waiting.append(core_info.fragments[selection.name.value].selection_set)
    return False


class _Walk(NamedTuple):
    target: GraphQLNamedType
    info: GraphQLResolveInfo[Any]
    seen_fragments: set[tuple[str, bool]]

    def leads_back(
        self, parent: Any, selection_set: SelectionSetNode | None, below_target: bool
    ) -> bool:
        """Return whether the selection contains the target below the target.

        ``below_target``: whether ``parent`` is already the target or below it.
        """
        for selection in selection_set.selections if selection_set else ():
            match selection:
                case FieldNode():
                    field = parent.fields.get(selection.name.value)
                    below = field and get_named_type(field.type)
                    if below is self.target and below_target:
                        return True
                    definition = strawberry_field(field)
                    if definition is not None and reads_objects(definition.metadata):
                        # One query cannot read both: the first objects lead to the next only when they are read.
                        continue
                    inner = selection.selection_set
                case InlineFragmentNode():
                    condition = selection.type_condition
                    below = self._type(condition.name.value) if condition else parent
                    inner = selection.selection_set
                case FragmentSpreadNode():
                    # A fragment selects the same fields at each spread, so one visit is enough. Fragments that
                    # spread each other twice would be visited an exponential number of times.
                    visit = (selection.name.value, below_target)
                    if visit in self.seen_fragments:
                        continue
                    self.seen_fragments.add(visit)
                    fragment = self.info.fragments[selection.name.value]
                    below = self._type(fragment.type_condition.name.value)
                    inner = fragment.selection_set
            if self.leads_back(below, inner, below_target or below is self.target):
                return True
        return False

    def _type(self, name: str) -> GraphQLNamedType | None:
        return self.info.schema.get_type(name)


class SelectedFields(NamedTuple):
    """Fields below a field, each as its type and name: those at or below objects of one field, and the others."""

    inside: set[tuple[Any, str]]
    outside: set[tuple[Any, str]]


def fields_below(info: Info, border: tuple[str, str]) -> SelectedFields:
    """Return the fields that the document selects below the current one. What a directive leaves out is included.

    ``border`` is the type and name of a field; the fields below it are ``inside``.
    """
    core_info = raw_info(info)
    selected = SelectedFields(set(), set())
    entered: set[tuple[str, bool]] = set()
    waiting: list[tuple[Any, SelectionSetNode | None, bool]] = [
        (get_named_type(core_info.return_type), node.selection_set, False)
        for node in core_info.field_nodes
    ]
    while waiting:
        parent, selection_set, is_inside = waiting.pop()
        for selection in selection_set.selections if selection_set else ():
            below: Any = parent
            inner, inside = None, is_inside
            match selection:
                case FieldNode():
                    name = selection.name.value
                    (selected.inside if is_inside else selected.outside).add((parent, name))
                    if selection.selection_set:
                        below = get_named_type(parent.fields[name].type)
                        inner = selection.selection_set
                        inside = is_inside or (parent.name, name) == border
                case InlineFragmentNode():
                    inner = selection.selection_set
                    if condition := selection.type_condition:
                        below = core_info.schema.type_map[condition.name.value]
                case FragmentSpreadNode() if (selection.name.value, is_inside) not in entered:
                    entered.add((selection.name.value, is_inside))
                    fragment = core_info.fragments[selection.name.value]
                    below = core_info.schema.type_map[fragment.type_condition.name.value]
                    inner = fragment.selection_set
            if inner is not None:
                waiting.append((below, inner, inside))
    return selected
