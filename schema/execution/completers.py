"""How columns of values become columns of JSON, by their GraphQL types.

Anything that is not as expected raises, whatever it is: the caller then leaves the value to graphql-core.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
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

_NOTHING = type(None)
_NO_VALUES = (Exception, UndefinedType, GeneratorType)


class UnexpectedValueError(Exception):
    """A value that only graphql-core can say the right thing about."""


def _check_are_values(types: Iterable[type]) -> None:
    """Raises for what stands for an error or for nothing, and for what has to be waited for."""
    for type_ in types:
        if issubclass(type_, _NO_VALUES) or hasattr(type_, "__await__"):
            raise UnexpectedValueError


class Completer(Protocol):
    """Completes columns of one type. ``is_async`` says whether it may have to wait for a batch."""

    is_async: bool

    async def complete(self, run: ExecutionRun, values: Sequence[Any]) -> Sequence[Any]:
        """The values as JSON, in their order."""


class LeafCompleter:
    """Scalars and enumerations."""

    is_async = False

    def __init__(self, type: GraphQLLeafType, *, nullable: bool) -> None:
        self._coerce = type.coerce_output_value
        self._nullable = nullable
        self._names = _names_of_values(type, nullable=nullable)
        plain, self._are_plain = _PLAIN_TYPES.get(type.name, _NOT_PLAIN)
        self._plain_types = {plain, _NOTHING} if nullable else {plain}

    async def complete(self, run: ExecutionRun, values: Sequence[Any]) -> Sequence[Any]:
        if self._names is not None:
            return [self._names[value] for value in values]
        types = set(map(type, values))
        if types <= self._plain_types:
            given = values if _NOTHING not in types else [v for v in values if v is not None]
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
    """The names of an enumeration's values; None for a scalar."""
    if not isinstance(type, GraphQLEnumType):
        return None
    names: dict[Any, str | None] = {
        getattr(value.value, "value", value.value): name for name, value in type.values.items()
    }
    # Nothing is no value, even where an enumeration has a member for it.
    names.pop(None, None)
    return {**names, None: None} if nullable else names


def _always(values: Iterable[Any]) -> bool:
    return True


def _are_32_bit(values: Sequence[int]) -> bool:
    return not values or (min(values) >= -(2**31) and max(values) < 2**31)


def _are_finite(values: Iterable[float]) -> bool:
    return all(map(isfinite, values))


_NOT_PLAIN: tuple[type | None, Callable[[Any], bool]] = (None, _always)
# Values of these types that pass the check are written as they are.
_PLAIN_TYPES: dict[str, tuple[type, Callable[[Any], bool]]] = {
    GraphQLString.name: (str, _always),
    GraphQLID.name: (str, _always),
    GraphQLBoolean.name: (bool, _always),
    GraphQLInt.name: (int, _are_32_bit),
    GraphQLFloat.name: (float, _are_finite),
}


class ObjectCompleter:
    """Objects of one type. One that is met many times, as an exam in many cells, is completed once."""

    def __init__(self, type: GraphQLObjectType, plan: Completer, *, nullable: bool) -> None:
        self._is_type_of = type.is_type_of
        self._plan = plan
        self._nullable = nullable
        self.is_async = plan.is_async

    async def complete(self, run: ExecutionRun, values: Sequence[Any]) -> Sequence[Any]:
        distinct = {id(value): value for value in values}
        has_nothing = distinct.pop(id(None), self) is None
        if has_nothing and not self._nullable:
            raise UnexpectedValueError
        objects = list(distinct.values())
        self._check_types(objects)
        if len(objects) == len(values):
            return await self._plan.complete(run, objects)
        found = sum(value is not None for value in values) if has_nothing else len(values)
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
    """Lists, whose items are completed together: the exams of all cells as one column."""

    def __init__(self, item: Completer, *, nullable: bool) -> None:
        self._item = item
        self._types = {list, tuple, _NOTHING} if nullable else {list, tuple}
        self.is_async = item.is_async

    async def complete(self, run: ExecutionRun, values: Sequence[Any]) -> Sequence[Any]:
        types = set(map(type, values))
        if not types <= self._types:
            raise UnexpectedValueError
        given = values if _NOTHING not in types else [value or () for value in values]
        items = iter(await self._item.complete(run, list(chain.from_iterable(given))))
        return [None if value is None else list(islice(items, len(value))) for value in values]
