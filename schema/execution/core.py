"""The private names of graphql-core, Strawberry and cross-web that the product uses.

No other module of `schema` imports or reads a private name of these libraries. A name counts as private if the library
does not document it or does not export it from its package. `docs/development/upstream.md` lists all of them with
what to do if one is removed, and `tests/upstream/` checks each.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import strawberry
from cross_web import HTTPException
from graphql import (
    FieldNode,
    GraphQLError,
    GraphQLField,
    GraphQLResolveInfo,
    GraphQLSchema,
    VariableValues,
    get_argument_values,
)
from graphql.execution.collect_fields import CollectedFields, FieldDetails
from graphql.validation.rules import overlapping_fields_can_be_merged
from graphql.validation.validate import ValidationAbortedError
from strawberry.execution.is_awaitable import optimized_is_awaitable
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.types.arguments import convert_arguments
from strawberry.types.field import StrawberryField

__all__ = [
    "CollectedFields",
    "ExecutionContext",
    "FieldDetails",
    "HTTPException",
    "StrawberryField",
    "argument_values",
    "enum_values",
    "graphql_schema",
    "is_aborted",
    "is_awaitable",
    "limit_field_merging",
    "raw_info",
    "strawberry_field",
    "strawberry_schema",
]

ExecutionContext = StrawberryGraphQLCoreExecutionContext
"""graphql-core's executor with Strawberry's resolver info. `schema.execution.executor` overrides how it completes values."""

is_awaitable = optimized_is_awaitable
"""Strawberry passes this function to graphql-core; it decides faster for plain values than graphql-core's own."""


def graphql_schema(schema: strawberry.Schema) -> GraphQLSchema:
    """Return graphql-core's schema. Strawberry has no public way to parse, validate and execute in separate steps."""
    return schema._schema


def strawberry_schema(schema: GraphQLSchema) -> strawberry.Schema:
    """Return the schema of which `graphql_schema` returns the inner part. An executor is given the inner one only."""
    outer: strawberry.Schema = schema._strawberry_schema  # type: ignore[attr-defined]
    return outer


def raw_info(info: strawberry.Info[Any, Any]) -> GraphQLResolveInfo[Any]:
    """Return graphql-core's info. Strawberry's leaves out the parent type and the nodes of the field."""
    return info._raw_info


def strawberry_field(field: GraphQLField | None) -> StrawberryField | None:
    """Return the definition of ``field``, which has its metadata. None for introspection fields."""
    return field.extensions.get("strawberry-definition") if field else None


def enum_values(enum: type) -> Iterable[Any]:
    """Return the values of an enumeration. `strawberry.enum` takes no descriptions for an enumeration of the domain."""
    values: Iterable[Any] = enum.__strawberry_definition__.values  # type: ignore[attr-defined]
    return values


def argument_values(
    field: StrawberryField,
    definition: GraphQLField,
    node: FieldNode,
    variables: VariableValues,
    schema: strawberry.Schema,
) -> dict[str, Any]:
    """Return a field's arguments as a resolver gets them. Strawberry converts them inside of its resolvers only."""
    return convert_arguments(
        get_argument_values(definition, node, variables),
        field.arguments,
        scalar_registry=schema.schema_converter.scalar_registry,
        config=schema.config,
    )


def limit_field_merging(comparisons: int) -> None:
    """Limit how many pairs of selections a validation compares. graphql-core has no argument for it."""
    overlapping_fields_can_be_merged.MAX_COMPLEXITY_BUDGET = comparisons


def is_aborted(errors: list[GraphQLError]) -> bool:
    """Return whether validation stopped before its end: at that limit, or after the maximum of errors."""
    return bool(errors) and isinstance(errors[-1], ValidationAbortedError)
