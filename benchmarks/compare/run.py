"""Starts both servers and measures all figures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import count

from benchmarks.client import Client
from benchmarks.compare.checkouts import Side
from benchmarks.compare.measure import (
    CONNECTIONS,
    RunningSide,
    Sample,
    measure_responses,
    measure_throughput,
)
from benchmarks.contenders import OURS
from benchmarks.operations import Operation, matrix_query

FULL_MATRIX = "60 classes"
FEW_CLASSES = "5 classes"
ONE_CELL = "1 class x 1 period"
MISSING_CELLS = "60 classes, all 960 cells missing"
THROUGHPUT = f"throughput, 5 classes, {CONNECTIONS} connections"
FIGURES = (FULL_MATRIX, FEW_CLASSES, ONE_CELL, MISSING_CELLS, THROUGHPUT)

# Each request for missing cells stores 960 rows. More rounds would make the table unrealistically large.
_MAX_ROUNDS = {MISSING_CELLS: 15}
_FIRST_EMPTY_YEAR = 2101
_CLASSES = Operation("{ scheduleMatrix { academicYear rows { schoolClass { code } } } }")

Measured = dict[str, dict[str, Sample]]
"""The samples of a run by figure, then by the title of the side."""


@dataclass(frozen=True, slots=True)
class Budget:
    """``seconds`` limits a figure. The throughput is measured ``slots`` times for ``slot_seconds``, per side."""

    runs: int
    seconds: float
    slots: int
    slot_seconds: float


FULL = Budget(runs=5, seconds=5, slots=3, slot_seconds=1.5)
QUICK = Budget(runs=2, seconds=1, slots=2, slot_seconds=0.5)


@dataclass(slots=True)
class Comparison:
    """Both sides on one database. Each `run` uses new server processes and new empty years."""

    sides: tuple[Side, Side]
    budget: Budget
    _years: Iterator[int] = field(default_factory=lambda: count(_FIRST_EMPTY_YEAR))

    def run(self, number: int) -> Measured:
        """Measure all figures. Our side starts each round if ``number`` is even, otherwise the other side.

        Raises `DifferentResponsesError`.
        """
        sides = self.sides if number % 2 == 0 else self.sides[::-1]
        with ExitStack() as stack:
            running = {}
            for side in sides:
                server = stack.enter_context(side.checkout.serve(side.log))
                client = stack.enter_context(Client(server.port, side.token))
                running[side.title] = RunningSide(server, client, side.token)
            operations = self._operations(running[sides[0].title])
            measured = {
                figure: measure_responses(
                    running,
                    operation,
                    seconds=self.budget.seconds,
                    max_rounds=_MAX_ROUNDS.get(figure),
                )
                for figure, operation in operations.items()
            }
            measured[THROUGHPUT] = measure_throughput(
                running,
                operations[FEW_CLASSES]().request_to(OURS),
                slots=self.budget.slots,
                seconds=self.budget.slot_seconds,
            )
        return measured

    def _operations(self, side: RunningSide) -> dict[str, Callable[[], Operation]]:
        """Return a function per figure that returns the operation of the next round."""
        matrix = side.send(_CLASSES)["data"]["scheduleMatrix"]
        year = matrix["academicYear"]
        codes = [row["schoolClass"]["code"] for row in matrix["rows"]]
        return {
            FULL_MATRIX: lambda: matrix_query(year),
            FEW_CLASSES: lambda: matrix_query(year, codes=codes[:5]),
            ONE_CELL: lambda: matrix_query(year, codes=codes[:1], periods=["MAR"]),
            MISSING_CELLS: lambda: matrix_query(next(self._years), exams=False),
        }
