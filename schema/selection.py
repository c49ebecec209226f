"""Looking ahead: what a document asks for below a field."""

from __future__ import annotations

from typing import Any

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


def leads_to(type_name: str, info: Info) -> bool:
    """Whether the document may ask, somewhere below the current field, for objects of this type.

    ``cells { schoolClass { cells { id } } }`` leads from cells to further cells. What a directive takes out counts too.
    """
    raw_info = info._raw_info
    target = raw_info.schema.type_map[type_name]
    parent = get_named_type(raw_info.return_type)
    seen_fragments: set[str] = set()
    return any(
        _leads_to(target, parent, node.selection_set, raw_info, seen_fragments)
        for node in raw_info.field_nodes
    )


def _leads_to(
    target: GraphQLNamedType,
    parent: Any,
    selection_set: SelectionSetNode | None,
    info: GraphQLResolveInfo[Any],
    seen_fragments: set[str],
) -> bool:
    for selection in selection_set.selections if selection_set else ():
        match selection:
            case FieldNode():
                field = parent.fields.get(selection.name.value)
                below = field and get_named_type(field.type)
                if below is target:
                    return True
                inner = selection.selection_set
            case InlineFragmentNode():
                condition = selection.type_condition
                below = info.schema.get_type(condition.name.value) if condition else parent
                inner = selection.selection_set
            case FragmentSpreadNode():
                # A fragment says the same wherever it is spread. Once is enough: fragments that spread each other
                # twice would be walked an exponential number of times.
                name = selection.name.value
                if name in seen_fragments:
                    continue
                seen_fragments.add(name)
                fragment = info.fragments[name]
                below = info.schema.get_type(fragment.type_condition.name.value)
                inner = fragment.selection_set
        if _leads_to(target, below, inner, info, seen_fragments):
            return True
    return False
