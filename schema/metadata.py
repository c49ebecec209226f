"""What a field of the schema declares about itself, besides its type and description.

Declarations are the ``metadata`` of a Strawberry field. Several are joined with ``|``::

    exams: list[Exam] = strawberry.field(..., metadata=batched(exams_of_cells) | list_size(3))

`schema.execution.batch.batched` declares how the field is computed for many objects at the same time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

from graphql import GraphQLField

from schema.execution.core import strawberry_field

Metadata = dict[str, Any]


class Arguments(Protocol):
    """The arguments of a field as far as the document states them. See `schema.limits.argument_nodes`."""

    def get(self, *path: str) -> Any: ...


ListSize = int | Callable[[Arguments], int]
"""The expected length of a list: a number, or a function of the arguments of its field."""

SIZE_FROM_PARENT: Final = -1
"""The arguments of the parent field state the length, as for the edges of a connection."""


def columns(*names: str) -> Metadata:
    """Declare that a computed field needs these database columns, by attribute name.

    A plain field needs the column of its own name and declares nothing.
    """
    return {"columns": names}


def list_size(size: ListSize) -> Metadata:
    """Declare how long a list is expected to be, for the cost of an operation. See `schema.limits.list_sizes`."""
    return {"list_size": size}


def declaration(field: GraphQLField, name: str) -> Any:
    """Return what ``field`` declares under ``name``, or None."""
    definition = strawberry_field(field)
    metadata: Mapping[Any, Any] = (definition and definition.metadata) or {}
    return metadata.get(name)
