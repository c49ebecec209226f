"""Runs one operation, from its document to its result, in the calling thread."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from inspect import isawaitable
from typing import Any

import graphql
from django.conf import settings
from graphql import GraphQLError
from strawberry.exceptions import MissingQueryError
from strawberry.execution.is_awaitable import optimized_is_awaitable
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from loaders.dispatch import Dispatcher
from loaders.read_options import ReadOptions
from primepath.domain.errors import PrimePathError
from primepath.domain.viewer import Viewer
from primepath.services.cells.create_missing_cells import create_missing_cells
from schema.build import schema
from schema.context import Context
from schema.execution.executor import CompiledExecutor, CountingExecutor
from schema.execution.stack_chunk import with_large_stack_chunk
from schema.limits import check_variables
from schema.operation.prepare import PreparedDocument, prepare


@with_large_stack_chunk
def execute(
    document: str | None,
    *,
    variables: dict[str, Any] | None = None,
    operation_name: str | None = None,
    viewer: Viewer | None,
    token_id: int | None = None,
    allowed: Collection[OperationType] = tuple(OperationType),
    may_store: bool = True,
    address: str = "",
    checkpoint: Callable[[], None] = lambda: None,
    when_valid: Callable[[], None] | None = None,
) -> ExecutionResult:
    """The result of an operation for ``viewer``; without data where the document cannot be run.

    No event loop may be running in the calling thread, which does all of the work. ``checkpoint`` is called before
    each batch, as `Dispatcher` says. ``when_valid`` is called once the document is known to be valid and its operation to be one
    that ``viewer`` may run.

    Raises `MissingQueryError`, `CannotGetOperationTypeError` where ``operation_name`` does not name one operation of the
    document, and `InvalidOperationTypeError` for one whose type is not ``allowed``.
    """
    if not document:
        raise MissingQueryError
    hide_suggestions = not settings.FIELD_SUGGESTIONS.includes(viewer)
    try:
        prepared = prepare(document, hide_suggestions=hide_suggestions)
        if prepared.node is not None:
            _check_operation(prepared, operation_name, variables or {}, viewer, allowed)
    except PrimePathError as error:
        return ExecutionResult(data=None, errors=[GraphQLError(str(error), original_error=error)])
    node = prepared.node
    if node is None:
        return ExecutionResult(data=None, errors=prepared.errors)
    if when_valid is not None:
        when_valid()
    dispatcher = Dispatcher(checkpoint)
    context = Context(
        dispatcher,
        viewer=viewer,
        token_id=token_id,
        read_options=ReadOptions(
            columns=prepared.columns,
            store_missing=create_missing_cells if may_store else None,
        ),
        address=address,
    )

    async def operation() -> ExecutionResult:
        result = graphql.execute(
            schema._schema,
            node,
            variable_values=variables,
            operation_name=operation_name or None,
            context_value=context,
            is_awaitable=optimized_is_awaitable,  # type: ignore[arg-type]
            hide_suggestions=hide_suggestions,
            **_executor(prepared),
        )
        if isawaitable(result):
            result = await result
        await context.flush()
        return ExecutionResult(data=result.data, errors=result.errors)

    return dispatcher.run(operation())


def _check_operation(
    prepared: PreparedDocument,
    name: str | None,
    variables: Mapping[str, Any],
    viewer: Viewer | None,
    allowed: Collection[OperationType],
) -> None:
    """Raises what `execute` raises, and `PrimePathError` for an operation that ``viewer`` may not run, or nobody may."""
    operation = prepared.operation(name)
    if operation is None:
        raise CannotGetOperationTypeError(name)
    operation_type = OperationType(operation.operation.value)
    if operation_type not in allowed:
        raise InvalidOperationTypeError(operation_type)
    if prepared.introspects:
        settings.INTROSPECTION.require(viewer, "read the schema")
    check_variables(variables)
    assert prepared.cost is not None
    prepared.cost.check(operation, variables)


def _executor(prepared: PreparedDocument) -> dict[str, Any]:
    if settings.COMPILED_EXECUTION:
        return {"executor_class": CompiledExecutor, "plans": prepared.plans_for}
    return {"executor_class": CountingExecutor}
