"""Completers: they turn columns of values into columns of JSON, by GraphQL type.

Anything unexpected raises an exception of any kind. The caller then leaves the value to graphql-core.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import chain, islice
from math import isfinite
from types import GeneratorType
from typing import Any, Protocol

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLLeafType,
    GraphQLObjectType,
    GraphQLString,
    Undefined,
    UndefinedType,
)

from schema.execution.run import ExecutionRun

_NONE_TYPE = type(None)
_NO_VALUES = (Exception, UndefinedType, GeneratorType)


class UnexpectedValueError(Exception):
    """A value that only graphql-core can complete or report."""


def _check_are_values(types: Iterable[type]) -> None:
    """Raise `UnexpectedValueError` for types of errors, undefined values and awaitables."""
    for type_ in types:
        if issubclass(type_, _NO_VALUES) or hasattr(type_, "__await__"):
            raise UnexpectedValueError


class Completer(Protocol):
    """Completes columns of one type.

    ``is_async``: whether it can wait for a batch. ``field_names``: names of the fields that it completes for objects.
    """

    is_async: bool
    field_names: Collection[str]

    async def complete(self, run: ExecutionRun, values: Sequence[Any]) -> Sequence[Any]:
        """Return the values as JSON, in their order."""


class LeafCompleter:
    """Scalars and enumerations."""

    is_async = False
    field_names: Collection[str] = ()

    def __init__(self, type: GraphQLLeafType, *, nullable: bool) -> None:
        self._coerce = type.coerce_output_value
        self._nullable = nullable
        self._names = _names_of_values(type, nullable=nullable)
        plain, self._are_plain = _PLAIN_TYPES.get(type.name, _NOT_PLAIN)
        self._plain_types = {plain, _NONE_TYPE} if nullable else {plain}

    async def complete(self, run: ExecutionRun, values: Sequence[Any]) -> Sequence[Any]:
        if self._names is not None:
            return [self._names[value] for value in values]
        types = set(map(type, values))
        if types <= self._plain_types:
            given = values if _NONE_TYPE not in types else [v for v in values if v is not None]
            if self._are_plain(given):
                return values
        _check_are_values(types)
        return [self._complete_one(value) for value in values]

    def _complete_one(self, value: Any) -> Any:
        if value is None and self._nullable:
            return None
        completed = self._coerce(value)
        if value is None or completed is None or completed is Undefined:
            raise UnexpectedValueError
        return completed


def _names_of_values(type: GraphQLLeafType, *, nullable: bool) -> dict[Any, str | None] | None:
    """Return the names of an enumeration's values, or None for a scalar."""
    if not isinstance(type, GraphQLEnumType):
        return None
    names: dict[Any, str | None] = {
        getattr(value.value, "value", value.value): name for name, value in type.values.items()
    }
    # None means null, even if an enumeration has a member with that value.
    names.pop(None, None)
    return {**names, None: None} if nullable else names


def _always(values: Iterable[Any]) -> bool:
    return True


def _are_32_bit(values: Sequence[int]) -> bool:
    return not values or (min(values) >= -(2**31) and max(values) < 2**31)


def _are_finite(values: Iterable[float]) -> bool:
    return all(map(isfinite, values))


_NOT_PLAIN: tuple[type | None, Callable[[Any], bool]] = (None, _always)
# Values of these types that pass the check need no conversion.
_PLAIN_TYPES: dict[str, tuple[type, Callable[[Any], bool]]] = {
    GraphQLString.name: (str, _always),
    GraphQLID.name: (str, _always),
    GraphQLBoolean.name: (bool, _always),
    GraphQLInt.name: (int, _are_32_bit),
    GraphQLFloat.name: (float, _are_finite),
}


class ObjectCompleter:
    """Objects of one type. An object that occurs many times, such as an exam in many cells, is completed once."""

    def __init__(self, type: GraphQLObjectType, plan: Completer, *, nullable: bool) -> None:
        self._is_type_of = type.is_type_of
        self._plan = plan
        self._nullable = nullable
        self.is_async = plan.is_async
        self.field_names = plan.field_names

    async def complete(self, run: ExecutionRun, values: Sequence[Any]) -> Sequence[Any]:
        distinct = {id(value): value for value in values}
        has_none = distinct.pop(id(None), self) is None
        if has_none and not self._nullable:
            raise UnexpectedValueError
        objects = list(distinct.values())
        self._check_types(objects)
        if len(objects) == len(values):
            return await self._plan.complete(run, objects)
        found = sum(value is not None for value in values) if has_none else len(values)
        completed = await self._plan.complete(run.repeated(found / max(1, len(objects))), objects)
        by_id: dict[int, Any] = dict(zip(distinct, completed, strict=True))
        by_id[id(None)] = None
        return [by_id[id(value)] for value in values]

    def _check_types(self, objects: Iterable[Any]) -> None:
        _check_are_values(set(map(type, objects)))
        is_type_of = self._is_type_of
        if is_type_of is not None:
            for each in objects:
                if is_type_of(each, None) is not True:  # type: ignore[arg-type]
                    raise UnexpectedValueError


class ListCompleter:
    """Lists. The items of all lists are completed together: the exams of all cells are one column."""

    def __init__(self, item: Completer, *, nullable: bool) -> None:
        self._item = item
        self._types = {list, tuple, _NONE_TYPE} if nullable else {list, tuple}
        self.is_async = item.is_async
        self.field_names = item.field_names

    async def complete(self, run: ExecutionRun, values: Sequence[Any]) -> Sequence[Any]:
        types = set(map(type, values))
        if not types <= self._types:
            raise UnexpectedValueError
        given = values if _NONE_TYPE not in types else [value or () for value in values]
        items = iter(await self._item.complete(run, list(chain.from_iterable(given))))
        # Many lists are empty.
        return [
            list(islice(items, len(value))) if value else None if value is None else []
            for value in values
        ]
