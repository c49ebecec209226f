"""A schema for cases of the GraphQL specification, and `check`, which runs a case on both executors."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from enum import Enum
from types import SimpleNamespace
from typing import Annotated, Any

import strawberry

from schema.execution.batch import BatchContext, batched
from tests.schema.execution.both_executors import Response, assert_same, run_on_both


@strawberry.enum
class Shade(Enum):
    DARK = "dark"
    LIGHT = 2


@strawberry.input
class Where:
    text: str | None = strawberry.UNSET
    number: int = 5
    shades: list[Shade] | None = None


SHOWN_ARGUMENTS = "number={number}, where={where}, shade={shade}, many={many}"
"""The text that the field ``echo`` returns about its arguments."""
DEFAULT_ARGUMENTS = {"number": 1, "where": "unset", "shade": "DARK", "many": "None"}
"""The values of the arguments that were not passed."""


def _format_arguments(**arguments: Any) -> str:
    return ", ".join(f"{name}={_format_value(value)}" for name, value in arguments.items())


def _format_value(value: Any) -> str:
    if isinstance(value, Where):
        return f"({_format_arguments(text=value.text, number=value.number, shades=value.shades)})"
    if isinstance(value, list):
        return f"[{' '.join(map(_format_value, value))}]"
    if value is strawberry.UNSET:
        return "unset"
    return value.name if isinstance(value, Enum) else repr(value)


def _echo(
    number: int = 1,
    where: Where | None = strawberry.UNSET,
    shade: Shade = Shade.DARK,
    many: list[int | None] | None = None,
) -> str:
    return _format_arguments(number=number, where=where, shade=shade, many=many)


def _echo_batch(_: BatchContext, sources: Sequence[Any], **arguments: Any) -> list[str]:
    return [_echo(**arguments) for _ in sources]


def _need(sure: int) -> str:
    return f"sure={sure}"


def _need_batch(_: BatchContext, sources: Sequence[Any], sure: int) -> list[str]:
    return [_need(sure) for _ in sources]


@strawberry.type
class Lists:
    maybe: list[int | None] | None
    sure: list[int | None]
    items: list[int] | None
    both: list[int]


@strawberry.interface
class Pet:
    name: str


@strawberry.type
class Dog(Pet):
    barks: bool

    @classmethod
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        return hasattr(value, "barks")


@strawberry.type
class Cat(Pet):
    meows: bool

    @classmethod
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        if value.name == "Schrödinger":
            raise LookupError("The box is closed.")
        return hasattr(value, "meows")


@strawberry.type
class Node:
    value: str | None
    needed: str
    child: Node | None
    needed_child: Node
    other: Other | None
    others: list[Other] | None
    lists: Lists | None
    needed_lists: Lists
    pets: list[Pet] | None
    animals: list[Annotated[Dog | Cat, strawberry.union("Animal")]] | None
    cats: list[Cat | None] | None
    echo: str | None = strawberry.field(resolver=_echo)
    need: str | None = strawberry.field(resolver=_need)


@strawberry.type
class Other:
    value: str | None
    needed: str
    number: int | None
    echo: str | None = strawberry.field(resolver=_echo, metadata=batched(_echo_batch))
    need: str | None = strawberry.field(resolver=_need, metadata=batched(_need_batch))


@strawberry.type
class Query(Node):
    pass


def _change(info: strawberry.Info[Any, Any], to: int) -> Other | None:
    info.context.number = to
    return SimpleNamespace(number=to)  # type: ignore[return-value]


async def _change_later(info: strawberry.Info[Any, Any], to: int) -> Other | None:
    for _ in range(10):
        await asyncio.sleep(0)
    return _change(info, to)


def _refuse(info: strawberry.Info[Any, Any]) -> Other | None:
    raise LookupError(f"Refused at {info.context.number}.")


async def _refuse_later(info: strawberry.Info[Any, Any]) -> Other | None:
    await asyncio.sleep(0)
    return _refuse(info)


def _read(info: strawberry.Info[Any, Any]) -> Other:
    return SimpleNamespace(number=getattr(info.context, "number", None))  # type: ignore[return-value]


@strawberry.type
class Mutation:
    change: Other | None = strawberry.field(resolver=_change)
    change_later: Other | None = strawberry.field(resolver=_change_later)
    refuse: Other | None = strawberry.field(resolver=_refuse)
    refuse_later: Other | None = strawberry.field(resolver=_refuse_later)
    read: Other = strawberry.field(resolver=_read)


CASES_SCHEMA = strawberry.Schema(query=Query, mutation=Mutation)._schema
Expected = tuple[Any, list[tuple[str, list[str | int] | None]]]


class LazyObject:
    """An object that computes its attributes when they are read: `LazyObject(a=lambda: 1)`."""

    def __init__(self, **attributes: Callable[[], Any]) -> None:
        self._attributes = attributes

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name not in self._attributes:
            raise AttributeError(name)
        return self._attributes[name]()


class LateValue:
    """A value, or an error, that must be awaited."""

    def __init__(self, value: Any) -> None:
        self._value = value

    def __await__(self) -> Any:
        yield from asyncio.sleep(0).__await__()
        if isinstance(self._value, Exception):
            raise self._value
        return self._value


def make_object(**attributes: Any) -> SimpleNamespace:
    return SimpleNamespace(**attributes)


def check(
    text: str,
    root: Any,
    data: Any,
    *errors: tuple[str, list[str | int] | None],
    variables: dict[str, Any] | None = None,
    operation_name: str | None = None,
) -> Response:
    """Assert that both executors return ``data``, in this order, with the messages and paths of these errors."""
    answers = run_on_both(text, root, variables, schema=CASES_SCHEMA, operation_name=operation_name)
    assert_same(*answers, concurrent=False)
    compiled = answers[0]
    assert [(each["message"], each["path"]) for each in compiled.errors] == list(errors)
    assert compiled.serialized_data == Response(data, []).serialized_data
    return compiled
