"""Our schema on graphql-core's executor, with what needs a batch read ahead.

As in the compiled way, the selection below ``scheduleMatrix`` is walked once and each batched field is computed for all
objects together. graphql-core then finds plain values, and needs neither task nor future a cell: what it still costs is
completing each value by itself, and that is what compiled execution saves.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from inspect import isawaitable
from itertools import chain
from typing import Any

from graphql import (
    FieldNode,
    GraphQLObjectType,
    GraphQLResolveInfo,
    get_named_type,
    get_nullable_type,
    is_list_type,
)
from graphql.execution.values import VariableValues, get_argument_values
from strawberry.types.arguments import convert_arguments

from benchmarks.ways.graphql_core import copy_of_schema, field, object_type
from schema.build import Schema
from schema.execution.batch import BatchContext, batch_function


def read_ahead_schema() -> Schema:
    """The product's schema, whose batched fields below ``scheduleMatrix`` give what was read ahead."""
    copy = copy_of_schema()
    for name in ("MatrixRow", "MatrixCell", "SchoolClass", "Exam"):
        for definition in object_type(copy, name).fields.values():
            if batch_function(definition.extensions["strawberry-definition"].metadata):
                definition.resolve = _give
    matrix = field(copy, "Query", "scheduleMatrix")
    resolve = matrix.resolve
    assert resolve is not None

    async def resolve_and_read_ahead(source: Any, info: Any, **arguments: Any) -> Any:
        found = resolve(source, info, **arguments)
        found = await found if isawaitable(found) else found
        info.context.ahead = {}
        for node in info.field_nodes:
            await _read(info, object_type(copy, "ScheduleMatrix"), node, [found])
        return found

    matrix.resolve = resolve_and_read_ahead
    return copy


def _give(source: Any, info: GraphQLResolveInfo[Any], **_: Any) -> Any:
    return info.context.ahead[id(source), info.field_name]


async def _read(
    info: Any, parent: GraphQLObjectType, node: FieldNode, objects: Sequence[Any]
) -> None:
    """Reads the fields that ``node`` selects from ``objects``, which are of the type ``parent``."""
    selected = node.selection_set.selections if node.selection_set else ()
    await asyncio.gather(
        *(
            _read_field(info, parent, each, objects)
            for each in selected
            if isinstance(each, FieldNode)
        )
    )


async def _read_field(
    info: Any, parent: GraphQLObjectType, node: FieldNode, objects: Sequence[Any]
) -> None:
    name = node.name.value
    definition = parent.fields[name]
    strawberry_field = definition.extensions["strawberry-definition"]
    values: Collection[Any]
    if function := batch_function(strawberry_field.metadata):
        arguments = convert_arguments(
            get_argument_values(
                definition, node, VariableValues(sources={}, coerced=info.variable_values)
            ),
            strawberry_field.arguments,
            scalar_registry=info.schema._strawberry_schema.schema_converter.scalar_registry,
            config=info.schema._strawberry_schema.config,
        )
        computed = function(BatchContext(info.context, parent.name), objects, **arguments)
        values = await computed if isawaitable(computed) else computed
        info.context.ahead.update(
            ((id(source), name), value) for source, value in zip(objects, values, strict=True)
        )
    elif node.selection_set:
        values = [getattr(source, strawberry_field.python_name) for source in objects]
    if node.selection_set:
        if is_list_type(get_nullable_type(definition.type)):
            values = list(chain.from_iterable(values))
        distinct = {id(value): value for value in values if value is not None}
        below = get_named_type(definition.type)
        assert isinstance(below, GraphQLObjectType)
        await _read(info, below, node, list(distinct.values()))
