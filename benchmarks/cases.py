"""The cases that are measured: an operation, and the contenders that receive it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from benchmarks import operations
from benchmarks.contenders import (
    GRAPHQL_CORE,
    HAND_WRITTEN,
    OLD_LOOP,
    OURS,
    PREFETCH,
    SINGLE_LOADS,
    Contender,
)
from benchmarks.data import YEAR, class_codes, delete_cells, review_exam_ids
from benchmarks.operations import Operation, matrix_query
from benchmarks.product import MONTHS

CLASSES = 60
ALL_CLASSES = 600
FEW_CLASSES = 5
# Years without data, so that these cases do not change the data of the others.
_YEAR_OF_MISSING_CELLS = YEAR + 1
_YEAR_OF_ASSIGNMENTS = YEAR + 2
_ALL_BUT_THE_LOOP = (OURS, HAND_WRITTEN, PREFETCH, GRAPHQL_CORE, SINGLE_LOADS)


@dataclass(frozen=True, slots=True)
class Case:
    """An operation for several contenders. ``before`` undoes its changes and runs before every request.

    ``rounds`` is the maximum number of rounds. The old loop takes part in every ``loop_every``-th round.
    """

    title: str
    operation: Operation
    contenders: Sequence[Contender]
    rounds: int
    loop_every: int = 1
    before: Callable[[], None] | None = None


def cases() -> dict[str, Case]:
    """Return all cases of one user, a teacher of 60 classes, by name."""
    few = class_codes(FEW_CLASSES)
    cells = [
        f"{code}/{_YEAR_OF_ASSIGNMENTS}/{month}" for code in class_codes(8) for month in MONTHS
    ]
    return {
        "exams": Case("60 classes with exams", matrix_query(YEAR), _ALL_BUT_THE_LOOP, rounds=30),
        "counts": Case(
            "60 classes without exams",
            matrix_query(YEAR, exams=False),
            (*_ALL_BUT_THE_LOOP, OLD_LOOP),
            rounds=30,
            loop_every=5,
        ),
        "few": Case(
            "5 classes with exams", matrix_query(YEAR, codes=few), _ALL_BUT_THE_LOOP, rounds=60
        ),
        "one": Case(
            "1 class x 1 period",
            matrix_query(YEAR, codes=few[:1], periods=["MAR"]),
            _ALL_BUT_THE_LOOP,
            rounds=150,
        ),
        "missing": Case(
            "60 classes without exams, all 960 cells missing",
            matrix_query(_YEAR_OF_MISSING_CELLS, exams=False),
            (OURS, PREFETCH, OLD_LOOP),
            rounds=15,
            loop_every=3,
            before=partial(delete_cells, _YEAR_OF_MISSING_CELLS),
        ),
        "assign": Case(
            "assign 10 exams to 96 cells",
            operations.assign_exams(cells, review_exam_ids(10)),
            (OURS, GRAPHQL_CORE),
            rounds=15,
            before=partial(delete_cells, _YEAR_OF_ASSIGNMENTS),
        ),
        "introspection": Case(
            "introspection", operations.INTROSPECTION, (OURS, GRAPHQL_CORE), rounds=15
        ),
    }


def growth_cases() -> dict[int, Case]:
    """Return the cases of a teacher of 600 classes: the matrix with exams, by number of classes."""
    return {
        count: Case(
            f"{count} classes with exams",
            matrix_query(YEAR, codes=class_codes(count)),
            (OURS, HAND_WRITTEN),
            rounds=12,
        )
        for count in (FEW_CLASSES, CLASSES, ALL_CLASSES)
    }
