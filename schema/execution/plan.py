"""Compilation of a selection set to a plan that completes objects by columns.

A selection can be compiled if each field is a plain attribute of the object or is computed by a batch function. Each
field must lead to leaves, or to objects or lists that can be compiled too.

A selection that returns to a type above it cannot be compiled. Cells that lead to further cells must request these before
they are read themselves; see `schema.execution.lookahead.leads_back_to`. This works only if one level is completed
after the other, as graphql-core does.
"""

from __future__ import annotations

import ast
import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from functools import lru_cache
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

# Fragments that spread each other make selections of any size from a short document. No client needs so many fields.
_MAX_FIELDS = 1_000


class NotCompilableError(Exception):
    """The selection contains something that only graphql-core can execute."""


class Attribute:
    """A field that is an attribute of the object."""

    def __init__(self, name: str, completer: Completer) -> None:
        self._read = attrgetter(name)
        self._completer = completer
        self.is_async = completer.is_async

    async def complete(self, run: ExecutionRun, objects: Sequence[Any]) -> Sequence[Any]:
        # `map` would end silently if a property raised `StopIteration`.
        values = [self._read(each) for each in objects]
        return await self._completer.complete(run, values)


class TypeName:
    """The field ``__typename``."""

    is_async = False

    def __init__(self, name: str) -> None:
        self._name = name

    async def complete(self, run: ExecutionRun, objects: Sequence[Any]) -> Sequence[Any]:
        return [self._name] * len(objects)


class Batched:
    """A field that is computed for all objects at the same time."""

    is_async = True

    def __init__(
        self,
        function: BatchFunction,
        field: StrawberryField,
        definition: GraphQLField,
        node: FieldNode,
        type_name: str,
        siblings: Collection[str],
        completer: Completer,
    ) -> None:
        self._function = function
        self._field = field
        self._definition = definition
        self._node = node
        self._type_name = type_name
        self._siblings = siblings
        self._completer = completer

    async def complete(self, run: ExecutionRun, objects: Sequence[Any]) -> Sequence[Any]:
        batch = BatchContext(
            run.context, self._type_name, self._siblings, self._completer.field_names
        )
        values = self._function(batch, objects, **self._arguments(run))
        if isinstance(values, Awaitable):
            values = await values
        if len(values) != len(objects):
            raise UnexpectedValueError
        return await self._completer.complete(run, values)

    def _arguments(self, run: ExecutionRun) -> dict[str, Any]:
        if not self._definition.args:
            return {}
        return argument_values(
            self._field, self._definition, self._node, run.variable_values, run.schema
        )


FieldPlan = Attribute | TypeName | Batched


@lru_cache(maxsize=1_000)
def _maker_of(names: tuple[str, ...]) -> Callable[..., dict[str, Any]]:
    """Return a function that makes a dictionary with these names from its arguments.

    It is a dictionary in braces, which takes a third of the time of ``dict(zip(names, values))``.
    """
    values = [f"v{number}" for number in range(len(names))]
    function = ast.Lambda(
        ast.arguments([], [ast.arg(each) for each in values], None, [], [], None, []),
        ast.Dict(list(map(ast.Constant, names)), [ast.Name(each, ast.Load()) for each in values]),
    )
    # The names are constants of the code, so they cannot be code themselves.
    code = compile(ast.fix_missing_locations(ast.Expression(function)), "<plan>", "eval")
    made: Callable[..., dict[str, Any]] = eval(code)  # noqa: S307
    return made


class ObjectPlan:
    """Completes objects of one type, for one selection set."""

    def __init__(self, fields: dict[str, FieldPlan], field_names: Collection[str]) -> None:
        self._object = _maker_of(tuple(fields))
        self.field_names = field_names
        self._fields = tuple(fields.values())
        self.is_async = any(field.is_async for field in self._fields)

    async def complete(self, run: ExecutionRun, objects: Sequence[Any]) -> list[dict[str, Any]]:
        """Return a dictionary for each object, with the fields in the order of the selection."""
        if not objects:
            return []
        run.size.add(run.times * len(objects) * len(self._fields))
        # Fields that wait for batches wait at the same time, so that their keys share batches.
        waiting = [
            asyncio.ensure_future(field.complete(run, objects))
            for field in self._fields
            if field.is_async
        ]
        awaited = iter(await asyncio.gather(*waiting) if waiting else ())
        values = [
            next(awaited) if field.is_async else await field.complete(run, objects)
            for field in self._fields
        ]
        if not values:
            return [{} for _ in objects]
        return [self._object(*row) for row in zip(*values, strict=True)]


class Compiler:
    """Compiles the selections that ``collect_subfields`` returns, with fragments and directives applied."""

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
        """Return the completer for values of ``type_`` with the selection of ``details``. Raises `NotCompilableError`."""
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
        selected = collected.grouped_field_set
        names = frozenset(details[0].node.name.value for details in selected.values())
        return ObjectPlan(
            {
                response_name: self._compile_field(type_, field_details, names, passed)
                for response_name, field_details in selected.items()
            },
            names,
        )

    def _compile_field(
        self,
        type_: GraphQLObjectType,
        details: list[FieldDetails],
        siblings: Collection[str],
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
        completer = self.compile(definition.type, details, passed)
        if function := batch_function(field.metadata):
            return Batched(function, field, definition, node, type_.name, siblings, completer)
        if field.is_basic_field and not node.arguments:
            return Attribute(field.python_name, completer)
        raise NotCompilableError
