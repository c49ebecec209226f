"""What is asked, and of which ways."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from benchmarks import questions
from benchmarks.data import YEAR, class_codes, remove_cells, review_exam_ids
from benchmarks.questions import Question, matrix
from benchmarks.ways import (
    GRAPHQL_CORE,
    HAND_WRITTEN,
    OLD_LOOP,
    OURS,
    READ_AHEAD,
    SINGLE_LOADS,
    Way,
)
from primepath.domain.period import MONTHS

CLASSES = 60
ALL_CLASSES = 600
FEW_CLASSES = 5
# Years in which nobody plans anything, so that measuring one case leaves the others' data alone.
_YEAR_OF_MISSING_CELLS = YEAR + 1
_YEAR_OF_ASSIGNMENTS = YEAR + 2
_ALL_BUT_THE_LOOP = (OURS, HAND_WRITTEN, READ_AHEAD, GRAPHQL_CORE, SINGLE_LOADS)


@dataclass(frozen=True, slots=True)
class Case:
    """A question to several ways; ``before`` sets back what asking it changes.

    ``rounds`` is how often at most; the old loop runs every ``loop_every``-th time.
    """

    title: str
    question: Question
    ways: Sequence[Way]
    rounds: int
    loop_every: int = 1
    before: Callable[[], None] | None = None


def cases() -> dict[str, Case]:
    """All cases of one user, a teacher of 60 classes, by name."""
    few = class_codes(FEW_CLASSES)
    cells = [
        f"{code}/{_YEAR_OF_ASSIGNMENTS}/{month}" for code in class_codes(8) for month in MONTHS
    ]
    return {
        "exams": Case("60 classes with exams", matrix(YEAR), _ALL_BUT_THE_LOOP, rounds=30),
        "counts": Case(
            "60 classes without exams",
            matrix(YEAR, exams=False),
            (*_ALL_BUT_THE_LOOP, OLD_LOOP),
            rounds=30,
            loop_every=5,
        ),
        "few": Case("5 classes with exams", matrix(YEAR, codes=few), _ALL_BUT_THE_LOOP, rounds=60),
        "one": Case(
            "1 class x 1 period",
            matrix(YEAR, codes=few[:1], periods=["MAR"]),
            _ALL_BUT_THE_LOOP,
            rounds=150,
        ),
        "missing": Case(
            "60 classes without exams, all 960 cells missing",
            matrix(_YEAR_OF_MISSING_CELLS, exams=False),
            (OURS, READ_AHEAD, OLD_LOOP),
            rounds=15,
            loop_every=3,
            before=partial(remove_cells, _YEAR_OF_MISSING_CELLS),
        ),
        "assign": Case(
            "assign 10 exams to 96 cells",
            questions.assignment(cells, review_exam_ids(10)),
            (OURS, GRAPHQL_CORE),
            rounds=15,
            before=partial(remove_cells, _YEAR_OF_ASSIGNMENTS),
        ),
        "introspection": Case(
            "introspection", questions.INTROSPECTION, (OURS, GRAPHQL_CORE), rounds=15
        ),
    }


def growth_cases() -> dict[int, Case]:
    """The matrix with exams for more and more classes, by their number; of a teacher of 600 classes."""
    return {
        count: Case(
            f"{count} classes with exams",
            matrix(YEAR, codes=class_codes(count)),
            (OURS, HAND_WRITTEN),
            rounds=12,
        )
        for count in (FEW_CLASSES, CLASSES, ALL_CLASSES)
    }
