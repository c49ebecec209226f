"""Object types, as a normalised cache distinguishes their objects."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from graphql import (
    GraphQLField,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    get_named_type,
    is_abstract_type,
)

from schema.build import schema
from schema.execution.core import graphql_schema

_PAGING = {"first", "after", "last", "before"}
_CONNECTION, _EDGE = "Connection", "Edge"
# Graphcache stores these in the object that contains them, and so does Apollo.
_PARTS = (_CONNECTION, _EDGE, "PageInfo", "Payload")


class KeyedList(NamedTuple):
    """A list of objects that are not nodes. ``key``: the field that distinguishes them if a document does not select their id."""

    parent: str
    field: str
    item: str
    key: str


# A matrix has one row for each class. Rows of several matrices differ in the year, or in `changesAfter`.
LISTS = (KeyedList("ScheduleMatrix", "rows", "MatrixRow", "schoolClass"),)


def object_types() -> list[GraphQLObjectType]:
    """Return the object types by name, without introspection, operations and parts such as connections and payloads."""
    core = graphql_schema(schema)
    operations = {core.query_type, core.mutation_type, core.subscription_type}
    return [
        each
        for name, each in sorted(core.type_map.items())
        if isinstance(each, GraphQLObjectType)
        and each not in operations
        and not name.startswith("__")
        and not name.endswith(_PARTS)
    ]


def query_type() -> GraphQLObjectType:
    found = graphql_schema(schema).query_type
    assert found is not None
    return found


def has_id(type_: GraphQLObjectType) -> bool:
    return "id" in type_.fields


def is_node(type_: GraphQLObjectType) -> bool:
    return any(each.name == "Node" for each in type_.interfaces)


def identified_by_place() -> list[GraphQLObjectType]:
    """Return the types of objects that are no nodes and in no list.

    The object, the field and its arguments determine which object a field returns. So two documents that read the same field
    without an id have read the same object.
    """
    listed = {
        each
        for parent, field in _fields()
        if _is_listed(parent, field)
        for each in _objects_of(field)
    }
    return [each for each in object_types() if not is_node(each) and each not in listed]


def paginated_fields(type_: GraphQLObjectType) -> dict[str, list[str]]:
    """Return the fields of a type with pages, each with its arguments that select another list."""
    return {
        name: sorted(field.args.keys() - _PAGING)
        for name, field in sorted(type_.fields.items())
        if _type_of(field).name.endswith(_CONNECTION)
    }


def _fields() -> Iterator[tuple[str, GraphQLField]]:
    for type_ in graphql_schema(schema).type_map.values():
        if isinstance(type_, GraphQLObjectType):
            for field in type_.fields.values():
                yield type_.name, field


def _is_listed(parent: str, field: GraphQLField) -> bool:
    return parent.endswith(_EDGE) or _is_list(field.type)


def _objects_of(field: GraphQLField) -> list[GraphQLNamedType]:
    type_ = _type_of(field)
    if is_abstract_type(type_):
        return list(graphql_schema(schema).get_possible_types(type_))
    return [type_]


def _type_of(field: GraphQLField) -> GraphQLNamedType:
    return get_named_type(field.type)


def _is_list(type_: GraphQLOutputType) -> bool:
    if isinstance(type_, GraphQLNonNull):
        return _is_list(type_.of_type)
    return isinstance(type_, GraphQLList)
