"""The execution of a prepared operation, in the calling thread."""

from __future__ import annotations

from collections.abc import Callable
from inspect import isawaitable
from typing import Any

import graphql
from django.conf import settings
from strawberry.types import ExecutionResult

from loaders.dispatch import Dispatcher
from primepath.db.snapshot import Snapshot
from primepath.server.time_limit import TimeLimit
from schema.build import schema
from schema.context import Context
from schema.execution.core import graphql_schema, is_awaitable
from schema.execution.executor import CompiledExecutor, CountingExecutor
from schema.execution.response_size import ResponseSize
from schema.execution.stack_chunk import with_large_stack_chunk
from schema.operation.error_order import in_order
from schema.operation.prepare import PreparedOperation
from schema.operation.saved_errors import mark_saved


@with_large_stack_chunk
def execute(
    operation: PreparedOperation,
    *,
    token_id: int | None = None,
    may_store: bool = True,
    address: str = "",
    checkpoint: Callable[[], None] = lambda: None,
    time_limit: TimeLimit | None = None,
) -> ExecutionResult:
    """Run the operation and return its result.

    No event loop can be running in the calling thread, which does all of the work. ``checkpoint`` is called before
    each batch; see `Dispatcher`. It also checks the ``time_limit``. `Context` describes the other arguments.
    """
    dispatcher = Dispatcher(checkpoint, Snapshot())
    size = ResponseSize(settings.MAX_ANSWER_VALUES)
    context = Context(
        dispatcher,
        viewer=operation.viewer,
        token_id=token_id,
        columns=operation.columns,
        may_store=may_store,
        address=address,
        time_limit=time_limit or TimeLimit(),
        values_left=size.left,
    )
    executor: dict[str, Any] = {"executor_class": CountingExecutor, "size": size}
    if settings.COMPILED_EXECUTION:
        executor |= {"executor_class": CompiledExecutor, "plans": operation.plans}

    async def run() -> ExecutionResult:
        result = graphql.execute(
            graphql_schema(schema),
            operation.executable,
            context_value=context,
            is_awaitable=is_awaitable,  # type: ignore[arg-type]
            hide_suggestions=operation.hide_suggestions,
            variables=operation.variables,
            **executor,
        )
        if isawaitable(result):
            result = await result
        await context.flush()
        errors = result.errors and in_order(result)
        mark_saved(errors or (), context.saved)
        return ExecutionResult(data=result.data, errors=errors)

    return dispatcher.run(run())
