"""Our schema on graphql-core's executor, with all batched fields prefetched.

It walks the selection below ``scheduleMatrix`` once, as compiled execution does. It computes each batched field for all
objects. Then graphql-core finds plain values and creates no task or future per cell. It still completes each value
separately, and compiled execution saves that.
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

from benchmarks.product import (
    Schema,
    attribute_of,
    compute_batch,
    copy_of_schema,
    field,
    is_batched,
    object_type,
)


def prefetch_schema() -> Schema:
    """Return the product's schema. Its batched fields below ``scheduleMatrix`` return prefetched values."""
    copy = copy_of_schema()
    for name in ("MatrixRow", "MatrixCell", "SchoolClass", "Exam"):
        for definition in object_type(copy, name).fields.values():
            if is_batched(definition):
                definition.resolve = _prefetched_value
    matrix = field(copy, "Query", "scheduleMatrix")
    resolve = matrix.resolve
    assert resolve is not None

    async def resolve_and_prefetch(source: Any, info: Any, **arguments: Any) -> Any:
        found = resolve(source, info, **arguments)
        found = await found if isawaitable(found) else found
        info.context.prefetched = {}
        for node in info.field_nodes:
            await _prefetch(info, object_type(copy, "ScheduleMatrix"), node, [found])
        return found

    matrix.resolve = resolve_and_prefetch
    return copy


def _prefetched_value(source: Any, info: GraphQLResolveInfo[Any], **_: Any) -> Any:
    return info.context.prefetched[id(source), info.field_name]


async def _prefetch(
    info: Any, parent: GraphQLObjectType, node: FieldNode, objects: Sequence[Any]
) -> None:
    """Compute the fields that ``node`` selects for ``objects``, which have the type ``parent``."""
    selected = node.selection_set.selections if node.selection_set else ()
    await asyncio.gather(
        *(
            _prefetch_field(info, parent, each, objects)
            for each in selected
            if isinstance(each, FieldNode)
        )
    )


async def _prefetch_field(
    info: Any, parent: GraphQLObjectType, node: FieldNode, objects: Sequence[Any]
) -> None:
    name = node.name.value
    definition = parent.fields[name]
    values: Collection[Any]
    if is_batched(definition):
        values = await compute_batch(info, parent, node, objects)
        info.context.prefetched.update(
            ((id(source), name), value) for source, value in zip(objects, values, strict=True)
        )
    elif node.selection_set:
        values = [getattr(source, attribute_of(definition)) for source in objects]
    if node.selection_set:
        if is_list_type(get_nullable_type(definition.type)):
            values = list(chain.from_iterable(values))
        distinct = {id(value): value for value in values if value is not None}
        below = get_named_type(definition.type)
        assert isinstance(below, GraphQLObjectType)
        await _prefetch(info, below, node, list(distinct.values()))
