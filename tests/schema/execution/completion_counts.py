"""Counts the objects that plans complete, and the objects that graphql-core completes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from graphql.execution.executor import Executor

from schema.execution.plan import Compiler, ObjectPlan
from schema.execution.run import ExecutionRun


class Counts(Counter[str]):
    """``compiled`` and ``core`` objects, and ``compilations``."""

    @property
    def share(self) -> float:
        """Share of the objects that plans completed."""
        return self["compiled"] / (self["compiled"] + self["core"])


@contextmanager
def count_completions() -> Iterator[Counts]:
    counts = Counts()
    complete = ObjectPlan.complete
    collect_and_execute = Executor.collect_and_execute_subfields
    compile = Compiler.compile

    async def counting_complete(
        plan: ObjectPlan, run: ExecutionRun, objects: Sequence[Any]
    ) -> list[dict[str, Any]]:
        completed = await complete(plan, run, objects)
        # Count only completed objects: if a plan fails, graphql-core starts again.
        counts["compiled"] += len(objects)
        return completed

    def counting_collect(executor: Executor[Any], *arguments: Any) -> Any:
        counts["core"] += 1
        return collect_and_execute(executor, *arguments)

    def counting_compile(compiler: Compiler, *arguments: Any) -> Any:
        # A compilation calls itself for nested selections, with three arguments.
        counts["compilations"] += len(arguments) == 2
        return compile(compiler, *arguments)

    with (
        patch.object(ObjectPlan, "complete", counting_complete),
        patch.object(Executor, "collect_and_execute_subfields", counting_collect),
        patch.object(Compiler, "compile", counting_compile),
    ):
        yield counts
