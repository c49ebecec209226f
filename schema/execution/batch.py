"""Fields that are computed for many objects at once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from schema.context import Context, Info
from schema.execution.core import raw_info

V = TypeVar("V")

_KEY = "batch"


class BatchContext(NamedTuple):
    """What a batch function knows beside the objects: the operation, and the name of the objects' type."""

    context: Context
    type_name: str


BatchFunction = Callable[..., Sequence[Any] | Awaitable[Sequence[Any]]]
"""Called with a `BatchContext`, the objects, and the field's arguments; gives a value for each object, in their order."""


def batched(function: BatchFunction) -> dict[str, Any]:
    """The ``metadata`` of a field that ``function`` computes for many objects at once.

    It must give what the field's resolver gives for each of the objects. It may raise, but then the resolver is asked.
    """
    return {_KEY: function}


def batch_function(metadata: Mapping[Any, Any] | None) -> BatchFunction | None:
    """The function that `batched` put there."""
    return metadata.get(_KEY) if metadata else None


async def resolve_one(
    function: Callable[..., Sequence[V] | Awaitable[Sequence[V]]],
    info: Info,
    source: Any,
    **arguments: Any,
) -> V:
    """The value of a single object, for the resolver of a batched field."""
    batch = BatchContext(info.context, raw_info(info).parent_type.name)
    values = function(batch, [source], **arguments)
    (value,) = await values if isinstance(values, Awaitable) else values
    return value
