"""Interface of objects with a global ID."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
"""All types with an id, by name."""


@strawberry.interface(
    description="An object with a global ID. `node(id:)` and `nodes(ids:)` return it by that ID."
)
class Node:
    """The base of all types with an id: the name of the type and the key of the object.

    A type declares with its class what its objects are (``source``), how the key in an id is written (``parse_key``), and on
    what its plain fields depend (``fact``, see `schema.metadata.depends_on`)::

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
