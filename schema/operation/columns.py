"""Which columns of cells and exams a document needs. The others are not read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache

from graphql import GraphQLField, is_object_type

from loaders.cells import CELL_COLUMNS
from loaders.exams import EXAM_COLUMNS
from schema.build import schema
from schema.execution.core import graphql_schema, strawberry_field
from schema.metadata import declaration

_OPTIONAL = CELL_COLUMNS | EXAM_COLUMNS


def columns_of(field_names: Iterable[str]) -> frozenset[str]:
    """Return the columns that the fields of a whole document need, by the names of the fields."""
    needed = _columns_by_field()
    return frozenset().union(*(needed[name] for name in field_names if name in needed))


@cache
def _columns_by_field() -> Mapping[str, frozenset[str]]:
    """Return the columns that fields of a name need, in whatever type of the schema they are."""
    needed: defaultdict[str, frozenset[str]] = defaultdict(frozenset)
    for type_ in graphql_schema(schema).type_map.values():
        for name, field in type_.fields.items() if is_object_type(type_) else ():
            needed[name] |= _columns_of_field(field)
    return {name: columns for name, columns in needed.items() if columns}


def _columns_of_field(field: GraphQLField) -> frozenset[str]:
    """Return what a field declares; a plain field needs the column of its own name."""
    declared = declaration(field, "columns")
    if declared is not None:
        if unknown := set(declared) - _OPTIONAL:
            raise ValueError(f"No such columns: {', '.join(sorted(unknown))}.")
        return frozenset(declared)
    definition = strawberry_field(field)
    if definition is None or not definition.is_basic_field:
        return frozenset()
    return _OPTIONAL & {definition.python_name}
