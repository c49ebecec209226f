"""The execution of a prepared operation, in the calling thread."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from inspect import isawaitable
from typing import Any, TypeVar

import graphql
from django.conf import settings
from strawberry.types import ExecutionResult

from loaders.dispatch import Dispatcher, Reads
from loaders.read_options import ReadOptions
from loaders.registry import Loaders, SharedLoaders
from primepath.db.snapshot import Snapshot
from primepath.domain.viewer import Viewer
from primepath.server.give_way import GiveWay
from primepath.server.stack_chunk import with_large_stack_chunk
from primepath.server.time_limit import TimeLimit
from schema.build import schema
from schema.context import NO_CLIENT, Client, Context
from schema.execution.core import graphql_schema, is_awaitable
from schema.execution.executor import CompiledExecutor, CountingExecutor
from schema.execution.response_size import ResponseSize
from schema.operation.error_order import in_order
from schema.operation.prepare import PreparedOperation
from schema.operation.replica_reads import RepeatOnPrimaryError, ReplicaReads, replica_reads
from schema.operation.saved_errors import mark_saved

logger = logging.getLogger("primepath.replicas")
T = TypeVar("T")


@with_large_stack_chunk
def execute(
    operation: PreparedOperation,
    *,
    client: Client = NO_CLIENT,
    may_store: bool = True,
    root_value: object = None,
    checkpoint: Callable[[], None] = lambda: None,
    time_limit: TimeLimit | None = None,
    snapshot: Reads | None = None,
) -> ExecutionResult:
    """Run the operation and return its result. It reads in this ``snapshot``, or in a new one.

    The calling thread does all of the work. ``checkpoint`` is called before
    each batch; see `Dispatcher`. It also checks the ``time_limit``. `Context` describes the other arguments.

    A replica can serve a query. If it fails, the primary runs the query again, in the time that is left.
    """
    run = partial(
        _run,
        operation,
        client=client,
        may_store=may_store,
        root_value=root_value,
        time_limit=time_limit or TimeLimit(),
    )
    reads = replica_reads(operation) if snapshot is None else None
    if reads is not None:
        try:
            return _on_replica(run, reads, checkpoint)
        except RepeatOnPrimaryError as failure:
            logger.info("A read is repeated on the primary: %s", failure.__cause__)
    return run(Dispatcher(checkpoint, snapshot or Snapshot()))


def _on_replica(
    run: Callable[[Dispatcher], ExecutionResult],
    reads: ReplicaReads,
    checkpoint: Callable[[], None],
) -> ExecutionResult:
    """Run an operation with the reads of a replica. Raises `RepeatOnPrimaryError` if the replica fails."""

    def check() -> None:
        reads.check()
        checkpoint()

    result = run(Dispatcher(check, reads))
    reads.check()
    return result


class Together:
    """Operations that run together. They read one state of the database, share queries, and must not write."""

    def __init__(
        self, dispatcher: Dispatcher, expected_classes: Mapping[Viewer, frozenset[str] | None]
    ) -> None:
        self._dispatcher = dispatcher
        self._shared = SharedLoaders(dispatcher, expected_classes)
        self._loaders: dict[tuple[Viewer, frozenset[str]], Loaders] = {}

    def loaders(self, operation: PreparedOperation) -> Loaders:
        """Return loaders for what the operation needs before it runs."""
        assert operation.viewer is not None
        key = operation.viewer, operation.columns
        if key not in self._loaders:
            options = ReadOptions(operation.columns, report_missing=None)
            self._loaders[key] = Loaders(self._dispatcher, operation.viewer, options, self._shared)
        return self._loaders[key]

    async def execute(self, operation: PreparedOperation, root_value: object) -> ExecutionResult:
        return await _execute(
            operation,
            self._dispatcher,
            client=NO_CLIENT,
            may_store=False,
            root_value=root_value,
            time_limit=TimeLimit(),
            shared=self._shared,
        )


@with_large_stack_chunk
def run_together(
    work: Callable[[Together], Coroutine[Any, Any, T]],
    snapshot: Snapshot,
    expected_classes: Mapping[Viewer, frozenset[str] | None],
) -> T:
    """Return the result of ``work``, which runs in the calling thread. The threads of requests run first.

    `SharedLoaders` describes ``expected_classes``.
    """
    # Before each batch too, where the dispatcher calls the checkpoint.
    give_way = GiveWay()
    dispatcher = Dispatcher(checkpoint=give_way, reads=snapshot, give_way=give_way)
    return dispatcher.run(work(Together(dispatcher, expected_classes)))


def _run(operation: PreparedOperation, dispatcher: Dispatcher, **options: Any) -> ExecutionResult:
    return dispatcher.run(_execute(operation, dispatcher, **options))


async def _execute(
    operation: PreparedOperation,
    dispatcher: Dispatcher,
    *,
    client: Client,
    may_store: bool,
    root_value: object,
    time_limit: TimeLimit,
    shared: SharedLoaders | None = None,
) -> ExecutionResult:
    size = ResponseSize(settings.MAX_ANSWER_VALUES)
    context = Context(
        dispatcher,
        viewer=operation.viewer,
        client=client,
        columns=operation.columns,
        may_store=may_store,
        time_limit=time_limit,
        values_left=size.left,
        shared=shared,
    )
    executor: dict[str, Any] = {
        "executor_class": CountingExecutor,
        "size": size,
        "empty_at_end": dispatcher.empty_at_end,
    }
    if settings.COMPILED_EXECUTION:
        executor |= {"executor_class": CompiledExecutor, "plans": operation.plans}
    result = graphql.execute(
        graphql_schema(schema),
        operation.executable,
        root_value=root_value,
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
