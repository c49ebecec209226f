"""graphql-core's executor, which completes lists and objects by compiled plans if possible."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from graphql import GraphQLError, GraphQLObjectType, GraphQLOutputType, VariableValues

from schema.execution.completers import Completer
from schema.execution.core import ExecutionContext, FieldDetails, strawberry_schema
from schema.execution.plan import Compiler, NotCompilableError
from schema.execution.plan_cache import PlansByVariables
from schema.execution.response_size import ResponseSize, ResponseTooLargeError
from schema.execution.run import ExecutionRun


class CountingExecutor(ExecutionContext):
    """graphql-core's executor, which counts the values of the response."""

    def __init__(
        self,
        *args: Any,
        size: ResponseSize | None = None,
        variables: VariableValues | None = None,
        empty_at_end: Callable[[object], None] = lambda _: None,
        **kwargs: Any,
    ) -> None:
        """``variables``: coerced values, for a document that declares no variables. They are coerced only once.

        ``empty_at_end``: see `Dispatcher.empty_at_end`.
        """
        super().__init__(*args, **kwargs)
        empty_at_end(self)
        if variables is not None:
            self.variable_values = variables
        self.size = size or ResponseSize(settings.MAX_ANSWER_VALUES)

    def complete_object_value(
        self,
        return_type: GraphQLObjectType,
        field_details_list: list[FieldDetails],
        info: Any,
        path: Any,
        result: Any,
        position_context: Any,
    ) -> Any:
        # graphql-core collects the fields once per selection and caches them. It needs them next anyway.
        fields = self.collect_subfields(return_type, field_details_list).grouped_field_set
        # The object of a root field is never refused. Only from an error below it can a client see that a change was saved.
        self.size.add(len(fields), refuse=path.prev is not None)
        return super().complete_object_value(
            return_type, field_details_list, info, path, result, position_context
        )


class CompiledExecutor(CountingExecutor):
    """Completes a value by a plan. Without a plan, or if anything unexpected happens, graphql-core completes it.

    Plans are kept with the document, in its `PlanCache`, by selection and type.
    """

    def __init__(self, *args: Any, plans: PlansByVariables, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._plans = plans(self.variable_values)
        self._compiler = Compiler(self.collect_subfields)

    def complete_list_value(
        self,
        return_type: Any,
        field_details_list: list[FieldDetails],
        info: Any,
        path: Any,
        result: Any,
        position_context: Any,
    ) -> Any:
        complete = super().complete_list_value
        completer = self._completer(return_type, field_details_list)
        arguments = (return_type, field_details_list, info, path, result, position_context)
        if completer is None:
            return complete(*arguments)
        return self._complete(completer, result, lambda: complete(*arguments))

    def complete_object_value(
        self,
        return_type: GraphQLObjectType,
        field_details_list: list[FieldDetails],
        info: Any,
        path: Any,
        result: Any,
        position_context: Any,
    ) -> Any:
        complete = super().complete_object_value
        completer = self._completer(return_type, field_details_list)
        arguments = (return_type, field_details_list, info, path, result, position_context)
        if completer is None:
            return complete(*arguments)
        return self._complete(completer, result, lambda: complete(*arguments))

    def _completer(self, type_: GraphQLOutputType, details: list[FieldDetails]) -> Completer | None:
        # Nodes live as long as the document and its plans, so their identities identify the selection.
        key = (type_, *(id(each.node) for each in details))
        if key not in self._plans:
            try:
                self._plans[key] = self._compiler.compile(type_, details)
            except (NotCompilableError, GraphQLError, RecursionError):
                self._plans[key] = None
        return self._plans[key]

    def _complete(
        self, completer: Completer, result: Any, as_graphql_core_does: Callable[[], Any]
    ) -> Any:
        if completer.is_async:
            return _Completion(self, completer, result, as_graphql_core_does)
        run = self.new_run()
        try:
            # A coroutine that waits for nothing ends at its first step.
            completer.complete(run, (result,)).send(None)
        except StopIteration as completed:
            return completed.value[0]
        except Exception as error:
            discard(run, error)
            return as_graphql_core_does()
        raise RuntimeError("A completer that is not async has waited.")

    def new_run(self) -> ExecutionRun:
        """Return what an attempt to complete a value by a plan needs."""
        return ExecutionRun(
            self.context_value,
            strawberry_schema(self.schema),
            self.variable_values,
            self.size.attempt(),
        )


def discard(run: ExecutionRun, error: Exception) -> None:
    """Forget what an attempt that failed with ``error`` has counted.

    If the response became too large, the count stays. graphql-core is then refused its next object, and reports its position.
    The price is one object.
    """
    if not isinstance(error, ResponseTooLargeError):
        run.size.discard()


@dataclass(slots=True)
class _Completion:
    """A value that is completed when it is awaited. Unlike a coroutine it can be dropped without being awaited."""

    executor: CompiledExecutor
    completer: Completer
    result: Any
    as_graphql_core_does: Callable[[], Any]

    def __await__(self) -> Generator[Any, None, Any]:
        return self._complete().__await__()

    async def _complete(self) -> Any:
        run = self.executor.new_run()
        try:
            (completed,) = await self.completer.complete(run, (self.result,))
        except Exception as error:
            discard(run, error)
            completed = self.as_graphql_core_does()
            if self.executor.is_awaitable(completed):
                completed = await completed
        return completed
