"""Compiling a selection set to a plan that completes objects by columns.

A selection can be compiled where each of its fields is a plain attribute of the object, or is computed by a batch
function, and leads to leaves, or again to such objects or lists of them. It cannot where it comes back to a type it has
passed through: cells that lead to further cells must ask for these before they are read themselves (see
`schema.execution.lookahead.leads_back_to`), and graphql-core goes on one level after the other as that needs.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from operator import attrgetter
from typing import Any

from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLObjectType,
    GraphQLOutputType,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
)

from schema.execution.batch import BatchContext, BatchFunction, batch_function
from schema.execution.completers import (
    Completer,
    LeafCompleter,
    ListCompleter,
    ObjectCompleter,
    UnexpectedValueError,
)
from schema.execution.core import (
    CollectedFields,
    FieldDetails,
    StrawberryField,
    argument_values,
    strawberry_field,
)
from schema.execution.run import ExecutionRun

# Fragments that spread each other make selections of any size from a short document. No page asks for so many fields.
_MAX_FIELDS = 1_000


class NotCompilableError(Exception):
    """The selection has something that only graphql-core can do."""


class Attribute:
    """A field that is an attribute of the object."""

    def __init__(self, name: str, shape: Completer) -> None:
        self._read = attrgetter(name)
        self._shape = shape
        self.is_async = shape.is_async

    async def complete(self, run: ExecutionRun, objects: Sequence[Any]) -> Sequence[Any]:
        # Not by `map`, which ends without a word where a property raises `StopIteration`.
        values = [self._read(each) for each in objects]
        return await self._shape.complete(run, values)


class TypeName:
    """The field ``__typename``."""

    is_async = False

    def __init__(self, name: str) -> None:
        self._name = name

    async def complete(self, run: ExecutionRun, objects: Sequence[Any]) -> Sequence[Any]:
        return [self._name] * len(objects)


class Batched:
    """A field that is computed for all objects at once."""

    is_async = True

    def __init__(
        self,
        function: BatchFunction,
        field: StrawberryField,
        definition: GraphQLField,
        node: FieldNode,
        type_name: str,
        shape: Completer,
    ) -> None:
        self._function = function
        self._field = field
        self._definition = definition
        self._node = node
        self._type_name = type_name
        self._shape = shape

    async def complete(self, run: ExecutionRun, objects: Sequence[Any]) -> Sequence[Any]:
        values = self._function(
            BatchContext(run.context, self._type_name), objects, **self._arguments(run)
        )
        if isinstance(values, Awaitable):
            values = await values
        if len(values) != len(objects):
            raise UnexpectedValueError
        return await self._shape.complete(run, values)

    def _arguments(self, run: ExecutionRun) -> dict[str, Any]:
        if not self._definition.args:
            return {}
        return argument_values(
            self._field, self._definition, self._node, run.variable_values, run.schema
        )


FieldPlan = Attribute | TypeName | Batched


class ObjectPlan:
    """Completes objects of one type, for one selection set."""

    def __init__(self, columns: dict[str, FieldPlan]) -> None:
        self._names = tuple(columns)
        self._columns = tuple(columns.values())
        self.is_async = any(column.is_async for column in self._columns)

    async def complete(self, run: ExecutionRun, objects: Sequence[Any]) -> list[dict[str, Any]]:
        """A dictionary for each object, its fields in the order of the selection."""
        if not objects:
            return []
        run.count.add(run.times * len(objects) * len(self._columns))
        # Those that wait, wait together: what they ask for belongs to the same batches.
        waiting = [
            asyncio.ensure_future(column.complete(run, objects))
            for column in self._columns
            if column.is_async
        ]
        awaited = iter(await asyncio.gather(*waiting) if waiting else ())
        values = [
            next(awaited) if column.is_async else await column.complete(run, objects)
            for column in self._columns
        ]
        if not values:
            return [{} for _ in objects]
        names = self._names
        return [dict(zip(names, row, strict=True)) for row in zip(*values, strict=True)]


class Compiler:
    """Compiles selections as ``collect_subfields`` finds them, with its fragments and directives applied."""

    def __init__(
        self, collect_subfields: Callable[[GraphQLObjectType, list[FieldDetails]], CollectedFields]
    ) -> None:
        self._collect_subfields = collect_subfields
        self._fields_left = _MAX_FIELDS

    def compile(
        self,
        type_: GraphQLOutputType,
        details: list[FieldDetails],
        passed: frozenset[GraphQLObjectType] = frozenset(),
    ) -> Completer:
        """The shape of values of ``type_`` with the selection of ``details``. Raises `NotCompilableError`."""
        if is_non_null_type(type_):
            return self._compile_type(type_.of_type, details, passed, nullable=False)
        return self._compile_type(type_, details, passed, nullable=True)

    def _compile_type(
        self,
        type_: Any,
        details: list[FieldDetails],
        passed: frozenset[GraphQLObjectType],
        *,
        nullable: bool,
    ) -> Completer:
        if is_list_type(type_):
            return ListCompleter(self.compile(type_.of_type, details, passed), nullable=nullable)
        if is_leaf_type(type_):
            return LeafCompleter(type_, nullable=nullable)
        if not is_object_type(type_) or type_ in passed:
            raise NotCompilableError
        plan = self._compile_object(type_, details, passed | {type_})
        return ObjectCompleter(type_, plan, nullable=nullable)

    def _compile_object(
        self,
        type_: GraphQLObjectType,
        details: list[FieldDetails],
        passed: frozenset[GraphQLObjectType],
    ) -> ObjectPlan:
        collected = self._collect_subfields(type_, details)
        if collected.new_defer_usages:
            raise NotCompilableError
        return ObjectPlan(
            {
                response_name: self._compile_field(type_, field_details, passed)
                for response_name, field_details in collected.grouped_field_set.items()
            }
        )

    def _compile_field(
        self,
        type_: GraphQLObjectType,
        details: list[FieldDetails],
        passed: frozenset[GraphQLObjectType],
    ) -> FieldPlan:
        self._fields_left -= 1
        if self._fields_left < 0:
            raise NotCompilableError
        node = details[0].node
        name = node.name.value
        if name == "__typename":
            return TypeName(type_.name)
        definition = type_.fields.get(name)
        field = strawberry_field(definition)
        if definition is None or field is None or details[0].fragment_variable_values is not None:
            raise NotCompilableError
        # Permissions, among others.
        if field.extensions:
            raise NotCompilableError
        shape = self.compile(definition.type, details, passed)
        if function := batch_function(field.metadata):
            return Batched(function, field, definition, node, type_.name, shape)
        if field.is_basic_field and not node.arguments:
            return Attribute(field.python_name, shape)
        raise NotCompilableError
