"""Objects with a global ID: nodes, which `node(id:)` returns, and others that only a client's cache distinguishes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any, ClassVar

import strawberry

from schema.context import Info
from schema.execution.batch import BatchContext, batched
from schema.execution.core import raw_info
from schema.ids import KEY_PARSERS, make_id, parse_number_key
from schema.metadata import Fact, depends_on


def _ids(batch: BatchContext, sources: Sequence[Any]) -> list[str]:
    return [make_id(batch.type_name, source.pk) for source in sources]


NODE_TYPES: dict[str, type[Node]] = {}
"""All types that implement `Node`, by name."""


@strawberry.interface(
    description="An object with a global ID. `node(id:)` and `nodes(ids:)` return it by that ID."
)
class Node:
    """The base of all types with an id: the name of the type and the key of the object.

    A type declares with its class what its objects are (``source``) and how the key in an id is written (``parse_key``). It also
    declares on what its plain fields depend (``fact``, see `schema.metadata.depends_on`)::

        class Exam(Node, source=AnyExam): ...
    """

    _source: ClassVar[Any]
    fact: ClassVar[Fact]

    def __init_subclass__(
        cls,
        *,
        source: Any,
        parse_key: Callable[[str], Any] = parse_number_key,
        fact: Fact = Fact.UNKNOWN,
        **kwargs: Any,
    ) -> None:
        super().__init_subclass__(**kwargs)
        cls._source = source
        cls.fact = fact
        KEY_PARSERS[cls.__name__] = parse_key
        NODE_TYPES[cls.__name__] = cls

    @classmethod
    async def load(cls, info: Info, key: Any) -> Any:
        """Return the object with this key, or None if it does not exist or the viewer cannot see it."""
        raise NotImplementedError

    @classmethod
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        return isinstance(value, cls._source)

    @strawberry.field(
        description="Globally unique ID. It never changes. Treat it as opaque: store it and send it back unchanged.",
        metadata=batched(_ids) | depends_on(),
    )
    def id(self, info: Info, source: strawberry.Parent[Any]) -> strawberry.ID:
        return strawberry.ID(make_id(raw_info(info).parent_type.name, source.pk))


_KEY_GETTERS: dict[str, Callable[[Any], object]] = {}


def _ids_of_identified(batch: BatchContext, sources: Sequence[Any]) -> list[str]:
    name, key = batch.type_name, _KEY_GETTERS[batch.type_name]
    return [make_id(name, key(source)) for source in sources]


@strawberry.type
class Identified:
    """The base of types with an id that are not nodes: a client can distinguish their objects, but not load them by id.

    A type declares with its class how the key in an id is written (``parse_key``) and where an object has its key
    (``key``, an attribute)::

        class MatrixRow(Identified, parse_key=key_parser(...)): ...
    """

    def __init_subclass__(
        cls, *, parse_key: Callable[[str], Any], key: str = "pk", **kwargs: Any
    ) -> None:
        super().__init_subclass__(**kwargs)
        KEY_PARSERS[cls.__name__] = parse_key
        _KEY_GETTERS[cls.__name__] = attrgetter(key)

    @strawberry.field(
        description=(
            "ID for client caches: equal for the same object, different for all others. Select it wherever you "
            "select other fields. `node(id:)` does not return this object."
        ),
        metadata=batched(_ids_of_identified) | depends_on(),
    )
    def id(self, info: Info, source: strawberry.Parent[Any]) -> strawberry.ID:
        name = raw_info(info).parent_type.name
        return strawberry.ID(make_id(name, _KEY_GETTERS[name](source)))
