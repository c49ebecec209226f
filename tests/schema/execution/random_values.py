"""Random values for the fields of `any_value_schema`: most are valid, some are invalid.

A factory creates its value again each time, because generators and coroutines can be used only once.
"""

from __future__ import annotations

import asyncio
import datetime
import types
from collections.abc import Callable, Coroutine, Generator
from decimal import Decimal
from enum import Enum
from functools import partial
from typing import Any

from graphql import (
    GraphQLObjectType,
    Undefined,
    is_abstract_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
)
from hypothesis import strategies as st

from tests.schema.execution.any_value_schema import CORE_SCHEMA, Color, LeafSource, Size, Source

ValueFactory = Callable[[], Any]
MAX_DEPTH = 5


class Text(str):
    """A subclass of `str`."""

    __slots__ = ()


class OtherEnum(Enum):
    RED = "red"


class CustomError(Exception):
    """An error with a message."""


class LateValue:
    """An awaitable that can be awaited any number of times."""

    def __init__(self, factory: ValueFactory) -> None:
        self._factory = factory

    def __await__(self) -> Generator[Any, None, Any]:
        yield from asyncio.sleep(0).__await__()
        return self._factory()

    def __repr__(self) -> str:
        return "<later>"


class Convertible:
    """An object that can be converted to text, number and boolean, like objects of some libraries."""

    def __str__(self) -> str:
        return "answering"

    __repr__ = __str__

    def __index__(self) -> int:
        return 7


class Awaitables:
    """The awaitables that the factories of one example created."""

    def __init__(self) -> None:
        self.awaitables = 0
        self._coroutines: list[Coroutine[Any, Any, Any]] = []

    def coroutine(self, factory: ValueFactory) -> Any:
        async def later() -> Any:
            return factory()

        self.awaitables += 1
        self._coroutines.append(later())
        return self._coroutines[-1]

    def generator_coroutine(self, factory: ValueFactory) -> Any:
        @types.coroutine
        def later() -> Generator[Any, None, Any]:
            yield from asyncio.sleep(0).__await__()
            return factory()

        self.awaitables += 1
        return later()

    def later(self, factory: ValueFactory) -> Any:
        self.awaitables += 1
        return LateValue(factory)

    def stream(self, factory: ValueFactory) -> Any:
        async def each() -> Any:
            for item in factory():
                yield item

        self.awaitables += 1
        return each()

    def close(self) -> None:
        """Close all coroutines, so that Python does not warn about coroutines that were never awaited."""
        for each in self._coroutines:
            each.close()


VALID: dict[str, list[Any]] = {
    "String": ["", "plain", "Ünïcode \U0001f600", 'q"\\\n\u2028', Text("subclass")],
    "Int": [0, -1, 2**31 - 1, -(2**31)],
    "Float": [0.0, -0.0, 1.5, 1e308, 3],
    "Boolean": [True, False],
    "ID": ["id", "", 7, Text("id")],
    "Color": [Color.RED, Color.GREEN, "red", 2],
    "Size": [Size.SMALL, Size.LARGE, "small"],
    "Date": [datetime.date(2026, 3, 14), datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)],
    "JSON": [{"a": [1, None]}, [], "text", 0],
}
UNEXPECTED: list[Any] = [
    *(None, Undefined, True, 0, 1, 2**31, -(2**31) - 1, 2**200, 1.0, 2.5),
    *(float("nan"), float("inf"), Decimal("2.5"), Decimal("NaN"), b"bytes", "", "text", "7"),
    *(Text("red"), [], [1], {}, {"kind": "Bud"}, (), Convertible(), object, len),
    *(
        Color.NOTHING,
        Size.SMALL,
        OtherEnum.RED,
        CustomError("an error as a value"),
        ValueError("x"),
    ),
]


class _ValueGenerator:
    def __init__(self, draw: Any, fields: dict[str, set[str]], awaitables: Awaitables) -> None:
        self._draw = draw
        self._fields = fields
        self._made = awaitables

    def factory(self, type_: Any, depth: int) -> ValueFactory:
        if self._one_in(30):
            return self._unexpected(type_, depth)
        if is_non_null_type(type_):
            return self._valid(type_.of_type, depth)
        return _nothing if self._one_in(8) else self._valid(type_, depth)

    def source(self, type_: Any, depth: int) -> Source:
        attributes = {
            _python_name(name): self.factory(type_.fields[name].type, depth - 1)
            for name in sorted(self._fields.get(type_.name, ()))
        }
        return (LeafSource if type_.name == "Leaf" else Source)(type_.name, attributes)

    def _one_in(self, times: int) -> bool:
        return bool(self._draw(st.integers(1, times)) == times)

    def _valid(self, type_: Any, depth: int) -> ValueFactory:
        if depth <= 0 and not is_leaf_type(type_):
            return _nothing
        if is_list_type(type_):
            return self._list(type_, depth)
        if is_leaf_type(type_):
            return partial(_identity, self._draw(st.sampled_from(VALID[type_.name])))
        if is_abstract_type(type_):
            type_ = self._draw(st.sampled_from(CORE_SCHEMA.get_possible_types(type_)))
        return partial(_identity, self.source(type_, depth))

    def _list(self, type_: Any, depth: int) -> ValueFactory:
        items = [
            self.factory(type_.of_type, depth)
            for _ in range(self._draw(st.sampled_from((2, 1, 3, 0))))
        ]
        if items and self._one_in(3):
            items += items[:1] * 2
        make = partial(_call_all, items)
        if not self._one_in(15):
            return make
        kinds: list[Callable[[Any], Any]] = [tuple, iter, _as_generator, _as_values, Text]
        if not self._one_in(3):
            return partial(_convert, make, self._draw(st.sampled_from(kinds)))
        return partial(self._made.stream, make)

    def _unexpected(self, type_: Any, depth: int) -> ValueFactory:
        match self._draw(st.integers(0, 6)):
            case 0:
                error = self._draw(
                    st.sampled_from((CustomError("raised"), StopIteration(1), KeyError(3)))
                )
                return partial(_raise, error)
            case 1:
                return partial(self._made.later, self.factory(type_, depth))
            case 2:
                return partial(self._made.coroutine, self.factory(type_, depth))
            case 3:
                return partial(self._made.generator_coroutine, self.factory(type_, depth))
            case 4:
                names = ("Leaf", "Bud", "Branch")
                other = CORE_SCHEMA.type_map[self._draw(st.sampled_from(names))]
                return partial(_identity, self.source(other, min(depth, 1)))
            case _:
                return partial(_identity, self._draw(st.sampled_from(UNEXPECTED)))


def _identity(value: Any) -> Any:
    return value


def _nothing() -> None:
    return None


def _raise(error: Exception) -> Any:
    raise error


def _call_all(items: list[ValueFactory]) -> list[Any]:
    return [item() for item in items]


def _as_generator(items: list[Any]) -> Any:
    yield from items


def _as_values(items: list[Any]) -> Any:
    return dict(enumerate(items)).values()


def _convert(make: ValueFactory, into: Callable[[Any], Any]) -> Any:
    return into(make())


def _python_name(name: str) -> str:
    return "".join(f"_{each.lower()}" if each.isupper() else each for each in name)


@st.composite
def roots(
    draw: Any, type_: GraphQLObjectType, fields: dict[str, set[str]], awaitables: Awaitables
) -> Source:
    """The values that the fields of a root type read."""
    return _ValueGenerator(draw, fields, awaitables).source(type_, MAX_DEPTH)
