"""The operation in which compiled plans run."""

from __future__ import annotations

from dataclasses import dataclass

from graphql import VariableValues
from strawberry import Schema

from schema.context import Context
from schema.execution.response_size import SizeOfAttempt


@dataclass(slots=True)
class ExecutionRun:
    """The operation, for plans. The values that they complete occur ``times`` times in the response, on average."""

    context: Context
    schema: Schema
    variable_values: VariableValues
    size: SizeOfAttempt
    times: float = 1

    def repeated(self, times: float) -> ExecutionRun:
        """Return the run for values that are completed once and occur ``times`` times as often."""
        return ExecutionRun(
            self.context, self.schema, self.variable_values, self.size, self.times * times
        )
