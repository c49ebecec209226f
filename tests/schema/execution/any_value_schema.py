"""A small schema with every kind of type. The attributes of its objects can contain anything."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Annotated, Any

import strawberry
from strawberry.scalars import JSON

from schema.execution.batch import BatchContext, batched


class Source:
    """An object of the type ``kind`` that creates each attribute again whenever it is read."""

    def __init__(self, kind: str, attributes: dict[str, Callable[[], Any]]) -> None:
        self.kind = kind
        self._attributes = attributes

    def __getattr__(self, name: str) -> Any:
        try:
            make = self.__dict__["_attributes"][name]
        except KeyError:
            raise AttributeError(name) from None
        return make()

    def __repr__(self) -> str:
        return f"<{self.kind}>"


class LeafSource(Source):
    """An object of a type that is recognised by its class. Other types are recognised by their ``kind``."""


@dataclass
class SchemaContext:
    """The behaviour of batch functions in an operation, and the number of their calls."""

    behaviour: str = "now"
    batches: list[tuple[str, int]] = field(default_factory=list)


BEHAVIOURS = ("now", "later", "raise", "raise later", "too few", "too many", "nothing", "generator")


def _batch_of(name: str, read: Callable[..., Any]) -> Callable[..., Any]:
    """Return a batch function that returns ``read`` of each object, or behaves as the context demands."""

    async def later(values: Any) -> Any:
        if isinstance(values, Exception):
            raise values
        return values

    def function(batch: BatchContext, sources: Sequence[Any], **arguments: Any) -> Any:
        context: Any = batch.context
        context.batches.append((name, len(sources)))
        values = [read(source, **arguments) for source in sources]
        match context.behaviour:
            case "later":
                return later(values)
            case "raise":
                raise LookupError("The batch failed.")
            case "raise later":
                return later(LookupError("The batch failed."))
            case "too few":
                return values[1:]
            case "too many":
                return [*values, *values]
            case "nothing":
                return None
            case "generator":
                return (value for value in values)
        return values

    return function


def _label_of(source: Any, prefix: str = "-", times: int | None = None) -> Any:
    value = source.label
    return prefix + value * (times or 1) if isinstance(value, str) else value


def _label(root: strawberry.Parent[Any], prefix: str = "-", times: int | None = None) -> str:
    return _label_of(root, prefix, times)  # type: ignore[no-any-return]


def _tags(root: strawberry.Parent[Any]) -> list[str] | None:
    return root.tags  # type: ignore[no-any-return]


def _best(root: strawberry.Parent[Any]) -> Leaf | None:
    return root.best  # type: ignore[no-any-return]


def _best_leaves(root: strawberry.Parent[Any]) -> list[Leaf]:
    return root.best_leaves  # type: ignore[no-any-return]


def _shout(root: strawberry.Parent[Any], end: str = "!") -> str:
    """An ordinary field, which no plan can contain."""
    return f"{root.text}{end}"


@strawberry.enum
class Color(Enum):
    RED = "red"
    GREEN = 2
    NOTHING = None


@strawberry.enum
class Size(str, Enum):  # noqa: UP042 - like Django's choices.
    SMALL = "small"
    LARGE = "large"


@strawberry.interface
class Named:
    name: str
    nick: str | None


@strawberry.type
class Leaf(Named):
    text: str
    maybe_text: str | None
    number: int
    maybe_number: int | None
    flag: bool
    maybe_flag: bool | None
    ratio: float
    maybe_ratio: float | None
    key: strawberry.ID
    maybe_key: strawberry.ID | None
    color: Color
    maybe_color: Color | None
    size: Size
    maybe_size: Size | None
    day: datetime.date
    maybe_day: datetime.date | None
    blob: JSON
    maybe_blob: JSON | None
    texts: list[str]
    maybe_texts: list[str | None] | None
    colors: list[Color]
    table: list[list[int]]
    maybe_table: list[list[int | None] | None] | None
    back: Branch | None

    label: str = strawberry.field(resolver=_label, metadata=batched(_batch_of("label", _label_of)))
    tags: list[str] | None = strawberry.field(
        resolver=_tags, metadata=batched(_batch_of("tags", lambda source: source.tags))
    )
    shout: str = strawberry.field(resolver=_shout)

    @classmethod
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        return isinstance(value, LeafSource)


@strawberry.type
class Bud(Named):
    number: int
    size: Size | None

    @classmethod
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        return bool(value.kind == "Bud")


Thing = Annotated[Leaf | Bud, strawberry.union("Thing")]


@strawberry.type
class Branch:
    length: int
    leaf: Leaf
    maybe_leaf: Leaf | None
    leaves: list[Leaf]
    maybe_leaves: list[Leaf | None] | None
    grid: list[list[Leaf | None]]
    bud: Bud
    buds: list[Bud | None]
    named: Named | None
    all_named: list[Named]
    thing: Thing | None
    things: list[Thing | None]

    best: Leaf | None = strawberry.field(
        resolver=_best, metadata=batched(_batch_of("best", lambda source: source.best))
    )
    best_leaves: list[Leaf] = strawberry.field(
        resolver=_best_leaves,
        metadata=batched(_batch_of("best_leaves", lambda source: source.best_leaves)),
    )


@strawberry.type
class Trunk:
    height: float | None
    branch: Branch
    maybe_branch: Branch | None
    branches: list[Branch]
    maybe_branches: list[Branch | None] | None


@strawberry.type
class Query:
    trunk: Trunk
    maybe_trunk: Trunk | None
    trunks: list[Trunk]
    maybe_trunks: list[Trunk | None] | None
    leaves: list[Leaf] | None
    things: list[Thing | None] | None


@strawberry.type
class Mutation:
    trunk: Trunk | None
    leaves: list[Leaf] | None


any_value_schema = strawberry.Schema(query=Query, mutation=Mutation)
CORE_SCHEMA = any_value_schema._schema
