"""Declarations of a field of the schema, besides its type and description.

Declarations are the ``metadata`` of a Strawberry field. Several are joined with ``|``::

    exams: list[Exam] = strawberry.field(..., metadata=batched(exams_of_cells) | list_size(3))

`schema.execution.batch.batched` declares how the field is computed for many objects at the same time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, Final, Protocol

from graphql import GraphQLField, GraphQLInterfaceType, GraphQLObjectType

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


class Fact(StrEnum):
    """Facts on which a value depends, for delta sync. The history or the sync token show when it changes."""

    CELL = "a cell or the exams in it"
    EXAM = "an exam in the cell"
    LEVEL = "a curriculum level of an exam in the cell, its sub-program or its program"
    CLASS = "a class or its curriculum"
    TEACHER = "a teacher"
    LISTED = "an item of a list with a token of its own: a class of the directory, an assignment, an access request"
    UNKNOWN = "anything else: it counts as changed every time"


def depends_on(*facts: Fact) -> Metadata:
    """Declare what a computed field depends on. Without it the field depends on `Fact.UNKNOWN`.

    A plain field depends on what its type declares as ``fact``.
    """
    return {"facts": frozenset(facts)}


def facts_of(type_: GraphQLObjectType | GraphQLInterfaceType, name: str) -> frozenset[Fact]:
    """Return what the field ``name`` of ``type_`` depends on."""
    if name.startswith("__"):
        return frozenset()
    field = type_.fields[name]
    declared: frozenset[Fact] | None = declaration(field, "facts")
    if declared is not None:
        return declared
    definition = strawberry_field(field)
    if definition is None or not definition.is_basic_field:
        return frozenset({Fact.UNKNOWN})
    origin = type_.extensions["strawberry-definition"].origin
    return frozenset({getattr(origin, "fact", Fact.UNKNOWN)})


def declaration(field: GraphQLField, name: str) -> Any:
    """Return what ``field`` declares under ``name``, or None."""
    definition = strawberry_field(field)
    metadata: Mapping[Any, Any] = (definition and definition.metadata) or {}
    return metadata.get(name)
