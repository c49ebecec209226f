"""Runs one operation, from its document to its result, in the calling thread."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from loaders.dispatch import Dispatcher
from primepath.domain.viewer import Viewer
from schema.build import schema
from schema.context import Context


def execute(
    document: str | None,
    *,
    variables: dict[str, Any] | None = None,
    operation_name: str | None = None,
    viewer: Viewer | None,
    token_id: int | None = None,
    allowed: Iterable[OperationType] = tuple(OperationType),
    may_store: bool = True,
    checkpoint: Callable[[], None] = lambda: None,
) -> ExecutionResult:
    """The result of an operation for ``viewer``.

    No event loop may be running in the calling thread, which does all of the work. ``checkpoint`` is called before
    each round of queries; what it raises ends the operation and is raised here.
    """
    dispatcher = Dispatcher(checkpoint)
    context = Context(dispatcher, viewer=viewer, token_id=token_id, may_store=may_store)

    async def operation() -> ExecutionResult:
        result = await schema.execute(
            document,
            variable_values=variables,
            operation_name=operation_name,
            context_value=context,
            allowed_operation_types=allowed,
        )
        await context.settle()
        return result

    return dispatcher.run(operation())
