"""Fields that are computed for many objects at the same time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from schema.context import Context, Info
from schema.execution.core import raw_info

V = TypeVar("V")

_KEY = "batch"
_READS_OBJECTS = "reads_objects"


class BatchContext(NamedTuple):
    """The operation, and the name of the objects' GraphQL type.

    ``siblings``: names of the fields that a plan completes for the same objects. ``subfields``: names of the fields that it
    completes for the objects of this field. Their batches can share statements with this one. Both are empty without a plan.
    """

    context: Context
    type_name: str
    siblings: Collection[str] = ()
    subfields: Collection[str] = ()


BatchFunction = Callable[..., Sequence[Any] | Awaitable[Sequence[Any]]]
"""Called with a `BatchContext`, the objects, and the field's arguments. Returns a value for each object, in their order."""


def batched(function: BatchFunction, *, reads_objects: bool = False) -> dict[str, Any]:
    """Declare that ``function`` computes a field for many objects at the same time.

    It must return the same values as the field's resolver. If it raises, the resolver of each object is called instead.
    ``reads_objects``: it needs the values of the objects to know what is below the field.
    """
    return {_KEY: function, _READS_OBJECTS: reads_objects}


def batch_function(metadata: Mapping[Any, Any] | None) -> BatchFunction | None:
    """Return the function that `batched` declared, or None."""
    return metadata.get(_KEY) if metadata else None


def reads_objects(metadata: Mapping[Any, Any] | None) -> bool:
    """Return whether what is below a field is unknown until its objects are read."""
    return bool(metadata and metadata.get(_READS_OBJECTS))


async def resolve_one(
    function: Callable[..., Sequence[V] | Awaitable[Sequence[V]]],
    info: Info,
    source: Any,
    **arguments: Any,
) -> V:
    """Return the value of a single object, for the resolver of a batched field."""
    batch = BatchContext(info.context, raw_info(info).parent_type.name)
    values = function(batch, [source], **arguments)
    (value,) = await values if isinstance(values, Awaitable) else values
    return value
